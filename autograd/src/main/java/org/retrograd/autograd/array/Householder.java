package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * The reduced QR factorisation of a stack of matrices with at least as many rows as columns, by reflections (Golub and
 * Van Loan, Matrix Computations, section 5.2). The diagonal of R is not negative, which makes the factors unique.
 */
public final class Householder {
    private Householder() {}

    /**
     * Writes for each of {@code count} matrices {@code [m, n]} the factors one above the other, {@code [m + n, n]}: Q with
     * its orthonormal columns, then R with zeros below its diagonal.
     */
    public static void factor(Storage a, int count, int m, int n, Storage out) {
        Rows r = new Rows(m, n);
        Rows q = new Rows(m, n);
        double[][] reflectors = new double[n][m];
        double[] work = new double[n];
        for (int matrix = 0; matrix < count; matrix++) {
            r.load(a.values, matrix * m * n);
            for (int k = 0; k < n; k++) {
                r.row[k][k] = reflector(r.row, k, m, reflectors[k]);
                reflect(reflectors[k], k, m, r.row, k + 1, n, work);
            }
            for (int i = 0; i < m; i++) {
                Arrays.fill(q.row[i], 0);
                if (i < n) {
                    q.row[i][i] = r.row[i][i] < 0 ? -1 : 1;
                }
            }
            for (int k = n - 1; k >= 0; k--) {
                reflect(reflectors[k], k, m, q.row, k, n, work);
            }
            int at = matrix * (m + n) * n;
            q.store(out.values, at);
            for (int i = 0; i < n; i++) {
                double sign = r.row[i][i] < 0 ? -1 : 1;
                for (int j = i; j < n; j++) {
                    out.values[at + (m + i) * n + j] = sign * r.row[i][j];
                }
            }
        }
    }

    /**
     * Writes v, scaled to vᵀv = 2, whose reflection I - v vᵀ turns column k into a multiple of a unit vector, and returns
     * that multiple, which is more accurate than the reflection of the column; 0, which reflects nothing, where below the
     * diagonal there is nothing but 0.
     */
    private static double reflector(double[][] a, int k, int m, double[] v) {
        double below = 0;
        for (int i = k + 1; i < m; i++) {
            below = Math.max(below, Math.abs(a[i][k]));
        }
        if (below == 0) {
            Arrays.fill(v, 0);
            return a[k][k];
        }
        double largest = Math.max(below, Math.abs(a[k][k]));
        double squares = 0;
        for (int i = k; i < m; i++) {
            v[i] = a[i][k] / largest;
            squares = Math.fma(v[i], v[i], squares);
        }
        double length = Math.sqrt(squares);
        double first = v[k];
        v[k] += first < 0 ? -length : length;
        // vᵀv = 2 length (length + |first|)
        double scale = Math.sqrt(length * (length + Math.abs(first)));
        for (int i = k; i < m; i++) {
            v[i] /= scale;
        }
        return (first < 0 ? length : -length) * largest;
    }

    /** Reflects columns {@code from} to {@code to} of the rows from {@code k} on. */
    private static void reflect(double[] v, int k, int m, double[][] a, int from, int to, double[] work) {
        Arrays.fill(work, from, to, 0);
        for (int i = k; i < m; i++) {
            Rows.add(work, v[i], a[i], from, to);
        }
        for (int i = k; i < m; i++) {
            Rows.add(a[i], -v[i], work, from, to);
        }
    }
}
