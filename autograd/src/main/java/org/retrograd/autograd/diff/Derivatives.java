package org.retrograd.autograd.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Derivatives as functions of functions: each a few lines over {@link Differential}.
 *
 * <p>Arguments and values may be a single tensor, or any record, list, map or array of them ({@link Structure}): all weights
 * of a model are one argument, and their gradient comes back in the same form.
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

    /** What a call of a rule costs beside its loop, as so many entries of a loop. */
    private static final long ENTRIES_PER_CALL = 64;

    private Derivatives() {}

    /** The direction of a sweep: with tangents or with cotangents. */
    public enum Mode {
        /** Tangents are pushed from the argument to the value: one direction for each entry of the argument. */
        FORWARD,
        /** Cotangents are pulled from the value to the argument: one direction for each entry of the value. */
        REVERSE
    }

    /** A value together with the gradient that was computed along with it. */
    public record ValueAndGradient<X>(Tensor value, X gradient) {}

    /** A value together with a directional derivative that was computed along with it. */
    public record ValueAndTangent<Y>(Y value, Y tangent) {}

    /**
     * Returns the gradient of a scalar function, in the form and shapes of {@code x}.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static <X> X gradient(Function<X, Tensor> f, X x) {
        return valueAndGradient(f, x).gradient();
    }

    /** Returns value and gradient of a scalar function. */
    public static <X> ValueAndGradient<X> valueAndGradient(Function<X, Tensor> f, X x) {
        Differential<X, Tensor> at = linearize(f, x);
        Tensor value = at.scalarValue();
        return new ValueAndGradient<>(value, at.pull(Tensor.ones(value.shape().toArray())));
    }

    /** Returns the vector-Jacobian product Jᵀg: the gradient of Σ g·f. */
    public static <X, Y> X vjp(Function<X, Y> f, X x, Y g) {
        return linearize(f, x).pull(g);
    }

    /** Returns the Jacobian-vector product J·t: the derivative of {@code f} in direction {@code t}, in forward mode. */
    public static <X, Y> Y jvp(Function<X, Y> f, X x, X t) {
        return linearize(f, x).push(t);
    }

    /** Returns value and Jacobian-vector product. */
    public static <X, Y> ValueAndTangent<Y> valueAndJvp(Function<X, Y> f, X x, X t) {
        Differential<X, Y> at = linearize(f, x);
        return new ValueAndTangent<>(at.value(), at.push(t));
    }

    /** Evaluates {@code f} once, so that any number of tangents can be pushed and cotangents pulled. */
    public static <X, Y> Differential<X, Y> linearize(Function<X, Y> f, X x) {
        return Differential.of(f, x);
    }

    /**
     * Returns the product of a scalar function's Hessian with a vector: the derivative of the gradient along {@code v}.
     *
     * @param v of the form and shapes of {@code x}, or with one axis of directions before them
     */
    public static <X> X hvp(Function<X, Tensor> f, X x, X v) {
        return jvp(at -> gradient(f, at), x, v);
    }

    /**
     * Returns the product of a vector with a scalar function's Hessian: the gradient of Σ v·∇f, in reverse over reverse.
     *
     * <p>The Hessian being symmetric, this is {@link #hvp} the other way round.
     *
     * @param v of the form and shapes of {@code x}, or with one axis of directions before them
     */
    public static <X> X vhp(Function<X, Tensor> f, X x, X v) {
        return vjp(at -> gradient(f, at), x, v);
    }

    /**
     * Returns JᵀJv: the product of a vector with the Gauss-Newton matrix of the least-squares function ½ Σ f².
     *
     * @param v of the form and shapes of {@code x}, or with one axis of directions before them
     */
    public static <X, Y> X gaussNewtonProduct(Function<X, Y> f, X x, X v) {
        Differential<X, Y> at = linearize(f, x);
        return at.pull(at.push(v));
    }

    /**
     * Returns JᵀHJv, with J the Jacobian of {@code f} and H the Hessian of the loss at the value of {@code f}: the Hessian
     * of the loss of f without the curvature of {@code f} itself (Schraudolph 2002), positive semidefinite if the loss is
     * convex.
     *
     * @param loss a scalar function of the value of {@code f}
     * @param v of the form and shapes of {@code x}, or with one axis of directions before them
     */
    public static <X, Y> X gaussNewtonProduct(Function<X, Y> f, Function<Y, Tensor> loss, X x, X v) {
        Differential<X, Y> at = linearize(f, x);
        return at.pull(hvp(loss, at.value(), at.push(v)));
    }

    /**
     * Returns the matrix of all partial derivatives, in the form of {@code x}; each of its tensors has the shape [out.., in..],
     * and entry (i.., j..) is the derivative of value i.. by argument j...
     *
     * <p>Forward or reverse, whichever costs less by the number of sweeps, directions and entries that it takes; {@code f}
     * is evaluated once.
     */
    public static <X> X jacobian(Function<X, Tensor> f, X x) {
        Differential<X, Tensor> at = linearize(f, x);
        return jacobian(at, cheaper(at.tensors(), at.point()), 0);
    }

    /** Returns the matrix of all partial derivatives, found in the given mode. */
    public static <X> X jacobian(Function<X, Tensor> f, X x, Mode mode) {
        return jacobian(linearize(f, x), mode, 0);
    }

    /**
     * Returns the matrix of all partial derivatives, found in the given mode with so many directions in each sweep.
     *
     * @param directionsPerSweep the more, the fewer sweeps and the more memory; the result is the same
     * @throws IllegalArgumentException if {@code directionsPerSweep} is not positive
     */
    public static <X> X jacobian(Function<X, Tensor> f, X x, Mode mode, int directionsPerSweep) {
        if (directionsPerSweep < 1) {
            throw new IllegalArgumentException(
                    "a sweep needs at least 1 direction, but directionsPerSweep is " + directionsPerSweep);
        }
        return jacobian(linearize(f, x), mode, directionsPerSweep);
    }

    /** Returns the Jacobian, with so many directions in each sweep as seems good if {@code chunk} is 0. */
    private static <X> X jacobian(Differential<X, Tensor> at, Mode mode, int chunk) {
        Shape out = at.tensors().value().shape();
        int directions = chunk > 0 ? chunk : directionsPerSweep(at.tensors().cost());
        List<Tensor> rows =
                mode == Mode.REVERSE && out.size() > 0 ? Basis.reverse(at.tensors(), directions) : List.of();
        List<Tensor> blocks = new ArrayList<>();
        for (int k = 0; k < at.point().size(); k++) {
            Shape in = at.point().get(k).shape();
            if (in.size() == 0 || out.size() == 0) {
                blocks.add(Tensor.zeros(out.append(in)));
            } else if (mode == Mode.REVERSE) {
                blocks.add(rows.get(k).reshape(out.append(in)));
            } else {
                blocks.add(Basis.forward(at.tensors(), at.point(), k, directions)
                        .reshape(in.size(), out.size())
                        .transpose()
                        .reshape(out.append(in)));
            }
        }
        return at.argument().with(blocks);
    }

    /**
     * Returns the matrix of second derivatives of a scalar function, in forward over reverse: [in.., in..] if {@code x} is
     * a tensor, else [n, n] over the n entries of all its tensors, in the order of {@link Structure#flatten}.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static <X> Tensor hessian(Function<X, Tensor> f, X x) {
        Differential<X, Tensor> at = linearize(z -> Structure.of(z).flatten(gradient(f, z)), x);
        List<Tensor> columns = new ArrayList<>();
        int n = at.tensors().value().size();
        for (Tensor block : at.argument().tensors("the Jacobian", jacobian(at, Mode.FORWARD, 0))) {
            columns.add(block.reshape(n, block.size() / Math.max(n, 1)));
        }
        Tensor matrix = columns.isEmpty() ? Tensor.zeros(0, 0) : Tensor.concat(1, columns.toArray(new Tensor[0]));
        return x instanceof Tensor tensor ? matrix.reshape(tensor.shape().append(tensor.shape())) : matrix;
    }

    /**
     * Returns the diagonal of the Hessian of a scalar function, in the form and shapes of {@code x}: exact, and without ever
     * holding the whole matrix.
     *
     * <p>Truncated power series of order 2 along each axis, many of them in one forward sweep. If {@code f} calls other
     * operations than elementwise and linear ones, it takes one Hessian-vector product for each entry of {@code x}, also
     * many in one sweep. Where most second derivatives are 0, {@link Sparse} finds them in fewer.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static <X> X hessianDiagonal(Function<X, Tensor> f, X x) {
        Differential<X, Tensor> at = linearize(f, x);
        at.scalarValue();
        return shaped(at, at.tensors().knowsSecond() ? second(at, false) : diagonalOfProducts(f, x));
    }

    /** Returns the second derivatives along the axes of each argument, or what they sum up to in each sweep. */
    private static List<Tensor> second(Differential<?, Tensor> at, boolean summed) {
        int count = at.point().size();
        return alongAxes(
                at,
                (which, seeds, from) -> at.tensors()
                        .second(Basis.only(which, seeds, count), summed)
                        .reshape(-1));
    }

    private static <X> List<Tensor> diagonalOfProducts(Function<X, Tensor> f, X x) {
        Differential<X, X> at = linearize(z -> gradient(f, z), x);
        return alongAxes(at, (which, seeds, from) -> {
            int n = at.point().get(which).size();
            int directions = seeds.size() / n;
            return at.tensors()
                    .pushAll(Basis.only(which, seeds, at.point().size()))
                    .get(which)
                    .reshape(directions, n)
                    .slice(1, from, from + directions)
                    .diagonal();
        });
    }

    /** What a sweep along some axes of one argument yields, as a vector; the first of them is number {@code from}. */
    private interface AlongAxes {
        Tensor of(int argument, Tensor seeds, int from);
    }

    /** Returns what the sweeps along all axes of each argument yield, one after the other. */
    private static List<Tensor> alongAxes(Differential<?, ?> at, AlongAxes sweep) {
        int chunk = directionsPerSweep(at.tensors().cost());
        List<Tensor> found = new ArrayList<>();
        for (int k = 0; k < at.point().size(); k++) {
            int which = k;
            Shape shape = at.point().get(k).shape();
            found.add(
                    shape.size() == 0
                            ? Tensor.zeros(0)
                            : Basis.sweep(shape, chunk, (seeds, from) -> List.of(sweep.of(which, seeds, from)))
                                    .get(0));
        }
        return found;
    }

    private static <X> X shaped(Differential<X, ?> at, List<Tensor> entries) {
        List<Tensor> shaped = new ArrayList<>();
        for (int k = 0; k < entries.size(); k++) {
            shaped.add(entries.get(k).reshape(at.point().get(k).shape()));
        }
        return at.argument().with(shaped);
    }

    /**
     * Returns the sum of the second derivatives of a scalar function by each entry of {@code x}.
     *
     * <p>A forward sweep carries the tangents along the axes and one sum of second derivatives, which takes little more than
     * half of what the {@link #hessianDiagonal diagonal} costs (the collapsed form of Taylor mode; Li et al. 2023, Forward
     * Laplacian). If {@code f} calls other operations than elementwise and linear ones, the diagonal is added up.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static <X> Tensor laplacian(Function<X, Tensor> f, X x) {
        Differential<X, Tensor> at = linearize(f, x);
        at.scalarValue();
        Tensor sum = Tensor.scalar(0);
        for (Tensor part : at.tensors().knowsSecond() ? second(at, true) : diagonalOfProducts(f, x)) {
            sum = sum.add(part.sum());
        }
        return sum;
    }

    /**
     * Returns the derivative of the given order along {@code v}: dᵏ/dtᵏ f(x + t v) at t = 0. Order 0 is the value.
     *
     * <p>Found from the Taylor coefficients ({@link Taylor}), so that the cost grows with the square of the order.
     *
     * @param v one direction; for several call it for each
     * @throws IllegalArgumentException if {@code v} has not the form and shapes of {@code x}, or the order is negative
     */
    public static <X, Y> Y directional(Function<X, Y> f, X x, X v, int order) {
        Y coefficient = Taylor.coefficients(f, x, v, order).get(order);
        double factorial = 1;
        for (int k = 2; k <= order; k++) {
            factorial *= k;
        }
        if (order < 2) {
            return coefficient;
        }
        double scale = factorial;
        Structure<Y> structure = Structure.of(coefficient);
        return structure.with(structure.tensors("the coefficient", coefficient).stream()
                .map(c -> c.mul(scale))
                .toList());
    }

    /**
     * Returns the gradient by {@code w} for each example alone, in the form of {@code w}; each tensor has the shape
     * [n, w..].
     *
     * <p>Each example takes an evaluation and a sweep of its own, on arrays of one example's size.
     *
     * @param f the scalar loss of weights (first) and one example (second), which comes without the batch's first axis
     * @param batch the examples: every tensor of the batch has them one after the other along its first axis
     * @throws IllegalArgumentException if a tensor of the batch has no axis or another number of examples, or a loss has
     *     more than one entry
     */
    public static <W, B> W perExampleGradients(BiFunction<W, B, Tensor> f, W w, B batch) {
        Structure<W> weights = Structure.of(w);
        Structure<B> examples = Structure.of(batch);
        List<Tensor> all = examples.tensors("the batch", batch);
        int n = examples(all);
        List<List<Tensor>> parts = all.stream().map(x -> x.unstack(0)).toList();
        List<List<Tensor>> gradients = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int which = i;
            B example = examples.with(parts.stream().map(x -> x.get(which)).toList());
            gradients.add(weights.tensors("the gradient", gradient(at -> f.apply(at, example), w)));
        }
        List<Tensor> stacked = new ArrayList<>();
        List<Tensor> primals = weights.tensors("the weights", w);
        for (int k = 0; k < primals.size(); k++) {
            int which = k;
            stacked.add(
                    n == 0
                            ? Tensor.zeros(Shape.of(0).append(primals.get(k).shape()))
                            : Tensor.stack(
                                    0, gradients.stream().map(g -> g.get(which)).toArray(Tensor[]::new)));
        }
        return weights.with(stacked);
    }

    private static int examples(List<Tensor> batch) {
        for (Tensor x : batch) {
            if (x.rank() == 0 || x.dim(0) != batch.get(0).dim(0)) {
                throw new IllegalArgumentException(
                        "a batch has equally many examples along the first axis of each tensor, " + "but got shapes "
                                + batch.stream().map(Tensor::shape).toList());
            }
        }
        if (batch.isEmpty()) {
            throw new IllegalArgumentException(
                    "a batch has equally many examples along the first axis of each tensor, but "
                            + "there is no tensor");
        }
        return batch.get(0).dim(0);
    }

    /** Returns the mode in which a Jacobian costs less, forward if both cost the same. */
    static Mode cheaper(Linearization at, List<Tensor> point) {
        Linearization.Cost cost = at.cost();
        long forward = 0;
        for (Tensor x : point) {
            forward += cost(cost, cost.forwardEntries(), x.size());
        }
        return forward <= cost(cost, cost.reverseEntries(), at.value().size()) ? Mode.FORWARD : Mode.REVERSE;
    }

    /** Returns the cost of sweeping in so many directions, in units of an array entry. */
    private static long cost(Linearization.Cost of, long entries, int directions) {
        int sweeps = 1 + Math.max(0, directions - 1) / directionsPerSweep(of);
        return ENTRIES_PER_CALL * sweeps * of.calls() + entries * directions;
    }

    static int directionsPerSweep(Linearization.Cost cost) {
        return Math.max(1, Math.min(MOST_DIRECTIONS, MOST_ENTRIES / Math.max(1, cost.widest())));
    }
}
