package org.retrograd.autograd.array;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * Eigenvalues and eigenvectors of a stack of symmetric matrices, by Commons Math (reduction to tridiagonal form and the
 * implicit QL algorithm), in an order and with signs that are decided here.
 */
public final class SymmetricEigen {
    private SymmetricEigen() {}

    /**
     * Writes for each of {@code count} symmetric matrices {@code [n, n]} a block {@code [n + 1, n]}: the eigenvalues in
     * ascending order, and below them the matrix whose columns are their eigenvectors, of length 1. Of each, the entry
     * largest in size is positive, the first such if several are.
     */
    public static void factor(Storage a, int count, int n, Storage out) {
        for (int matrix = 0; matrix < count; matrix++) {
            double[][] symmetric = new double[n][n];
            int at = matrix * n * n;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    symmetric[i][j] = 0.5 * a.values[at + i * n + j] + 0.5 * a.values[at + j * n + i];
                }
            }
            int exponent = scaleDown(symmetric);
            EigenDecomposition found = new EigenDecomposition(new Array2DRowRealMatrix(symmetric, false));
            int block = matrix * (n + 1) * n;
            for (int k = 0; k < n; k++) {
                // Commons Math has the largest first
                write(
                        Math.scalb(found.getRealEigenvalue(n - 1 - k), exponent),
                        found.getEigenvector(n - 1 - k).toArray(),
                        k,
                        block,
                        out);
            }
        }
    }

    /** Brings the largest entry near 1 and returns the exponent that was taken off, since entries are squared. */
    static int scaleDown(double[][] a) {
        double largest = 0;
        for (double[] row : a) {
            for (double entry : row) {
                largest = Math.max(largest, Math.abs(entry));
            }
        }
        int exponent = largest == 0 ? 0 : Math.getExponent(largest);
        for (double[] row : a) {
            for (int j = 0; j < row.length; j++) {
                row[j] = Math.scalb(row[j], -exponent);
            }
        }
        return exponent;
    }

    private static void write(double value, double[] vector, int k, int block, Storage out) {
        int n = vector.length;
        double sign = signOfLargest(vector);
        out.values[block + k] = value;
        for (int i = 0; i < n; i++) {
            out.values[block + (i + 1) * n + k] = sign * vector[i];
        }
    }

    /** Returns the sign of the entry largest in size, of the first such if several are. */
    static double signOfLargest(double[] vector) {
        int largest = 0;
        for (int i = 1; i < vector.length; i++) {
            // entries that differ by rounding count as equal, so that the sign does not hang on it
            if (Math.abs(vector[i]) > Math.abs(vector[largest]) * (1 + 1e-8)) {
                largest = i;
            }
        }
        return vector[largest] < 0 ? -1 : 1;
    }
}
