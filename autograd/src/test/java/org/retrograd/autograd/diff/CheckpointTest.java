package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hvp;
import static org.retrograd.autograd.diff.Derivatives.jvp;
import static org.retrograd.autograd.diff.Derivatives.vhp;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

class CheckpointTest {
    private static final Tensor X = Tensor.of(0.3, -0.8, 1.2);
    private static final Tensor V = Tensor.of(1, 0.5, -2);

    private static Tensor f(Tensor x) {
        return x.sin().mul(x.exp()).add(x.square().tanh()).sum();
    }

    private static Tensor checkpointed(Tensor x) {
        return Checkpoint.checkpoint(CheckpointTest::f, x);
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(actual.sameAs(expected))
                .as("%s instead of %s", actual, expected)
                .isTrue();
    }

    @Test
    void firstDerivativesHaveTheBitsOfThePlainFunction() {
        same(checkpointed(X), f(X));
        same(gradient(CheckpointTest::checkpointed, X), gradient(CheckpointTest::f, X));
        same(jvp(CheckpointTest::checkpointed, X, V), jvp(CheckpointTest::f, X, V));
    }

    @Test
    void higherDerivativesAreThoseOfThePlainFunction() {
        near(hvp(CheckpointTest::checkpointed, X, V), hvp(CheckpointTest::f, X, V));
        near(vhp(CheckpointTest::checkpointed, X, V), vhp(CheckpointTest::f, X, V));
        Function<Tensor, Tensor> third =
                x -> hvp(CheckpointTest::checkpointed, x, V).sum();
        near(
                gradient(third, X),
                gradient((Tensor x) -> hvp(CheckpointTest::f, x, V).sum(), X));
        near(
                gradient((Tensor x) -> gradient(CheckpointTest::checkpointed, x).sumSquares(), X),
                gradient((Tensor x) -> gradient(CheckpointTest::f, x).sumSquares(), X));
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item())
                .as("%s instead of %s", actual, expected)
                .isLessThanOrEqualTo(1e-13 * (1 + expected.abs().max().item()));
    }

    private record Pair(Tensor a, Map<String, Tensor> rest) {}

    @Test
    void argumentsAndValuesMayBeStructures() {
        Pair at = new Pair(X, Map.of("b", V));
        Function<Pair, Pair> map = p -> new Pair(
                p.a.mul(p.rest.get("b")),
                Map.of("b", p.a.sin().add(p.rest.get("b").exp())));
        Function<Pair, Tensor> plain = p -> sum(map.apply(p));
        Function<Pair, Tensor> recomputed = p -> sum(Checkpoint.checkpoint(map, p));
        Pair expected = gradient(plain, at);
        Pair actual = gradient(recomputed, at);
        same(actual.a, expected.a);
        same(actual.rest.get("b"), expected.rest.get("b"));
    }

    private static Tensor sum(Pair p) {
        return p.a.cube().sum().add(p.rest.get("b").square().sum());
    }

    @Test
    void whatIsCapturedIsDifferentiatedToo() {
        Tensor w = Tensor.variable(0.7, -0.2, 2).named("w");
        Tensor z = w.exp();
        Function<Tensor, Tensor> f = x -> x.mul(z).add(w.sin()).square().sum();
        Gradients plain = f.apply(X).backward();
        Gradients recomputed = Checkpoint.checkpoint(f, X).backward();
        same(recomputed.of(z), plain.of(z));
        near(recomputed.of(w), plain.of(w));
    }

    @Test
    void theInsideIsNotStoredButComputedOnceMore() {
        AtomicInteger calls = new AtomicInteger();
        Tensor x = Tensor.variable(X);
        Tensor y = Checkpoint.checkpoint(
                (Tensor z) -> {
                    calls.incrementAndGet();
                    return f(z);
                },
                x);
        assertThat(calls.get()).isEqualTo(1);
        assertThat(y.toString()).contains("from checkpoint");
        same(y.backward().of(x), gradient(CheckpointTest::f, X));
        assertThat(calls.get()).isEqualTo(2);
    }

    @Test
    void nothingOfTheInsideIsKeptAlive() {
        Tensor w = Tensor.variable(X);
        List<WeakReference<Tensor>> inside = new ArrayList<>();
        List<Tensor> y = Checkpoint.checkpoint(
                (Tensor z) -> {
                    Tensor product = z.mul(w);
                    inside.add(new WeakReference<>(product));
                    return List.of(product.sin(), product.cos());
                },
                w.exp());
        for (int tries = 0; inside.get(0).get() != null && tries < 50; tries++) {
            System.gc();
        }
        assertThat(y.get(0).traced()).isTrue();
        assertThat(inside.get(0).get()).as("a value inside a checkpoint").isNull();
    }

    private static Tensor step(int i, Tensor x) {
        return x.sin().mul(1 + 0.01 * i).add(x.mul(0.3));
    }

    private static Tensor plainLoop(Tensor x, int steps) {
        Tensor state = x;
        for (int i = 0; i < steps; i++) {
            state = step(i, state);
        }
        return state.sum();
    }

    @TestFactory
    Stream<DynamicTest> loopsHaveTheBitsOfPlainOnes() {
        return Stream.of(0, 1, 2, 3, 7, 16, 50, 100)
                .flatMap(steps -> Stream.of(200, 20, 15)
                        .filter(memory -> memory >= 14)
                        .map(memory -> DynamicTest.dynamicTest(steps + " steps, memory " + memory, () -> {
                            Function<Tensor, Tensor> loop = x -> Checkpoint.loop(CheckpointTest::step, x, steps, memory)
                                    .sum();
                            same(loop.apply(X), plainLoop(X, steps));
                            same(gradient(loop, X), gradient((Tensor x) -> plainLoop(x, steps), X));
                            same(jvp(loop, X, V), jvp((Tensor x) -> plainLoop(x, steps), X, V));
                        })));
    }

    @Test
    void loopsNestAndHaveSecondDerivatives() {
        Function<Tensor, Tensor> loop =
                x -> Checkpoint.loop(CheckpointTest::step, x, 20, 12).sum();
        near(hvp(loop, X, V), hvp((Tensor x) -> plainLoop(x, 20), X, V));
        near(vhp(loop, X, V), vhp((Tensor x) -> plainLoop(x, 20), X, V));
    }

    @Test
    void theStateMayBeAStructureAndStepsCountFromZero() {
        Checkpoint.Step<List<Tensor>> leapfrog = (i, s) -> {
            Tensor v = s.get(1).sub(s.get(0).sin().mul(0.1 + 0.001 * i));
            return List.of(s.get(0).add(v.mul(0.1)), v);
        };
        Function<Tensor, Tensor> checkpointed =
                x -> Checkpoint.loop(leapfrog, List.of(x, x.mul(0)), 30).get(0).sum();
        Function<Tensor, Tensor> plain = x -> {
            List<Tensor> state = List.of(x, x.mul(0));
            for (int i = 0; i < 30; i++) {
                state = leapfrog.next(i, state);
            }
            return state.get(0).sum();
        };
        near(gradient(checkpointed, X), gradient(plain, X));
    }

    @Test
    void eachStepIsComputedAsOftenAsThereAreLevels() {
        for (int[] memoryAndLevels : new int[][] {{100, 1}, {20, 2}, {15, 3}}) {
            AtomicInteger calls = new AtomicInteger();
            Tensor x = Tensor.variable(X);
            Tensor y = Checkpoint.loop(
                            (i, s) -> {
                                calls.incrementAndGet();
                                return step(i, s);
                            },
                            x,
                            100,
                            memoryAndLevels[0])
                    .sum();
            same(y.backward().of(x), gradient((Tensor z) -> plainLoop(z, 100), X));
            assertThat(calls.get()).isEqualTo(100 * memoryAndLevels[1]);
        }
    }

    @Test
    void aCapturedValueThatWasReplacedIsFoundEvenIfItIsEqual() {
        Tensor[] weight = {Tensor.variable(1, 2, 3).named("w")};
        Tensor y = Checkpoint.checkpoint((Tensor z) -> z.mul(weight[0]), X);
        weight[0] = weight[0].withValue(Tensor.of(1, 2, 3));
        assertThatThrownBy(() -> y.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "\"checkpoint\" was evaluated again for its derivative and used other values from outside than"
                                + " before: [\"w\"] in place of [\"w\"]; take derivatives before a parameter is updated, and do not"
                                + " let the function change what it uses");
    }

    @Test
    void aFunctionThatIsNotRepeatableIsFound() {
        SplittableRandom shared = new SplittableRandom(1);
        Tensor x = Tensor.variable(X);
        Tensor y = Checkpoint.checkpoint(
                (Tensor z) -> z.mul(Tensor.uniform(shared, 0, 1, 3)).sum(), x);
        assertThatThrownBy(y::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"checkpoint\" was evaluated again for its derivative and gave another value");
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> Checkpoint.loop(CheckpointTest::step, X, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a loop cannot have fewer than 0 steps, but got -1");
        assertThatThrownBy(() -> Checkpoint.loop(CheckpointTest::step, X, 1000, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a loop of 1000 steps needs memory for at least 20 states and steps, but got 5");
        assertThatThrownBy(() -> Checkpoint.loop((i, s) -> i == 2 ? s.sum() : s, X, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the state after step 2 has other shapes than the value it belongs to: expected [[3]], "
                        + "but got [[]]");
        assertThatThrownBy(() -> Checkpoint.loop((i, s) -> i == 0 ? List.of(X) : s, List.of(X, V), 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the state after step 0 has another form");
    }
}
