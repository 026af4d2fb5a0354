package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.Arrays;
import java.util.List;
import org.retrograd.autograd.array.Indexing;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.array.Strided;

/**
 * The moves: operations that only rearrange entries.
 *
 * <p>All of them are one of five: a {@link Reshape}, a {@link BroadcastTo}, a {@link View} (a strided read), its transpose
 * {@link Place} (a strided write into zeros), or a {@link Concat}.
 */
final class ShapeOps {
    private ShapeOps() {}

    static final Definition RESHAPE = Definition.of(
            "reshape",
            "The same entries in row-major order in another shape; one length may be -1. Copies nothing.",
            call("x.reshape(2, 6)", real(3, 4), x -> x.reshape(2, 6)),
            call("x.reshape(1, 0) of size 0", real(0, 3), x -> x.reshape(1, 0)),
            call("x.reshape(-1, 2)", real(3, 4), x -> x.reshape(-1, 2)));

    /** The same entries in another shape. */
    static final class Reshape extends Linear {
        private final int sourceRank;
        private final Shape target;

        Reshape(int sourceRank, Shape target) {
            this.sourceRank = sourceRank;
            this.target = target;
        }

        @Override
        public String name() {
            return "reshape";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.slice(0, in[0].rank() - sourceRank).append(target);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return in[0].data;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            // the input may itself be a tangent with directions, whose axis is not one of the cotangent's own
            int lead = g.rank() - target.rank() - (in[0].rank() - sourceRank);
            return g.reshape(g.shape.slice(0, lead).append(in[0].shape));
        }

        @Override
        public Dependence dependence() {
            return Dependence.SELECTION;
        }
    }

    static Tensor reshape(Tensor x, Shape target) {
        if (target.equals(x.shape)) {
            return x;
        }
        if (target.size() != x.size()) {
            throw new IllegalArgumentException("reshape keeps the number of entries, but shape " + x.shape + " has "
                    + x.size() + " and " + target + " has " + target.size());
        }
        return new Reshape(x.rank(), target).apply(x);
    }

    /** Returns the shape with the one length that is -1 replaced by what is left. */
    static Shape resolve(Shape from, int... dims) {
        int open = -1;
        int known = 1;
        for (int axis = 0; axis < dims.length; axis++) {
            if (dims[axis] == -1 && open < 0) {
                open = axis;
            } else {
                known *= Math.max(dims[axis], -1);
            }
        }
        if (open < 0) {
            return Shape.of(dims);
        }
        if (known <= 0 || from.size() % known != 0) {
            throw new IllegalArgumentException("reshape keeps the number of entries, but shape " + from + " has "
                    + from.size() + " and " + Arrays.toString(dims)
                    + " fits no whole length in place of its -1 (which may stand once)");
        }
        int[] resolved = dims.clone();
        resolved[open] = from.size() / known;
        return Shape.of(resolved);
    }

    static final Definition BROADCAST_TO = Definition.of(
            "broadcastTo",
            "The entries repeated along axes of length 1 and along new axes in front.",
            call("x.broadcastTo(2, 3, 4)", real(3, 1), x -> x.broadcastTo(2, 3, 4)),
            call("x.broadcastTo(0, 3) to nothing", real(1, 3), x -> x.broadcastTo(0, 3)),
            call("x.broadcastTo(3, 2) of a scalar", real(), x -> x.broadcastTo(3, 2)));

    /** The same entries, repeated along axes of length 1. */
    static final class BroadcastTo extends Linear {
        private final Shape target;

        BroadcastTo(Shape target) {
            this.target = target;
        }

        @Override
        public String name() {
            return "broadcastTo";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.slice(0, in[0].rank() - target.rank()).append(target);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Shape shape = in[0].shape;
            int[] strides = shape.strides();
            for (int axis = 0; axis < strides.length; axis++) {
                strides[axis] = shape.dim(axis) == 1 ? 0 : strides[axis];
            }
            Storage result = Storage.allocate(out.size());
            Strided.view(in[0].data, 1, shape.size(), 0, strides, out, result);
            return result;
        }

        /** The sweep undoes broadcasting, here as everywhere. */
        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return g;
        }

        @Override
        public Dependence dependence() {
            return Dependence.SELECTION;
        }
    }

    static Tensor broadcastTo(Tensor x, Shape target) {
        if (target.equals(x.shape)) {
            return x;
        }
        if (x.op == null && x.rank() == 0) {
            return new Tensor(target, Storage.filled(target.size(), x.item()));
        }
        boolean fits = target.rank() >= x.rank();
        for (int back = 1; fits && back <= x.rank(); back++) {
            fits = x.dim(-back) == 1 || x.dim(-back) == target.dim(-back);
        }
        if (!fits) {
            throw new IllegalArgumentException("shape " + x.shape + " cannot be broadcast to " + target
                    + ": aligned at the last axis, each of its lengths must be 1 or equal");
        }
        return new BroadcastTo(target).apply(x.reshape(x.shape.insertOnes(0, target.rank() - x.rank())));
    }

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
            return in[0].shape.slice(0, in[0].rank() - source.rank()).append(target);
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
            return in[0].shape.slice(0, in[0].rank() - view.target.rank()).append(view.source);
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
        boolean fits = order.length == shape.rank() && shape.axes(order).length == order.length;
        for (int axis = 0; fits && axis < order.length; axis++) {
            dims[axis] = shape.dim(order[axis]);
            strides[axis] = shape.strides()[shape.axis(order[axis])];
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

    static final Definition CONCAT = Definition.of(
            "concat",
            "Tensors one after the other along an axis.",
            call("Tensor.concat(0, x, y)", real(2, 3), real(1, 3), (x, y) -> Tensor.concat(0, x, y)),
            call("Tensor.concat(-1, x, y, x)", real(2, 3), real(2, 0), (x, y) -> Tensor.concat(-1, x, y, x)));

    /** Tensors one after the other along an axis counted from the end. */
    static final class Concat extends Linear {
        private final int axis;

        Concat(int axis) {
            this.axis = axis;
        }

        @Override
        public String name() {
            return "concat";
        }

        @Override
        public Shape shape(Tensor[] in) {
            int total = 0;
            for (Tensor x : in) {
                total += x.dim(axis);
            }
            return in[0].shape.with(axis, total);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int front = out.axis(axis);
            int outer = out.slice(0, front).size();
            int row = out.slice(front, out.rank()).size();
            Storage result = Storage.allocate(out.size());
            int at = 0;
            for (Tensor x : in) {
                int part = x.shape.slice(front, x.rank()).size();
                Indexing.copy(x.data, outer, part, result, row, at);
                at += part;
            }
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            int from = 0;
            for (int before = 0; before < k; before++) {
                from += in[before].dim(axis);
            }
            return g.slice(axis, from, from + in[k].dim(axis));
        }

        @Override
        public boolean together() {
            return true;
        }

        @Override
        public Dependence dependence() {
            return Dependence.SELECTION;
        }
    }

    static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat needs at least one tensor");
        }
        int front = parts[0].shape.axis(axis);
        for (Tensor part : parts) {
            if (part.rank() != parts[0].rank() || !part.shape.with(front, 0).equals(parts[0].shape.with(front, 0))) {
                throw new IllegalArgumentException(
                        "concat along axis " + axis + " needs shapes that agree on every other " + "axis, but got "
                                + List.of(parts).stream().map(Tensor::shape).toList());
            }
        }
        return parts.length == 1 ? parts[0] : new Concat(front - parts[0].rank()).apply(parts.clone());
    }

    static final Definition ROLL = Definition.of(
            "roll",
            "The entries moved along an axis by a number of places; those that leave at one end come in at the other.",
            call("x.roll(0, 1)", real(4, 2), x -> x.roll(0, 1)),
            call("x.roll(0, 1) of size 1", real(1, 2), x -> x.roll(0, 1)),
            call("x.roll(1, -7)", real(2, 5), x -> x.roll(1, -7)));

    static Tensor roll(Tensor x, int axis, int shift) {
        int length = x.dim(axis);
        int cut = length == 0 ? 0 : Math.floorMod(-shift, length);
        return cut == 0 ? x : concat(axis, x.slice(axis, cut, length), x.slice(axis, 0, cut));
    }

    static final Definition TILE = Definition.of(
            "tile",
            "The whole tensor repeated a number of times along each axis.",
            call("x.tile(2, 3)", real(2, 3), x -> x.tile(2, 3)),
            call("x.tile(2, 1) of a vector", real(3), x -> x.tile(2, 1)));

    /** Gives each axis a neighbour in front along which it is repeated, and merges the two. */
    static Tensor tile(Tensor x, int... repeats) {
        int rank = Math.max(repeats.length, x.rank());
        Tensor filled = x.reshape(x.shape.insertOnes(0, rank - x.rank()));
        int[] apart = new int[2 * rank];
        int[] repeated = new int[2 * rank];
        int[] merged = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            int count = axis < rank - repeats.length ? 1 : repeats[axis - (rank - repeats.length)];
            apart[2 * axis] = 1;
            apart[2 * axis + 1] = filled.dim(axis);
            repeated[2 * axis] = count;
            repeated[2 * axis + 1] = filled.dim(axis);
            merged[axis] = count * filled.dim(axis);
        }
        return filled.reshape(apart).broadcastTo(repeated).reshape(merged);
    }

    static final Definition TRIL = Definition.of(
            "tril",
            "The entries on and below the k-th diagonal of the last two axes, 0 above.",
            call("x.tril(0)", real(3, 4), x -> x.tril(0)),
            call("x.tril(-1)", real(2, 3, 3), x -> x.tril(-1)));

    static final Definition TRIU = Definition.of(
            "triu",
            "The entries on and above the k-th diagonal of the last two axes, 0 below.",
            call("x.triu(1)", real(3, 4), x -> x.triu(1)));

    /** Returns the truth of column - row <= k for the last two axes. */
    static Mask notAbove(Tensor x, int k) {
        if (x.rank() < 2) {
            throw new IllegalArgumentException("a triangle needs at least two axes, but got shape " + x.shape);
        }
        return Tensor.range(x.dim(-1))
                .sub(Tensor.range(x.dim(-2)).expandDims(-1))
                .le(k);
    }
}
