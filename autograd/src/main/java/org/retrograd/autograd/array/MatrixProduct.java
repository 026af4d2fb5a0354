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
    private static final long LARGE = 8192;

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
        if ((long) m * n * k < LARGE && ((m > 1 && n > 1) || m * n < 8)) {
            direct(a, aAt, aRow, aColumn, b, bAt, bRow, bColumn, m, k, n, out, at);
        } else if (m == 1) {
            vector(a, aAt, aColumn, new Matrix(b, bAt, bRow, bColumn), k, n, out, at);
        } else if (n == 1) {
            vector(b, bAt, bRow, new Matrix(a, aAt, aColumn, aRow), k, m, out, at);
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

    /** Writes the product of a vector {@code [k]} and a matrix {@code [k, n]}. */
    private static void vector(double[] v, int vAt, int vStep, Matrix b, int k, int n, double[] out, int at) {
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

    /** Writes eight entries at once, whose chains of additions run side by side; columns of {@code b} are contiguous. */
    private static void eightDots(double[] v, int vAt, int vStep, Matrix b, int k, int j, int n, double[] out, int at) {
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
            return;
        }
        int r = 0;
        for (; r < rows - 7; r += 8) {
            fetchEight(from, p + r * from.row, columns, to, r);
        }
        for (; r < rows; r++) {
            double[] row = to[r];
            int q = p + r * from.row;
            for (int s = 0; s < columns; s++) {
                row[s] = from.values[q];
                q += from.column;
            }
        }
    }

    /** Copies eight rows together: where they are columns of an array, they share its cache lines. */
    private static void fetchEight(Matrix from, int p, int columns, double[][] to, int r) {
        double[] x = from.values;
        double[] row0 = to[r];
        double[] row1 = to[r + 1];
        double[] row2 = to[r + 2];
        double[] row3 = to[r + 3];
        double[] row4 = to[r + 4];
        double[] row5 = to[r + 5];
        double[] row6 = to[r + 6];
        double[] row7 = to[r + 7];
        int step = from.row;
        int q = p;
        for (int s = 0; s < columns; s++) {
            row0[s] = x[q];
            row1[s] = x[q + step];
            row2[s] = x[q + 2 * step];
            row3[s] = x[q + 3 * step];
            row4[s] = x[q + 4 * step];
            row5[s] = x[q + 5 * step];
            row6[s] = x[q + 6 * step];
            row7[s] = x[q + 7 * step];
            q += from.column;
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
