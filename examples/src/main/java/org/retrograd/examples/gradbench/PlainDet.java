package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** The determinant by expansion of minors, recursively and without caching. */
final class PlainDet {
    private PlainDet() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        int ell = input.integer("ell");
        double[] a = input.vector("A", ell * ell);
        return () -> determinant(a, ell);
    }

    static double determinant(double[] a, int ell) {
        int[] columns = new int[ell];
        for (int j = 0; j < ell; j++) {
            columns[j] = j;
        }
        return minor(a, ell, columns, ell);
    }

    /** Returns the determinant of the last {@code size} rows and the given columns. */
    private static double minor(double[] a, int ell, int[] columns, int size) {
        int row = (ell - size) * ell;
        if (size == 1) {
            return a[row + columns[0]];
        }
        double sum = 0;
        int[] rest = new int[size - 1];
        System.arraycopy(columns, 1, rest, 0, size - 1);
        for (int j = 0; j < size; j++) {
            double term = a[row + columns[j]] * minor(a, ell, rest, size - 1);
            sum = j % 2 == 0 ? sum + term : sum - term;
            if (j < size - 1) {
                rest[j] = columns[j];
            }
        }
        return sum;
    }
}
