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
 * Operations that only rearrange entries, as whole tensors: a {@link Reshape}, a {@link BroadcastTo} or a {@link Concat}.
 * The rest are {@link ViewOps strided reads and writes}.
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
            return in[0].shape.lead(in[0].rank() - sourceRank, target);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return in[0].data;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            // the input may itself be a tangent with directions, whose axis is not one of the cotangent's own
            int lead = g.rank() - target.rank() - (in[0].rank() - sourceRank);
            return g.reshape(g.shape.lead(lead, in[0].shape));
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
            return in[0].shape.lead(in[0].rank() - target.rank(), target);
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
                int part = outer == 0 ? 0 : x.size() / outer;
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
            if (part.shape != parts[0].shape
                    && (part.rank() != parts[0].rank()
                            || !part.shape.with(front, 0).equals(parts[0].shape.with(front, 0)))) {
                throw new IllegalArgumentException(
                        "concat along axis " + axis + " needs shapes that agree on every other " + "axis, but got "
                                + List.of(parts).stream().map(Tensor::shape).toList());
            }
        }
        return parts.length == 1 ? parts[0] : new Concat(front - parts[0].rank()).apply(parts.clone());
    }

    static Tensor stack(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("stack needs at least one tensor");
        }
        Shape shape = parts[0].shape;
        int place = shape.insertOnes(0, 1).axis(axis);
        if (place == 0 && shape.rank() > 0 && all(shape, parts)) {
            // one after the other, in row-major order, with or without the new axis
            return reshape(concat(0, parts), Shape.of(parts.length).append(shape));
        }
        Shape expanded = shape.insertOnes(place, 1);
        Tensor[] rows = new Tensor[parts.length];
        for (int k = 0; k < parts.length; k++) {
            rows[k] = parts[k].shape.equals(shape) ? reshape(parts[k], expanded) : parts[k].expandDims(axis);
        }
        return concat(axis, rows);
    }

    private static boolean all(Shape shape, Tensor[] parts) {
        for (Tensor part : parts) {
            if (!part.shape.equals(shape)) {
                return false;
            }
        }
        return true;
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
