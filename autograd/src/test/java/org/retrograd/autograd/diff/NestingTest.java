package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Every transform nested in every other to the fourth order equals Commons Math's {@link DerivativeStructure}, a truncated
 * power series; variables of nested transforms are not confused, wherever their functions come from and run.
 */
class NestingTest {
    private static final int ORDER = 4;
    private static final Tensor ONE = Tensor.scalar(1);

    /** A transform of scalar functions of one number, and the same on power series: it takes away {@code order} orders. */
    record Transform(
            String name,
            int order,
            UnaryOperator<UnaryOperator<Tensor>> ofFunctions,
            UnaryOperator<DerivativeStructure> ofSeries) {
        static Transform derivative(String name, int order, UnaryOperator<UnaryOperator<Tensor>> ofFunctions) {
            return new Transform(name, order, ofFunctions, series -> derivative(series, order));
        }

        private static DerivativeStructure derivative(DerivativeStructure series, int order) {
            double[] all = series.getAllDerivatives();
            return new DerivativeStructure(1, series.getOrder() - order, Arrays.copyOfRange(all, order, all.length));
        }

        private static DerivativeStructure truncated(DerivativeStructure series) {
            double[] all = series.getAllDerivatives();
            return new DerivativeStructure(1, series.getOrder() - 1, Arrays.copyOf(all, all.length - 1));
        }
    }

    private static final List<Transform> TRANSFORMS = List.of(
            Transform.derivative("gradient", 1, f -> v -> Derivatives.gradient(f, v)),
            Transform.derivative(
                    "valueAndGradient",
                    1,
                    f -> v -> Derivatives.valueAndGradient(f, v).gradient()),
            Transform.derivative("vjp", 1, f -> v -> Derivatives.vjp(f, v, ONE)),
            Transform.derivative("jvp", 1, f -> v -> Derivatives.jvp(f, v, ONE)),
            Transform.derivative(
                    "valueAndJvp",
                    1,
                    f -> v -> Derivatives.valueAndJvp(f, v, ONE).tangent()),
            Transform.derivative(
                    "push", 1, f -> v -> Derivatives.linearize(f, v).push(ONE)),
            Transform.derivative(
                    "pull", 1, f -> v -> Derivatives.linearize(f, v).pull(ONE)),
            Transform.derivative("jacobian", 1, f -> v -> Derivatives.jacobian(f, v)),
            Transform.derivative("jacobian forward", 1, f -> v -> Derivatives.jacobian(f, v, Mode.FORWARD)),
            Transform.derivative("jacobian reverse", 1, f -> v -> Derivatives.jacobian(f, v, Mode.REVERSE)),
            Transform.derivative(
                    "perExampleGradients",
                    1,
                    f -> v -> Derivatives.perExampleGradients(
                                    (w, x) -> f.apply(w).add(x), v, Tensor.zeros(1))
                            .squeeze(0)),
            new Transform("gaussNewtonProduct", 1, f -> v -> Derivatives.gaussNewtonProduct(f, v, ONE), series -> {
                DerivativeStructure slope = Transform.derivative(series, 1);
                return slope.multiply(slope);
            }),
            new Transform(
                    "gaussNewtonProduct of a loss",
                    1,
                    f -> v -> Derivatives.gaussNewtonProduct(f, y -> y.hypot(ONE), v, ONE),
                    series -> {
                        DerivativeStructure slope = Transform.derivative(series, 1);
                        DerivativeStructure value = Transform.truncated(series);
                        return value.multiply(value)
                                .add(1)
                                .pow(-1.5)
                                .multiply(slope)
                                .multiply(slope);
                    }),
            Transform.derivative("hessian", 2, f -> v -> Derivatives.hessian(f, v)),
            Transform.derivative("hvp", 2, f -> v -> Derivatives.hvp(f, v, ONE)),
            Transform.derivative("vhp", 2, f -> v -> Derivatives.vhp(f, v, ONE)),
            Transform.derivative("hessianDiagonal", 2, f -> v -> Derivatives.hessianDiagonal(f, v)),
            Transform.derivative("laplacian", 2, f -> v -> Derivatives.laplacian(f, v)),
            Transform.derivative("directional 1", 1, f -> v -> Derivatives.directional(f, v, ONE, 1)),
            Transform.derivative("directional 2", 2, f -> v -> Derivatives.directional(f, v, ONE, 2)),
            Transform.derivative("directional 3", 3, f -> v -> Derivatives.directional(f, v, ONE, 3)),
            Transform.derivative("directional 4", 4, f -> v -> Derivatives.directional(f, v, ONE, 4)));

    /** Transforms with a structure of their own behind them, too dear for long chains. */
    private static final List<Transform> SPECIAL = List.of(
            Transform.derivative(
                    "sparse jacobian",
                    1,
                    f -> v -> Sparse.jacobian(f, v).values().sum()),
            Transform.derivative(
                    "sparse hessian", 2, f -> v -> Sparse.hessian(f, v).values().sum()),
            Transform.derivative(
                    "third Taylor coefficient",
                    3,
                    f -> v -> Taylor.coefficients(f, v, ONE, 3).get(3).mul(6)),
            Transform.derivative(
                    "gradient of a checkpoint", 1, f -> v -> Derivatives.gradient(w -> Checkpoint.checkpoint(f, w), v)),
            Transform.derivative(
                    "gradient of a root",
                    1,
                    f -> v -> Derivatives.gradient(
                            w -> Implicit.root((Tensor y, Tensor p) -> y.sub(f.apply(p)))
                                    .solve(f, w),
                            v)));

    private static final List<Transform> ALL =
            Stream.concat(TRANSFORMS.stream(), SPECIAL.stream()).toList();

    /** Transforms that are one sweep of others of the list under another name. */
    private static final Set<String> ALIASES =
            Set.of("valueAndGradient", "valueAndJvp", "push", "pull", "jacobian", "directional 1");

    /** The same function of tensors and of power series, with the point at which to compare them. */
    record Both(String name, double x, UnaryOperator<Tensor> f, UnaryOperator<DerivativeStructure> series) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Both> functions() {
        return List.of(
                new Both("sin", 0.7, v -> v.sin(), v -> v.sin()),
                new Both("cos", 0.7, v -> v.cos(), v -> v.cos()),
                new Both("tan", 0.5, v -> v.tan(), v -> v.tan()),
                new Both("asin", 0.3, v -> v.asin(), v -> v.asin()),
                new Both("acos", 0.3, v -> v.acos(), v -> v.acos()),
                new Both("atan", 0.8, v -> v.atan(), v -> v.atan()),
                new Both("sinh", 0.6, v -> v.sinh(), v -> v.sinh()),
                new Both("cosh", 0.6, v -> v.cosh(), v -> v.cosh()),
                new Both("tanh", 0.6, v -> v.tanh(), v -> v.tanh()),
                new Both("asinh", 0.6, v -> v.asinh(), v -> v.asinh()),
                new Both("acosh", 2.2, v -> v.acosh(), v -> v.acosh()),
                new Both("atanh", 0.3, v -> v.atanh(), v -> v.atanh()),
                new Both("exp", 0.4, v -> v.exp(), v -> v.exp()),
                new Both("expm1", 0.4, v -> v.expm1(), v -> v.expm1()),
                new Both("exp2", 0.4, v -> v.exp2(), v -> DerivativeStructure.pow(2, v)),
                new Both("log", 1.4, v -> v.log(), v -> v.log()),
                new Both("log1p", 0.4, v -> v.log1p(), v -> v.log1p()),
                new Both("log10", 1.4, v -> v.log10(), v -> v.log10()),
                new Both("sqrt", 1.3, v -> v.sqrt(), v -> v.sqrt()),
                new Both("rsqrt", 1.3, v -> v.rsqrt(), v -> v.sqrt().reciprocal()),
                new Both("cbrt", 1.3, v -> v.cbrt(), v -> v.cbrt()),
                new Both("reciprocal", 1.3, v -> v.reciprocal(), v -> v.reciprocal()),
                new Both("cube", -0.9, v -> v.cube(), v -> v.pow(3)),
                new Both("power 2.5", 1.2, v -> v.pow(2.5), v -> v.pow(2.5)),
                new Both("x^x", 1.2, v -> v.pow(v), v -> v.pow(v)),
                new Both("abs", -0.9, v -> v.abs().mul(v), v -> v.abs().multiply(v)),
                new Both(
                        "sigmoid",
                        0.4,
                        v -> v.sigmoid(),
                        v -> v.negate().exp().add(1).reciprocal()),
                new Both("softplus", 0.4, v -> v.softplus(), v -> v.exp().log1p()),
                new Both("x log x", 1.3, v -> v.xlogy(v), v -> v.log().multiply(v)),
                new Both("atan2", 0.7, v -> v.sin().atan2(v.exp()), v -> v.sin().atan2(v.exp())),
                new Both("hypot", 0.7, v -> v.hypot(v.exp()), v -> v.hypot(v.exp())),
                new Both(
                        "logAddExp",
                        0.7,
                        v -> v.logAddExp(v.square()),
                        v -> v.exp().add(v.multiply(v).exp()).log()),
                new Both(
                        "logSumExp",
                        0.7,
                        v -> Tensor.stack(0, v, v.square(), v.sin()).logSumExp(),
                        v -> v.exp().add(v.multiply(v).exp()).add(v.sin().exp()).log()),
                new Both(
                        "product",
                        0.7,
                        v -> Tensor.stack(0, v, v.exp(), v.sin()).prod(),
                        v -> v.multiply(v.exp()).multiply(v.sin())),
                new Both(
                        "norm",
                        0.7,
                        v -> Tensor.stack(0, v, v.exp()).norm(),
                        v -> v.multiply(v).add(v.exp().multiply(v.exp())).sqrt()),
                new Both(
                        "bump",
                        0.5,
                        v -> v.square().neg().exp(),
                        v -> v.multiply(v).negate().exp()),
                new Both(
                        "rational",
                        0.5,
                        v -> v.div(v.square().add(1)),
                        v -> v.divide(v.multiply(v).add(1))),
                new Both(
                        "sin sin sin",
                        0.5,
                        v -> v.sin().sin().sin(),
                        v -> v.sin().sin().sin()));
    }

    /** Returns all chains of transforms whose orders sum up to the given one, the outermost first. */
    private static List<List<Transform>> chains(int order) {
        if (order == 0) {
            return List.of(List.of());
        }
        List<List<Transform>> chains = new ArrayList<>();
        for (Transform outer : TRANSFORMS) {
            if (outer.order <= order) {
                for (List<Transform> inner : chains(order - outer.order)) {
                    chains.add(Stream.concat(Stream.of(outer), inner.stream()).toList());
                }
            }
        }
        return chains;
    }

    private static void assertEqualToSeries(List<Transform> chain, Both both) {
        UnaryOperator<Tensor> f = both.f;
        DerivativeStructure series = both.series.apply(new DerivativeStructure(1, ORDER, 0, both.x));
        double scale = 1;
        for (int k = chain.size() - 1; k >= 0; k--) {
            f = chain.get(k).ofFunctions.apply(f);
            // a sum can be smaller than its terms, whose rounding it has
            scale = Math.max(scale, largest(series));
            series = chain.get(k).ofSeries.apply(series);
        }
        scale = Math.max(scale, largest(series));
        Tensor found = f.apply(Tensor.scalar(both.x));
        assertThat(found.item())
                .as("%s of %s", chain.stream().map(Transform::name).collect(Collectors.joining(" of ")), both)
                .isEqualTo(series.getValue(), Offset.offset(1e-12 * scale));
        assertThat(found.rank()).isZero();
        assertThat(found.traced()).isFalse();
    }

    private static double largest(DerivativeStructure series) {
        return Arrays.stream(series.getAllDerivatives()).map(Math::abs).max().getAsDouble();
    }

    @ParameterizedTest
    @MethodSource("functions")
    void everyTransformInEveryOtherEqualsThePowerSeries(Both both) {
        for (Transform inner : ALL) {
            assertEqualToSeries(List.of(inner), both);
            for (Transform outer : ALL) {
                if (inner.order + outer.order <= ORDER) {
                    assertEqualToSeries(List.of(outer, inner), both);
                }
            }
        }
    }

    /** Each chain on one function, so that each function has its share; those of four transforms without aliases. */
    @Test
    void everyChainOfTransformsToTheFourthOrderEqualsThePowerSeries() {
        List<Both> functions = functions();
        int next = 0;
        for (int order = 1; order <= ORDER; order++) {
            for (List<Transform> chain : chains(order)) {
                if (chain.size() < 4 || chain.stream().noneMatch(transform -> ALIASES.contains(transform.name))) {
                    assertEqualToSeries(chain, functions.get(next++ % functions.size()));
                }
            }
        }
        assertThat(next).isGreaterThan(10_000);
    }

    private static List<Transform> slopes() {
        return TRANSFORMS.stream()
                .filter(transform -> transform.order == 1 && !transform.name.startsWith("gaussNewton"))
                .toList();
    }

    private static Tensor apply(Transform transform, UnaryOperator<Tensor> f, Tensor x) {
        return transform.ofFunctions.apply(f).apply(x);
    }

    @Test
    void aClosureOverTheVariableOfTheTransformAroundItIsNotConfused() {
        double x = 0.6;
        // d/dx (x d/dy sin(x y) at y = x) = d/dx (x² cos x²)
        double expected = 2 * x * Math.cos(x * x) - 2 * x * x * x * Math.sin(x * x);
        for (Transform outer : slopes()) {
            for (Transform inner : slopes()) {
                Tensor found =
                        apply(outer, v -> v.mul(apply(inner, w -> v.mul(w).sin(), v)), Tensor.scalar(x));
                assertThat(found.item())
                        .as("%s of %s", outer.name, inner.name)
                        .isEqualTo(expected, Offset.offset(1e-14));
                // d/dx (x d/dy (x + y)) = 1 wherever y is
                assertThat(apply(outer, v -> v.mul(apply(inner, v::add, ONE)), Tensor.scalar(x))
                                .item())
                        .isEqualTo(1);
                // a function made outside, with a variable that is not its own
                assertThat(apply(outer, v -> apply(inner, w -> v, v), Tensor.scalar(x))
                                .item())
                        .isZero();
            }
        }
    }

    @Test
    void lambdasNestedThreeDeepAreNotConfused() {
        double x = 0.6;
        for (Transform a : slopes()) {
            for (Transform b : slopes()) {
                for (Transform c : slopes()) {
                    // d/dz x y z² = 2 x y z; d/dy 2 x y³ = 6 x y²; d/dx 6 x⁴
                    Tensor found = apply(
                            a,
                            u -> u.mul(apply(
                                    b, v -> v.mul(apply(c, w -> u.mul(v).mul(w.square()), v)), u)),
                            Tensor.scalar(x));
                    assertThat(found.item())
                            .as("%s of %s of %s", a.name, b.name, c.name)
                            .isEqualTo(24 * x * x * x, Offset.offset(1e-13));
                }
            }
        }
    }

    @Test
    void transformsInParallelThreadsAreNotConfused() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            // many at once, over functions and points that all threads share
            List<Both> functions = functions();
            List<List<Transform>> chains = chains(3);
            List<Callable<Boolean>> tasks = IntStream.range(0, 2_000)
                    .<Callable<Boolean>>mapToObj(k -> () -> {
                        assertEqualToSeries(chains.get(k * 7 % chains.size()), functions.get(k % functions.size()));
                        return true;
                    })
                    .toList();
            for (Future<Boolean> task : threads.invokeAll(tasks)) {
                assertThat(task.get()).isTrue();
            }
            // inner transforms in other threads, over the variable of the outer one: d/dx Σ k x d/dy sin(x y)
            double x = 0.6;
            double slope = 2 * x * Math.cos(x * x) - 2 * x * x * x * Math.sin(x * x);
            for (Transform outer : slopes()) {
                for (Transform inner : slopes()) {
                    UnaryOperator<Tensor> f = v -> {
                        List<Future<Tensor>> parts = IntStream.rangeClosed(1, 4)
                                .mapToObj(k -> threads.submit(() ->
                                        v.mul(k).mul(apply(inner, w -> v.mul(w).sin(), v))))
                                .toList();
                        return parts.stream().map(NestingTest::get).reduce(Tensor.scalar(0), Tensor::add);
                    };
                    assertThat(apply(outer, f, Tensor.scalar(x)).item())
                            .as("%s of %s", outer.name, inner.name)
                            .isEqualTo(10 * slope, Offset.offset(1e-13));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Tensor get(Future<Tensor> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
