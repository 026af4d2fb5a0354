package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.Arrays;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.array.Strided;

/** Operations that pick entries at regular distances: a {@link View} (a strided read), or its transpose {@link Place}. */
final class ViewOps {
    private ViewOps() {}

    static final Definition PERMUTE = Definition.of(
            "permute",
            "The axes in another order.",
            call("x.permute(2, 0, 1)", real(2, 3, 4), x -> x.permute(2, 0, 1)),
            call("x.permute(1, 0) of size 0", real(0, 3), x -> x.permute(1, 0)),
            call("x.permute(1, 2, 0) of sizes 1", real(1, 3, 1), x -> x.permute(1, 2, 0)));

    static final Definition SLICE = Definition.of(
            "slice",
            "The entries from one position (inclusive) to another (exclusive) along an axis, in steps; a negative step "
                    + "walks backwards from the last.",
            call("x.slice(0, 1, 3)", real(4, 2), x -> x.slice(0, 1, 3)),
            call("x.slice(1, 0, 5, 2)", real(2, 5), x -> x.slice(1, 0, 5, 2)),
            call("x.slice(-1, 1, 5, -3)", real(2, 5), x -> x.slice(-1, 1, 5, -3)),
            call("x.slice(1, 0, 1) of size 1", real(3, 1), x -> x.slice(1, 0, 1)),
            call("x.slice(0, 2, 2) of nothing", real(4, 2), x -> x.slice(0, 2, 2)));

    static final Definition PAD = Definition.of(
            "pad",
            "The entries with a constant before and after them along an axis.",
            call("x.pad(0, 1, 2)", real(3, 2), x -> x.pad(0, 1, 2)),
            call("x.pad(0, 1, 1) of size 0", real(0, 2), x -> x.pad(0, 1, 1)),
            call("x.pad(1, 2, 0, 7)", real(3, 2), x -> x.pad(1, 2, 0, 7)));

    /** A strided read: entry i of the result is entry offset + Σ iₖ strideₖ of the source. No entry is read twice. */
    static final class View extends Linear {
        private final String name;
        private final Shape source;
        private final Shape target;
        private final int offset;
        private final int[] strides;

        View(String name, Shape source, Shape target, int offset, int[] strides) {
            this.name = name;
            this.source = source;
            this.target = target;
            this.offset = offset;
            this.strides = strides;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.lead(in[0].rank() - source.rank(), target);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage result = Storage.allocate(out.size());
            if (out.size() > 0) {
                int batch = out.size() / target.size();
                Strided.view(in[0].data, batch, source.size(), offset, strides, target, result);
            }
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return new Place(this).apply(g);
        }

        @Override
        public Dependence dependence() {
            return Dependence.SELECTION;
        }
    }

    /** The transpose of a {@link View}: a strided write into zeros. */
    static final class Place extends Linear {
        private final View view;

        Place(View view) {
            this.view = view;
        }

        @Override
        public String name() {
            return view.name;
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.lead(in[0].rank() - view.target.rank(), view.source);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage result = Storage.allocate(out.size());
            if (in[0].size() > 0) {
                int batch = in[0].size() / view.target.size();
                Strided.place(in[0].data, batch, view.source.size(), view.offset, view.strides, view.target, result);
            }
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return view.apply(g);
        }

        @Override
        public Dependence dependence() {
            return Dependence.SELECTION;
        }
    }

    static Tensor permute(Tensor x, String name, int... order) {
        Shape shape = x.shape;
        int[] dims = new int[order.length];
        int[] strides = new int[order.length];
        int[] own = shape.strides();
        boolean fits = order.length == shape.rank() && shape.axes(order).length == order.length;
        for (int axis = 0; fits && axis < order.length; axis++) {
            int from = shape.axis(order[axis]);
            dims[axis] = shape.dim(from);
            strides[axis] = own[from];
        }
        if (!fits) {
            throw new IllegalArgumentException("permute needs each of the " + shape.rank() + " axes of shape " + shape
                    + " once, but got " + Arrays.toString(order));
        }
        return new View(name, shape, Shape.of(dims), 0, strides).apply(x);
    }

    static Tensor slice(Tensor x, int axis, int from, int to, int step) {
        int front = x.shape.axis(axis);
        int length = x.dim(front);
        int first = from < 0 ? from + length : from;
        int end = to < 0 ? to + length : to;
        if (step == 0 || first < 0 || end > length || first > end) {
            throw new IndexOutOfBoundsException("slice needs 0 <= from <= to <= " + length
                    + " (negative positions count from the end) and a step other than 0 along axis " + axis
                    + " of shape "
                    + x.shape + ", but got from " + from + " to " + to + " step " + step);
        }
        int count = first == end ? 0 : (int) (1 + (end - first - 1) / Math.abs((long) step));
        if (step == 1 && count == length) {
            return x;
        }
        int[] strides = x.shape.strides();
        int offset = count == 0 ? 0 : (step > 0 ? first : end - 1) * strides[front];
        strides[front] *= step;
        return new View("slice", x.shape, x.shape.with(front, count), offset, strides).apply(x);
    }

    static Tensor pad(Tensor x, int axis, int before, int after, double value) {
        requireMargins(x, axis, before, after);
        int front = x.shape.axis(axis);
        Shape padded = x.shape.with(front, x.dim(front) + before + after);
        int[] strides = padded.strides();
        Tensor inZeros = new Place(new View("pad", padded, x.shape, before * strides[front], strides)).apply(x);
        if (value == 0) {
            return inZeros;
        }
        Mask margin = Tensor.ones(x.shape.toArray()).pad(axis, before, after).eq(0);
        return inZeros.maskedFill(margin, value);
    }

    static Tensor crop(Tensor x, int axis, int before, int after) {
        int length = x.dim(axis);
        if (before < 0 || after < 0 || before > length - after) {
            throw new IndexOutOfBoundsException("crop needs widths of at least 0 that add up to at most " + length
                    + ", the length of axis " + axis + " of shape " + x.shape + ", but got " + before + " before and "
                    + after + " after; use pad to put entries in");
        }
        return slice(x, axis, before, length - after, 1);
    }

    static void requireMargins(Tensor x, int axis, int before, int after) {
        x.shape.axis(axis);
        if (before < 0 || after < 0) {
            throw new IllegalArgumentException("padding must not be negative, but got " + before + " before and "
                    + after + " after axis " + axis + " of shape " + x.shape + "; use crop to take entries away");
        }
    }

    static final Definition DIAGONAL = Definition.of(
            "diagonal",
            "The diagonal of the last two axes.",
            call("x.diagonal()", real(3, 4), Tensor::diagonal),
            call("x.diagonal() of one row", real(1, 3), Tensor::diagonal),
            call("x.diagonal() of a batch", real(2, 3, 3), Tensor::diagonal));

    static Tensor diagonal(Tensor x) {
        if (x.rank() < 2) {
            throw new IllegalArgumentException("diagonal needs at least two axes, but got shape " + x.shape);
        }
        int[] strides = x.shape.strides();
        int rank = x.rank();
        int[] along = Arrays.copyOf(strides, rank - 1);
        along[rank - 2] = strides[rank - 2] + strides[rank - 1];
        Shape target = x.shape.slice(0, rank - 1).with(rank - 2, Math.min(x.dim(-2), x.dim(-1)));
        return new View("diagonal", x.shape, target, 0, along).apply(x);
    }

    static final Definition DIAG = Definition.of(
            "diag", "The square matrix with the given diagonal.", call("x.diag()", real(3), Tensor::diag));

    static Tensor diag(Tensor x) {
        if (x.rank() != 1) {
            throw new IllegalArgumentException("diag needs one axis, but got shape " + x.shape);
        }
        Shape matrix = Shape.of(x.size(), x.size());
        return new Place(new View("diag", matrix, x.shape, 0, new int[] {x.size() + 1})).apply(x);
    }
}
