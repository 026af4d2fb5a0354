package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * The numbers of an array in row-major order: float64 today; float32 becomes a second element type behind this class.
 *
 * <p>A storage is written by the kernel that fills it and never again once a tensor holds it. It may therefore be shared
 * by any number of tensors: reshaping and detaching copy nothing.
 */
public final class Storage {
    final double[] values;

    private Storage(double[] values) {
        this.values = values;
    }

    /** Returns a storage of {@code size} zeros. */
    public static Storage allocate(int size) {
        return new Storage(new double[size]);
    }

    /** Returns a storage that takes over {@code values}, which the caller must not touch afterwards. */
    public static Storage wrap(double[] values) {
        return new Storage(values);
    }

    /** Returns a storage of {@code size} entries that all equal {@code value}. */
    public static Storage filled(int size, double value) {
        double[] values = new double[size];
        if (value != 0 || 1 / value < 0) {
            Arrays.fill(values, value);
        }
        return new Storage(values);
    }

    /** Returns the number of entries. */
    public int size() {
        return values.length;
    }

    /** Returns the entry at a row-major position. */
    public double get(int position) {
        return values[position];
    }

    /** Returns a storage with the same entries, which may be written. */
    public Storage copy() {
        return new Storage(values.clone());
    }

    /** Returns a copy of the entries in row-major order. */
    public double[] toArray() {
        return values.clone();
    }
}
