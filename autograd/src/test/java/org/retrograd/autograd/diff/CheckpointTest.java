package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.jvp;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
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
import org.retrograd.autograd.tensor.Regularisation;
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

    /** A function that is computed again, beside the same one that is not. */
    private record Twin(String name, Function<Tensor, Tensor> again, Function<Tensor, Tensor> plain) {
        /** Returns derivatives of both of one kind: each letter a derivative, forwards or in reverse, the last one inmost. */
        Twin derivative(String word) {
            return new Twin(word + " of " + name, derivative(word, again), derivative(word, plain));
        }

        private static Function<Tensor, Tensor> derivative(String word, Function<Tensor, Tensor> f) {
            Function<Tensor, Tensor> derivative = f;
            for (int i = word.length() - 1; i >= 0; i--) {
                Function<Tensor, Tensor> inner = scalar(derivative);
                derivative = word.charAt(i) == 'f' ? x -> jvp(inner, x, V) : x -> gradient(inner, x);
            }
            return derivative;
        }

        private static Function<Tensor, Tensor> scalar(Function<Tensor, Tensor> f) {
            return x -> {
                Tensor y = f.apply(x);
                return y.mul(Tensor.linspace(1, y.size(), y.size()).reshape(y.shape()))
                        .sum();
            };
        }
    }

    private static final List<Twin> TWINS = List.of(
            new Twin("a checkpoint", CheckpointTest::checkpointed, CheckpointTest::f),
            new Twin(
                    "two checkpoints",
                    x -> Checkpoint.checkpoint(
                            (Tensor z) -> step(2, z), Checkpoint.checkpoint((Tensor z) -> step(1, z), x)),
                    x -> step(2, step(1, x))),
            new Twin(
                    "a checkpoint that captures",
                    x -> {
                        Tensor w = x.exp();
                        return Checkpoint.checkpoint(
                                (Tensor z) -> z.mul(w).sin().mul(w), x.cos());
                    },
                    x -> x.cos().mul(x.exp()).sin().mul(x.exp())),
            new Twin(
                    "a checkpoint that captures its argument",
                    x -> {
                        Tensor u = x.exp();
                        return Checkpoint.checkpoint(
                                        (Tensor z) ->
                                                z.sin().mul(u).add(z.cos()).mul(u.exp()),
                                        u)
                                .mul(u);
                    },
                    x -> {
                        Tensor u = x.exp();
                        return u.sin().mul(u).add(u.cos()).mul(u.exp()).mul(u);
                    }),
            new Twin(
                    "a checkpoint of one value as two arguments",
                    x -> {
                        Tensor u = x.exp();
                        return Checkpoint.checkpoint(
                                        (List<Tensor> z) -> z.get(0)
                                                .sin()
                                                .mul(z.get(1))
                                                .add(z.get(0).cos())
                                                .mul(z.get(1).exp()),
                                        List.of(u, u))
                                .mul(u);
                    },
                    x -> {
                        Tensor u = x.exp();
                        return u.sin().mul(u).add(u.cos()).mul(u.exp()).mul(u);
                    }),
            new Twin(
                    "a checkpoint of a list",
                    x -> Checkpoint.checkpoint(
                                    (List<Tensor> z) -> List.of(
                                            z.get(0).mul(z.get(1)), z.get(1).exp()),
                                    List.of(x.sin(), x.cos()))
                            .get(0),
                    x -> x.sin().mul(x.cos())),
            new Twin(
                    "a loop of two levels",
                    x -> Checkpoint.loop(CheckpointTest::step, x, 20, 12),
                    x -> plainLoop(x, 20)),
            new Twin(
                    "a loop of three levels",
                    x -> Checkpoint.loop(CheckpointTest::step, x, 40, 12),
                    x -> plainLoop(x, 40)));

    private static List<String> words(int longest) {
        List<String> words = new ArrayList<>(List.of(""));
        for (int i = 0; words.get(i).length() < longest; i++) {
            words.add(words.get(i) + "f");
            words.add(words.get(i) + "r");
        }
        return words;
    }

    @TestFactory
    Stream<DynamicTest> derivativesHaveTheBitsOfThePlainFunction() {
        // forward mode to any order, over one gradient or none
        return TWINS.stream()
                .flatMap(twin ->
                        words(3).stream().filter(word -> word.matches("f*r?")).map(twin::derivative))
                .map(twin -> DynamicTest.dynamicTest(twin.name, () -> same(twin.again.apply(X), twin.plain.apply(X))));
    }

    /** Reverse mode over a derivative pulls back in two parts what the plain sweep pulls back in one. */
    @TestFactory
    Stream<DynamicTest> gradientsOfDerivativesAreThoseOfThePlainFunctionUpToRounding() {
        return TWINS.stream()
                .flatMap(twin ->
                        words(3).stream().filter(word -> !word.matches("f*r?")).map(twin::derivative))
                .map(twin -> DynamicTest.dynamicTest(twin.name, () -> near(twin.again.apply(X), twin.plain.apply(X))));
    }

    /** On whole numbers nothing is rounded: the order of sums does not matter, and bits are the same to any order. */
    @TestFactory
    Stream<DynamicTest> noTermIsMissingToTheThirdOrder() {
        Checkpoint.Step<Tensor> step = (i, x) -> x.square().sub(2);
        Tensor at = Tensor.of(2, 1, 0);
        Twin loop = new Twin("a loop on whole numbers", x -> Checkpoint.loop(step, x, 8, 6), x -> {
            Tensor state = x;
            for (int i = 0; i < 8; i++) {
                state = step.next(i, state);
            }
            return state;
        });
        return words(3).stream()
                .map(loop::derivative)
                .map(twin -> DynamicTest.dynamicTest(twin.name, () -> {
                    Tensor expected = twin.plain.apply(at);
                    assertThat(expected.ne(0).any()).isTrue();
                    same(twin.again.apply(at), expected);
                }));
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item())
                .as("%s instead of %s", actual, expected)
                .isLessThanOrEqualTo(0x1p-47 * expected.abs().max().item());
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
        same(recomputed.of(w), plain.of(w));
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
        return state;
    }

    @TestFactory
    Stream<DynamicTest> loopsHaveTheBitsOfPlainOnes() {
        return Stream.of(0, 1, 2, 3, 7, 16, 50, 100)
                .flatMap(steps -> Stream.of(200, 20, 15)
                        .filter(memory -> memory >= 14)
                        .map(memory -> DynamicTest.dynamicTest(steps + " steps, memory " + memory, () -> {
                            Twin twin = new Twin(
                                    "loop",
                                    x -> Checkpoint.loop(CheckpointTest::step, x, steps, memory),
                                    x -> plainLoop(x, steps));
                            for (String word : List.of("", "f", "r", "fr")) {
                                Twin derivative = twin.derivative(word);
                                same(derivative.again.apply(X), derivative.plain.apply(X));
                            }
                        })));
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
        same(gradient(checkpointed, X), gradient(plain, X));
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
            same(y.backward().of(x), gradient((Tensor z) -> plainLoop(z, 100).sum(), X));
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
                .hasMessage(ANOTHER_VALUE);
    }

    private static final String ANOTHER_VALUE =
            "\"checkpoint\" was evaluated again for its derivative and gave another value than before: it must depend on"
                    + " nothing but its arguments; make a random generator inside the function, from a seed, and give"
                    + " dropout a fixed key, as in Dropout.of(0.5, () -> key)";

    /** A function that returns one after the other what it is given. */
    private static <Y> Function<Tensor, Y> changing(List<Function<Tensor, Y>> values) {
        Iterator<Function<Tensor, Y>> next = values.iterator();
        return x -> next.next().apply(x);
    }

    @Test
    void aValueThatChangesItsFormIsFound() {
        Tensor x = Tensor.variable(X);
        List<Tensor> y =
                Checkpoint.checkpoint(changing(List.of(z -> List.of(z, z.exp()), z -> List.of(z.square()))), x);
        assertThatThrownBy(() -> y.get(0).sum().backward())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the value of a checkpoint, evaluated again for its derivative, has another form than the value "
                                + "it belongs to: expected a list of 2 at the top, but got a list of 1");
    }

    @Test
    void valuesThatChangeTheirShapesAreFoundEvenIfTheirEntriesAreTheSame() {
        Tensor x = Tensor.variable(X);
        List<Tensor> y = Checkpoint.checkpoint(
                changing(List.of(
                        z -> List.of(z.slice(0, 0, 1), z.slice(0, 1, 3)),
                        z -> List.of(z.slice(0, 0, 2), z.slice(0, 2, 3)))),
                x);
        assertThatThrownBy(() -> y.get(0).sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "\"checkpoint\" was evaluated again for its derivative and gave values of the shapes [[2], [1]] "
                                + "in place of [[1], [2]]: it must depend on nothing but its arguments");
        Tensor one = Checkpoint.checkpoint(changing(List.of(z -> z, z -> z.reshape(3, 1))), x);
        assertThatThrownBy(() -> one.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(ANOTHER_VALUE);
    }

    @Test
    void dropoutOfOneKeyDropsTheSameAgain() {
        Twin twin = new Twin(
                "dropout", x -> Checkpoint.checkpoint((Tensor z) -> dropped(z), x.exp()), x -> dropped(x.exp()));
        same(twin.again.apply(X), twin.plain.apply(X));
        for (String word : List.of("r", "f", "fr")) {
            Twin derivative = twin.derivative(word);
            same(derivative.again.apply(X), derivative.plain.apply(X));
        }
        same(Derivatives.hessian(twin.again, X), Derivatives.hessian(twin.plain, X));
        assertThat(Derivatives.hessian(twin.plain, X).ne(0).any()).isTrue();
        assertThat(Regularisation.dropout(X, 0.5, 3).eq(0).any()).isTrue();
    }

    private static Tensor dropped(Tensor x) {
        return Regularisation.dropout(x.sin(), 0.5, 3).mul(x).square().sum();
    }

    @Test
    @SuppressWarnings("NullAway") // what the messages are about
    void functionsThatReturnNothingAreNamed() {
        assertThatThrownBy(() -> Checkpoint.checkpoint((Tensor z) -> (Tensor) null, X))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the function of a checkpoint returned null: it must return a tensor, or a record, list, map or "
                                + "array of them");
        assertThatThrownBy(() -> Checkpoint.checkpoint((Tensor z) -> Arrays.asList(z, null), X))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the function of a checkpoint returned null at [1]: it must return a tensor, or a record, list, "
                                + "map or array of them");
        assertThatThrownBy(() -> Checkpoint.loop((i, s) -> i == 1 ? null : s, X, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the state after step 1 has another form than the value it belongs to: expected a tensor at the "
                                + "top, but got null");
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
                .hasMessage(
                        "the state after step 0 has another form than the value it belongs to: expected a list of 2 at "
                                + "the top, but got a list of 1");
    }
}
