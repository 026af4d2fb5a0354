package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Fold;
import org.retrograd.autograd.array.Reductions;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** The reductions and scans: rules of those that have a kernel, compositions for the rest. */
final class ReductionOps {
    private ReductionOps() {}

    static final Definition SUM = Definition.of(
            "sum",
            "The sum over axes; 0 if they are empty.",
            call("x.sum()", real(3, 4), Tensor::sum),
            call("x.sum(1)", real(3, 4), x -> x.sum(1)),
            call("x.sum(0, 2)", real(2, 3, 4), x -> x.sum(0, 2)),
            call("x.sum(Dims.KEEP, -2)", real(2, 3, 4), x -> x.sum(Dims.KEEP, -2)),
            call("x.sum(1) of size 1", real(3, 1), x -> x.sum(1)),
            call("x.sum(0) of an empty axis", real(0, 3), x -> x.sum(0)));

    /** The sum over axes. */
    static final class Sum extends Linear {
        private final Axes axes;

        Sum(Axes axes) {
            this.axes = axes;
        }

        @Override
        public String name() {
            return "sum";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return axes.reduce(in[0].shape);
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return axes.relation(in[k].shape, y.shape);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return Reduction.run(Reductions::sum, axes, in[0], out);
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return axes.repeat(g, in[0].shape);
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return axes.sum(in[0].abs());
        }
    }

    static final Definition MAX = Definition.of(
            "max",
            "The largest entry over axes, NaN if there is one; entries that tie share the derivative equally.",
            call("x.max()", real(3, 4), Tensor::max),
            call("x.max(1) of size 1", real(3, 1), x -> x.max(1)),
            call("x.max(1) of no rows", real(0, 3), x -> x.max(1)),
            call("x.max(1)", real(3, 4), x -> x.max(1)),
            call("x.max(Dims.KEEP, 0, 2)", real(2, 3, 2), x -> x.max(Dims.KEEP, 0, 2)));

    static final Definition MIN = Definition.of(
            "min",
            "The smallest entry over axes, NaN if there is one; entries that tie share the derivative equally.",
            call("x.min()", real(3, 4), Tensor::min),
            call("x.min(-1)", real(3, 4), x -> x.min(-1)));

    /** The largest or the smallest entry over axes. */
    static final class Extremum extends Reduction {
        private final boolean largest;

        Extremum(boolean largest, Axes axes) {
            super(largest ? "max" : "min", axes, largest ? Reductions::max : Reductions::min);
            this.largest = largest;
        }

        @Override
        public Shape shape(Tensor[] in) {
            requireEntries(name(), axes, in[0].shape);
            return super.shape(in);
        }

        /** The distance of the winner to the next best entry: 0 where entries tie. */
        @Override
        public List<Kink> kinks(Tensor[] in, Tensor y) {
            Tensor x = in[0];
            Mask winners = x.eq(axes.expand(y, x.shape));
            double last = largest ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            Tensor next = apply(Tensor.where(winners, Tensor.scalar(last), x));
            Mask tied = axes.sum(winners.toTensor()).gt(1);
            return List.of(new Kink(1, Tensor.where(tied, Tensor.scalar(0), y.sub(next))));
        }

        /** Those that win share the derivative. */
        @Override
        Tensor slopes(Tensor x, Tensor y) {
            Tensor winners = x.eq(axes.expand(y, x.shape)).or(x.ne(x)).toTensor();
            return winners.div(axes.expand(axes.sum(winners), x.shape));
        }
    }

    static final Definition LOG_SUM_EXP = Definition.of(
            "logSumExp",
            "ln(sum of e^x) over axes, without overflow; -inf if empty. Its gradient is 0 where the result is -inf, and is "
                    + "shared by the infinite entries where it is +inf.",
            call("x.logSumExp()", real(3, 4), Tensor::logSumExp),
            call("x.logSumExp(1) of size 1", real(3, 1), x -> x.logSumExp(1)),
            call("x.logSumExp(1) of no rows", real(0, 3), x -> x.logSumExp(1)),
            call("x.logSumExp(0)", real(3, 4), x -> x.logSumExp(0)),
            call("x.logSumExp(Dims.KEEP, 0, 2)", real(2, 3, 2), x -> x.logSumExp(Dims.KEEP, 0, 2)));

    /** The logarithm of the sum of exponentials over axes. */
    static final class LogSumExp extends Reduction {
        LogSumExp(Axes axes) {
            super("logSumExp", axes, Reductions::logSumExp);
        }

        /** The share of each entry in its sum. */
        @Override
        Tensor slopes(Tensor x, Tensor y) {
            Tensor total = axes.expand(y, x.shape);
            Tensor weights = x.sub(total).exp();
            Mask finite = total.abs().lt(Double.POSITIVE_INFINITY);
            if (finite.all()) {
                return weights;
            }
            Mask infinite = x.eq(Double.POSITIVE_INFINITY);
            Tensor count = axes.expand(axes.sum(infinite.toTensor()), x.shape).maximum(1);
            Tensor shared = infinite.toTensor().div(count);
            return Tensor.where(finite.or(total.ne(total)), weights, shared);
        }
    }

    static final Definition SOFTMAX = Definition.of(
            "softmax",
            "e^x over its sum along an axis; where all entries are -inf the result is 0, where some are +inf they share 1.",
            call("x.softmax(-1)", real(3, 4), x -> x.softmax(-1)),
            call("x.softmax(1) of size 1", real(3, 1), x -> x.softmax(1)),
            call("x.softmax(1) of no rows", real(0, 3), x -> x.softmax(1)),
            call("x.softmax(0)", real(3, 4), x -> x.softmax(0)));

    /** The normalised exponentials along one axis. */
    static final class Softmax extends Op {
        private final Axes axis;

        Softmax(Axes axis) {
            this.axis = axis;
        }

        @Override
        public String name() {
            return "softmax";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return axis.within(y.shape);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return Reduction.run(Reductions::softmax, axis, in[0], out);
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return derivative(g, y);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return derivative(Objects.requireNonNull(t[0]), y);
        }

        /** The Jacobian diag(y) - y yᵀ is symmetric: one product serves both rules. */
        private Tensor derivative(Tensor g, Tensor y) {
            return y.mul(g.sub(axis.sum(g.mul(y))));
        }
    }

    static final Definition NORM = Definition.of(
            "norm",
            "The Euclidean length over axes, scaled against overflow; its derivative at 0 is the subgradient 0.",
            call("x.norm()", real(3, 4), Tensor::norm),
            call("x.norm(1) of size 1", real(3, 1), x -> x.norm(1)),
            call("x.norm(1) of no rows", real(0, 3), x -> x.norm(1)),
            call("x.norm(1)", real(3, 4), x -> x.norm(1)),
            call("x.norm(Dims.KEEP, 0)", real(3, 4), x -> x.norm(Dims.KEEP, 0)));

    /** The Euclidean norm over axes. */
    static final class Norm extends Reduction {
        Norm(Axes axes) {
            super("norm", axes, Reductions::norm2);
        }

        /** The unit vector in the direction of the entries. */
        @Override
        Tensor slopes(Tensor x, Tensor y) {
            Tensor length = axes.expand(y, x.shape);
            return Tensor.where(length.eq(0), Tensor.scalar(0), x.div(length));
        }
    }

    static final Definition CUM_SUM = Definition.of(
            "cumSum",
            "The running sum along an axis.",
            call("x.cumSum(0)", real(4, 3), x -> x.cumSum(0)),
            call("x.cumSum(0) of size 1", real(1, 3), x -> x.cumSum(0)),
            call("x.cumSum(0) of size 0", real(0, 3), x -> x.cumSum(0)),
            call("x.cumSum(-1)", real(2, 5), x -> x.cumSum(-1)));

    /** The running sum along one axis, from its start or from its end. */
    static final class CumSum extends Linear {
        private final Axes axis;
        private final boolean fromEnd;

        CumSum(Axes axis, boolean fromEnd) {
            this.axis = axis;
            this.fromEnd = fromEnd;
        }

        @Override
        public String name() {
            return "cumSum";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return Reduction.run(
                    (x, outer, n, inner, result) -> Reductions.cumulativeSum(x, outer, n, inner, fromEnd, result),
                    axis,
                    in[0],
                    out);
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return new CumSum(axis, !fromEnd).apply(g);
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return axis.running(y.shape, fromEnd);
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return apply(in[0].abs());
        }
    }

    static final Definition MEAN = Definition.of(
            "mean",
            "The mean over axes; an empty axis is refused.",
            call("x.mean()", real(3, 4), Tensor::mean),
            call("x.mean(Dims.KEEP, 0)", real(3, 4), x -> x.mean(Dims.KEEP, 0)));

    static Tensor mean(Tensor x, Axes axes) {
        requireEntries("mean", axes, x.shape);
        return axes.sum(x).div(axes.count(x.shape));
    }

    static final Definition PROD = Definition.of(
            "prod",
            "The product over axes, 1 if they are empty; multiplied in pairs, so that zeros need no care in derivatives.",
            call("x.prod()", real(2, 3), Tensor::prod),
            call("x.prod(0) of five", real(5, 2), x -> x.prod(0)),
            call("x.prod(1) of size 1", real(3, 1), x -> x.prod(1)),
            call("x.prod(1) of no rows", real(0, 3), x -> x.prod(1)),
            call("x.prod(-1) of four", real(2, 4), x -> x.prod(-1)));

    /** Multiplies the halves of the axis with each other until one entry is left; an odd one out is multiplied last. */
    static Tensor prod(Tensor x, int axis) {
        int front = x.shape.axis(axis);
        Tensor product = x;
        Tensor odd = Tensor.ones();
        for (int n = x.dim(front); n > 1; n /= 2) {
            if (n % 2 == 1) {
                odd = odd.mul(product.slice(front, n - 1, n));
            }
            product = product.slice(front, 0, n / 2).mul(product.slice(front, n / 2, n / 2 * 2));
        }
        if (x.dim(front) == 0) {
            return x.sum(front).add(1);
        }
        return product.mul(odd).squeeze(front);
    }

    static final Definition VARIANCE = Definition.of(
            "variance",
            "The mean squared distance from the mean over axes, divided by n - ddof; two passes.",
            call("x.variance(0)", real(3, 4), x -> x.variance(0)),
            call("x.variance(1, -1)", real(3, 4), x -> x.variance(1, -1)),
            call("x.variance(1, Dims.KEEP, 0)", real(3, 4), x -> x.variance(1, Dims.KEEP, 0)));

    static final Definition STANDARD_DEVIATION = Definition.of(
            "standardDeviation",
            "The square root of the variance; its derivative for entries that are all equal is the subgradient 0.",
            call("x.standardDeviation(0)", real(3, 4), x -> x.standardDeviation(0)),
            call("x.standardDeviation(1, -1)", real(3, 4), x -> x.standardDeviation(1, -1)));

    static Tensor variance(Tensor x, int ddof, Axes axes) {
        requireMoreThan(ddof, x, axes);
        return axes.sum(centred(x, axes).square()).div(axes.count(x.shape) - ddof);
    }

    static Tensor standardDeviation(Tensor x, int ddof, Axes axes) {
        requireMoreThan(ddof, x, axes);
        return new Norm(axes).apply(centred(x, axes)).div(Math.sqrt(axes.count(x.shape) - ddof));
    }

    private static void requireMoreThan(int ddof, Tensor x, Axes axes) {
        int n = axes.count(x.shape);
        if (n - ddof <= 0) {
            throw new IllegalArgumentException("variance with ddof " + ddof + " needs more than " + ddof
                    + " entries, but shape " + x.shape + " gives " + n + " over axes " + axes);
        }
    }

    /**
     * Returns the distances from the mean over axes. The first entries are subtracted before, which changes no distance and
     * no derivative: equal entries then have distances of exactly 0, where the mean alone may be one rounding off.
     */
    static Tensor centred(Tensor x, Axes axes) {
        Tensor shifted = x.sub(axes.first(x.detach()));
        return shifted.sub(axes.expand(mean(shifted, axes), x.shape));
    }

    static final Definition SUM_SQUARES = Definition.of(
            "sumSquares",
            "The sum of squares over axes: the smooth square of the norm.",
            call("x.sumSquares()", real(3, 4), Tensor::sumSquares),
            call("x.sumSquares(0)", real(3, 4), x -> x.sumSquares(0)));

    static final Definition NORM1 = Definition.of(
            "norm1",
            "The sum of absolute values over axes.",
            call("x.norm1()", real(3, 4), Tensor::norm1),
            call("x.norm1(1)", real(3, 4), x -> x.norm1(1)));

    static final Definition NORM_INF = Definition.of(
            "normInf",
            "The largest absolute value over axes; entries that tie share the derivative equally.",
            call("x.normInf()", real(3, 4), Tensor::normInf),
            call("x.normInf(1)", real(3, 4), x -> x.normInf(1)));

    static final Definition LOG_SOFTMAX = Definition.of(
            "logSoftmax",
            "The logarithm of softmax along an axis, accurate also where softmax rounds to 0 or 1.",
            call("x.logSoftmax(-1)", real(3, 4), x -> x.logSoftmax(-1)),
            call("x.logSoftmax(0)", real(3, 4), x -> x.logSoftmax(0)));

    /** Returns the position of the largest or smallest entry along an axis: the first among equals, or the first NaN. */
    static Indices argExtremum(boolean largest, Tensor x, int axis) {
        Axes axes = Axes.of(x.shape, Dims.DROP, axis);
        requireEntries(largest ? "argMax" : "argMin", axes, x.shape);
        Shape out = axes.reduce(x.shape);
        int[] positions = new int[out.size()];
        Fold fold = axes.fold(x.shape);
        if (largest) {
            Reductions.argMax(x.data, fold.outer(), fold.n(), fold.inner(), positions);
        } else {
            Reductions.argMin(x.data, fold.outer(), fold.n(), fold.inner(), positions);
        }
        return Indices.owning(out, positions);
    }

    static void requireEntries(String name, Axes axes, Shape shape) {
        if (axes.count(shape) == 0) {
            throw new IllegalArgumentException(name + " of no entries does not exist: shape " + shape
                    + " is empty along axes " + axes + " (counted from the end)");
        }
    }
}
