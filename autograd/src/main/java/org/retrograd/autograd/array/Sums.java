package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Sums in the one rounding order that every reduction of this library uses.
 *
 * <p>The order is part of the result, so that it is the same for every memory layout, compiler and machine. The terms
 * are cut into blocks of {@value #BLOCK}, whose sums are added in order. Inside a block, term {@code i} goes to lane
 * {@code i mod 8}; a lane starts from +0.0 and adds its terms in ascending order; the lanes are then added as a tree:
 *
 * <pre>
 *   l0 l4   l2 l6   l1 l5   l3 l7
 *    \ /     \ /     \ /     \ /
 *     +       +       +       +
 *      \     /         \     /
 *       --+--           --+--
 *          \             /
 *           ------+------
 * </pre>
 *
 * <p>Eight lanes keep the floating-point units busy without a vector unit, and fill one of any width with it. The
 * blocks bound the error: it grows with 512 + n/4096, not with n.
 */
final class Sums {
    /** How many terms a block has. */
    static final int BLOCK = 4096;

    private static final int LANES = 8;

    /** Up to this many columns the eight rows of a step are one contiguous run of lanes. Keeps the lanes in L1. */
    private static final int TILE = 256;

    private Sums() {}

    /** Returns the sum of {@code n} entries of {@code x} that follow each other. */
    static double row(double[] x, int from, int n) {
        double total = 0;
        for (int done = 0; done < n; done += Math.min(BLOCK, n - done)) {
            total += block(x, from + done, Math.min(BLOCK, n - done));
        }
        return total;
    }

    /** Returns the sum of {@code n}, at most {@value #BLOCK}, entries of {@code x} that follow each other. */
    static double block(double[] x, int from, int n) {
        if (n <= LANES) {
            return few(x, from, n, 1);
        }
        double l0 = 0;
        double l1 = 0;
        double l2 = 0;
        double l3 = 0;
        double l4 = 0;
        double l5 = 0;
        double l6 = 0;
        double l7 = 0;
        int end = from + n;
        int i = from;
        for (; i < end - 7; i += LANES) {
            l0 += x[i];
            l1 += x[i + 1];
            l2 += x[i + 2];
            l3 += x[i + 3];
            l4 += x[i + 4];
            l5 += x[i + 5];
            l6 += x[i + 6];
            l7 += x[i + 7];
        }
        int rest = end - i;
        l0 += rest > 0 ? x[i] : 0;
        l1 += rest > 1 ? x[i + 1] : 0;
        l2 += rest > 2 ? x[i + 2] : 0;
        l3 += rest > 3 ? x[i + 3] : 0;
        l4 += rest > 4 ? x[i + 4] : 0;
        l5 += rest > 5 ? x[i + 5] : 0;
        l6 += rest > 6 ? x[i + 6] : 0;
        return tree(l0, l1, l2, l3, l4, l5, l6, l7);
    }

    /** Returns the sum of {@code n}, at most 8, entries of {@code x} that are {@code stride} apart. */
    private static double few(double[] x, int from, int n, int stride) {
        double l0 = n > 0 ? x[from] : 0;
        double l1 = n > 1 ? x[from + stride] : 0;
        double l2 = n > 2 ? x[from + 2 * stride] : 0;
        double l3 = n > 3 ? x[from + 3 * stride] : 0;
        if (n <= 4) {
            return ((0 + l0) + (0 + l2)) + ((0 + l1) + (0 + l3));
        }
        double l4 = x[from + 4 * stride];
        double l5 = n > 5 ? x[from + 5 * stride] : 0;
        double l6 = n > 6 ? x[from + 6 * stride] : 0;
        double l7 = n > 7 ? x[from + 7 * stride] : 0;
        return tree(0 + l0, 0 + l1, 0 + l2, 0 + l3, 0 + l4, 0 + l5, 0 + l6, 0 + l7);
    }

    private static double tree(double l0, double l1, double l2, double l3, double l4, double l5, double l6, double l7) {
        return ((l0 + l4) + (l2 + l6)) + ((l1 + l5) + (l3 + l7));
    }

    /** Sums each of {@code outer} blocks {@code [n, inner]} of {@code x} over its rows. */
    static void columns(double[] x, int outer, int n, int inner, double[] out) {
        if (n <= LANES) {
            fewRows(x, outer, n, inner, out);
            return;
        }
        int width = Math.min(inner, TILE);
        double[] lanes = new double[LANES * width];
        for (int o = 0; o < outer; o++) {
            for (int column = 0; column < inner; column += Math.min(width, inner - column)) {
                for (int row = 0; row < n; row += Math.min(BLOCK, n - row)) {
                    int from = (o * n + row) * inner + column;
                    int rows = Math.min(BLOCK, n - row);
                    int columns = Math.min(width, inner - column);
                    Arrays.fill(lanes, 0, LANES * columns, 0);
                    if (columns == inner) {
                        addRuns(x, from, rows * inner, lanes, LANES * inner);
                    } else {
                        addRows(x, from, rows, inner, lanes, columns);
                    }
                    addLanes(lanes, columns, out, o * inner + column);
                }
            }
        }
    }

    private static void fewRows(double[] x, int outer, int n, int inner, double[] out) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                out[o * inner + i] = few(x, o * n * inner + i, n, inner);
            }
        }
    }

    /**
     * Adds to {@code lanes} the {@code size} entries of {@code x} from {@code from}, a run of {@code length} at a time.
     */
    private static void addRuns(double[] x, int from, int size, double[] lanes, int length) {
        int done = 0;
        for (; done <= size - 4 * length; done += 4 * length) {
            int p = from + done;
            addFour(x, p, p + length, p + 2 * length, p + 3 * length, lanes, 0, length);
        }
        for (; done < size; done += Math.min(length, size - done)) {
            add(x, from + done, lanes, 0, Math.min(length, size - done));
        }
    }

    /** Adds row {@code j} of the {@code columns} wide tile of {@code x} at {@code from} to lane {@code j mod 8}. */
    private static void addRows(double[] x, int from, int rows, int inner, double[] lanes, int columns) {
        int step = LANES * inner;
        for (int lane = 0; lane < Math.min(LANES, rows); lane++) {
            int at = lane * columns;
            int row = lane;
            for (; row < rows - 3 * LANES; row += 4 * LANES) {
                int p = from + row * inner;
                addFour(x, p, p + step, p + 2 * step, p + 3 * step, lanes, at, columns);
            }
            for (; row < rows; row += LANES) {
                add(x, from + row * inner, lanes, at, columns);
            }
        }
    }

    /** Adds four runs one after the other, but loads and stores each lane once. */
    private static void addFour(double[] x, int p0, int p1, int p2, int p3, double[] lanes, int at, int length) {
        for (int i = 0; i < length; i++) {
            lanes[at + i] = lanes[at + i] + x[p0 + i] + x[p1 + i] + x[p2 + i] + x[p3 + i];
        }
    }

    private static void add(double[] x, int p, double[] lanes, int at, int length) {
        for (int i = 0; i < length; i++) {
            lanes[at + i] += x[p + i];
        }
    }

    /** Adds the sum of each column's lanes to {@code out}, which holds the sum of the blocks before, or +0.0. */
    private static void addLanes(double[] lanes, int columns, double[] out, int at) {
        for (int i = 0; i < columns; i++) {
            out[at + i] += tree(
                    lanes[i],
                    lanes[columns + i],
                    lanes[2 * columns + i],
                    lanes[3 * columns + i],
                    lanes[4 * columns + i],
                    lanes[5 * columns + i],
                    lanes[6 * columns + i],
                    lanes[7 * columns + i]);
        }
    }
}
