package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.RunningExtrema;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** Running products, extrema and sums of exponentials along an axis; the running sum stands with the sum. */
final class ScanOps {
    private ScanOps() {}

    static final Definition CUM_PROD = Definition.of(
            "cumProd",
            "The running product along an axis; right to every order where entries are 0.",
            call("x.cumProd(0)", real(5, 2), x -> x.cumProd(0)),
            call("x.cumProd(-1) of size 1", real(2, 1), x -> x.cumProd(-1)),
            call("x.cumProd(0) of size 0", real(0, 2), x -> x.cumProd(0)));

    static final Definition CUM_LOG_SUM_EXP = Definition.of(
            "cumLogSumExp",
            "The running ln(sum of e^x) along an axis, without overflow; its gradient is 0 where the result is -inf.",
            call("x.cumLogSumExp(1)", real(2, 5), x -> x.cumLogSumExp(1)));

    /**
     * Combines entries with all before them in logarithmically many steps (Hillis and Steele 1986): after the step of width
     * w each entry stands for the 2w entries that end there. Unlike sequential rules it needs no division in derivatives.
     */
    static Tensor scan(Tensor x, int axis, BinaryOperator<Tensor> combine) {
        int front = x.shape.axis(axis);
        int n = x.dim(front);
        Tensor scanned = x;
        for (int width = 1; width < n && width > 0; width *= 2) {
            Tensor combined = combine.apply(scanned.slice(front, 0, n - width), scanned.slice(front, width, n));
            scanned = Tensor.concat(front, scanned.slice(front, 0, width), combined);
        }
        return scanned;
    }

    /** Entries of -inf add nothing anywhere: cut off, they have derivative 0 also where they are all there is. */
    static Tensor cumLogSumExp(Tensor x, int axis) {
        Mask nothing = x.eq(Double.NEGATIVE_INFINITY);
        Tensor live = nothing.any() ? x.maskedFill(nothing, Double.NEGATIVE_INFINITY) : x;
        return scan(live, axis, Tensor::logAddExp);
    }

    static final Definition CUM_MAX = Definition.of(
            "cumMax",
            "The largest entry so far along an axis, NaN once there is one; entries that tie share the derivative equally.",
            call("x.cumMax(0)", real(4, 2), x -> x.cumMax(0)),
            call("x.cumMax(1) of size 1", real(2, 1), x -> x.cumMax(1)),
            call("x.cumMax(1) of size 0", real(2, 0), x -> x.cumMax(1)));

    static final Definition CUM_MIN = Definition.of(
            "cumMin",
            "The smallest entry so far along an axis, NaN once there is one; entries that tie share the derivative equally.",
            call("x.cumMin(-1)", real(2, 4), x -> x.cumMin(-1)));

    /** The largest or smallest entry so far along one axis. */
    static final class CumExtremum extends Op {
        private final boolean largest;
        private final int axis;

        CumExtremum(boolean largest, int axisFromEnd) {
            this.largest = largest;
            this.axis = axisFromEnd;
        }

        @Override
        public String name() {
            return largest ? "cumMax" : "cumMin";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Axes.of(y.shape, Dims.KEEP, axis).running(y.shape, false);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage result = Storage.allocate(out.size());
            scan(in[0], result);
            return result;
        }

        /** Writes the extrema and returns the winners. */
        private int[] scan(Tensor x, Storage extrema) {
            int front = x.shape.axis(axis);
            int[] winners = new int[x.size()];
            RunningExtrema.extrema(
                    x.data,
                    x.shape.slice(0, front).size(),
                    x.dim(front),
                    x.shape.slice(front + 1, x.rank()).size(),
                    largest ? 1 : -1,
                    winners,
                    extrema);
            return winners;
        }

        private MeanOfWinners winners(Tensor x, boolean transposed) {
            int outer = x.shape.slice(0, x.shape.axis(axis)).size();
            return new MeanOfWinners(axis, outer, scan(x, Storage.allocate(x.size())), transposed);
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return winners(in[0], true).apply(g);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return winners(in[0], false).apply(Objects.requireNonNull(t[0]));
        }

        /** How far each entry is from the extremum before it: 0 where it ties. */
        @Override
        public List<Kink> kinks(Tensor[] in, Tensor y) {
            int n = y.dim(axis);
            return n < 2
                    ? List.of()
                    : List.of(new Kink(1, in[0].slice(axis, 1, n).sub(y.slice(axis, 0, n - 1))));
        }
    }

    /** At each place the mean of a tangent over the entries that share the extremum there, or the transpose. */
    static final class MeanOfWinners extends Linear {
        private final int axis;
        private final int outer;
        private final int[] winners;
        private final boolean transposed;

        MeanOfWinners(int axisFromEnd, int outer, int[] winners, boolean transposed) {
            this.axis = axisFromEnd;
            this.outer = outer;
            this.winners = winners;
            this.transposed = transposed;
        }

        @Override
        public String name() {
            return "meanOfWinners";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Axes.of(y.shape, Dims.KEEP, axis).running(y.shape, transposed);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int front = out.axis(axis);
            int repeated = out.slice(0, front).size();
            int n = out.dim(front);
            int inner = out.slice(front + 1, out.rank()).size();
            Storage result = Storage.allocate(out.size());
            if (transposed) {
                RunningExtrema.spread(in[0].data, repeated, n, inner, winners, outer, result);
            } else {
                RunningExtrema.means(in[0].data, repeated, n, inner, winners, outer, result);
            }
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return new MeanOfWinners(axis, outer, winners, !transposed).apply(g);
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return apply(in[0].abs());
        }
    }

    static Tensor cumExtremum(boolean largest, Tensor x, int axis) {
        return new CumExtremum(largest, x.shape.axis(axis) - x.rank()).apply(x);
    }
}
