package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.diff.Transform.Kind;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Variables of nested transforms are not confused, wherever their functions come from and run.
 *
 * <p>The functions are monomials, whose derivatives of every order are told apart by factor and power. A transform of order
 * k takes x to the n to its k-th derivative, n (n - 1) … (n - k + 1) x to the n - k.
 */
class ConfusionTest {
    private static final double X = 0.6;

    /** The transforms that are linear and whose functions may be closures. */
    private static final List<Transform> TRANSFORMS = Transform.ALL.stream()
            .filter(transform -> transform.captures() && transform.kind() != Kind.GAUSS_NEWTON)
            .toList();

    private static final List<List<Transform>> PAIRS = NestingTest.chains(TRANSFORMS, 2, 4);

    /** c x to the n. */
    private record Monomial(double c, int n) {
        Monomial derivative(int order) {
            Monomial found = this;
            for (int k = 0; k < order; k++) {
                found = new Monomial(found.c * found.n, found.n - 1);
            }
            return found;
        }

        Monomial times(int power) {
            return new Monomial(c, n + power);
        }

        double at(double x) {
            return c == 0 ? 0 : c * StrictMath.pow(x, n);
        }
    }

    /** Asserts what the outermost transform makes of a function that has the others in it. */
    private static void assertEqual(List<Transform> chain, UnaryOperator<Tensor> f, Monomial expected) {
        Tensor found = chain.get(0).of(f).apply(Tensor.scalar(X));
        assertThat(found.item())
                .as(chain::toString)
                .isEqualTo(expected.at(X), Offset.offset(1e-12 * Math.max(1, Math.abs(expected.c))));
        assertThat(found.traced()).as(chain::toString).isFalse();
    }

    @Test
    void aClosureOverTheVariableOfTheTransformAroundIt() {
        for (List<Transform> pair : PAIRS) {
            Transform outer = pair.get(0);
            Transform inner = pair.get(1);
            UnaryOperator<Tensor> f = v -> v.mul(inner.of(w -> v.mul(w.pow(4))).apply(v));
            assertEqual(
                    pair,
                    f,
                    new Monomial(1, 4).derivative(inner.order()).times(2).derivative(outer.order()));
        }
    }

    @Test
    void aFunctionOfTheVariableOfTheTransformAroundItAlone() {
        for (List<Transform> pair : PAIRS) {
            Transform outer = pair.get(0);
            Transform inner = pair.get(1);
            // constant in its own variable: itself to order 0, and 0 beyond
            UnaryOperator<Tensor> f = v -> inner.of(w -> v.pow(4)).apply(v);
            assertEqual(pair, f, new Monomial(inner.order() == 0 ? 1 : 0, 4).derivative(outer.order()));
            // d/dx (x d/dy (x + y)) is 1 wherever y is
            if (inner.order() == 1) {
                UnaryOperator<Tensor> g = v -> v.mul(inner.of(v::add).apply(Tensor.scalar(1)));
                assertEqual(pair, g, new Monomial(1, 1).derivative(outer.order()));
            }
        }
    }

    @Test
    void lambdasNestedThreeDeep() {
        List<Transform> families =
                NestingTest.families().stream().filter(TRANSFORMS::contains).toList();
        for (List<Transform> chain : NestingTest.chains(families, 3, 4)) {
            Transform a = chain.get(0);
            Transform b = chain.get(1);
            Transform c = chain.get(2);
            UnaryOperator<Tensor> f =
                    u -> u.mul(b.of(v -> v.mul(c.of(w -> u.mul(v).mul(w.cube())).apply(v)))
                            .apply(u));
            assertEqual(
                    chain,
                    f,
                    new Monomial(1, 3)
                            .derivative(c.order())
                            .times(2)
                            .derivative(b.order())
                            .times(2)
                            .derivative(a.order()));
        }
    }

    @Test
    void rulesThatSayNothingOfWhatTheValueCapturesRefuseIt() {
        List<Transform> rules = Transform.ALL.stream()
                .filter(transform -> !transform.captures())
                .toList();
        assertThat(rules).hasSize(3);
        for (Transform outer : TRANSFORMS.stream().filter(t -> t.order() > 0).toList()) {
            for (Transform inner : rules) {
                UnaryOperator<Tensor> f = v -> inner.of(w -> v.mul(w)).apply(v);
                assertThatThrownBy(() -> outer.of(f).apply(Tensor.scalar(X)))
                        .as(outer.name())
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("the value of \"f\" depends on ")
                        .hasMessageEndingWith("which is traced but not among its inputs, so that its gradient would be"
                                + " lost: pass it as a further input, or detach() it");
            }
        }
    }

    @Test
    void parallelThreadsWithFunctionsAndPointsInCommon() throws Exception {
        List<NestingTest.Case> cases = NestingTest.chainsOfFour();
        inThreads(threads -> {
            List<Future<?>> tasks = IntStream.range(0, 4_000)
                    .mapToObj(k -> cases.get(k * 67 % cases.size()))
                    .<Future<?>>map(task -> threads.submit(task::check))
                    .toList();
            tasks.forEach(ConfusionTest::get);
        });
    }

    @Test
    void innerTransformsInOtherThreadsThanTheOuterOne() throws Exception {
        inThreads(threads -> {
            for (List<Transform> pair : PAIRS) {
                Transform outer = pair.get(0);
                Transform inner = pair.get(1);
                UnaryOperator<Tensor> f = v -> {
                    List<Future<Tensor>> parts = IntStream.rangeClosed(1, 4)
                            .mapToObj(k -> threads.submit(() ->
                                    v.mul(k).mul(inner.of(w -> v.mul(w.pow(4))).apply(v))))
                            .toList();
                    return parts.stream().map(ConfusionTest::get).reduce(Tensor.scalar(0), Tensor::add);
                };
                assertEqual(
                        pair,
                        f,
                        new Monomial(10, 4).derivative(inner.order()).times(2).derivative(outer.order()));
            }
        });
    }

    private interface InThreads {
        void run(ExecutorService threads) throws Exception;
    }

    private static void inThreads(InThreads task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            task.run(threads);
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
