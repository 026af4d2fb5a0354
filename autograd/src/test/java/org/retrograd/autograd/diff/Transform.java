package org.retrograd.autograd.diff;

import static org.retrograd.autograd.diff.Derivatives.directional;
import static org.retrograd.autograd.diff.Derivatives.gaussNewtonProduct;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hessian;
import static org.retrograd.autograd.diff.Derivatives.hessianDiagonal;
import static org.retrograd.autograd.diff.Derivatives.hvp;
import static org.retrograd.autograd.diff.Derivatives.jacobian;
import static org.retrograd.autograd.diff.Derivatives.jvp;
import static org.retrograd.autograd.diff.Derivatives.laplacian;
import static org.retrograd.autograd.diff.Derivatives.linearize;
import static org.retrograd.autograd.diff.Derivatives.perExampleGradients;
import static org.retrograd.autograd.diff.Derivatives.valueAndGradient;
import static org.retrograd.autograd.diff.Derivatives.valueAndJvp;
import static org.retrograd.autograd.diff.Derivatives.vhp;
import static org.retrograd.autograd.diff.Derivatives.vjp;
import static org.retrograd.autograd.diff.Transform.Kind.CHECKPOINT;
import static org.retrograd.autograd.diff.Transform.Kind.CUSTOM;
import static org.retrograd.autograd.diff.Transform.Kind.FORWARD;
import static org.retrograd.autograd.diff.Transform.Kind.FORWARD_DIRECTIONS;
import static org.retrograd.autograd.diff.Transform.Kind.FORWARD_OVER_REVERSE;
import static org.retrograd.autograd.diff.Transform.Kind.GAUSS_NEWTON;
import static org.retrograd.autograd.diff.Transform.Kind.IMPLICIT;
import static org.retrograd.autograd.diff.Transform.Kind.REVERSE;
import static org.retrograd.autograd.diff.Transform.Kind.REVERSE_DIRECTIONS;
import static org.retrograd.autograd.diff.Transform.Kind.REVERSE_OVER_REVERSE;
import static org.retrograd.autograd.diff.Transform.Kind.SERIES;
import static org.retrograd.autograd.diff.Transform.Kind.SPARSE;
import static org.retrograd.autograd.diff.Transform.Kind.VALUE;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A transform of functions of one number, and what it does to their power series.
 *
 * @param kind the mechanism behind it, which several public methods may share
 * @param order how many orders it takes away from the series; those of order 0 leave the function what it is
 * @param at the transformed function at a point
 * @param captures whether the function may capture traced values
 */
record Transform(
        Kind kind,
        int order,
        String name,
        BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at,
        UnaryOperator<DerivativeStructure> ofSeries,
        boolean captures) {

    /** What is nested in what: sweeps, several directions in a sweep, and whatever else evaluates a function. */
    enum Kind {
        REVERSE,
        FORWARD,
        REVERSE_DIRECTIONS,
        FORWARD_DIRECTIONS,
        FORWARD_OVER_REVERSE,
        REVERSE_OVER_REVERSE,
        SERIES,
        SPARSE,
        GAUSS_NEWTON,
        VALUE,
        CHECKPOINT,
        CUSTOM,
        IMPLICIT
    }

    private static final Tensor ONE = Tensor.scalar(1);

    private record Pair(Tensor a, Tensor b) {}

    static final List<Transform> ALL = List.of(
            of(REVERSE, 1, "gradient", (f, v) -> gradient(f, v)),
            of(REVERSE, 1, "valueAndGradient", (f, v) -> valueAndGradient(f, v).gradient()),
            of(REVERSE, 1, "vjp", (f, v) -> vjp(f, v, ONE)),
            of(REVERSE, 1, "pull", (f, v) -> linearize(f, v).pull(ONE)),
            of(
                    REVERSE,
                    1,
                    "gradient by a record",
                    (f, v) -> gradient(pair -> f.apply(pair.a.add(pair.b)), new Pair(v, Tensor.scalar(0))).b),
            of(
                    REVERSE,
                    1,
                    "perExampleGradients",
                    (f, v) -> perExampleGradients((w, x) -> f.apply(w).mul(x), v, Tensor.of(2, -1))
                            .sum()),
            of(FORWARD, 1, "jvp", (f, v) -> jvp(f, v, ONE)),
            of(FORWARD, 1, "valueAndJvp", (f, v) -> valueAndJvp(f, v, ONE).tangent()),
            of(FORWARD, 1, "push", (f, v) -> linearize(f, v).push(ONE)),
            of(
                    FORWARD,
                    1,
                    "jvp of a list",
                    (f, v) -> jvp(
                            (List<Tensor> p) -> f.apply(p.get(0).add(p.get(1))),
                            List.of(v, Tensor.scalar(0)),
                            List.of(Tensor.scalar(3), Tensor.scalar(-2)))),
            of(REVERSE_DIRECTIONS, 1, "jacobian reverse", (f, v) -> jacobian(f, v, Mode.REVERSE)),
            of(
                    REVERSE_DIRECTIONS,
                    1,
                    "jacobian of two values",
                    (f, v) -> jacobian(w -> f.apply(w).mul(Tensor.of(2, -1)), v, Mode.REVERSE)
                            .sum()),
            of(
                    REVERSE_DIRECTIONS,
                    1,
                    "jacobian in reverse chunks",
                    (f, v) -> jacobian(w -> f.apply(w).mul(Tensor.of(2, -3, 2)), v, Mode.REVERSE, 2)
                            .sum()),
            of(
                    REVERSE_DIRECTIONS,
                    1,
                    "pull of two",
                    (f, v) -> linearize(f, v).pull(Tensor.of(2, -1)).sum()),
            of(FORWARD_DIRECTIONS, 1, "jacobian", (f, v) -> jacobian(f, v)),
            of(FORWARD_DIRECTIONS, 1, "jacobian forward", (f, v) -> jacobian(f, v, Mode.FORWARD)),
            of(
                    FORWARD_DIRECTIONS,
                    1,
                    "jacobian by two arguments",
                    (f, v) -> jacobian(w -> f.apply(w.dot(Tensor.of(2, -1))), v.mul(Tensor.of(1, 1)), Mode.FORWARD)
                            .sum()),
            of(
                    FORWARD_DIRECTIONS,
                    1,
                    "jacobian in forward chunks",
                    (f, v) -> jacobian(
                                    w -> f.apply(w.dot(Tensor.of(2, -3, 2))),
                                    v.mul(Tensor.of(1, 1, 1)),
                                    Mode.FORWARD,
                                    2)
                            .sum()),
            of(
                    FORWARD_DIRECTIONS,
                    1,
                    "push of two",
                    (f, v) -> linearize(f, v).push(Tensor.of(2, -1)).sum()),
            of(FORWARD_OVER_REVERSE, 2, "hvp", (f, v) -> hvp(f, v, ONE)),
            of(FORWARD_OVER_REVERSE, 2, "hessian", (f, v) -> hessian(f, v)),
            of(SERIES, 2, "hessianDiagonal", (f, v) -> hessianDiagonal(f, v)),
            of(SERIES, 2, "laplacian", (f, v) -> laplacian(f, v)),
            of(
                    SERIES,
                    2,
                    "laplacian in two variables",
                    (f, v) -> laplacian(w -> f.apply(w.sum()), Tensor.stack(0, v, Tensor.scalar(0)))
                            .div(2)),
            of(REVERSE_OVER_REVERSE, 2, "vhp", (f, v) -> vhp(f, v, ONE)),
            of(SERIES, 1, "directional 1", (f, v) -> directional(f, v, ONE, 1)),
            of(
                    SERIES,
                    1,
                    "coefficient along a curve",
                    (f, v) -> Taylor.along(f, List.of(v, ONE)).get(1)),
            of(SERIES, 2, "directional 2", (f, v) -> directional(f, v, ONE, 2)),
            of(SERIES, 3, "directional 3", (f, v) -> directional(f, v, ONE, 3)),
            of(
                    SERIES,
                    3,
                    "third Taylor coefficient",
                    (f, v) -> Taylor.coefficients(f, v, ONE, 3).get(3).mul(6)),
            of(SERIES, 4, "directional 4", (f, v) -> directional(f, v, ONE, 4)),
            of(
                    SPARSE,
                    1,
                    "sparse jacobian",
                    (f, v) -> Sparse.jacobian(f, v).values().sum()),
            of(
                    SPARSE,
                    1,
                    "sparse plan of two values",
                    (f, v) -> Sparse.jacobianPlan(w -> f.apply(w).mul(Tensor.of(2, -1)), v)
                            .at(v)
                            .values()
                            .sum()),
            of(
                    SPARSE,
                    2,
                    "sparse hessian",
                    (f, v) -> Sparse.hessian(f, v).values().sum()),
            new Transform(
                    GAUSS_NEWTON,
                    1,
                    "gaussNewtonProduct",
                    (f, v) -> gaussNewtonProduct(f, v, ONE),
                    series -> derivative(series, 1).pow(2),
                    true),
            new Transform(
                    GAUSS_NEWTON,
                    1,
                    "gaussNewtonProduct of a loss",
                    (f, v) -> gaussNewtonProduct(f, y -> y.hypot(ONE), v, ONE),
                    series -> truncated(series)
                            .pow(2)
                            .add(1)
                            .pow(-1.5)
                            .multiply(derivative(series, 1).pow(2)),
                    true),
            of(
                    VALUE,
                    0,
                    "value of valueAndGradient",
                    (f, v) -> valueAndGradient(f, v).value()),
            of(
                    VALUE,
                    0,
                    "value of valueAndJvp",
                    (f, v) -> valueAndJvp(f, v, ONE).value()),
            of(VALUE, 0, "value of linearize", (f, v) -> linearize(f, v).value()),
            of(VALUE, 0, "directional 0", (f, v) -> directional(f, v, ONE, 0)),
            of(CHECKPOINT, 0, "checkpoint", (f, v) -> Checkpoint.checkpoint(f, v)),
            // the last of 7 steps is the function; with memory for 6 they are cut into parts of 3
            of(
                    CHECKPOINT,
                    0,
                    "checkpointed loop",
                    (f, v) -> Checkpoint.loop((i, state) -> i < 6 ? state.neg() : f.apply(state), v, 7, 6)),
            of(CUSTOM, 0, "custom function", (f, v) -> custom(f).apply(v)),
            rule(
                    "custom vjp",
                    (f, v) -> custom(f)
                            .vjp((g, in, y) -> List.of(g.mul(gradient(f, in.get(0)))))
                            .apply(v)),
            rule(
                    "custom jvp",
                    (f, v) -> custom(f)
                            .jvp((t, in, y) -> jvp(f, in.get(0), t.get(0)))
                            .apply(v)),
            rule(
                    "custom rules for directions",
                    (f, v) -> custom(f)
                            .vjp((g, in, y) -> List.of(vjp(f, in.get(0), g)))
                            .jvp((t, in, y) -> jvp(f, in.get(0), t.get(0)))
                            .carryingDirections()
                            .apply(v)),
            of(
                    IMPLICIT,
                    0,
                    "root",
                    (f, v) -> Implicit.root((Tensor y, Tensor p) -> {
                                Tensor u = f.apply(p);
                                return y.add(y.atan()).sub(u.add(u.atan()));
                            })
                            .solve(f, v)),
            of(IMPLICIT, 0, "fixedPoint", (f, v) -> fixedPoint(f).solve(f, v)),
            of(IMPLICIT, 0, "argMin", (f, v) -> argMin(f).solve(f, v)),
            of(
                    IMPLICIT,
                    0,
                    "linear",
                    (f, v) -> Implicit.linear(
                                    (Tensor y, Tensor p) -> y.mul(p.square().add(1)),
                                    p -> f.apply(p).mul(p.square().add(1)))
                            .solve(f, v)),
            of(IMPLICIT, 0, "solve of a matrix", (f, v) -> {
                Tensor a = v.square().add(1).reshape(1, 1);
                return a.solve(a.matmul(f.apply(v).reshape(1))).squeeze(0);
            }),
            of(
                    IMPLICIT,
                    0,
                    "fixedPoint by iteration",
                    (f, v) -> fixedPoint(f)
                            .linearSolver(LinearSolver.iteration(1e-15, 50))
                            .solve(f, v)),
            of(
                    IMPLICIT,
                    0,
                    "argMin by conjugate gradients",
                    (f, v) -> argMin(f)
                            .linearSolver(LinearSolver.conjugateGradients(1e-15, 5))
                            .solve(f, v)));

    private static Transform of(
            Kind kind, int order, String name, BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at) {
        return new Transform(kind, order, name, at, series -> derivative(series, order), true);
    }

    /** A custom function with a rule, which says nothing of what the value might capture. */
    private static Transform rule(String name, BiFunction<UnaryOperator<Tensor>, Tensor, Tensor> at) {
        return new Transform(CUSTOM, 0, name, at, UnaryOperator.identity(), false);
    }

    private static DerivativeStructure derivative(DerivativeStructure series, int order) {
        double[] all = series.getAllDerivatives();
        return new DerivativeStructure(1, series.getOrder() - order, Arrays.copyOfRange(all, order, all.length));
    }

    private static DerivativeStructure truncated(DerivativeStructure series) {
        double[] all = series.getAllDerivatives();
        return new DerivativeStructure(1, series.getOrder() - 1, Arrays.copyOf(all, all.length - 1));
    }

    private static CustomFunction custom(UnaryOperator<Tensor> f) {
        return CustomFunction.of("f", in -> f.apply(in.get(0)));
    }

    private static Implicit<Tensor> fixedPoint(UnaryOperator<Tensor> f) {
        return Implicit.fixedPoint((y, p) -> {
            Tensor u = f.apply(p);
            return u.add(y.sub(u).sin().div(16));
        });
    }

    private static Implicit<Tensor> argMin(UnaryOperator<Tensor> f) {
        return Implicit.argMin((y, p) -> y.sub(f.apply(p)).cosh());
    }

    /** Returns the transformed function. */
    UnaryOperator<Tensor> of(UnaryOperator<Tensor> f) {
        return v -> at.apply(f, v);
    }

    /**
     * Returns the same transform made to work on a closure over its point: f(v) is seen as g(v, w) = f((v + w) / 2) at v = w,
     * by w alone. A confusion of the two would take half of a derivative for the whole.
     */
    Transform closing() {
        double scale = kind == GAUSS_NEWTON ? 4 : Math.pow(2, order);
        return captures
                ? new Transform(
                        kind,
                        order,
                        name + " over a closure",
                        (f, v) -> at.apply(w -> f.apply(v.add(w).div(2)), v).mul(scale),
                        ofSeries,
                        true)
                : this;
    }

    @Override
    public String toString() {
        return name;
    }
}
