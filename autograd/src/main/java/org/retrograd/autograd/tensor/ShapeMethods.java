package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.retrograd.autograd.array.Shape;

/** The methods of {@link Tensor} that rearrange entries. Axes may be counted from the end by negative numbers. */
public sealed interface ShapeMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * Returns the same entries in row-major order in another shape, of which one length may be -1: what is left.
     *
     * @throws IllegalArgumentException if the number of entries differs
     */
    default Tensor reshape(int... dims) {
        return reshape(ShapeOps.resolve(self().shape, dims));
    }

    /** Returns the same entries in another shape. */
    default Tensor reshape(Shape shape) {
        return ShapeOps.reshape(self(), shape);
    }

    /** Returns the same entries along one axis. */
    default Tensor flatten() {
        return reshape(Shape.of(self().size()));
    }

    /** Returns this without its axes of length 1. */
    default Tensor squeeze() {
        return reshape(
                Arrays.stream(self().shape.toArray()).filter(dim -> dim != 1).toArray());
    }

    /**
     * Returns this without the named axes.
     *
     * @throws IllegalArgumentException if one of them does not have length 1
     */
    default Tensor squeeze(int... axes) {
        Shape shape = self().shape;
        for (int axis : axes) {
            if (shape.dim(axis) != 1) {
                throw new IllegalArgumentException("squeeze takes axes of length 1 away, but axis " + axis
                        + " of shape " + shape + " has length " + shape.dim(axis));
            }
        }
        return reshape(shape.reduce(shape.axes(axes), false));
    }

    /** Returns this with an axis of length 1 put in, which will have the given number. */
    default Tensor expandDims(int axis) {
        Shape longer = self().shape.insertOnes(0, 1);
        return reshape(self().shape.insertOnes(longer.axis(axis), 1));
    }

    /**
     * Returns the axes in another order: axis {@code i} of the result is axis {@code order[i]} of this.
     *
     * @throws IllegalArgumentException if the order does not name each axis once
     */
    default Tensor permute(int... order) {
        return ViewOps.permute(self(), "permute", order);
    }

    /**
     * Returns this with the last two axes exchanged: the transposed matrix.
     *
     * @throws IllegalArgumentException if there are fewer than two axes
     */
    default Tensor transpose() {
        if (self().rank() < 2) {
            throw new IllegalArgumentException("transpose() exchanges the last two axes, but shape " + self().shape
                    + " has fewer; expandDims gives a vector a second one");
        }
        return transpose(-2, -1);
    }

    /** Returns this with two axes exchanged. */
    default Tensor transpose(int first, int second) {
        int[] order = new int[self().rank()];
        Arrays.setAll(order, axis -> axis);
        int a = self().shape.axis(first);
        int b = self().shape.axis(second);
        order[a] = b;
        order[b] = a;
        return ViewOps.permute(self(), "transpose", order);
    }

    /** Returns this with one axis moved to another place, the others keeping their order. */
    default Tensor moveAxis(int from, int to) {
        int source = self().shape.axis(from);
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < self().rank(); axis++) {
            if (axis != source) {
                order.add(axis);
            }
        }
        order.add(self().shape.axis(to), source);
        return permute(order.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Returns this with the order of entries reversed along the named axes. */
    default Tensor flip(int... axes) {
        Tensor flipped = self();
        for (int axis : self().shape.axes(axes)) {
            flipped = flipped.slice(axis, 0, self().dim(axis), -1);
        }
        return flipped;
    }

    /** Returns this with entries moved along an axis; those that leave at one end come in at the other. */
    default Tensor roll(int axis, int shift) {
        return ShapeOps.roll(self(), axis, shift);
    }

    /**
     * Returns this repeated along axes of length 1 and along new axes in front.
     *
     * @throws IllegalArgumentException if the shapes do not fit
     */
    default Tensor broadcastTo(int... dims) {
        return broadcastTo(Shape.of(dims));
    }

    /** Returns this repeated along axes of length 1 and along new axes in front. */
    default Tensor broadcastTo(Shape shape) {
        return ShapeOps.broadcastTo(self(), shape);
    }

    /** Returns the whole tensor repeated a number of times along each of the last axes. */
    default Tensor tile(int... repeats) {
        return ShapeOps.tile(self(), repeats);
    }

    /** Returns the entries {@code from} (inclusive) to {@code to} (exclusive) along an axis. */
    default Tensor slice(int axis, int from, int to) {
        return slice(axis, from, to, 1);
    }

    /**
     * Returns every {@code step}-th entry from {@code from} (inclusive) to {@code to} (exclusive) along an axis; a negative
     * step walks backwards, from {@code to - 1} down to {@code from}.
     *
     * @throws IndexOutOfBoundsException if the positions are outside the axis or the step is 0
     */
    default Tensor slice(int axis, int from, int to, int step) {
        return ViewOps.slice(self(), axis, from, to, step);
    }

    /**
     * Returns this without some entries at the beginning and the end of an axis.
     *
     * @throws IndexOutOfBoundsException if a width is negative, or there are fewer entries
     */
    default Tensor crop(int axis, int before, int after) {
        return ViewOps.crop(self(), axis, before, after);
    }

    /** Returns this with zeros before and after it along an axis. */
    default Tensor pad(int axis, int before, int after) {
        return pad(axis, before, after, 0);
    }

    /**
     * Returns this with a constant before and after it along an axis.
     *
     * @throws IllegalArgumentException if a width is negative
     */
    default Tensor pad(int axis, int before, int after, double value) {
        return ViewOps.pad(self(), axis, before, after, value);
    }

    /** Returns this cut along an axis into parts of the given lengths. */
    default List<Tensor> split(int axis, int... lengths) {
        if (Arrays.stream(lengths).sum() != self().dim(axis)) {
            throw new IllegalArgumentException("split lengths must add up to the axis, but " + Arrays.toString(lengths)
                    + " add up to " + Arrays.stream(lengths).sum() + " and axis " + axis + " of shape " + self().shape
                    + " has length " + self().dim(axis));
        }
        List<Tensor> parts = new ArrayList<>();
        int from = 0;
        for (int length : lengths) {
            parts.add(slice(axis, from, from + length));
            from += length;
        }
        return List.copyOf(parts);
    }

    /** Returns the slices along an axis, which vanishes. */
    default List<Tensor> unstack(int axis) {
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < self().dim(axis); i++) {
            parts.add(slice(axis, i, i + 1).squeeze(axis));
        }
        return List.copyOf(parts);
    }

    /** Returns the diagonal of the last two axes: [.., n, m] → [.., min(n, m)]. */
    default Tensor diagonal() {
        return ViewOps.diagonal(self());
    }

    /** Returns the square matrix that has this vector as its diagonal: [n] → [n, n]. */
    default Tensor diag() {
        return ViewOps.diag(self());
    }

    /** Returns the lower triangle of the last two axes: 0 above the k-th diagonal. */
    default Tensor tril(int k) {
        return Tensor.where(ShapeOps.notAbove(self(), k), self(), Tensor.scalar(0));
    }

    /** Returns the upper triangle of the last two axes: 0 below the k-th diagonal. */
    default Tensor triu(int k) {
        return Tensor.where(ShapeOps.notAbove(self(), k - 1), Tensor.scalar(0), self());
    }
}
