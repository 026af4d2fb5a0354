package org.retrograd.autograd.array;

/**
 * A matrix whose rows are arrays of their own: what HotSpot needs to add a multiple of one row to another with vector
 * instructions. As parts of one array it must assume that they overlap.
 */
final class Rows {
    final double[][] row;
    private final int columns;

    Rows(int rows, int columns) {
        this.row = new double[rows][columns];
        this.columns = columns;
    }

    /** Fills this with a matrix that stands row by row in an array. */
    void load(double[] from, int at) {
        for (int i = 0; i < row.length; i++) {
            Indexing.copyRow(from, at + i * columns, row[i], 0, columns);
        }
    }

    /** Writes this row by row. */
    void store(double[] to, int at) {
        for (int i = 0; i < row.length; i++) {
            Indexing.copyRow(row[i], 0, to, at + i * columns, columns);
        }
    }

    void swap(int i, int j) {
        double[] held = row[i];
        row[i] = row[j];
        row[j] = held;
    }

    /** Adds {@code a·x} to {@code y} at the positions {@code from} (inclusive) to {@code to} (exclusive). */
    static void add(double[] y, double a, double[] x, int from, int to) {
        for (int j = from; j < to; j++) {
            y[j] = Math.fma(a, x[j], y[j]);
        }
    }

    /** Adds multiples of four rows to {@code y}, in their order. */
    static void addFour(
            double[] y,
            double a0,
            double[] x0,
            double a1,
            double[] x1,
            double a2,
            double[] x2,
            double a3,
            double[] x3,
            int to) {
        for (int j = 0; j < to; j++) {
            y[j] = Math.fma(a3, x3[j], Math.fma(a2, x2[j], Math.fma(a1, x1[j], Math.fma(a0, x0[j], y[j]))));
        }
    }
}
