package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Gaussian elimination with complete pivoting, {@code P A Q = L D U}: it finds the rank that partial pivoting may hide
 * (Golub and Van Loan, Matrix Computations, section 3.4.8). For the rare call that needs it, not for speed.
 */
public final class CompletePivoting {
    private CompletePivoting() {}

    /**
     * Writes the factors of {@code count} matrices {@code [n, n]} in place of each other: L below the diagonal, D on it, U
     * above it; the diagonals of L and U are 1.
     *
     * @param rows for each row of the factors, from which row of A it comes; {@code [count, n]}
     * @param columns the same for columns
     * @param signs det(P) det(Q) times the signs of all pivots that are not 0: det(A) is that times |D|
     * @return the least number of pivots of a matrix that are at least {@code small} times its largest
     */
    public static int factor(
            Storage a, int count, int n, double small, Storage ldu, int[] rows, int[] columns, Storage signs) {
        int rank = n;
        Rows work = new Rows(n, n);
        for (int matrix = 0; matrix < count; matrix++) {
            work.load(a.values, matrix * n * n);
            int[] p = identity(n);
            int[] q = identity(n);
            signs.values[matrix] = eliminate(work, n, p, q);
            work.store(ldu.values, matrix * n * n);
            System.arraycopy(p, 0, rows, matrix * n, n);
            System.arraycopy(q, 0, columns, matrix * n, n);
            rank = Math.min(rank, large(work.row, n, small));
        }
        return rank;
    }

    private static int[] identity(int n) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        return order;
    }

    private static int large(double[][] ldu, int n, double small) {
        int rank = 0;
        while (rank < n && ldu[rank][rank] != 0 && Math.abs(ldu[rank][rank]) >= small * Math.abs(ldu[0][0])) {
            rank++;
        }
        return rank;
    }

    private static double eliminate(Rows work, int n, int[] p, int[] q) {
        double[][] x = work.row;
        double sign = 1;
        for (int k = 0; k < n; k++) {
            int bestRow = k;
            int bestColumn = k;
            for (int i = k; i < n; i++) {
                for (int j = k; j < n; j++) {
                    if (Math.abs(x[i][j]) > Math.abs(x[bestRow][bestColumn])) {
                        bestRow = i;
                        bestColumn = j;
                    }
                }
            }
            if (x[bestRow][bestColumn] == 0) {
                return sign;
            }
            if (bestRow != k) {
                work.swap(k, bestRow);
                swap(p, k, bestRow);
                sign = -sign;
            }
            if (bestColumn != k) {
                for (double[] row : x) {
                    double held = row[k];
                    row[k] = row[bestColumn];
                    row[bestColumn] = held;
                }
                swap(q, k, bestColumn);
                sign = -sign;
            }
            double pivot = x[k][k];
            sign *= Math.signum(pivot);
            for (int i = k + 1; i < n; i++) {
                x[i][k] /= pivot;
                Rows.add(x[i], -x[i][k], x[k], k + 1, n);
            }
            for (int j = k + 1; j < n; j++) {
                x[k][j] /= pivot;
            }
        }
        return sign;
    }

    private static void swap(int[] order, int i, int j) {
        int held = order[i];
        order[i] = order[j];
        order[j] = held;
    }
}
