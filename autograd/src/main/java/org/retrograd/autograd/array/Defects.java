package org.retrograd.autograd.array;

/** Looks for entries that an algorithm cannot take. */
public final class Defects {
    private Defects() {}

    /**
     * Returns the position of the first entry above a diagonal whose mirror image differs from it by more than
     * {@code bound} times the largest entry of its matrix, or of the first entry that is not finite; or -1.
     */
    public static int asymmetric(Storage a, int n, double bound) {
        double[] x = a.values;
        for (int at = 0; n > 0 && at < x.length; at += n * n) {
            double largest = 0;
            for (int p = at; p < at + n * n; p++) {
                if (!Double.isFinite(x[p])) {
                    return p;
                }
                largest = Math.max(largest, Math.abs(x[p]));
            }
            for (int i = 0; i < n; i++) {
                for (int j = i + 1; j < n; j++) {
                    if (Math.abs(x[at + i * n + j] - x[at + j * n + i]) > bound * largest) {
                        return at + i * n + j;
                    }
                }
            }
        }
        return -1;
    }

    /** Returns the position of the first entry that is not finite, or -1. */
    public static int notFinite(Storage a) {
        for (int p = 0; p < a.values.length; p++) {
            if (!Double.isFinite(a.values[p])) {
                return p;
            }
        }
        return -1;
    }
}
