package org.retrograd.autograd.array;

/** The Cholesky factorisation {@code A = L Lᵀ} of a stack of symmetric positive definite matrices. */
public final class Cholesky {
    private Cholesky() {}

    /**
     * Writes L, with zeros above its diagonal, of the symmetric part of {@code count} matrices {@code [n, n]}.
     *
     * @return -1, or {@code matrix * n + i} for the first row whose pivot is not positive: the leading minor of size
     *     i + 1 is not positive
     */
    public static int factor(Storage a, int count, int n, Storage out) {
        Rows rows = new Rows(n, n);
        for (int matrix = 0; matrix < count; matrix++) {
            int at = matrix * n * n;
            for (int i = 0; i < n; i++) {
                for (int j = i; j < n; j++) {
                    rows.row[i][j] = 0.5 * a.values[at + i * n + j] + 0.5 * a.values[at + j * n + i];
                }
            }
            int failed = eliminate(rows.row, n);
            if (failed >= 0) {
                return matrix * n + failed;
            }
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    out.values[at + i * n + j] = rows.row[j][i];
                }
            }
        }
        return -1;
    }

    /** Works on Lᵀ, whose rows are long where those of L are short. */
    private static int eliminate(double[][] u, int n) {
        for (int k = 0; k < n; k++) {
            double[] row = u[k];
            if (!(row[k] > 0)) {
                return k;
            }
            double root = Math.sqrt(row[k]);
            for (int j = k; j < n; j++) {
                row[j] /= root;
            }
            row[k] = root;
            for (int i = k + 1; i < n; i++) {
                Rows.add(u[i], -row[i], row, i, n);
            }
        }
        return -1;
    }
}
