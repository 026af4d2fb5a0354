package org.retrograd.autograd.tensor;

import java.util.Arrays;

/** The methods of {@link Tensor} that read or write at positions. Positions and axes may be counted from the end. */
public sealed interface IndexMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * Returns the entries at the given positions of an axis, which is replaced by the axes of the indices (NumPy's
     * {@code take}; with one axis of indices, PyTorch's {@code index_select}). An index may occur any number of times.
     *
     * @throws IndexOutOfBoundsException if a position is outside the axis
     */
    default Tensor take(Indices indices, int axis) {
        return IndexOps.take(self(), indices, axis);
    }

    /**
     * Returns along an axis, for each place separately, the entry whose position the index names (PyTorch's
     * {@code gather}, NumPy's {@code take_along_axis}).
     *
     * @param indices of the same shape as this, up to the length of that axis
     */
    default Tensor gather(Indices indices, int axis) {
        return GatherOps.gather(self(), indices, axis);
    }

    /** Returns the entries, or slices, at the places that one index for each of the first axes names. */
    default Tensor index(Indices... indices) {
        return IndexOps.index(self(), indices);
    }

    /**
     * Returns this with the entries of a source added at positions of an axis; where positions repeat, all are added, in
     * the order in which they stand.
     *
     * @param source of the shape that {@link #take} would give
     */
    default Tensor scatterAdd(int axis, Indices indices, Tensor source) {
        return IndexOps.scatterAdd(self(), axis, indices, source);
    }

    /**
     * Returns this with the entries of a source put at positions of an axis.
     *
     * @param source of the shape that {@link #take} would give
     * @throws IllegalArgumentException if a position is named twice
     */
    default Tensor scatter(int axis, Indices indices, Tensor source) {
        return IndexOps.scatter(self(), axis, indices, source);
    }

    /** Returns the sums of the slices along the first axis that belong to the same segment: [n, ..] → [count, ..]. */
    default Tensor segmentSum(Indices segments, int count) {
        return IndexOps.segmentSum(self(), segments, count);
    }

    /** Returns this with {@code value} where the mask is true. */
    default Tensor maskedFill(Mask mask, double value) {
        return Tensor.where(mask, Tensor.scalar(value), self());
    }

    /**
     * Returns the entries where the mask is true, in row-major order along one axis.
     *
     * @param mask of this shape, or broadcast to it
     */
    default Tensor maskedSelect(Mask mask) {
        return IndexOps.maskedSelect(self(), mask);
    }

    /** Returns each entry repeated along an axis: (a, b) → (a, a, b, b). */
    default Tensor repeat(int axis, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("repeat needs a count of 0 or more, but got " + count);
        }
        int[] positions = new int[self().dim(axis) * count];
        Arrays.setAll(positions, i -> i / count);
        return take(Indices.of(positions), axis);
    }

    /** Returns this with its first and last entries repeated before and after it along an axis. */
    default Tensor padEdge(int axis, int before, int after) {
        return IndexOps.padEdge(self(), axis, before, after);
    }

    /** Returns this mirrored at its first and last entries, which are not repeated, along an axis. */
    default Tensor padReflect(int axis, int before, int after) {
        return IndexOps.padReflect(self(), axis, before, after);
    }
}
