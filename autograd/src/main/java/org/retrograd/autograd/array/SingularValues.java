package org.retrograd.autograd.array;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * Singular values and vectors of a stack of matrices, by Commons Math (Golub and Kahan's reduction and the implicit QR
 * algorithm), with signs that are decided here.
 */
public final class SingularValues {
    private SingularValues() {}

    /**
     * Writes for each of {@code count} matrices {@code [m, n]}, with k = min(m, n), a block {@code [1 + m + n, k]}: the
     * singular values in descending order, below them the matrix U, and below that V, with {@code A = U diag(s) Vᵀ}. Of each
     * column of U the entry largest in size is positive, the first such if several are.
     */
    public static void factor(Storage a, int count, int m, int n, Storage out) {
        int k = Math.min(m, n);
        for (int matrix = 0; matrix < count && k > 0; matrix++) {
            double[][] rows = new double[m][n];
            for (int i = 0; i < m; i++) {
                Indexing.copyRow(a.values, (matrix * m + i) * n, rows[i], 0, n);
            }
            int exponent = SymmetricEigen.scaleDown(rows);
            SingularValueDecomposition found = new SingularValueDecomposition(new Array2DRowRealMatrix(rows, false));
            RealMatrix u = found.getU();
            RealMatrix v = found.getV();
            int block = matrix * (1 + m + n) * k;
            for (int j = 0; j < k; j++) {
                double[] left = u.getColumn(j);
                double sign = SymmetricEigen.signOfLargest(left);
                out.values[block + j] = Math.scalb(found.getSingularValues()[j], exponent);
                write(left, sign, out.values, block + k + j, k);
                write(v.getColumn(j), sign, out.values, block + (1 + m) * k + j, k);
            }
        }
    }

    private static void write(double[] column, double sign, double[] out, int at, int step) {
        for (int i = 0; i < column.length; i++) {
            out[at + i * step] = sign * column[i];
        }
    }
}
