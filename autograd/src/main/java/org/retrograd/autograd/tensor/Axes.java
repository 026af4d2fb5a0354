package org.retrograd.autograd.tensor;

import java.util.Arrays;
import org.retrograd.autograd.array.Fold;
import org.retrograd.autograd.array.Shape;

/**
 * The axes over which a call reduces, counted from the end so that they mean the same behind a leading axis of directions.
 */
final class Axes {
    private final int[] fromEnd;
    private final boolean keep;

    private Axes(int[] fromEnd, boolean keep) {
        this.fromEnd = fromEnd;
        this.keep = keep;
    }

    /** Returns the given axes of a shape; without any, none. */
    static Axes of(Shape shape, Dims dims, int... axes) {
        int[] sorted = shape.axes(axes);
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] -= shape.rank();
        }
        return new Axes(sorted, dims == Dims.KEEP);
    }

    /** Returns all axes of a shape. */
    static Axes all(Shape shape) {
        int[] axes = new int[shape.rank()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i - axes.length;
        }
        return new Axes(axes, false);
    }

    /** Whether these are all axes of a shape. */
    boolean cover(Shape shape) {
        return fromEnd.length == shape.rank();
    }

    private int[] of(Shape shape) {
        int[] axes = new int[fromEnd.length];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = shape.rank() + fromEnd[i];
        }
        return axes;
    }

    /** Returns the shape that the reduction leaves. */
    Shape reduce(Shape shape) {
        return cover(shape) && !keep ? Shape.SCALAR : shape.reduce(of(shape), keep);
    }

    /** Returns how many entries go into each result. */
    int count(Shape shape) {
        int count = 1;
        for (int axis : of(shape)) {
            count *= shape.dim(axis);
        }
        return count;
    }

    /** Returns how the kernels walk over an array of this shape. */
    Fold fold(Shape shape) {
        return Fold.of(shape, of(shape));
    }

    /** Returns the sum of {@code x} over these axes. */
    Tensor sum(Tensor x) {
        return new ReductionOps.Sum(this).apply(x);
    }

    /** Returns the first entries along these axes, which keep length 1. */
    Tensor first(Tensor x) {
        Tensor first = x;
        for (int axis : fromEnd) {
            first = first.slice(axis, 0, 1);
        }
        return first;
    }

    /** Returns a result of the reduction, or its cotangent, with the reduced axes put back at length 1. */
    Tensor expand(Tensor reduced, Shape primal) {
        if (keep || (reduced.rank() == 0 && cover(primal))) {
            return reduced;
        }
        Shape kept = primal.reduce(of(primal), true);
        int lead = reduced.rank() - (primal.rank() - fromEnd.length);
        return reduced.reshape(reduced.shape.lead(lead, kept));
    }

    /** Returns a cotangent of the result, repeated to every entry that went into it. */
    Tensor repeat(Tensor reduced, Shape primal) {
        int lead = reduced.rank() - primal.rank() + (keep ? 0 : fromEnd.length);
        return expand(reduced, primal).broadcastTo(reduced.shape.lead(lead, primal));
    }

    /** Returns the relation of a reduction: a result depends on the entries that it was reduced from. */
    Relation relation(Shape in, Shape out) {
        return Relation.collected(repeat(Relation.numbers(out), in), out);
    }

    /** Returns the relation in which entries depend on all entries that differ from them along these axes only. */
    Relation within(Shape shape) {
        Tensor groups = repeat(Relation.numbers(reduce(shape)), shape);
        return Relation.ofGroups(groups, groups);
    }

    /** Returns the relation in which entries depend on themselves and those before them, or behind, along the one axis. */
    Relation running(Shape shape, boolean fromEnd) {
        int n = count(shape);
        int stride = shape.strides()[of(shape)[0]];
        return Relation.ofReads(shape.size(), entry -> {
            int at = entry / stride % n;
            int[] reads = new int[fromEnd ? n - at : at + 1];
            int first = fromEnd ? entry : entry - at * stride;
            Arrays.setAll(reads, i -> first + i * stride);
            return reads;
        });
    }

    @Override
    public String toString() {
        return Arrays.toString(fromEnd);
    }
}
