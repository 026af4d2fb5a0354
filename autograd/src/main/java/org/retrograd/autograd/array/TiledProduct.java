package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Products of larger matrices, for {@link MatrixProduct}: adds multiples of two rows of B to four rows of C in one
 * loop.
 *
 * <p>HotSpot turns that loop into vector instructions only because its rows are arrays of their own, all read from
 * index 0: as parts of one array at different offsets it must assume that they overlap. That is what the copies are
 * for.
 */
final class TiledProduct {
    /** How many rows of C are computed at once. */
    private static final int ROWS = 4;

    /** Tile of B: {@value} rows, which with {@link #TILE_COLUMNS} columns stay in the second-level cache. */
    private static final int TILE_ROWS = 128;

    private static final int TILE_COLUMNS = 256;

    private TiledProduct() {}

    /** Writes {@code [m, k] · [k, n] → [m, n]}; the scratch is one tile of B and four rows of C. */
    static void multiply(MatrixView a, MatrixView b, int m, int k, int n, MatrixView out) {
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
            MatrixView a, int i, int rows, int first, int depth, double[][] tile, int columns, double[][] c) {
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
    private static void fetch(MatrixView from, int i, int j, int rows, int columns, double[][] to) {
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
    private static void fetchEight(MatrixView from, int p, int columns, double[][] to, int r) {
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

    private static void store(double[][] from, int rows, int columns, MatrixView to, int i, int j) {
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
