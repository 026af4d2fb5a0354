package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Products of matrices, and of stacks of matrices.
 *
 * <p>Each entry is defined to the bit: {@code c[i, j]} starts from +0.0, and for ascending {@code k} becomes
 * {@code fma(a[i, k], b[k, j], c[i, j])}. Every path here computes just that, so that they differ in speed only:
 *
 * <ul>
 *   <li>small products read the operands where they are and keep a few entries of C in registers;
 *   <li>{@link VectorProduct}: so do products with a vector, which use each entry of the matrix just once;
 *   <li>{@link TiledProduct}: larger ones copy B, a tile at a time, to where it can be multiplied fast.
 * </ul>
 */
public final class MatrixProduct {
    /** From this many multiplications on, copying tiles pays. */
    private static final long LARGE = 8192;

    /** Products with fewer columns than this, and more rows than columns, are computed transposed. */
    private static final int NARROW = 32;

    private MatrixProduct() {}

    /**
     * Writes {@code [.., m, k] · [.., k, n] → [.., m, n]}.
     *
     * @param sa shape of {@code a}: the last two axes are {@code [m, k]}, or {@code [k, m]} with {@code transposeA}
     * @param sb shape of {@code b}: the last two axes are {@code [k, n]}, or {@code [n, k]} with {@code transposeB}
     * @param so shape of {@code out}: its leading axes are those of {@code sa} and {@code sb} broadcast to each other
     */
    public static void multiply(
            Storage a, Shape sa, boolean transposeA, Storage b, Shape sb, boolean transposeB, Shape so, Storage out) {
        if (so.size() == 0) {
            return;
        }
        int m = so.dim(-2);
        int n = so.dim(-1);
        int k = sa.dim(transposeA ? -2 : -1);
        if (k == 0) {
            Arrays.fill(out.values, 0);
            return;
        }
        int batch = so.rank() == 2 ? 1 : so.size() / (m * n);
        // One B for a stack of A: their rows are one tall matrix.
        if (batch > 1 && sb.size() == k * n && !transposeA && sa.size() / k == batch * m) {
            m *= batch;
            batch = 1;
        }
        // One A for a stack of columns: transposed, they are the rows of one matrix, and so are their products.
        if (batch > 1 && n == 1 && sa.size() == m * k && sb.size() == batch * k) {
            multiply(
                    b.values, 0, k, 1, a.values, 0, transposeA ? m : 1, transposeA ? 1 : k, batch, k, m, out.values, 0);
            return;
        }
        for (int t = 0; t < batch; t++) {
            multiply(
                    a.values,
                    batch == 1 ? 0 : offset(sa, so, t),
                    transposeA ? 1 : k,
                    transposeA ? m : 1,
                    b.values,
                    batch == 1 ? 0 : offset(sb, so, t),
                    transposeB ? 1 : n,
                    transposeB ? k : 1,
                    m,
                    k,
                    n,
                    out.values,
                    t * m * n);
        }
    }

    /** Returns where the matrix begins that belongs to matrix {@code t} of the result. */
    static int offset(Shape shape, Shape so, int t) {
        int offset = 0;
        int left = t;
        int stride = shape.dim(-1) * shape.dim(-2);
        for (int back = 3; back <= shape.rank(); back++) {
            int length = so.dim(-back);
            int dim = shape.dim(-back);
            if (dim != 1) {
                offset += left % length * stride;
            }
            stride *= dim;
            left /= length;
        }
        return offset;
    }

    /** Writes the product of two matrices inside arrays to the beginning of {@code out}. */
    static void multiply(MatrixView a, MatrixView b, int m, int k, int n, double[] out) {
        multiply(a.values, a.at, a.row, a.column, b.values, b.at, b.row, b.column, m, k, n, out, 0);
    }

    private static void multiply(
            double[] a,
            int aAt,
            int aRow,
            int aColumn,
            double[] b,
            int bAt,
            int bRow,
            int bColumn,
            int m,
            int k,
            int n,
            double[] out,
            int at) {
        if ((long) m * n * k < LARGE && ((m > 1 && n > 1) || m * n < 8)) {
            direct(a, aAt, aRow, aColumn, b, bAt, bRow, bColumn, m, k, n, out, at);
        } else if (m == 1) {
            VectorProduct.multiply(a, aAt, aColumn, new MatrixView(b, bAt, bRow, bColumn), k, n, out, at);
        } else if (n == 1) {
            VectorProduct.multiply(b, bAt, bRow, new MatrixView(a, aAt, aColumn, aRow), k, m, out, at);
        } else {
            MatrixView left = new MatrixView(a, aAt, aRow, aColumn);
            MatrixView right = new MatrixView(b, bAt, bRow, bColumn);
            MatrixView result = new MatrixView(out, at, n, 1);
            if (m > n && n < NARROW) {
                // Long rows are what makes it fast: the transposed product has them.
                TiledProduct.multiply(right.transpose(), left.transpose(), n, k, m, result.transpose());
            } else {
                TiledProduct.multiply(left, right, m, k, n, result);
            }
        }
    }

    /** Computes C two rows by four columns at a time, reading A and B where they are. */
    private static void direct(
            double[] a,
            int aAt,
            int aRow,
            int aColumn,
            double[] b,
            int bAt,
            int bRow,
            int bColumn,
            int m,
            int k,
            int n,
            double[] out,
            int at) {
        for (int i = 0; i < m; i += 2) {
            // At the edges the last row and column are computed more than once.
            int i1 = Math.min(i + 1, m - 1);
            for (int j = 0; j < n; j += 4) {
                int j1 = Math.min(j + 1, n - 1);
                int j2 = Math.min(j + 2, n - 1);
                int j3 = Math.min(j + 3, n - 1);
                int p0 = aAt + i * aRow;
                int p1 = aAt + i1 * aRow;
                int q0 = bAt + j * bColumn;
                int q1 = bAt + j1 * bColumn;
                int q2 = bAt + j2 * bColumn;
                int q3 = bAt + j3 * bColumn;
                double c00 = 0;
                double c01 = 0;
                double c02 = 0;
                double c03 = 0;
                double c10 = 0;
                double c11 = 0;
                double c12 = 0;
                double c13 = 0;
                int p = 0;
                int q = 0;
                int end = k * aColumn;
                // Not a counted loop: what HotSpot adds around those costs more than the few turns here.
                do {
                    double a0 = a[p0 + p];
                    double a1 = a[p1 + p];
                    double b0 = b[q0 + q];
                    double b1 = b[q1 + q];
                    double b2 = b[q2 + q];
                    double b3 = b[q3 + q];
                    c00 = Math.fma(a0, b0, c00);
                    c01 = Math.fma(a0, b1, c01);
                    c02 = Math.fma(a0, b2, c02);
                    c03 = Math.fma(a0, b3, c03);
                    c10 = Math.fma(a1, b0, c10);
                    c11 = Math.fma(a1, b1, c11);
                    c12 = Math.fma(a1, b2, c12);
                    c13 = Math.fma(a1, b3, c13);
                    p += aColumn;
                    q += bRow;
                } while (p != end);
                int to = at + i * n;
                out[to + j] = c00;
                out[to + j1] = c01;
                out[to + j2] = c02;
                out[to + j3] = c03;
                to = at + i1 * n;
                out[to + j] = c10;
                out[to + j1] = c11;
                out[to + j2] = c12;
                out[to + j3] = c13;
            }
        }
    }
}
