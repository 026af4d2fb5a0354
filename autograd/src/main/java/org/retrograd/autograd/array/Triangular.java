package org.retrograd.autograd.array;

import org.jspecify.annotations.Nullable;

/**
 * Systems of equations with a triangular matrix, by substitution. The other triangle is never read.
 *
 * <p>A zero on the diagonal divides by zero, as IEEE has it; callers who want to refuse it look first.
 */
public final class Triangular {
    private Triangular() {}

    /**
     * Writes X with {@code op(T) X = B}: {@code [.., n, n], [.., n, m] → [.., n, m]}.
     *
     * @param upper which triangle of T is read
     * @param transposed whether op(T) is Tᵀ
     * @param unit whether the diagonal is taken to be 1, without being read
     * @param so shape of {@code out}: its leading axes are those of {@code st} and {@code sb} broadcast to each other
     */
    public static void solve(
            Storage t,
            Shape st,
            boolean upper,
            boolean transposed,
            boolean unit,
            Storage b,
            Shape sb,
            Shape so,
            Storage out) {
        int n = so.dim(-2);
        int m = so.dim(-1);
        Rows rows = m == 1 ? null : new Rows(n, m);
        for (int k = 0; k < so.size(); k += n * m) {
            int matrix = k / (n * m);
            Indexing.copyRow(b.values, MatrixProduct.offset(sb, so, matrix), out.values, k, n * m);
            solve(t.values, MatrixProduct.offset(st, so, matrix), n, upper, transposed, unit, out.values, k, rows);
        }
    }

    /** Solves in place: for a vector if {@code rows} is null, else for a matrix, with {@code rows} for its rows. */
    static void solve(
            double[] t,
            int at,
            int n,
            boolean upper,
            boolean transposed,
            boolean unit,
            double[] x,
            int xAt,
            @Nullable Rows rows) {
        if (rows != null) {
            rows.load(x, xAt);
            matrix(t, at, n, upper, transposed, unit, rows.row);
            rows.store(x, xAt);
        } else if (transposed) {
            byColumns(t, at, n, !upper, unit, x, xAt);
        } else {
            byRows(t, at, n, upper, unit, x, xAt);
        }
    }

    private static void matrix(
            double[] t, int at, int n, boolean upper, boolean transposed, boolean unit, double[][] x) {
        boolean forward = upper == transposed;
        int step = transposed ? n : 1;
        for (int s = 0; s < n; s++) {
            int i = forward ? s : n - 1 - s;
            double[] y = x[i];
            int to = forward ? i : n;
            int j = forward ? 0 : i + 1;
            int p = at + (transposed ? i : i * n) + j * step;
            for (; j < to - 3; j += 4) {
                Rows.addFour(
                        y,
                        -t[p],
                        x[j],
                        -t[p + step],
                        x[j + 1],
                        -t[p + 2 * step],
                        x[j + 2],
                        -t[p + 3 * step],
                        x[j + 3],
                        y.length);
                p += 4 * step;
            }
            for (; j < to; j++) {
                Rows.add(y, -t[p], x[j], 0, y.length);
                p += step;
            }
            if (!unit) {
                double pivot = t[at + i * n + i];
                for (int c = 0; c < y.length; c++) {
                    y[c] /= pivot;
                }
            }
        }
    }

    /** Takes the known entries off each row in turn. */
    private static void byRows(double[] t, int at, int n, boolean upper, boolean unit, double[] x, int xAt) {
        for (int s = 0; s < n; s++) {
            int i = upper ? n - 1 - s : s;
            int from = upper ? i + 1 : 0;
            int count = upper ? n - from : i;
            double y = x[xAt + i] - dot(t, at + i * n + from, x, xAt + from, count);
            x[xAt + i] = unit ? y : y / t[at + i * n + i];
        }
    }

    /** Sums in four chains, since each addition has to wait for the one before in its chain. */
    private static double dot(double[] a, int p, double[] b, int q, int n) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int j = 0;
        for (; j < n - 3; j += 4) {
            s0 = Math.fma(a[p + j], b[q + j], s0);
            s1 = Math.fma(a[p + j + 1], b[q + j + 1], s1);
            s2 = Math.fma(a[p + j + 2], b[q + j + 2], s2);
            s3 = Math.fma(a[p + j + 3], b[q + j + 3], s3);
        }
        for (; j < n; j++) {
            s0 = Math.fma(a[p + j], b[q + j], s0);
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** Takes each entry, as soon as it is known, off all rows to come: columns of op(T) are rows of T. */
    private static void byColumns(double[] t, int at, int n, boolean upper, boolean unit, double[] x, int xAt) {
        for (int s = 0; s < n; s++) {
            int i = upper ? n - 1 - s : s;
            double y = unit ? x[xAt + i] : x[xAt + i] / t[at + i * n + i];
            x[xAt + i] = y;
            int to = upper ? i : n;
            for (int j = upper ? 0 : i + 1; j < to; j++) {
                x[xAt + j] = Math.fma(-y, t[at + i * n + j], x[xAt + j]);
            }
        }
    }

    /** Returns the position of the first zero on a diagonal of {@code [.., n, n]}, counted over all diagonals; or -1. */
    public static int zeroOnDiagonal(Storage t, int n) {
        int diagonals = n == 0 ? 0 : t.values.length / n;
        for (int i = 0; i < diagonals; i++) {
            if (t.values[i / n * n * n + i % n * (n + 1)] == 0) {
                return i;
            }
        }
        return -1;
    }
}
