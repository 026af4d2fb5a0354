package org.retrograd.autograd.array;

/**
 * How a reduction over a set of axes is done as one over the middle axis of {@code [outer, n, inner]}.
 *
 * <p>Reduced axes that are neighbours are one axis already, and axes of length 1 are nowhere in the way:
 * {@code [2, 3, 4]} over axis 1 is {@code [2, 3, 4]}, over axes 0 and 1 it is {@code [1, 6, 4]}. Otherwise
 * {@link #prepare} moves the reduced axes behind the others: {@code [2, 3, 4]} over 0 and 2 becomes
 * {@code [3, 2, 4]}, which is {@code [3, 8, 1]}.
 *
 * <pre>{@code
 * Fold fold = Fold.of(shape, axes);
 * Reductions.sum(fold.prepare(x), fold.outer(), fold.n(), fold.inner(), out);
 * }</pre>
 *
 * <p>Either way the terms of one output are taken in row-major order of the reduced axes, and the outputs are in
 * row-major order of the axes that remain.
 */
public final class Fold {
    private final Shape shape;
    private final int[] order;
    private final boolean moves;
    private final int outer;
    private final int n;
    private final int inner;

    private Fold(Shape shape, int[] order, boolean moves, int outer, int n, int inner) {
        this.shape = shape;
        this.order = order;
        this.moves = moves;
        this.outer = outer;
        this.n = n;
        this.inner = inner;
    }

    /** Returns the fold of an array of the given shape over {@code axes}, ascending and counted from the front. */
    public static Fold of(Shape shape, int[] axes) {
        int rank = shape.rank();
        int first = -1;
        int last = -1;
        long n = 1;
        for (int axis : axes) {
            int dim = shape.dim(axis);
            n *= dim;
            n = Math.min(n, Integer.MAX_VALUE);
            if (dim != 1) {
                first = first < 0 ? axis : first;
                last = axis;
            }
        }
        long before = 1;
        long between = 1;
        long after = 1;
        int[] order = new int[rank];
        int kept = 0;
        int reduced = 0;
        boolean apart = false;
        for (int axis = 0; axis < rank; axis++) {
            int dim = shape.dim(axis);
            if (reduced < axes.length && axes[reduced] == axis) {
                order[rank - axes.length + reduced++] = axis;
                continue;
            }
            order[kept++] = axis;
            if (axis < first) {
                before = Math.min(before * dim, Integer.MAX_VALUE);
            } else if (axis < last) {
                between = Math.min(between * dim, Integer.MAX_VALUE);
                apart |= dim != 1;
            } else {
                after = Math.min(after * dim, Integer.MAX_VALUE);
            }
        }
        return apart
                ? new Fold(shape, order, true, (int) Math.min(before * between * after, Integer.MAX_VALUE), (int) n, 1)
                : new Fold(shape, order, false, (int) before, (int) n, (int) after);
    }

    /** Returns the length of the axis before the reduced one. */
    public int outer() {
        return outer;
    }

    /** Returns the length of the reduced axis. */
    public int n() {
        return n;
    }

    /** Returns the length of the axis behind the reduced one. */
    public int inner() {
        return inner;
    }

    /** Returns {@code x}, or a copy of it with the reduced axes moved to the end if they must be. */
    public Storage prepare(Storage x) {
        if (!moves) {
            return x;
        }
        int[] strides = shape.strides();
        int[] moved = new int[order.length];
        int[] dims = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            moved[i] = strides[order[i]];
            dims[i] = shape.dim(order[i]);
        }
        Storage out = Storage.allocate(x.size());
        Strided.view(x, 1, x.size(), 0, moved, Shape.of(dims), out);
        return out;
    }

    /** Returns the three lengths and whether axes are moved: {@code [2, 3, 4] as [3, 8, 1], axes moved}. */
    @Override
    public String toString() {
        return shape + " as [" + outer + ", " + n + ", " + inner + "]" + (moves ? ", axes moved" : "");
    }
}
