package org.retrograd.autograd.array;

/**
 * Loops that pick rows or entries by integer positions, add them back, and lay arrays side by side.
 *
 * <p>Arrays are seen as {@code [outer, n, inner]} with the positions running along {@code n}. Callers have checked that
 * every position is at least 0 and less than {@code n}.
 */
public final class Indexing {
    /** Rows shorter than this are copied by a loop: calling {@code arraycopy} costs more than it saves. */
    private static final int SHORT_ROW = 16;

    private Indexing() {}

    /** Writes {@code out[o, j, i] = x[o, index[j], i]}. */
    public static void take(Storage x, int outer, int n, int inner, int[] index, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        int q = 0;
        for (int o = 0; o < outer; o++) {
            int block = o * n * inner;
            if (inner == 1) {
                for (int position : index) {
                    to[q++] = from[block + position];
                }
            } else {
                for (int position : index) {
                    copyRow(from, block + position * inner, to, q, inner);
                    q += inner;
                }
            }
        }
    }

    /** Adds {@code out[o, index[j], i] += g[o, j, i]} in ascending order of {@code j}, the reverse of {@link #take}. */
    public static void scatterAdd(Storage g, int outer, int n, int inner, int[] index, Storage out) {
        double[] from = g.values;
        double[] to = out.values;
        int q = 0;
        for (int o = 0; o < outer; o++) {
            int block = o * n * inner;
            for (int position : index) {
                int p = block + position * inner;
                for (int i = 0; i < inner; i++) {
                    to[p + i] += from[q + i];
                }
                q += inner;
            }
        }
    }

    /**
     * Writes {@code out[o, j, i] = x[o, index[o mod indexOuter, j, i], i]}.
     *
     * @param index the positions, {@code [indexOuter, m, inner]}; repeated where {@code indexOuter < outer}
     */
    public static void takeAlong(
            Storage x, int outer, int n, int inner, int[] index, int m, int indexOuter, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        int q = 0;
        for (int o = 0; o < outer; o++) {
            int block = o * n * inner;
            int t = o % indexOuter * m * inner;
            for (int j = 0; j < m; j++) {
                for (int i = 0; i < inner; i++) {
                    to[q++] = from[block + index[t++] * inner + i];
                }
            }
        }
    }

    /**
     * Adds {@code out[o, index[o mod indexOuter, j, i], i] += g[o, j, i]} in ascending order of {@code j}, the reverse
     * of {@link #takeAlong}.
     */
    public static void scatterAddAlong(
            Storage g, int outer, int n, int inner, int[] index, int m, int indexOuter, Storage out) {
        double[] from = g.values;
        double[] to = out.values;
        int q = 0;
        for (int o = 0; o < outer; o++) {
            int block = o * n * inner;
            int t = o % indexOuter * m * inner;
            for (int j = 0; j < m; j++) {
                for (int i = 0; i < inner; i++) {
                    to[block + index[t++] * inner + i] += from[q++];
                }
            }
        }
    }

    /**
     * Copies the {@code outer} rows of {@code x} into longer rows: one input's part of a concatenation.
     *
     * @param rowSize how many entries a row of {@code x} has
     * @param outRowSize how many entries a row of {@code out} has
     * @param outOffset where in a row of {@code out} the row of {@code x} begins
     */
    public static void copy(Storage x, int outer, int rowSize, Storage out, int outRowSize, int outOffset) {
        for (int o = 0; o < outer; o++) {
            copyRow(x.values, o * rowSize, out.values, o * outRowSize + outOffset, rowSize);
        }
    }

    /** Copies {@code n} entries between two arrays. */
    static void copyRow(double[] from, int p, double[] to, int q, int n) {
        if (n >= SHORT_ROW) {
            System.arraycopy(from, p, to, q, n);
        } else {
            for (int i = 0; i < n; i++) {
                to[q + i] = from[p + i];
            }
        }
    }
}
