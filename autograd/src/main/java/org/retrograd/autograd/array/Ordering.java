package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Loops that put entries in order along the middle axis of {@code [outer, n, inner]}, and those that treat equals alike.
 *
 * <p>The order is total: {@code -∞ < .. < -0.0 = 0.0 < .. < ∞ < NaN}, all NaN being equal.
 */
public final class Ordering {
    /** Shorter stretches are sorted by insertion. */
    private static final int SHORT = 12;

    private Ordering() {}

    /** Writes the positions along {@code n} in the order of their entries; equal entries keep theirs. */
    public static void argSort(Storage x, int outer, int n, int inner, boolean descending, int[] out) {
        long[] keys = new long[n];
        int[] index = new int[n];
        long[] moreKeys = new long[n];
        int[] moreIndex = new int[n];
        for (int column = 0; column < outer * inner; column++) {
            int first = column / inner * n * inner + column % inner;
            for (int j = 0; j < n; j++) {
                long key = key(x.values[first + j * inner]);
                keys[j] = descending ? ~key : key;
                index[j] = j;
            }
            sort(keys, index, moreKeys, moreIndex);
            for (int j = 0; j < n; j++) {
                out[first + j * inner] = index[j];
            }
        }
    }

    /** Returns a number that is ordered as the entry is; adding 0.0 makes zeros equal, and there is one pattern of NaN. */
    private static long key(double x) {
        long bits = Double.doubleToLongBits(x + 0.0);
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }

    /** Sorts keys and index together: insertion in short stretches, which are then merged in pairs. Stable. */
    private static void sort(long[] keys, int[] index, long[] moreKeys, int[] moreIndex) {
        int n = keys.length;
        for (int from = 0; from < n; from += SHORT) {
            insert(keys, index, from, Math.min(from + SHORT, n));
        }
        long[] k = keys;
        int[] p = index;
        long[] toK = moreKeys;
        int[] toP = moreIndex;
        for (long width = SHORT; width < n; width *= 2) {
            for (long from = 0; from < n; from += 2 * width) {
                merge(k, p, (int) from, (int) Math.min(from + width, n), (int) Math.min(from + 2 * width, n), toK, toP);
            }
            long[] swapK = k;
            k = toK;
            toK = swapK;
            int[] swapP = p;
            p = toP;
            toP = swapP;
        }
        if (p != index) {
            System.arraycopy(p, 0, index, 0, n);
        }
    }

    private static void insert(long[] keys, int[] index, int from, int to) {
        for (int j = from + 1; j < to; j++) {
            long key = keys[j];
            int position = index[j];
            int i = j - 1;
            for (; i >= from && keys[i] > key; i--) {
                keys[i + 1] = keys[i];
                index[i + 1] = index[i];
            }
            keys[i + 1] = key;
            index[i + 1] = position;
        }
    }

    private static void merge(long[] k, int[] p, int from, int middle, int to, long[] toK, int[] toP) {
        int left = from;
        int right = middle;
        for (int out = from; out < to; out++) {
            int next = left < middle && (right >= to || k[left] <= k[right]) ? left++ : right++;
            toK[out] = k[next];
            toP[out] = p[next];
        }
    }

    /**
     * Writes for each entry of a sorted array where the run of its equals begins, a position along {@code n}.
     *
     * @return whether any run has more than one entry
     */
    public static boolean runs(Storage sorted, int outer, int n, int inner, int[] out) {
        boolean ties = false;
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < n; j++) {
                int row = (o * n + j) * inner;
                for (int i = row; i < row + inner; i++) {
                    boolean tied = j > 0 && key(sorted.values[i]) == key(sorted.values[i - inner]);
                    out[i] = tied ? out[i - inner] : j;
                    ties |= tied;
                }
            }
        }
        return ties;
    }

    /**
     * Writes the mean of each run to all its entries; a run of equal entries is left as it is, to the last bit.
     *
     * @param starts from {@link #runs}, {@code [startsOuter, n, inner]}; repeated where {@code startsOuter < outer}
     */
    public static void meansOfRuns(Storage x, int outer, int n, int inner, int[] starts, int startsOuter, Storage out) {
        for (int column = 0; column < outer * inner; column++) {
            int o = column / inner;
            int first = o * n * inner + column % inner;
            int start = o % startsOuter * n * inner + column % inner;
            for (int j = 0; j < n; ) {
                int end = j + 1;
                while (end < n && starts[start + end * inner] == j) {
                    end++;
                }
                meanOfRun(x.values, first + j * inner, end - j, inner, out.values);
                j = end;
            }
        }
    }

    private static void meanOfRun(double[] x, int from, int count, int stride, double[] out) {
        double first = x[from];
        double beyond = 0;
        for (int p = from; p < from + count * stride; p += stride) {
            // equal infinities have distance 0
            beyond += x[p] == first ? 0 : x[p] - first;
        }
        double mean = first + beyond / count;
        for (int p = from; p < from + count * stride; p += stride) {
            out[p] = mean;
        }
    }

    /** Returns the positions, in row-major order, of the entries that are not 0. */
    public static int[] positionsOfNonzero(Storage x) {
        int[] positions = new int[x.values.length];
        int count = 0;
        for (int i = 0; i < positions.length; i++) {
            if (x.values[i] != 0) {
                positions[count++] = i;
            }
        }
        return Arrays.copyOf(positions, count);
    }
}
