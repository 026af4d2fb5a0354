package org.retrograd.autograd.array;

/**
 * Gaussian elimination with partial pivoting of a stack of square matrices, {@code P A = L U} (Golub and Van Loan, Matrix
 * Computations, algorithm 3.4.1).
 *
 * <p>L, whose diagonal is 1, and U stand together in one array of the shape of A. {@code pivots} says for each step with
 * which row it was exchanged. A column without a pivot leaves a 0 on the diagonal of U, and elimination goes on.
 */
public final class Lu {
    private Lu() {}

    /** Writes the factors of {@code count} matrices {@code [n, n]}. */
    public static void factor(Storage a, int count, int n, Storage lu, int[] pivots) {
        Rows rows = new Rows(n, n);
        for (int matrix = 0; matrix < count; matrix++) {
            rows.load(a.values, matrix * n * n);
            eliminate(rows, n, pivots, matrix * n);
            rows.store(lu.values, matrix * n * n);
        }
    }

    private static void eliminate(Rows rows, int n, int[] pivots, int at) {
        for (int k = 0; k < n; k++) {
            int best = k;
            for (int i = k + 1; i < n; i++) {
                best = Math.abs(rows.row[i][k]) > Math.abs(rows.row[best][k]) ? i : best;
            }
            pivots[at + k] = best;
            rows.swap(k, best);
            double[] pivotRow = rows.row[k];
            double pivot = pivotRow[k];
            for (int i = k + 1; i < n && pivot != 0; i++) {
                double[] row = rows.row[i];
                row[k] /= pivot;
                Rows.add(row, -row[k], pivotRow, k + 1, n);
            }
        }
    }

    /**
     * Writes X with {@code op(A) X = B}: {@code [.., n, n], [.., n, m] → [.., n, m]}.
     *
     * @param sa shape of A
     * @param transposed whether op(A) is Aᵀ
     * @param so shape of {@code out}: its leading axes are those of {@code sa} and {@code sb} broadcast to each other
     */
    public static void solve(
            Storage lu, int[] pivots, Shape sa, boolean transposed, Storage b, Shape sb, Shape so, Storage out) {
        int n = so.dim(-2);
        int m = so.dim(-1);
        Rows rows = m == 1 ? null : new Rows(n, m);
        double[] x = out.values;
        for (int k = 0; k < so.size(); k += n * m) {
            int at = MatrixProduct.offset(sa, so, k / (n * m));
            int firstPivot = at / n;
            Indexing.copyRow(b.values, MatrixProduct.offset(sb, so, k / (n * m)), x, k, n * m);
            if (transposed) {
                Triangular.solve(lu.values, at, n, true, true, false, x, k, rows);
                Triangular.solve(lu.values, at, n, false, true, true, x, k, rows);
                for (int i = n - 1; i >= 0; i--) {
                    exchange(x, k, m, i, pivots[firstPivot + i]);
                }
            } else {
                for (int i = 0; i < n; i++) {
                    exchange(x, k, m, i, pivots[firstPivot + i]);
                }
                Triangular.solve(lu.values, at, n, false, false, true, x, k, rows);
                Triangular.solve(lu.values, at, n, true, false, false, x, k, rows);
            }
        }
    }

    private static void exchange(double[] x, int at, int m, int i, int j) {
        if (i != j) {
            for (int c = 0; c < m; c++) {
                double held = x[at + i * m + c];
                x[at + i * m + c] = x[at + j * m + c];
                x[at + j * m + c] = held;
            }
        }
    }

    /** Writes the determinants. */
    public static void determinant(Storage lu, int[] pivots, int count, int n, Storage out) {
        for (int matrix = 0; matrix < count; matrix++) {
            double product = 1;
            for (int i = 0; i < n; i++) {
                product *= signedPivot(lu, pivots, matrix, n, i);
            }
            out.values[matrix] = product;
        }
    }

    /** Writes for each matrix the sign of the determinant, and the logarithm of its size beside it. */
    public static void logDeterminant(Storage lu, int[] pivots, int count, int n, Storage out) {
        for (int matrix = 0; matrix < count; matrix++) {
            double sign = 1;
            double log = 0;
            for (int i = 0; i < n; i++) {
                double pivot = signedPivot(lu, pivots, matrix, n, i);
                sign *= Math.signum(pivot);
                log += Elementary.log(Math.abs(pivot));
            }
            out.values[2 * matrix] = sign;
            out.values[2 * matrix + 1] = log;
        }
    }

    /** Returns the least ratio between two pivots of one matrix, by size; 0 if one is singular, NaN if one is not finite. */
    public static double pivotRatio(Storage lu, int count, int n) {
        double ratio = 1;
        for (int matrix = 0; matrix < count; matrix++) {
            double least = Double.POSITIVE_INFINITY;
            double largest = 0;
            for (int i = 0; i < n; i++) {
                double size = Math.abs(lu.values[matrix * n * n + i * n + i]);
                least = Math.min(least, size);
                largest = Math.max(largest, size);
            }
            ratio = Math.min(ratio, least == 0 ? 0 : least / largest);
        }
        return ratio;
    }

    private static double signedPivot(Storage lu, int[] pivots, int matrix, int n, int i) {
        double pivot = lu.values[matrix * n * n + i * n + i];
        return pivots[matrix * n + i] == i ? pivot : -pivot;
    }
}
