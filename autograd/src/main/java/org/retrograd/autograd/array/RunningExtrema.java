package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * The largest entry so far along the middle axis of {@code [outer, n, inner]}, and the entries that attained it.
 *
 * <p>While the maximum stays the same, entries equal to it are <em>winners</em>: they share it with those before them. A
 * larger entry begins anew. At each place this is one number, {@code winners}: how many share the maximum there, negative
 * if the entry at that place is not one of them. NaN is larger than any number.
 */
public final class RunningExtrema {
    private RunningExtrema() {}

    /** Writes the largest (or, with {@code sign} -1, smallest) entry so far, and the winners. */
    public static void extrema(Storage x, int outer, int n, int inner, double sign, int[] winners, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < n; j++) {
                int row = (o * n + j) * inner;
                for (int i = row; i < row + inner; i++) {
                    double best = j == 0 ? from[i] : to[i - inner];
                    boolean undefined = Double.isNaN(best);
                    boolean tied = from[i] == best || (Double.isNaN(from[i]) && undefined);
                    boolean first = j == 0 || (!undefined && !tied && !(sign * from[i] < sign * best));
                    to[i] = first ? from[i] : best;
                    int before = first ? 0 : Math.abs(winners[i - inner]);
                    winners[i] = first || tied ? before + 1 : -before;
                }
            }
        }
    }

    /** Writes at each place the mean over the winners there. */
    public static void means(Storage x, int outer, int n, int inner, int[] winners, int winnersOuter, Storage out) {
        double[] sums = new double[inner];
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < n; j++) {
                int row = (o * n + j) * inner;
                int w = (o % winnersOuter * n + j) * inner;
                for (int i = 0; i < inner; i++) {
                    int count = winners[w + i];
                    if (count > 0) {
                        sums[i] = count == 1 ? x.values[row + i] : sums[i] + x.values[row + i];
                    }
                    out.values[row + i] = sums[i] / Math.abs(count);
                }
            }
        }
    }

    /** Spreads what arrives at each place over the winners there: the transpose of {@link #means}. */
    public static void spread(Storage g, int outer, int n, int inner, int[] winners, int winnersOuter, Storage out) {
        double[] sums = new double[inner];
        for (int o = 0; o < outer; o++) {
            Arrays.fill(sums, 0);
            for (int j = n - 1; j >= 0; j--) {
                int row = (o * n + j) * inner;
                int w = (o % winnersOuter * n + j) * inner;
                for (int i = 0; i < inner; i++) {
                    int count = winners[w + i];
                    sums[i] += g.values[row + i] / Math.abs(count);
                    out.values[row + i] = count > 0 ? sums[i] : 0;
                    if (count == 1) {
                        sums[i] = 0;
                    }
                }
            }
        }
    }
}
