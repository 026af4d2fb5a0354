package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Products of a vector and a matrix, for {@link MatrixProduct}.
 *
 * <p>Each entry of the matrix is used once, so that copying it would not pay; it is read in the order in which it is
 * stored. Several chains of additions run side by side, since each of them has to wait for the one before.
 */
final class VectorProduct {
    private VectorProduct() {}

    /** Writes the product of a vector {@code [k]} and a matrix {@code [k, n]}. */
    static void multiply(double[] v, int vAt, int vStep, MatrixView b, int k, int n, double[] out, int at) {
        if (b.row == 1) {
            for (int j = 0; j < n; j += 8) {
                eightDots(v, vAt, vStep, b, k, j, n, out, at);
            }
            return;
        }
        Arrays.fill(out, at, at + n, 0);
        int p = vAt;
        int t = 0;
        for (; t < k - 3; t += 4) {
            int q = b.at + t * b.row;
            addFour(b.values, q, b.row, b.column, n, out, at, v[p], v[p + vStep], v[p + 2 * vStep], v[p + 3 * vStep]);
            p += 4 * vStep;
        }
        for (; t < k; t++) {
            int q = b.at + t * b.row;
            for (int j = 0; j < n; j++) {
                out[at + j] = Math.fma(v[p], b.values[q + j * b.column], out[at + j]);
            }
            p += vStep;
        }
    }

    private static void addFour(
            double[] b,
            int q0,
            int row,
            int column,
            int n,
            double[] out,
            int at,
            double v0,
            double v1,
            double v2,
            double v3) {
        int q1 = q0 + row;
        int q2 = q1 + row;
        int q3 = q2 + row;
        int q = 0;
        for (int j = at; j < at + n; j++) {
            double c = Math.fma(v0, b[q0 + q], out[j]);
            c = Math.fma(v1, b[q1 + q], c);
            c = Math.fma(v2, b[q2 + q], c);
            out[j] = Math.fma(v3, b[q3 + q], c);
            q += column;
        }
    }

    /**
     * Writes eight entries at once, whose chains of additions run side by side; columns of {@code b} are contiguous.
     */
    private static void eightDots(
            double[] v, int vAt, int vStep, MatrixView b, int k, int j, int n, double[] out, int at) {
        double[] x = b.values;
        int j1 = Math.min(j + 1, n - 1);
        int j2 = Math.min(j + 2, n - 1);
        int j3 = Math.min(j + 3, n - 1);
        int j4 = Math.min(j + 4, n - 1);
        int j5 = Math.min(j + 5, n - 1);
        int j6 = Math.min(j + 6, n - 1);
        int j7 = Math.min(j + 7, n - 1);
        int q0 = b.at + j * b.column;
        int q1 = b.at + j1 * b.column;
        int q2 = b.at + j2 * b.column;
        int q3 = b.at + j3 * b.column;
        int q4 = b.at + j4 * b.column;
        int q5 = b.at + j5 * b.column;
        int q6 = b.at + j6 * b.column;
        int q7 = b.at + j7 * b.column;
        double c0 = 0;
        double c1 = 0;
        double c2 = 0;
        double c3 = 0;
        double c4 = 0;
        double c5 = 0;
        double c6 = 0;
        double c7 = 0;
        int p = vAt;
        for (int t = 0; t < k; t++) {
            double factor = v[p];
            c0 = Math.fma(factor, x[q0 + t], c0);
            c1 = Math.fma(factor, x[q1 + t], c1);
            c2 = Math.fma(factor, x[q2 + t], c2);
            c3 = Math.fma(factor, x[q3 + t], c3);
            c4 = Math.fma(factor, x[q4 + t], c4);
            c5 = Math.fma(factor, x[q5 + t], c5);
            c6 = Math.fma(factor, x[q6 + t], c6);
            c7 = Math.fma(factor, x[q7 + t], c7);
            p += vStep;
        }
        out[at + j] = c0;
        out[at + j1] = c1;
        out[at + j2] = c2;
        out[at + j3] = c3;
        out[at + j4] = c4;
        out[at + j5] = c5;
        out[at + j6] = c6;
        out[at + j7] = c7;
    }
}
