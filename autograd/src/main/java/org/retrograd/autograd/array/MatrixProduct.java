package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Products of matrices, and of stacks of matrices.
 *
 * <p>Each entry is defined to the bit: {@code c[i, j]} starts from +0.0, and for ascending {@code k} becomes
 * {@code fma(a[i, k], b[k, j], c[i, j])}. Every path here computes just that, so that they differ in speed only:
 *
 * <ul>
 *   <li>small products, and those with a vector, read the operands where they are and keep a few entries of C in registers;
 *   <li>larger ones copy a tile of B into rows and add multiples of two rows to four rows of C in one loop.
 * </ul>
 *
 * <p>HotSpot turns that loop into vector instructions only because its rows are arrays of their own, all read from index
 * 0: as parts of one array at different offsets it must assume that they overlap. That is what the copies are for.
 */
public final class MatrixProduct {
    /** From this many multiplications on, copying a tile pays. */
    private static final long LARGE = 4096;

    /** How many rows of C are computed at once. */
    private static final int ROWS = 4;

    /** Tile of B: {@value} rows, which with {@link #TILE_COLUMNS} columns stay in the second-level cache. */
    private static final int TILE_ROWS = 128;

    private static final int TILE_COLUMNS = 256;

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
        int batch = so.size() / (m * n);
        // One B for a stack of A: their rows are one tall matrix.
        if (batch > 1 && sb.size() == k * n && !transposeA && sa.size() / k == batch * m) {
            m *= batch;
            batch = 1;
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
    private static int offset(Shape shape, Shape so, int t) {
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
        if ((long) m * n * k < LARGE || m == 1 || n == 1) {
            direct(a, aAt, aRow, aColumn, b, bAt, bRow, bColumn, m, k, n, out, at);
        } else {
            Matrix left = new Matrix(a, aAt, aRow, aColumn);
            Matrix right = new Matrix(b, bAt, bRow, bColumn);
            Matrix result = new Matrix(out, at, n, 1);
            if (m > n && n < 32) {
                tiled(right.transpose(), left.transpose(), n, k, m, result.transpose());
            } else {
                tiled(left, right, m, k, n, result);
            }
        }
    }

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
        int columns = n & -4;
        int rows = m & -4;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < columns; j += 4) {
                four(b, bAt + j * bColumn, bColumn, bRow, a, aAt + i * aRow, aColumn, k, out, at + i * n + j, 1);
            }
        }
        for (int j = columns; j < n; j++) {
            for (int i = 0; i < rows; i += 4) {
                four(a, aAt + i * aRow, aRow, aColumn, b, bAt + j * bColumn, bRow, k, out, at + i * n + j, n);
            }
            for (int i = rows; i < m; i++) {
                out[at + i * n + j] = one(a, aAt + i * aRow, aColumn, b, bAt + j * bColumn, bRow, k);
            }
        }
    }

    private static double one(double[] a, int p, int aStep, double[] b, int q, int bStep, int k) {
        double c = 0;
        for (int t = 0; t < k; t++) {
            c = Math.fma(a[p + t * aStep], b[q + t * bStep], c);
        }
        return c;
    }

    private static void four(
            double[] x,
            int at,
            int line,
            int xStep,
            double[] y,
            int p,
            int yStep,
            int k,
            double[] out,
            int to,
            int step) {
        int x1 = at + line;
        int x2 = x1 + line;
        int x3 = x2 + line;
        double c0 = 0;
        double c1 = 0;
        double c2 = 0;
        double c3 = 0;
        int d = 0;
        for (int t = 0; t < k; t++) {
            double factor = y[p + t * yStep];
            c0 = Math.fma(factor, x[at + d], c0);
            c1 = Math.fma(factor, x[x1 + d], c1);
            c2 = Math.fma(factor, x[x2 + d], c2);
            c3 = Math.fma(factor, x[x3 + d], c3);
            d += xStep;
        }
        out[to] = c0;
        out[to + step] = c1;
        out[to + 2 * step] = c2;
        out[to + 3 * step] = c3;
    }

    /** A matrix inside an array: entry {@code [i, j]} is {@code values[at + i * row + j * column]}. */
    private record Matrix(double[] values, int at, int row, int column) {
        Matrix transpose() {
            return new Matrix(values, at, column, row);
        }
    }

    private static void tiled(Matrix a, Matrix b, int m, int k, int n, Matrix out) {
        double[][] tile = new double[Math.min(k, TILE_ROWS)][Math.min(n, TILE_COLUMNS)];
        double[][] c = new double[ROWS][Math.min(n, TILE_COLUMNS)];
        for (int j = 0; j < n; j += TILE_COLUMNS) {
            int columns = Math.min(TILE_COLUMNS, n - j);
            for (int first = 0; first < k; first += TILE_ROWS) {
                int depth = Math.min(TILE_ROWS, k - first);
                fetch(b, first, j, depth, columns, tile);
                for (int i = 0; i < m; i += ROWS) {
                    int rows = Math.min(ROWS, m - i);
                    if (first == 0) {
                        for (double[] row : c) {
                            Arrays.fill(row, 0, columns, 0);
                        }
                    } else {
                        fetch(out, i, j, rows, columns, c);
                    }
                    addProduct(a, i, rows, first, depth, tile, columns, c);
                    store(c, rows, columns, out, i, j);
                }
            }
        }
    }

    private static void addProduct(
            Matrix a, int i, int rows, int first, int depth, double[][] tile, int columns, double[][] c) {
        double[] x = a.values;
        int p0 = a.at + i * a.row + first * a.column;
        int p1 = rows > 1 ? p0 + a.row : p0;
        int p2 = rows > 2 ? p1 + a.row : p0;
        int p3 = rows > 3 ? p2 + a.row : p0;
        int next = a.column;
        int t = 0;
        for (; t < depth - 1; t += 2) {
            addTwoRows(
                    columns,
                    c[0],
                    c[1],
                    c[2],
                    c[3],
                    tile[t],
                    tile[t + 1],
                    x[p0],
                    x[p0 + next],
                    x[p1],
                    x[p1 + next],
                    x[p2],
                    x[p2 + next],
                    x[p3],
                    x[p3 + next]);
            p0 += 2 * next;
            p1 += 2 * next;
            p2 += 2 * next;
            p3 += 2 * next;
        }
        if (t < depth) {
            addRow(columns, c[0], tile[t], x[p0]);
            addRow(columns, c[1], tile[t], x[p1]);
            addRow(columns, c[2], tile[t], x[p2]);
            addRow(columns, c[3], tile[t], x[p3]);
        }
    }

    private static void addTwoRows(
            int n,
            double[] c0,
            double[] c1,
            double[] c2,
            double[] c3,
            double[] b0,
            double[] b1,
            double a00,
            double a01,
            double a10,
            double a11,
            double a20,
            double a21,
            double a30,
            double a31) {
        for (int j = 0; j < n; j++) {
            double x = b0[j];
            double y = b1[j];
            c0[j] = Math.fma(a01, y, Math.fma(a00, x, c0[j]));
            c1[j] = Math.fma(a11, y, Math.fma(a10, x, c1[j]));
            c2[j] = Math.fma(a21, y, Math.fma(a20, x, c2[j]));
            c3[j] = Math.fma(a31, y, Math.fma(a30, x, c3[j]));
        }
    }

    private static void addRow(int n, double[] c, double[] b, double a) {
        for (int j = 0; j < n; j++) {
            c[j] = Math.fma(a, b[j], c[j]);
        }
    }

    /** Copies the block of {@code from} that begins at {@code [i, j]} into {@code rows} arrays. */
    private static void fetch(Matrix from, int i, int j, int rows, int columns, double[][] to) {
        int p = from.at + i * from.row + j * from.column;
        if (from.column == 1) {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(from.values, p + r * from.row, to[r], 0, columns);
            }
        } else {
            for (int r = 0; r < rows; r++) {
                double[] row = to[r];
                int q = p + r * from.row;
                for (int s = 0; s < columns; s++) {
                    row[s] = from.values[q];
                    q += from.column;
                }
            }
        }
    }

    private static void store(double[][] from, int rows, int columns, Matrix to, int i, int j) {
        int p = to.at + i * to.row + j * to.column;
        for (int r = 0; r < rows; r++) {
            double[] row = from[r];
            int q = p + r * to.row;
            if (to.column == 1) {
                System.arraycopy(row, 0, to.values, q, columns);
            } else {
                for (int s = 0; s < columns; s++) {
                    to.values[q] = row[s];
                    q += to.column;
                }
            }
        }
    }
}
