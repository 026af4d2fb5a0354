package org.retrograd.autograd.tensor;

import java.util.Arrays;
import java.util.Objects;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/**
 * An immutable array of whole numbers: positions along an axis, class labels, the results of {@code argMax}.
 *
 * <p>Never traced: there is no derivative by a whole number.
 */
public final class Indices {
    private final Shape shape;
    private final int[] values;

    private Indices(Shape shape, int[] values) {
        this.shape = shape;
        this.values = values;
    }

    /** Returns indices with one axis. */
    public static Indices of(int... values) {
        return new Indices(Shape.of(values.length), values.clone());
    }

    /** Returns the indices (0, 1, …, count - 1). */
    public static Indices range(int count) {
        int[] values = new int[count];
        Arrays.setAll(values, i -> i);
        return new Indices(Shape.of(count), values);
    }

    static Indices owning(Shape shape, int[] values) {
        return new Indices(shape, values);
    }

    /**
     * Returns the same indices in another shape of the same size.
     *
     * @throws IllegalArgumentException if the sizes differ
     */
    public Indices reshape(int... dims) {
        Shape target = Shape.of(dims);
        if (target.size() != shape.size()) {
            throw new IllegalArgumentException("reshape keeps the number of entries, but shape " + shape + " has "
                    + shape.size() + " and " + target + " has " + target.size());
        }
        return new Indices(target, values);
    }

    /** Returns the first {@code count} entries along an axis. */
    Indices firstAlong(int axis, int count) {
        Shape cut = shape.with(axis, count);
        int inner = shape.slice(shape.axis(axis) + 1, shape.rank()).size();
        int row = shape.dim(axis) * inner;
        int[] first = new int[cut.size()];
        for (int i = 0; i < first.length; i++) {
            first[i] = values[i / (count * inner) * row + i % (count * inner)];
        }
        return new Indices(cut, first);
    }

    /** Returns the shape. */
    public Shape shape() {
        return shape;
    }

    /** Returns the number of entries. */
    public int size() {
        return values.length;
    }

    /** Returns the entry at a row-major position. */
    public int get(int position) {
        return values[position];
    }

    /** Returns a copy of the entries in row-major order. */
    public int[] toArray() {
        return values.clone();
    }

    int[] values() {
        return values;
    }

    /**
     * Returns a constant of shape [.., classes] with a 1 at each index and 0 elsewhere.
     *
     * @throws IndexOutOfBoundsException if an index is not a class from 0 to {@code classes - 1}
     */
    public Tensor oneHot(int classes) {
        int[] checked = labels("oneHot", classes);
        double[] hot = new double[checked.length * classes];
        for (int i = 0; i < checked.length; i++) {
            hot[i * classes + checked[i]] = 1;
        }
        return new Tensor(shape.append(Shape.of(classes)), Storage.wrap(hot));
    }

    /** Returns the entries, each of which must name one of {@code count} classes: nothing is counted from the end. */
    int[] labels(String name, int count) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0 || values[i] >= count) {
                throw new IndexOutOfBoundsException(name + " needs classes from 0 to " + (count - 1) + ", but got "
                        + values[i] + " at position " + i + " of indices of shape " + shape);
            }
        }
        return values;
    }

    /** Returns the positions along an axis of the given length, those counted from the end made positive. */
    int[] within(int length, int axis, Shape of) {
        int[] positions = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            positions[i] = checked(values[i], length, axis, of);
        }
        return positions;
    }

    /** Returns a position along an axis of the given length, which may be counted from the end. */
    static int checked(int index, int length, int axis, Shape of) {
        int position = index < 0 ? index + length : index;
        if (position < 0 || position >= length) {
            if (length == 0) {
                throw new IndexOutOfBoundsException(
                        "index " + index + " does not exist: axis " + axis + " of shape " + of + " is empty");
            }
            throw new IndexOutOfBoundsException("index " + index + " is outside axis " + axis + " of shape " + of
                    + ", whose indices are 0 to " + (length - 1) + " or, from the end, -1 to -" + length);
        }
        return position;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Indices indices && shape.equals(indices.shape) && Arrays.equals(values, indices.values);
    }

    @Override
    public int hashCode() {
        return Objects.hash(shape, Arrays.hashCode(values));
    }

    @Override
    public String toString() {
        return "Indices" + shape + " " + Arrays.toString(values);
    }
}
