package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.Arrays;
import org.retrograd.autograd.array.Indexing;
import org.retrograd.autograd.array.Ordering;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/**
 * Reading and adding at positions of an axis given by {@link Indices}: {@link Take} and its transpose {@link Scatter}.
 * {@link GatherOps} does so at positions that differ from place to place.
 */
final class IndexOps {
    private IndexOps() {}

    static final Definition TAKE = Definition.of(
            "take",
            "The entries at the given positions of an axis, which is replaced by the axes of the indices.",
            call("x.take(indices, 0)", real(4, 3), x -> x.take(Indices.of(2, 0, 2), 0)),
            call(
                    "x.take(matrix of indices, -1)",
                    real(2, 3),
                    x -> x.take(Indices.of(0, 2, -1, 1).reshape(2, 2), -1)),
            call("x.take(no indices, 0)", real(4, 3), x -> x.take(Indices.of(), 0)));

    static final Definition SCATTER_ADD = Definition.of(
            "scatterAdd",
            "The tensor with the entries of a source added at the given positions of an axis; repeated positions add up.",
            call(
                    "x.scatterAdd(0, indices, y)",
                    real(4, 3),
                    real(3, 3),
                    (x, y) -> x.scatterAdd(0, Indices.of(2, 0, 2), y)));

    /** Reads at positions of one axis, the same for all others. */
    static final class Take extends Linear {
        private final int axis;
        private final int length;
        private final Shape indexShape;
        private final int[] positions;

        Take(int axisFromEnd, int length, Shape indexShape, int[] positions) {
            this.axis = axisFromEnd;
            this.length = length;
            this.indexShape = indexShape;
            this.positions = positions;
        }

        @Override
        public String name() {
            return "take";
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape shape = in[0].shape;
            int front = shape.axis(axis);
            return shape.lead(front, indexShape).append(shape.slice(front + 1, shape.rank()));
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Shape shape = in[0].shape;
            int front = shape.axis(axis);
            Storage result = Storage.allocate(out.size());
            int inner = shape.slice(front + 1, shape.rank()).size();
            Indexing.take(in[0].data, shape.slice(0, front).size(), length, inner, positions, result);
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return new Scatter(this).apply(g);
        }

        @Override
        public Dependence dependence() {
            return Dependence.SELECTION;
        }
    }

    /** Adds into zeros at positions of one axis: the transpose of {@link Take}. */
    static final class Scatter extends Linear {
        private final Take take;

        Scatter(Take take) {
            this.take = take;
        }

        @Override
        public String name() {
            return "scatterAdd";
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape shape = in[0].shape;
            int behind = -take.axis - 1;
            int front = shape.rank() - behind - take.indexShape.rank();
            return shape.slice(0, front)
                    .append(Shape.of(take.length))
                    .append(shape.slice(shape.rank() - behind, shape.rank()));
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int front = out.axis(take.axis);
            Storage result = Storage.allocate(out.size());
            int inner = out.slice(front + 1, out.rank()).size();
            Indexing.scatterAdd(in[0].data, out.slice(0, front).size(), take.length, inner, take.positions, result);
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return take.apply(g);
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Relation.collected(take.apply(Relation.numbers(y.shape)), y.shape);
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return apply(in[0].abs());
        }
    }

    static Tensor take(Tensor x, Indices indices, int axis) {
        return taking(x, indices, axis).apply(x);
    }

    private static Take taking(Tensor x, Indices indices, int axis) {
        int front = x.shape.axis(axis);
        int[] positions = indices.within(x.dim(front), front, x.shape);
        return new Take(front - x.rank(), x.dim(front), indices.shape(), positions);
    }

    static Tensor scatterAdd(Tensor x, int axis, Indices indices, Tensor source) {
        Scatter scatter = new Scatter(taking(x, indices, axis));
        requireShape("scatterAdd", source, scatter.take.shape(new Tensor[] {x}));
        return x.add(scatter.apply(source));
    }

    static final Definition SCATTER = Definition.of(
            "scatter",
            "The tensor with the entries of a source put at the given positions of an axis, each named once.",
            call("x.scatter(0, indices, y)", real(4, 3), real(2, 3), (x, y) -> x.scatter(0, Indices.of(2, 0), y)));

    static Tensor scatter(Tensor x, int axis, Indices indices, Tensor source) {
        Take take = taking(x, indices, axis);
        if (Arrays.stream(take.positions).distinct().count() < take.positions.length) {
            throw new IllegalArgumentException("scatter overwrites, so each position may be named once, but got "
                    + Arrays.toString(take.positions) + "; scatterAdd adds up what meets");
        }
        requireShape("scatter", source, take.shape(new Tensor[] {x}));
        Scatter scatter = new Scatter(take);
        Mask written = scatter.apply(Tensor.ones(source.shape.toArray())).ne(0);
        return Tensor.where(written, scatter.apply(source), x);
    }

    static final Definition SEGMENT_SUM = Definition.of(
            "segmentSum",
            "The sums of the slices along the first axis that belong to the same segment.",
            call("x.segmentSum(segments, 3)", real(4, 2), x -> x.segmentSum(Indices.of(0, 2, 0, 2), 3)));

    static Tensor segmentSum(Tensor x, Indices segments, int count) {
        if (x.rank() == 0 || segments.shape().rank() != 1 || segments.size() != x.dim(0)) {
            throw new IllegalArgumentException("segmentSum needs one segment for each slice along axis 0, but got "
                    + segments.shape() + " segments for shape " + x.shape);
        }
        int[] positions = segments.labels("segmentSum", count);
        return new Scatter(new Take(-x.rank(), count, segments.shape(), positions)).apply(x);
    }

    static final Definition MASKED_SELECT = Definition.of(
            "maskedSelect",
            "The entries where a mask is true, in row-major order along one axis.",
            call("x.maskedSelect(mask)", real(2, 3), x -> x.maskedSelect(Mask.of(true, false, true))),
            call("x.maskedSelect(mask) of none", real(2), x -> x.maskedSelect(Mask.of(false))));

    static Tensor maskedSelect(Tensor x, Mask mask) {
        if (!mask.shape().equals(x.shape) && !broadcasts(mask.shape(), x.shape)) {
            throw new IllegalArgumentException("maskedSelect needs a mask that broadcasts to shape " + x.shape
                    + ", but got one of shape " + mask.shape());
        }
        int[] chosen = Ordering.positionsOfNonzero(mask.toTensor().broadcastTo(x.shape).data);
        return x.flatten().take(Indices.owning(Shape.of(chosen.length), chosen), 0);
    }

    private static boolean broadcasts(Shape from, Shape to) {
        try {
            return Shape.broadcast(from, to).equals(to);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void requireShape(String name, Tensor source, Shape expected) {
        if (!source.shape.equals(expected)) {
            throw new IllegalArgumentException(
                    name + " needs a source of shape " + expected + " at these indices, but got " + source.shape);
        }
    }

    static final Definition INDEX = Definition.of(
            "index",
            "The entries (or slices) at the places that one index for each of the first axes names.",
            call("x.index(rows, columns)", real(3, 4), x -> x.index(Indices.of(0, 2, 2), Indices.of(1, 3, 3))),
            call("x.index(rows)", real(3, 2), x -> x.index(Indices.of(2, 2))));

    /** Takes from the first axes merged into one. */
    static Tensor index(Tensor x, Indices... indices) {
        if (indices.length == 0 || indices.length > x.rank()) {
            throw new IllegalArgumentException("index needs one index for each of the first axes of shape " + x.shape
                    + ", at least 1 and at most " + x.rank() + ", but got " + indices.length);
        }
        int[] merged = new int[indices[0].size()];
        for (int axis = 0; axis < indices.length; axis++) {
            if (!indices[axis].shape().equals(indices[0].shape())) {
                throw new IllegalArgumentException("index needs indices of one shape, but got " + indices[0].shape()
                        + " for axis 0 and " + indices[axis].shape() + " for axis " + axis);
            }
            int[] positions = indices[axis].within(x.dim(axis), axis, x.shape);
            for (int i = 0; i < merged.length; i++) {
                merged[i] = merged[i] * x.dim(axis) + positions[i];
            }
        }
        Shape rest = x.shape.slice(indices.length, x.rank());
        int rows = x.shape.slice(0, indices.length).size();
        return x.reshape(Shape.of(rows).append(rest)).take(Indices.owning(indices[0].shape(), merged), 0);
    }

    static final Definition PAD_EDGE = Definition.of(
            "padEdge",
            "The entries with the first and the last repeated before and after them along an axis.",
            call("x.padEdge(0, 2, 1)", real(3, 2), x -> x.padEdge(0, 2, 1)));

    static final Definition PAD_REFLECT = Definition.of(
            "padReflect",
            "The entries mirrored at the first and the last, which are not repeated, along an axis.",
            call("x.padReflect(1, 2, 1)", real(2, 4), x -> x.padReflect(1, 2, 1)));

    static Tensor padEdge(Tensor x, int axis, int before, int after) {
        ViewOps.requireMargins(x, axis, before, after);
        int length = x.dim(axis);
        if (length == 0) {
            throw new IllegalArgumentException(
                    "padEdge repeats the outer entries, but shape " + x.shape + " has none along axis " + axis);
        }
        int[] positions = new int[before + length + after];
        Arrays.setAll(positions, i -> Math.min(Math.max(i - before, 0), length - 1));
        return x.take(Indices.of(positions), axis);
    }

    static Tensor padReflect(Tensor x, int axis, int before, int after) {
        ViewOps.requireMargins(x, axis, before, after);
        int length = x.dim(axis);
        if (Math.max(before, after) >= length) {
            throw new IllegalArgumentException("padReflect mirrors at most " + (length - 1) + " entries along axis "
                    + axis + " of shape " + x.shape + ", but got " + before + " before and " + after + " after");
        }
        int[] positions = new int[before + length + after];
        Arrays.setAll(positions, i -> {
            int distance = Math.abs(i - before);
            return distance < length ? distance : 2 * (length - 1) - distance;
        });
        return x.take(Indices.of(positions), axis);
    }

    static final Definition REPEAT = Definition.of(
            "repeat",
            "Each entry repeated a number of times along an axis.",
            call("x.repeat(0, 3)", real(2, 3), x -> x.repeat(0, 3)));

    static final Definition MASKED_FILL = Definition.of(
            "maskedFill",
            "The tensor with one number where the mask is true.",
            call("x.maskedFill(mask, 7)", real(3), x -> x.maskedFill(Mask.of(true, false, true), 7)));
}
