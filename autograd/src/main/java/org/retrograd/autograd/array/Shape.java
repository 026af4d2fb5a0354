package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * The lengths of an array's axes, outermost first; row-major order is implied. The empty shape {@code []} is a scalar's.
 *
 * <p>Axes are numbered from 0 or, as in NumPy, from the end by negative numbers: {@code -1} is the last axis. Shapes are
 * immutable and are shared between the arrays that have them, so that the comparison by identity usually decides.
 */
public final class Shape {
    /** The shape of a scalar: no axes, one entry. */
    public static final Shape SCALAR = new Shape(new int[0], 1);

    private final int[] dims;
    private final int size;

    private Shape(int[] dims, int size) {
        this.dims = dims;
        this.size = size;
    }

    /**
     * Returns the shape with the given axis lengths.
     *
     * @throws IllegalArgumentException if a length is negative, or if there are more than 2^31 - 1 entries
     */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : owning(dims.clone());
    }

    /** Returns the shape with the given lengths without copying the array, which the caller gives away. */
    private static Shape owning(int[] dims) {
        long size = 1;
        boolean empty = false;
        for (int dim : dims) {
            if (dim < 0) {
                throw new IllegalArgumentException(
                        "axis lengths must not be negative, but got " + Arrays.toString(dims));
            }
            empty |= dim == 0;
            size = Math.min(size * Math.max(dim, 1), Integer.MAX_VALUE + 1L);
        }
        if (!empty && size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "an array holds at most 2147483647 entries, but shape " + Arrays.toString(dims) + " has more");
        }
        return new Shape(dims, empty ? 0 : (int) size);
    }

    /** Returns the number of axes. */
    public int rank() {
        return dims.length;
    }

    /** Returns the number of entries: the product of the lengths, 1 for a scalar. */
    public int size() {
        return size;
    }

    /**
     * Returns the length of an axis, which may be counted from the end.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /** Returns a copy of the lengths. */
    public int[] toArray() {
        return dims.clone();
    }

    /**
     * Returns the axis counted from the front, whichever way it was given.
     *
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int axis(int axis) {
        int front = axis < 0 ? axis + dims.length : axis;
        if (front < 0 || front >= dims.length) {
            throw new IndexOutOfBoundsException(
                    dims.length == 0
                            ? "axis " + axis + " does not exist: a scalar, shape [], has no axes"
                            : "axis " + axis + " does not exist: shape " + this + " has axes 0 to " + (dims.length - 1)
                                    + ", or -" + dims.length + " to -1 counted from the end");
        }
        return front;
    }

    /**
     * Returns the given axes counted from the front, in ascending order.
     *
     * @throws IndexOutOfBoundsException if one does not exist
     * @throws IllegalArgumentException if one is named twice
     */
    public int[] axes(int... axes) {
        int[] front = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            front[i] = axis(axes[i]);
        }
        Arrays.sort(front);
        for (int i = 1; i < front.length; i++) {
            if (front[i] == front[i - 1]) {
                throw new IllegalArgumentException("axis " + front[i] + " of shape " + this + " is named twice in "
                        + Arrays.toString(axes) + ": name each axis once");
            }
        }
        return front;
    }

    /** Returns the distance in row-major order between neighbours along each axis. */
    public int[] strides() {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= dims[axis];
        }
        return strides;
    }

    /** Returns this shape with the lengths of {@code inner} appended. */
    public Shape append(Shape inner) {
        return lead(dims.length, inner);
    }

    /** Returns the shape of the first {@code count} axes followed by those of {@code inner}. */
    public Shape lead(int count, Shape inner) {
        if (count == 0) {
            return inner;
        }
        if (inner.dims.length == 0) {
            return slice(0, count);
        }
        int[] all = Arrays.copyOf(dims, count + inner.dims.length);
        System.arraycopy(inner.dims, 0, all, count, inner.dims.length);
        long entries = inner.size;
        for (int axis = 0; axis < count; axis++) {
            entries = Math.min(entries * dims[axis], Integer.MAX_VALUE + 1L);
        }
        return entries > Integer.MAX_VALUE ? owning(all) : new Shape(all, (int) entries);
    }

    /** Returns the shape of the axes {@code from} (inclusive) to {@code to} (exclusive), both counted from the front. */
    public Shape slice(int from, int to) {
        return from == 0 && to == dims.length ? this : from == to ? SCALAR : owning(Arrays.copyOfRange(dims, from, to));
    }

    /** Returns this shape with one axis, counted from the front, given another length. */
    public Shape with(int axis, int length) {
        int[] changed = dims.clone();
        changed[axis(axis)] = length;
        return owning(changed);
    }

    /** Returns this shape with {@code count} axes of length 1 put in before the given position. */
    public Shape insertOnes(int position, int count) {
        if (count == 0) {
            return this;
        }
        int[] all = new int[dims.length + count];
        Arrays.fill(all, 1);
        System.arraycopy(dims, 0, all, 0, position);
        System.arraycopy(dims, position, all, position + count, dims.length - position);
        return owning(all);
    }

    /** Returns the shape left by a reduction over {@code axes} (from {@link #axes}); kept axes have length 1. */
    public Shape reduce(int[] axes, boolean keepDims) {
        int[] left = new int[keepDims ? dims.length : dims.length - axes.length];
        int next = 0;
        int n = 0;
        for (int axis = 0; axis < dims.length; axis++) {
            if (next < axes.length && axes[next] == axis) {
                next++;
                if (keepDims) {
                    left[n++] = 1;
                }
            } else {
                left[n++] = dims[axis];
            }
        }
        return owning(left);
    }

    /**
     * Returns the shape that both shapes are broadcast to, by NumPy's rule: shapes are aligned at the last axis, a missing
     * axis counts as length 1, and length 1 is repeated to the other's length.
     *
     * @throws IllegalArgumentException if two aligned lengths differ and neither is 1
     */
    public static Shape broadcast(Shape a, Shape b) {
        if (a == b || a.equals(b) || b.dims.length == 0) {
            return a;
        }
        if (a.dims.length == 0) {
            return b;
        }
        int rank = Math.max(a.dims.length, b.dims.length);
        int[] dims = new int[rank];
        for (int back = 1; back <= rank; back++) {
            int da = back <= a.dims.length ? a.dims[a.dims.length - back] : 1;
            int db = back <= b.dims.length ? b.dims[b.dims.length - back] : 1;
            if (da != db && da != 1 && db != 1) {
                throw new IllegalArgumentException("shapes " + a + " and " + b + " do not broadcast: axis -" + back
                        + " has lengths " + da + " and " + db + "; they must be equal, or one of them 1");
            }
            dims[rank - back] = da == 1 ? db : da;
        }
        return same(dims, a) ? a : same(dims, b) ? b : owning(dims);
    }

    /** Whether the last axes of this shape are all the axes of {@code inner}. */
    public boolean endsWith(Shape inner) {
        int shift = dims.length - inner.dims.length;
        for (int axis = 0; axis < inner.dims.length; axis++) {
            if (shift < 0 || dims[shift + axis] != inner.dims[axis]) {
                return false;
            }
        }
        return true;
    }

    private static boolean same(int[] dims, Shape shape) {
        return Arrays.equals(dims, shape.dims);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Shape shape && Arrays.equals(dims, shape.dims));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** Returns the lengths in brackets: {@code [2, 3]}. */
    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
