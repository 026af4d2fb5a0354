package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.differentiation.DSCompiler;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Matrices of derivatives of functions of two and three variables, nested in one another to the fourth order, equal what
 * Commons Math's {@link DerivativeStructure} of several variables finds.
 *
 * <p>All chains are taken whose orders add up to at most 4: of two of the 24 transforms for each of the 12 functions (6,240
 * cases); of three for one of four functions of two variables (8,811), and of four of five ways to a whole matrix of first
 * derivatives likewise (625), with closures in half of the places.
 */
class MatrixNestingTest {
    private static final int ORDER = 4;

    /** A tensor that depends on variables, with all derivatives of each entry. */
    private record Field(Shape shape, List<DerivativeStructure> entries) {
        int variables() {
            return entries.get(0).getFreeParameters();
        }

        /** Returns a field of the same entries' derivatives, those of each in the given shape. */
        Field each(Shape more, Function<DerivativeStructure, List<DerivativeStructure>> derivatives) {
            return new Field(
                    shape.append(more),
                    entries.stream()
                            .flatMap(entry -> derivatives.apply(entry).stream())
                            .toList());
        }

        /** Returns all first derivatives, [shape.., variables]. */
        Field jacobian() {
            return each(Shape.of(variables()), MatrixNestingTest::slopes);
        }

        double largest() {
            return entries.stream()
                    .flatMapToDouble(entry -> Arrays.stream(entry.getAllDerivatives()))
                    .map(Math::abs)
                    .max()
                    .orElse(0);
        }
    }

    private static List<DerivativeStructure> slopes(DerivativeStructure y) {
        return IntStream.range(0, y.getFreeParameters())
                .mapToObj(j -> slope(y, j))
                .toList();
    }

    /** Returns the derivative by variable j with its derivatives. */
    private static DerivativeStructure slope(DerivativeStructure y, int j) {
        int n = y.getFreeParameters();
        DSCompiler compiler = DSCompiler.getCompiler(n, y.getOrder() - 1);
        double[] derivatives = new double[compiler.getSize()];
        for (int i = 0; i < derivatives.length; i++) {
            int[] orders = compiler.getPartialDerivativeOrders(i).clone();
            orders[j]++;
            derivatives[i] = y.getPartialDerivative(orders);
        }
        return new DerivativeStructure(n, y.getOrder() - 1, derivatives);
    }

    /** Returns the derivative along the vector of ones. */
    private static DerivativeStructure along(DerivativeStructure y) {
        return slopes(y).stream().reduce(DerivativeStructure::add).orElseThrow();
    }

    /** A transform of functions of a vector whose values have any shape. */
    private record Transform(
            String name,
            int order,
            BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at,
            UnaryOperator<Field> ofFields) {
        UnaryOperator<Tensor> of(UnaryOperator<Tensor> f) {
            return v -> at.apply(f, v);
        }

        /** Returns the same over a closure, as {@link org.retrograd.autograd.diff.Transform#closing} does. */
        Transform closing() {
            double scale = this == GAUSS_NEWTON ? 4 : Math.pow(2, order);
            return new Transform(
                    name + " over a closure",
                    order,
                    (f, v) -> at.apply(w -> f.apply(v.add(w).div(2)), v).mul(scale),
                    ofFields);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Transform first(String name, BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at) {
        return new Transform(name, 1, at, Field::jacobian);
    }

    private static Transform second(String name, BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at) {
        return new Transform(name, 2, at, field -> field.jacobian().jacobian());
    }

    private static Transform same(String name, BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at) {
        return new Transform(name, 0, at, UnaryOperator.identity());
    }

    /** A transform that contracts derivatives of each entry of the value, so that its shape grows by {@code more} axes. */
    private static Transform contracted(
            String name,
            int order,
            BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at,
            UnaryOperator<DerivativeStructure> ofEntry) {
        return new Transform(name, order, at, field -> field.each(Shape.SCALAR, y -> List.of(ofEntry.apply(y))));
    }

    private static final Transform GAUSS_NEWTON = new Transform(
            "gaussNewtonProduct",
            1,
            (f, v) -> Derivatives.gaussNewtonProduct(f, v, Tensor.ones(v.size())),
            field -> new Field(
                    Shape.of(field.variables()),
                    IntStream.range(0, field.variables())
                            .mapToObj(j -> field.entries.stream()
                                    .map(y -> slope(y, j).multiply(along(y)))
                                    .reduce(DerivativeStructure::add)
                                    .orElseThrow())
                            .toList()));

    private static final List<Transform> TRANSFORMS = List.of(
            first("jacobian", (f, v) -> Derivatives.jacobian(f, v)),
            first("jacobian forward", (f, v) -> Derivatives.jacobian(f, v, Mode.FORWARD, 2)),
            first("jacobian reverse", (f, v) -> Derivatives.jacobian(f, v, Mode.REVERSE, 2)),
            first("gradients", (f, v) -> entries(f, v, entry -> Derivatives.gradient(entry, v))),
            first("jvps", (f, v) -> units(v, unit -> Derivatives.jvp(f, v, unit))),
            first("pull", (f, v) -> {
                Differential<Tensor, Tensor> at = Derivatives.linearize(f, v);
                Shape shape = at.value().shape();
                Tensor seeds =
                        Tensor.eye(shape.size()).reshape(Shape.of(shape.size()).append(shape));
                return at.pull(seeds).reshape(shape.append(v.shape()));
            }),
            first("push", (f, v) -> {
                Tensor columns = Derivatives.linearize(f, v).push(Tensor.eye(v.size()));
                Shape shape = columns.shape();
                return columns.reshape(v.size(), -1)
                        .transpose()
                        .reshape(shape.slice(1, shape.rank()).append(v.shape()));
            }),
            first(
                    "sparse jacobian",
                    (f, v) -> Sparse.jacobian(f, v)
                            .toDense()
                            .reshape(f.apply(v.detach()).shape().append(v.shape()))),
            first("per-example gradients", (f, v) -> {
                Shape shape = f.apply(v.detach()).shape();
                return Derivatives.perExampleGradients(
                                (w, unit) -> f.apply(w).flatten().dot(unit), v, Tensor.eye(shape.size()))
                        .reshape(shape.append(v.shape()));
            }),
            first("jacobian by a list", (f, v) -> {
                List<Tensor> columns = Derivatives.jacobian(
                        (List<Tensor> entries) -> f.apply(Tensor.stack(0, entries.toArray(new Tensor[0]))),
                        v.unstack(0));
                return Tensor.stack(-1, columns.toArray(new Tensor[0]));
            }),
            second("hessians", (f, v) -> entries(f, v, entry -> Derivatives.hessian(entry, v))),
            second(
                    "Hessian-vector products",
                    (f, v) -> entries(f, v, entry -> units(v, unit -> Derivatives.hvp(entry, v, unit)))),
            second(
                    "vector-Hessian products",
                    (f, v) -> entries(f, v, entry -> units(v, unit -> Derivatives.vhp(entry, v, unit)))),
            second(
                    "sparse hessians",
                    (f, v) -> entries(f, v, entry -> Sparse.hessian(entry, v).toDense())),
            // by polarisation: d²/dx dy is a quarter of the difference along x + y and x - y
            second(
                    "directional derivatives",
                    (f, v) -> units(
                            v,
                            a -> units(
                                    v,
                                    b -> Derivatives.directional(f, v, a.add(b), 2)
                                            .sub(Derivatives.directional(f, v, a.sub(b), 2))
                                            .div(4)))),
            new Transform(
                    "hessianDiagonals",
                    2,
                    (f, v) -> entries(f, v, entry -> Derivatives.hessianDiagonal(entry, v)),
                    field -> field.each(
                            Shape.of(field.variables()),
                            y -> IntStream.range(0, y.getFreeParameters())
                                    .mapToObj(j -> slope(slope(y, j), j))
                                    .toList())),
            contracted(
                    "laplacians",
                    2,
                    (f, v) -> entries(f, v, entry -> Derivatives.laplacian(entry, v)),
                    y -> IntStream.range(0, y.getFreeParameters())
                            .mapToObj(j -> slope(slope(y, j), j))
                            .reduce(DerivativeStructure::add)
                            .orElseThrow()),
            contracted(
                    "directional 1",
                    1,
                    (f, v) -> Derivatives.directional(f, v, Tensor.ones(v.size()), 1),
                    MatrixNestingTest::along),
            contracted(
                    "directional 3",
                    3,
                    (f, v) -> Derivatives.directional(f, v, Tensor.ones(v.size()), 3),
                    y -> along(along(along(y)))),
            contracted(
                    "directional 4",
                    4,
                    (f, v) -> Derivatives.directional(f, v, Tensor.ones(v.size()), 4),
                    y -> along(along(along(along(y))))),
            GAUSS_NEWTON,
            same("checkpoint", (f, v) -> Checkpoint.checkpoint(f, v)),
            same(
                    "custom function",
                    (f, v) -> CustomFunction.of("f", in -> f.apply(in.get(0))).apply(v)),
            same(
                    "root",
                    (f, v) -> Implicit.root((Tensor y, Tensor p) -> {
                                Tensor u = f.apply(p);
                                return y.add(y.atan()).sub(u.add(u.atan()));
                            })
                            .solve(f, v)));

    /** Returns what a transform of scalar functions makes of each entry of the value, [value.., result..]. */
    private static Tensor entries(
            UnaryOperator<Tensor> f, Tensor v, Function<UnaryOperator<Tensor>, Tensor> transform) {
        Shape shape = f.apply(v.detach()).shape();
        Tensor all = Tensor.stack(
                0,
                IntStream.range(0, shape.size())
                        .mapToObj(i -> transform.apply(
                                w -> f.apply(w).flatten().slice(0, i, i + 1).squeeze(0)))
                        .toArray(Tensor[]::new));
        return all.reshape(shape.append(all.shape().slice(1, all.rank())));
    }

    /** Returns what becomes of each unit vector, along a last axis. */
    private static Tensor units(Tensor v, UnaryOperator<Tensor> map) {
        return Tensor.stack(
                -1, Tensor.eye(v.size()).unstack(0).stream().map(map).toArray(Tensor[]::new));
    }

    /** The same scalar function of several variables in tensors and in power series. */
    private record Multivariate(
            String name,
            Tensor x,
            UnaryOperator<Tensor> f,
            Function<DerivativeStructure[], DerivativeStructure> series) {
        Field field() {
            DerivativeStructure[] variables = IntStream.range(0, x.size())
                    .mapToObj(j -> new DerivativeStructure(x.size(), ORDER, j, x.get(j)))
                    .toArray(DerivativeStructure[]::new);
            return new Field(Shape.SCALAR, List.of(series.apply(variables)));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static DerivativeStructure sum(DerivativeStructure[] x, UnaryOperator<DerivativeStructure> f) {
        return Arrays.stream(x).map(f).reduce(DerivativeStructure::add).orElseThrow();
    }

    private static DerivativeStructure product(DerivativeStructure... x) {
        return Arrays.stream(x).reduce(DerivativeStructure::multiply).orElseThrow();
    }

    private static Tensor entry(Tensor v, int j) {
        return v.slice(0, j, j + 1).squeeze(0);
    }

    private static final Tensor X2 = Tensor.of(0.7, -0.4);
    private static final Tensor X3 = Tensor.of(0.4, -1.3, 0.9);

    private static final List<Multivariate> FUNCTIONS = List.of(
            new Multivariate(
                    "Rosenbrock",
                    Tensor.of(-1.2, 1),
                    v -> entry(v, 0)
                            .neg()
                            .add(1)
                            .square()
                            .add(entry(v, 1).sub(entry(v, 0).square()).square().mul(100)),
                    x -> x[0].negate()
                            .add(1)
                            .pow(2)
                            .add(x[1].subtract(x[0].pow(2)).pow(2).multiply(100))),
            new Multivariate(
                    "Himmelblau",
                    X2,
                    v -> entry(v, 0)
                            .square()
                            .add(entry(v, 1))
                            .sub(11)
                            .square()
                            .add(entry(v, 0).add(entry(v, 1).square()).sub(7).square()),
                    x -> x[0].pow(2)
                            .add(x[1])
                            .subtract(11)
                            .pow(2)
                            .add(x[0].add(x[1].pow(2)).subtract(7).pow(2))),
            new Multivariate("product", X2, v -> v.prod(), x -> product(x)),
            new Multivariate(
                    "norm", X2, v -> v.norm(), x -> sum(x, y -> y.pow(2)).sqrt()),
            new Multivariate(
                    "bump",
                    X2,
                    v -> v.sumSquares().neg().exp(),
                    x -> sum(x, y -> y.pow(2)).negate().exp()),
            new Multivariate("angle", X2, v -> entry(v, 1).atan2(entry(v, 0)), x -> x[1].atan2(x[0])),
            new Multivariate("power", Tensor.of(1.3, -0.6), v -> entry(v, 0).pow(entry(v, 1)), x -> x[0].pow(x[1])),
            new Multivariate(
                    "logSumExp",
                    X3,
                    v -> v.logSumExp(),
                    x -> sum(x, y -> y.exp()).log()),
            new Multivariate(
                    "potential of a charge",
                    X3,
                    v -> v.norm().reciprocal(),
                    x -> sum(x, y -> y.pow(2)).sqrt().reciprocal()),
            new Multivariate(
                    "entropy",
                    Tensor.of(0.2, 0.3, 1.5),
                    v -> v.mul(v.log()).sum(),
                    x -> sum(x, y -> y.multiply(y.log()))),
            new Multivariate(
                    "Cauchy likelihood",
                    X3,
                    v -> v.sumSquares().log1p(),
                    x -> sum(x, y -> y.pow(2)).log1p()),
            new Multivariate(
                    "geometric mean",
                    Tensor.of(0.2, 0.3, 1.5),
                    v -> v.log().mean().exp(),
                    x -> product(x).cbrt()));

    /**
     * Functions of two variables none of whose derivatives is a constant, which a custom function without a rule refuses: it
     * could not tell it from a value computed on arrays.
     */
    private static final List<Multivariate> TRANSCENDENTAL = FUNCTIONS.subList(3, 7);

    private static void check(List<Transform> chain, Multivariate function) {
        UnaryOperator<Tensor> f = function.f;
        Field field = function.field();
        double scale = Math.max(1, field.largest());
        for (int k = chain.size() - 1; k >= 0; k--) {
            f = chain.get(k).of(f);
            field = chain.get(k).ofFields.apply(field);
            scale = Math.max(scale, field.largest());
        }
        Tensor found = f.apply(function.x);
        String what = chain + " of " + function;
        assertThat(found.shape()).as(what).isEqualTo(field.shape);
        assertThat(found.toArray())
                .as(what)
                .containsExactly(
                        field.entries.stream()
                                .mapToDouble(DerivativeStructure::getValue)
                                .toArray(),
                        Offset.offset(1e-12 * scale));
        assertThat(found.traced()).as(what).isFalse();
    }

    private static List<List<Transform>> chains(List<Transform> transforms, int length, int order) {
        if (length == 0) {
            return List.of(List.of());
        }
        List<List<Transform>> chains = new ArrayList<>();
        for (Transform outer : transforms) {
            if (outer.order <= order) {
                for (List<Transform> inner : chains(transforms, length - 1, order - outer.order)) {
                    chains.add(Stream.concat(Stream.of(outer), inner.stream()).toList());
                }
            }
        }
        return chains;
    }

    @TestFactory
    Stream<DynamicTest> everyTransformInEveryOtherOfEveryFunction() {
        List<List<Transform>> chains = chains(TRANSFORMS, 2, ORDER);
        assertThat(chains).hasSize(520);
        return FUNCTIONS.stream()
                .map(function -> dynamicTest(function.name, () -> chains.forEach(chain -> check(chain, function))));
    }

    @TestFactory
    Stream<DynamicTest> everyThreeTransforms() {
        List<List<Transform>> chains = chains(TRANSFORMS, 3, ORDER);
        assertThat(chains).hasSize(8_811);
        return ofOneFunctionEach(chains);
    }

    @TestFactory
    Stream<DynamicTest> everyFourFirstDerivatives() {
        List<List<Transform>> chains = chains(TRANSFORMS.subList(1, 6), 4, ORDER);
        assertThat(chains).hasSize(625);
        return ofOneFunctionEach(chains);
    }

    /** Returns tests of each chain for one function, by their outermost transform; closures take turns. */
    private static Stream<DynamicTest> ofOneFunctionEach(List<List<Transform>> chains) {
        Map<Transform, List<Runnable>> tests = new LinkedHashMap<>();
        for (int k = 0; k < chains.size(); k++) {
            int turn = k;
            List<Transform> chain = chains.get(turn);
            List<Transform> closures = IntStream.range(0, chain.size())
                    .mapToObj(j ->
                            (turn >> j & 1) == 0 ? chain.get(j) : chain.get(j).closing())
                    .toList();
            tests.computeIfAbsent(chain.get(0), outermost -> new ArrayList<>())
                    .add(() -> check(closures, TRANSCENDENTAL.get(turn % TRANSCENDENTAL.size())));
        }
        return tests.entrySet().stream()
                .map(group -> dynamicTest(
                        "outermost " + group.getKey(), () -> group.getValue().forEach(Runnable::run)));
    }
}
