package org.retrograd.autograd.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Derivatives as functions of functions: each a few lines over {@link Linearization}.
 *
 * <p>All nest in one another to any order. Functions may capture anything; a result is traced if and only if the function
 * or the point depends on variables of somebody else, so that a derivative inside a loss is itself differentiated.
 *
 * <p>Matrices of derivatives are found by sweeps that carry several directions at once. A sweep carries so few of them that
 * its memory stays bounded: at most {@value #MOST_DIRECTIONS} times that of one evaluation, and fewer where arrays are
 * large.
 */
public final class Derivatives {
    private static final int MOST_DIRECTIONS = 64;

    /** The number of entries in all directions of one sweep beyond which more of them at once save nothing. */
    private static final int MOST_ENTRIES = 1 << 18;

    private Derivatives() {}

    /** The direction of a sweep: with tangents or with cotangents. */
    public enum Mode {
        /** Tangents are pushed from the argument to the value: one direction for each entry of the argument. */
        FORWARD,
        /** Cotangents are pulled from the value to the argument: one direction for each entry of the value. */
        REVERSE
    }

    /** A value together with the gradient that was computed along with it. */
    public record ValueAndGradient(Tensor value, Tensor gradient) {}

    /** A value together with a directional derivative that was computed along with it. */
    public record ValueAndTangent(Tensor value, Tensor tangent) {}

    /**
     * Returns the gradient of a scalar function: [..] → [..], the shape of {@code x}.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static Tensor gradient(UnaryOperator<Tensor> f, Tensor x) {
        return valueAndGradient(f, x).gradient();
    }

    /** Returns value and gradient of a scalar function. */
    public static ValueAndGradient valueAndGradient(UnaryOperator<Tensor> f, Tensor x) {
        Linearization at = linearize(f, x);
        return new ValueAndGradient(at.value(), at.pull(scalarSeed(at)).get(0));
    }

    /** Returns the gradients of a scalar function of several tensors, in the order of the arguments. */
    public static List<Tensor> gradients(Function<List<Tensor>, Tensor> f, List<Tensor> arguments) {
        Linearization at = Linearization.of(f, arguments);
        return at.pull(scalarSeed(at));
    }

    /** Returns the vector-Jacobian product Jᵀg: the gradient of Σ g·f. */
    public static Tensor vjp(UnaryOperator<Tensor> f, Tensor x, Tensor g) {
        return linearize(f, x).pull(g).get(0);
    }

    /** Returns the Jacobian-vector product J·t: the derivative of {@code f} in direction {@code t}, in forward mode. */
    public static Tensor jvp(UnaryOperator<Tensor> f, Tensor x, Tensor t) {
        return linearize(f, x).push(List.of(t));
    }

    /** Returns value and Jacobian-vector product. */
    public static ValueAndTangent valueAndJvp(UnaryOperator<Tensor> f, Tensor x, Tensor t) {
        Linearization at = linearize(f, x);
        return new ValueAndTangent(at.value(), at.push(List.of(t)));
    }

    /** Returns the product of a scalar function's Hessian with a vector: the derivative of the gradient along {@code v}. */
    public static Tensor hvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        return jvp(at -> gradient(f, at), x, v);
    }

    /**
     * Returns the product of a vector with a scalar function's Hessian: the gradient of Σ v·∇f, in reverse over reverse.
     *
     * <p>The Hessian being symmetric, this is {@link #hvp} the other way round.
     */
    public static Tensor vhp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        return vjp(at -> gradient(f, at), x, v);
    }

    /** Evaluates {@code f} once, so that any number of tangents can be pushed and cotangents pulled. */
    public static Linearization linearize(UnaryOperator<Tensor> f, Tensor x) {
        return Linearization.of(in -> f.apply(in.get(0)), List.of(x));
    }

    /**
     * Returns the matrix of all partial derivatives, [in..] → [out.., in..]: entry (i.., j..) is that of value i.. by
     * argument j...
     *
     * <p>Forward or reverse, whichever needs fewer directions; {@code f} is evaluated once.
     */
    public static Tensor jacobian(UnaryOperator<Tensor> f, Tensor x) {
        Linearization at = linearize(f, x);
        int out = at.value().size();
        return jacobian(at, x, x.size() <= out ? Mode.FORWARD : Mode.REVERSE, directionsPerSweep(x.size(), out));
    }

    /** Returns the matrix of all partial derivatives, found in the given mode. */
    public static Tensor jacobian(UnaryOperator<Tensor> f, Tensor x, Mode mode) {
        Linearization at = linearize(f, x);
        return jacobian(at, x, mode, directionsPerSweep(x.size(), at.value().size()));
    }

    /**
     * Returns the matrix of all partial derivatives, found in the given mode with so many directions in each sweep.
     *
     * @param directionsPerSweep the more, the fewer sweeps and the more memory; the result is the same
     * @throws IllegalArgumentException if {@code directionsPerSweep} is not positive
     */
    public static Tensor jacobian(UnaryOperator<Tensor> f, Tensor x, Mode mode, int directionsPerSweep) {
        if (directionsPerSweep < 1) {
            throw new IllegalArgumentException(
                    "a sweep needs at least 1 direction, but directionsPerSweep is " + directionsPerSweep);
        }
        return jacobian(linearize(f, x), x, mode, directionsPerSweep);
    }

    private static Tensor jacobian(Linearization at, Tensor x, Mode mode, int directionsPerSweep) {
        Shape in = x.shape();
        Shape out = at.value().shape();
        if (in.size() == 0 || out.size() == 0) {
            return Tensor.zeros(out.append(in));
        }
        Tensor rows = mode == Mode.REVERSE
                ? alongBasis(
                        out, directionsPerSweep, (seed, from) -> at.pull(seed).get(0))
                : alongBasis(in, directionsPerSweep, (seed, from) -> at.push(List.of(seed)))
                        .reshape(in.size(), out.size())
                        .transpose();
        return rows.reshape(out.append(in));
    }

    /**
     * Returns the matrix of second derivatives of a scalar function, [in..] → [in.., in..], in forward over reverse.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static Tensor hessian(UnaryOperator<Tensor> f, Tensor x) {
        return jacobian(at -> gradient(f, at), x, Mode.FORWARD);
    }

    /**
     * Returns the diagonal of the Hessian of a scalar function, in the shape of {@code x}: exact, and without ever holding
     * the whole matrix. It costs one Hessian-vector product for each entry of {@code x}, many of them in one sweep.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static Tensor hessianDiagonal(UnaryOperator<Tensor> f, Tensor x) {
        int n = x.size();
        Linearization at = linearize(z -> gradient(f, z), x);
        if (n == 0) {
            return Tensor.zeros(x.shape());
        }
        return alongBasis(x.shape(), directionsPerSweep(n, n), (seed, from) -> {
                    int count = seed.dim(0);
                    return at.push(List.of(seed))
                            .reshape(count, n)
                            .slice(1, from, from + count)
                            .diagonal();
                })
                .reshape(x.shape());
    }

    /**
     * Returns the sum of the second derivatives of a scalar function by each entry of {@code x}, at the cost of {@link
     * #hessianDiagonal}.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static Tensor laplacian(UnaryOperator<Tensor> f, Tensor x) {
        return hessianDiagonal(f, x).sum();
    }

    /**
     * Returns JᵀJv: the product of a vector with the Gauss-Newton matrix of the least-squares function ½ Σ f².
     *
     * @param v of the shape of {@code x}, or with one axis of directions before it
     */
    public static Tensor gaussNewtonProduct(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        Linearization at = linearize(f, x);
        return at.pull(at.push(List.of(v))).get(0);
    }

    /**
     * Returns JᵀHJv, with J the Jacobian of {@code f} and H the Hessian of the loss at the value of {@code f}: the Hessian
     * of the loss of f without the curvature of {@code f} itself (Schraudolph 2002), positive semidefinite if the loss is
     * convex.
     *
     * @param loss a scalar function of the value of {@code f}
     * @param v of the shape of {@code x}, or with one axis of directions before it
     */
    public static Tensor gaussNewtonProduct(UnaryOperator<Tensor> f, UnaryOperator<Tensor> loss, Tensor x, Tensor v) {
        Linearization at = linearize(f, x);
        return at.pull(hvp(loss, at.value(), at.push(List.of(v)))).get(0);
    }

    /**
     * Returns the derivative of the given order along {@code v}: dᵏ/dtᵏ f(x + t v) at t = 0. Order 0 is the value.
     *
     * <p>Each order is a forward sweep over the one before: the cost doubles, at least, with each.
     *
     * @throws IllegalArgumentException if {@code v} has not the shape of {@code x}, or the order is negative
     */
    public static Tensor directional(UnaryOperator<Tensor> f, Tensor x, Tensor v, int order) {
        if (order < 0) {
            throw new IllegalArgumentException("the order of a derivative cannot be negative, but is " + order);
        }
        if (!v.shape().equals(x.shape())) {
            throw new IllegalArgumentException(
                    "the direction needs the shape " + x.shape() + " of the point, but got " + v.shape());
        }
        UnaryOperator<Tensor> derivative = z -> linearize(f, z).value();
        for (int k = 0; k < order; k++) {
            UnaryOperator<Tensor> lower = k == 0 ? f : derivative;
            derivative = z -> jvp(lower, z, v);
        }
        return derivative.apply(x);
    }

    /**
     * Returns the gradient by {@code w} for each example alone: [n, ..] → [n, w..].
     *
     * <p>Each example takes an evaluation and a sweep of its own, on arrays of one example's size.
     *
     * @param f the scalar loss of weights (first) and one example (second), which comes without the batch's first axis
     * @param batch the examples, one after the other along the first axis
     * @throws IllegalArgumentException if the batch has no axis, or a loss has more than one entry
     */
    public static Tensor perExampleGradients(BinaryOperator<Tensor> f, Tensor w, Tensor batch) {
        if (batch.rank() == 0) {
            throw new IllegalArgumentException(
                    "a batch has its examples along the first axis, but got a tensor without axes");
        }
        if (batch.dim(0) == 0) {
            return Tensor.zeros(Shape.of(0).append(w.shape()));
        }
        return Tensor.stack(
                0,
                batch.unstack(0).stream()
                        .map(example -> gradient(at -> f.apply(at, example), w))
                        .toArray(Tensor[]::new));
    }

    /** What a sweep makes of several unit vectors at once, of which the first is number {@code from}. */
    private interface Directions {
        Tensor sweep(Tensor seed, int from);
    }

    /** Returns what becomes of all unit vectors of a space, chunk by chunk, one after the other along the first axis. */
    private static Tensor alongBasis(Shape space, int chunk, Directions directions) {
        int n = space.size();
        List<Tensor> parts = new ArrayList<>();
        int count;
        for (int from = 0; from < n; from += count) {
            count = Math.min(chunk, n - from);
            Tensor seed = Tensor.eye(count).pad(1, from, n - from - count);
            parts.add(directions.sweep(seed.reshape(Shape.of(count).append(space)), from));
        }
        return parts.size() == 1 ? parts.get(0) : Tensor.concat(0, parts.toArray(new Tensor[0]));
    }

    static int directionsPerSweep(int in, int out) {
        return Math.max(1, Math.min(MOST_DIRECTIONS, MOST_ENTRIES / Math.max(1, Math.max(in, out))));
    }

    private static Tensor scalarSeed(Linearization at) {
        Tensor value = at.value();
        if (value.size() != 1) {
            throw new IllegalArgumentException("a gradient is that of a scalar function, but the value has shape "
                    + value.shape() + ": reduce it, for instance by sum(), or use vjp with a cotangent");
        }
        return Tensor.ones(value.shape().toArray());
    }
}
