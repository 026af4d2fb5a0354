package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Ordering;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.tensor.GatherOps.Gather;

/**
 * Sorting, and what is read off a sorted axis.
 *
 * <p>Each entry of a sorted axis is a copy of one entry, to which its derivative goes. Entries that tie share: a cotangent
 * is spread over its run of equals, so that {@code kthValue(1, axis)} has the derivative of {@code min(axis)}.
 */
final class OrderOps {
    private OrderOps() {}

    static final Definition SORT = Definition.of(
            "sort",
            "The entries along an axis in order, NaN counting as the largest; entries that tie share the derivative equally.",
            call("x.sort(1)", real(2, 4), x -> x.sort(1)),
            call("x.sort(0, Order.DESCENDING)", real(3, 2), x -> x.sort(0, Order.DESCENDING)),
            call(
                    "x.pad(0, 0, 2, inf).sort(0), where the infinities tie",
                    real(3),
                    x -> x.pad(0, 0, 2, Double.POSITIVE_INFINITY).sort(0).slice(0, 0, 3)),
            call("x.sort(0) of size 1", real(1, 2), x -> x.sort(0)),
            call("x.sort(0) of size 0", real(0, 2), x -> x.sort(0)));

    /** The order of one array along an axis: where each entry came from, and which of them tie. */
    private record Sorting(
            Storage of,
            Gather gather,
            Storage sorted,
            @Nullable Share ties) {
        static Sorting of(Tensor x, int axisFromEnd, Order order) {
            Shape shape = x.shape;
            int front = shape.axis(axisFromEnd);
            int outer = shape.slice(0, front).size();
            int n = shape.dim(front);
            int inner = shape.slice(front + 1, shape.rank()).size();
            int[] positions = new int[shape.size()];
            Ordering.argSort(x.data, outer, n, inner, order == Order.DESCENDING, positions);
            Gather gather = new Gather(axisFromEnd, n, shape, positions);
            Storage sorted = gather.compute(new Tensor[] {x}, shape);
            int[] starts = new int[shape.size()];
            boolean ties = Ordering.runs(sorted, outer, n, inner, starts);
            return new Sorting(x.data, gather, sorted, ties ? new Share(axisFromEnd, outer, starts) : null);
        }

        Tensor share(Tensor derivative) {
            return ties == null ? derivative : ties.apply(derivative);
        }
    }

    /** The entries in order along one axis. The order is found once, when the operation is made for its input. */
    static final class Sort extends Op {
        private final int axis;
        private final Order order;
        private final Sorting known;

        Sort(Tensor x, int axis, Order order) {
            this.axis = x.shape.axis(axis) - x.rank();
            this.order = order;
            this.known = Sorting.of(x, this.axis, order);
        }

        private Sorting sorting(Tensor x) {
            return x.data == known.of ? known : Sorting.of(x, axis, order);
        }

        Indices indices() {
            return Indices.owning(known.gather.indexShape(), known.gather.positions());
        }

        @Override
        public String name() {
            return "sort";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Axes.of(y.shape, Dims.KEEP, axis).within(y.shape);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return sorting(in[0]).sorted;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Sorting sorting = sorting(in[0]);
            return sorting.gather.transpose(0, sorting.share(g), in);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Sorting sorting = sorting(in[0]);
            return sorting.share(sorting.gather.apply(Objects.requireNonNull(t[0])));
        }

        /** The gaps between neighbours: 0 where entries tie. */
        @Override
        public List<Kink> kinks(Tensor[] in, Tensor y) {
            int n = y.dim(axis);
            return n < 2 ? List.of() : List.of(new Kink(1, y.slice(axis, 1, n).sub(y.slice(axis, 0, n - 1))));
        }
    }

    /** The mean of each run of equals, at all places of the run: its own transpose. */
    static final class Share extends Linear {
        private final int axis;
        private final int outer;
        private final int[] starts;

        Share(int axisFromEnd, int outer, int[] starts) {
            this.axis = axisFromEnd;
            this.outer = outer;
            this.starts = starts;
        }

        @Override
        public String name() {
            return "shareTies";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Axes.of(y.shape, Dims.KEEP, axis).within(y.shape);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int front = out.axis(axis);
            Storage result = Storage.allocate(out.size());
            int inner = out.slice(front + 1, out.rank()).size();
            Ordering.meansOfRuns(in[0].data, out.slice(0, front).size(), out.dim(front), inner, starts, outer, result);
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return apply(g);
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return apply(in[0].abs());
        }
    }

    static final Definition TOP_K = Definition.of(
            "topK",
            "The k largest entries along an axis, the largest first, with their positions.",
            call("x.topK(2, 1).values()", real(2, 4), x -> x.topK(2, 1).values()),
            call("x.topK(0, 0).values()", real(3), x -> x.topK(0, 0).values()));

    static TopK topK(Tensor x, int k, int axis) {
        int front = x.shape.axis(axis);
        if (k < 0 || k > x.dim(front)) {
            throw new IllegalArgumentException("topK needs k from 0 to " + x.dim(front) + ", the length of axis " + axis
                    + " of shape " + x.shape + ", but got " + k);
        }
        Sort sort = new Sort(x, front, Order.DESCENDING);
        Indices first = sort.indices().firstAlong(front, k);
        return new TopK(sort.apply(x).slice(front, 0, k), first);
    }

    static final Definition KTH_VALUE = Definition.of(
            "kthValue",
            "The k-th smallest entry along an axis, counted from 1, NaN counting as the largest.",
            call("x.kthValue(2, -1)", real(2, 4), x -> x.kthValue(2, -1)));

    static Tensor kthValue(Tensor x, int k, int axis) {
        int front = x.shape.axis(axis);
        if (k < 1 || k > x.dim(front)) {
            throw new IllegalArgumentException("kthValue needs k from 1 to " + x.dim(front) + ", the length of axis "
                    + axis + " of shape " + x.shape + ", but got " + k);
        }
        return x.sort(front).slice(front, k - 1, k).squeeze(front);
    }

    static final Definition MEDIAN = Definition.of(
            "median",
            "The middle entry in order, the mean of the two in the middle if their number is even; NaN if there is one.",
            call("x.median()", real(5), Tensor::median),
            call("x.median(1)", real(2, 4), x -> x.median(1)),
            call("x.median(0) of size 1", real(1, 2), x -> x.median(0)));

    static Tensor median(Tensor x, int axis) {
        requireEntries("median", x, axis);
        return quantiles(x, new double[] {0.5}, axis).get(0);
    }

    static final Definition QUANTILE = Definition.of(
            "quantile",
            "The entry below which a fraction q of the others lies, interpolated between neighbours in order; NaN if there "
                    + "is one.",
            call("x.quantile(0.3, 1)", real(2, 4), x -> x.quantile(0.3, 1)),
            call("x.quantile(0.5, 0) on an entry", real(3), x -> x.quantile(0.5, 0)),
            call("x.quantile({0, 0.25, 1}, -1)", real(2, 3), x -> x.quantile(new double[] {0, 0.25, 1}, -1)));

    static List<Tensor> quantiles(Tensor x, double[] fractions, int axis) {
        int front = x.shape.axis(axis);
        requireEntries("quantile", x, axis);
        Tensor sorted = x.sort(front);
        List<Tensor> quantiles = new ArrayList<>();
        for (double q : fractions) {
            if (!(q >= 0 && q <= 1)) {
                throw new IllegalArgumentException("quantile needs fractions from 0 to 1, but got " + q);
            }
            double place = q * (x.dim(front) - 1);
            int below = (int) place;
            Tensor quantile = at(sorted, front, below);
            if (place > below) {
                Tensor above = at(sorted, front, below + 1);
                double weight = place - below;
                // not below + weight (above - below): the difference may overflow, and next to -inf it is infinite
                Tensor between = quantile.mul(1 - weight).add(above.mul(weight));
                Mask equal = quantile.eq(above);
                // equals stay what they are, whatever rounding makes of their parts
                quantile = equal.any() ? Tensor.where(equal, quantile, between) : between;
            }
            quantiles.add(orNaN(quantile, sorted, front));
        }
        return quantiles;
    }

    private static Tensor at(Tensor sorted, int axis, int position) {
        return sorted.slice(axis, position, position + 1).squeeze(axis);
    }

    /** Returns the NaN that stands last in order, if one does, in place of what was read off the others. */
    private static Tensor orNaN(Tensor value, Tensor sorted, int axis) {
        Tensor last = at(sorted, axis, sorted.dim(axis) - 1);
        Mask undefined = last.ne(last);
        return undefined.any() ? Tensor.where(undefined, last, value) : value;
    }

    private static void requireEntries(String name, Tensor x, int axis) {
        if (x.dim(axis) == 0) {
            throw new IllegalArgumentException(
                    name + " of no entries does not exist: axis " + axis + " of shape " + x.shape + " is empty");
        }
    }
}
