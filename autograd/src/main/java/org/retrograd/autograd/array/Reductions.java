package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Loops that reduce the middle axis of an array {@code [outer, n, inner]}, or run along it.
 *
 * <p>{@link Fold} brings a reduction over any set of axes into this form. Sums are rounded in the order of
 * {@link Sums}; {@code exp} and {@code log} are those of {@link StrictMath}: results are bitwise the same everywhere.
 * Outputs are in row-major order of {@code [outer, inner]}, or of {@code [outer, n, inner]} where one entry comes out
 * for each that goes in, and are overwritten; {@code out} is never {@code x}.
 */
public final class Reductions {
    /** Sums of squares from here to the largest finite number have lost nothing that counts to underflow. */
    private static final double SAFE_SQUARE = 0x1p-900;

    private Reductions() {}

    /** Writes the sums; the sum of no terms is +0.0, and so is the sum of negative zeros. */
    public static void sum(Storage x, int outer, int n, int inner, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        if (inner == 1) {
            for (int o = 0; o < outer; o++) {
                to[o] = Sums.row(from, o * n, n);
            }
        } else if (to.length > 0) {
            Sums.columns(from, outer, n, inner, to);
        }
    }

    /** Writes the largest entries, as {@link Math#max} orders them: NaN above all, +0.0 above -0.0; {@code n > 0}. */
    public static void max(Storage x, int outer, int n, int inner, Storage out) {
        extreme(x.values, outer, n, inner, 1, out.values);
    }

    /** Writes the smallest entries, as {@link Math#min} orders them: NaN below all, -0.0 below +0.0; {@code n > 0}. */
    public static void min(Storage x, int outer, int n, int inner, Storage out) {
        extreme(x.values, outer, n, inner, -1, out.values);
    }

    /** Writes {@code sign * max(sign * x)}. */
    private static void extreme(double[] x, int outer, int n, int inner, double sign, double[] out) {
        for (int o = 0; o < outer && inner > 0; o++) {
            int from = o * n * inner;
            if (inner == 1) {
                out[o] = sign * largest(x, from, n, 1, sign);
            } else {
                columnExtremes(x, from, n, inner, sign, out, o * inner);
            }
        }
    }

    private static void columnExtremes(double[] x, int from, int n, int inner, double sign, double[] out, int at) {
        System.arraycopy(x, from, out, at, inner);
        for (int j = 1; j < n; j++) {
            int row = from + j * inner;
            for (int i = 0; i < inner; i++) {
                out[at + i] = sign * Math.max(sign * out[at + i], sign * x[row + i]);
            }
        }
    }

    /** Returns the maximum of {@code sign * x} over {@code n > 0} entries that are {@code stride} apart. */
    private static double largest(double[] x, int from, int n, int stride, double sign) {
        double m0 = sign * x[from];
        double m1 = m0;
        double m2 = m0;
        double m3 = m0;
        int j = 1;
        int p = from + stride;
        for (; j < n - 3; j += 4) {
            m0 = Math.max(m0, sign * x[p]);
            m1 = Math.max(m1, sign * x[p + stride]);
            m2 = Math.max(m2, sign * x[p + 2 * stride]);
            m3 = Math.max(m3, sign * x[p + 3 * stride]);
            p += 4 * stride;
        }
        for (; j < n; j++) {
            m0 = Math.max(m0, sign * x[p]);
            p += stride;
        }
        return Math.max(Math.max(m0, m1), Math.max(m2, m3));
    }

    /** Writes the positions along {@code n > 0} of the largest entries: the first among equals, or the first NaN. */
    public static void argMax(Storage x, int outer, int n, int inner, int[] out) {
        argExtreme(x.values, outer, n, inner, 1, out);
    }

    /** Writes the positions along {@code n > 0} of the smallest entries: the first among equals, or the first NaN. */
    public static void argMin(Storage x, int outer, int n, int inner, int[] out) {
        argExtreme(x.values, outer, n, inner, -1, out);
    }

    private static void argExtreme(double[] x, int outer, int n, int inner, double sign, int[] out) {
        if (inner == 1) {
            for (int o = 0; o < outer; o++) {
                out[o] = argLargest(x, o * n, n, sign);
            }
            return;
        }
        double[] best = new double[inner];
        for (int o = 0; o < outer && inner > 0; o++) {
            columnArgLargest(x, o * n * inner, n, inner, sign, best, out, o * inner);
        }
    }

    private static int argLargest(double[] x, int from, int n, double sign) {
        double best = sign * x[from];
        int at = 0;
        for (int j = 0; j < n; j++) {
            double candidate = sign * x[from + j];
            if (!(candidate <= best)) {
                if (Double.isNaN(candidate)) {
                    return j;
                }
                best = candidate;
                at = j;
            }
        }
        return at;
    }

    private static void columnArgLargest(
            double[] x, int from, int n, int inner, double sign, double[] best, int[] out, int at) {
        for (int i = 0; i < inner; i++) {
            best[i] = sign * x[from + i];
            out[at + i] = 0;
        }
        for (int j = 1; j < n; j++) {
            int row = from + j * inner;
            for (int i = 0; i < inner; i++) {
                double candidate = sign * x[row + i];
                // True if the candidate is larger or either is NaN: a NaN must win, unless one has won already.
                if (!(candidate <= best[i]) && !Double.isNaN(best[i])) {
                    best[i] = candidate;
                    out[at + i] = j;
                }
            }
        }
    }

    /**
     * Writes {@code log(sum(exp(x)))} as {@code m + log(sum(exp(x - m)))} with the maximum {@code m}, which cannot
     * overflow.
     *
     * <p>No terms, or -∞ only, give -∞; +∞ gives +∞; NaN gives NaN.
     */
    public static void logSumExp(Storage x, int outer, int n, int inner, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        if (n == 0) {
            Arrays.fill(to, Double.NEGATIVE_INFINITY);
            return;
        }
        double[] terms = new double[Math.min(n, Sums.BLOCK)];
        for (int at = 0; at < to.length; at++) {
            int first = at / inner * n * inner + at % inner;
            double max = largest(from, first, n, inner, 1);
            // An infinite or NaN maximum is the result, and x - m would be NaN.
            to[at] = Double.isFinite(max) ? max + Elementary.log(sumExp(from, first, n, inner, max, terms)) : max;
        }
    }

    private static double sumExp(double[] x, int from, int n, int stride, double shift, double[] terms) {
        double total = 0;
        int p = from;
        for (int left = n; left > 0; left -= Math.min(left, Sums.BLOCK)) {
            int length = Math.min(left, Sums.BLOCK);
            for (int t = 0; t < length; t++) {
                terms[t] = x[p] - shift;
                p += stride;
            }
            Exponentials.of(terms, 0, length, terms, 0);
            total += Sums.block(terms, 0, length);
        }
        return total;
    }

    /**
     * Writes {@code exp(x - m) / sum(exp(x - m))} with the maximum {@code m} along {@code n}; {@code out} is as large
     * as {@code x}.
     *
     * <p>Where all terms are -∞, the results are 0. Terms of +∞ share 1 equally and the others get 0. NaN makes all
     * NaN.
     */
    public static void softmax(Storage x, int outer, int n, int inner, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        if (to.length == 0) {
            return;
        }
        double[] terms = new double[Math.min(n, Sums.BLOCK)];
        for (int column = 0; column < outer * inner; column++) {
            int first = column / inner * n * inner + column % inner;
            double max = largest(from, first, n, inner, 1);
            if (max == Double.NEGATIVE_INFINITY) {
                fill(to, first, n, inner, 0);
            } else {
                double total = exponentials(from, first, n, inner, max, to, terms);
                divide(to, first, n, inner, total);
            }
        }
    }

    /** Writes {@code exp(x - max)}, where ∞ - ∞ counts as 0, and returns the sum. */
    private static double exponentials(
            double[] x, int from, int n, int stride, double max, double[] out, double[] terms) {
        double total = 0;
        int p = from;
        for (int left = n; left > 0; left -= Math.min(left, Sums.BLOCK)) {
            int length = Math.min(left, Sums.BLOCK);
            for (int t = 0; t < length; t++) {
                terms[t] = x[p] == max ? 0 : x[p] - max;
                p += stride;
            }
            Exponentials.of(terms, 0, length, terms, 0);
            p -= length * stride;
            for (int t = 0; t < length; t++) {
                out[p] = terms[t];
                p += stride;
            }
            total += Sums.block(terms, 0, length);
        }
        return total;
    }

    private static void fill(double[] out, int from, int n, int stride, double value) {
        int p = from;
        for (int j = 0; j < n; j++) {
            out[p] = value;
            p += stride;
        }
    }

    private static void divide(double[] out, int from, int n, int stride, double divisor) {
        int p = from;
        for (int j = 0; j < n; j++) {
            out[p] /= divisor;
            p += stride;
        }
    }

    /**
     * Writes the Euclidean norms {@code sqrt(sum(x²))}, right wherever the norm itself is a finite number.
     *
     * <p>Where the squares may have over- or underflowed, the entries are first divided by the power of two below the
     * largest, which rounds nothing. NaN gives NaN, and otherwise an infinite entry gives +∞; no entries give 0.
     */
    public static void norm2(Storage x, int outer, int n, int inner, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        double[] terms = new double[Math.min(n, Sums.BLOCK)];
        for (int at = 0; at < to.length; at++) {
            int first = at / inner * n * inner + at % inner;
            double squares = sumSquares(from, first, n, inner, 1, terms);
            boolean safe = squares >= SAFE_SQUARE && squares <= Double.MAX_VALUE;
            to[at] = safe || n == 0 ? Math.sqrt(squares) : scaledNorm(from, first, n, inner, terms);
        }
    }

    private static double scaledNorm(double[] x, int from, int n, int stride, double[] terms) {
        double max = Math.max(largest(x, from, n, stride, 1), largest(x, from, n, stride, -1));
        if (max == 0 || !Double.isFinite(max)) {
            return max;
        }
        int exponent = Math.getExponent(max);
        double squares = sumSquares(x, from, n, stride, Math.scalb(1.0, -exponent), terms);
        return Math.scalb(Math.sqrt(squares), exponent);
    }

    private static double sumSquares(double[] x, int from, int n, int stride, double scale, double[] terms) {
        double total = 0;
        int p = from;
        for (int left = n; left > 0; left -= Math.min(left, Sums.BLOCK)) {
            int length = Math.min(left, Sums.BLOCK);
            for (int t = 0; t < length; t++) {
                double scaled = x[p] * scale;
                terms[t] = scaled * scaled;
                p += stride;
            }
            total += Sums.block(terms, 0, length);
        }
        return total;
    }

    /**
     * Writes the running sums along {@code n}, from its start or, if {@code reverse}, from its end; {@code out} is as
     * large as {@code x}.
     *
     * <p>Each is the one before plus one entry, and the first is the entry itself.
     */
    public static void cumulativeSum(Storage x, int outer, int n, int inner, boolean reverse, Storage out) {
        double[] from = x.values;
        double[] to = out.values;
        if (to.length == 0) {
            return;
        }
        int step = reverse ? -inner : inner;
        for (int o = 0; o < outer; o++) {
            int first = (o * n + (reverse ? n - 1 : 0)) * inner;
            if (inner == 1) {
                runningSum(from, first, n, step, to);
            } else {
                runningRows(from, first, n, inner, step, to);
            }
        }
    }

    /** Keeps the sum in a register: reading it back from the array would take longer than the addition. */
    private static void runningSum(double[] x, int first, int n, int step, double[] out) {
        double sum = x[first];
        out[first] = sum;
        int p = first;
        for (int j = 1; j < n; j++) {
            p += step;
            sum += x[p];
            out[p] = sum;
        }
    }

    private static void runningRows(double[] x, int first, int n, int inner, int step, double[] out) {
        System.arraycopy(x, first, out, first, inner);
        int row = first;
        for (int j = 1; j < n; j++) {
            for (int i = row; i < row + inner; i++) {
                out[i + step] = out[i] + x[i + step];
            }
            row += step;
        }
    }
}
