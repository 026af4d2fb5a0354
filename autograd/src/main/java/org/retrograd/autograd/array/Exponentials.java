package org.retrograd.autograd.array;

/**
 * The exponential function of many numbers, with the bits of {@link Elementary#exp}, in less than half its time.
 *
 * <p>HotSpot turns a loop into vector instructions if its body is arithmetic on arrays that are read at the loop's own
 * counter. So numbers are copied into a buffer, what is arithmetic and what works on bits are loops of their own over it, and
 * choices are made by a product with 0 or 1. Where a result of the buffer is not a normal number, or would not be one before
 * it is scaled, all are computed again one by one.
 */
public final class Exponentials {
    /** Numbers in a buffer: three of these stay in the fastest cache. */
    private static final int BUFFER = 512;

    /** Fewer numbers are not worth buffers. */
    private static final int FEW = 24;

    /** The largest number of which ln 2 is not taken off, and the largest of which e^x is 1 + x. */
    private static final double HALF_LN2 = Math.nextDown(Elementary.upper(Elementary.HIGH_HALF_LN2 + 1));

    private static final double TINY = Math.nextDown(Elementary.upper(Elementary.HIGH_TINY));

    private Exponentials() {}

    /** Writes the exponentials of {@code n} numbers that follow each other; they may be replaced by them. */
    public static void of(double[] x, int from, int n, double[] out, int at) {
        if (n < FEW) {
            oneByOne(x, from, n, out, at);
            return;
        }
        double[] a = new double[Math.min(n, BUFFER)];
        double[] k = new double[a.length];
        double[] y = new double[a.length];
        for (int done = 0; done < n; done += a.length) {
            int length = Math.min(n - done, a.length);
            System.arraycopy(x, from + done, a, 0, length);
            reduce(a, k, length);
            approximate(a, k, y, length);
            if (scale(k, y, length)) {
                System.arraycopy(y, 0, out, at + done, length);
            } else {
                oneByOne(a, 0, length, out, at + done);
            }
        }
    }

    private static void oneByOne(double[] x, int from, int n, double[] out, int at) {
        for (int i = 0; i < n; i++) {
            out[at + i] = Elementary.exp(x[from + i]);
        }
    }

    /** Writes how often ln 2 is to be taken off: to the nearest, halves away from zero, for both signs by one formula. */
    private static void reduce(double[] x, double[] k, int n) {
        for (int i = 0; i < n; i++) {
            double multiple = Elementary.INVERSE_LN2 * x[i];
            double size = Math.abs(multiple);
            // one of size ± multiple is 0, the other one exact
            double nearest = Math.floor(0.5 * (size + multiple) + 0.5) - Math.floor(0.5 * (size - multiple) + 0.5);
            k[i] = nearest * beyond(HALF_LN2, Math.abs(x[i]));
        }
    }

    /** Writes e^(x - k·ln 2). */
    private static void approximate(double[] x, double[] k, double[] y, int n) {
        for (int i = 0; i < n; i++) {
            double multiple = k[i];
            double above = x[i] - multiple * Elementary.LN2_HIGH;
            double below = multiple * Elementary.LN2_LOW;
            double curved = Elementary.curved(above - below) * beyond(TINY, Math.abs(x[i]));
            y[i] = 1 - ((below - curved) - above);
        }
    }

    /** Returns 1 where {@code x} is greater than a bound, else 0, by arithmetic: neighbours are at least 2^-100 apart. */
    private static double beyond(double bound, double x) {
        double difference = x - bound;
        return Math.min((difference + Math.abs(difference)) * 0x1p99, 1);
    }

    /** Multiplies by 2^k; returns false at an exponent with which a result may not be a normal number. */
    private static boolean scale(double[] k, double[] y, int n) {
        for (int i = 0; i < n; i++) {
            if (!(Math.abs(k[i]) <= 1021)) {
                return false;
            }
            y[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(y[i]) + ((long) (int) k[i] << 52));
        }
        return true;
    }
}
