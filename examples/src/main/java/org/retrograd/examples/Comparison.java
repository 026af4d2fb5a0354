package org.retrograd.examples;

import java.util.Locale;

/**
 * Values computed by hand, by autograd and by central differences, side by side.
 *
 * <p>Hand and autograd do the same arithmetic in another order, so they may differ by a few roundings: the gap of a value is
 * given in ulps of the largest term of the sum that it came from, and {@value #ULPS} are allowed. Central differences are
 * only approximate and get a wider margin.
 */
final class Comparison {
    /** The largest gap between hand and autograd. */
    static final int ULPS = 4;

    /** The largest gap between autograd and central differences, relative to them, or absolute below 1. */
    static final double NUMERIC = 1e-8;

    private int rows;
    private int wrong;
    private double largestGap;
    private double largestNumericGap;

    /** Writes the heading of the columns. */
    static void heading(Report out) {
        out.line("%-9s %18s %18s %18s   %s", "", "by hand", "autograd", "central diff.", "hand - autograd");
    }

    /** Adds a value and writes its row. */
    void row(Report out, String name, double hand, double ulp, double autograd, double numeric) {
        double gap = gap(hand, ulp, autograd);
        boolean right = add(hand, ulp, autograd, numeric);
        String verdict = !right ? "WRONG" : gap == 0 ? "exact" : "close";
        out.line("%-9s %18.12f %18.12f %18.12f   %s ulp, %s", name, hand, autograd, numeric, ulps(gap), verdict);
    }

    /** Adds a value to the verdict and returns whether it agrees in all three ways. */
    boolean add(double hand, double ulp, double autograd, double numeric) {
        double gap = gap(hand, ulp, autograd);
        double numericGap = Math.abs(autograd - numeric);
        // Negated, so that NaN is wrong.
        boolean right = gap <= ULPS && numericGap <= NUMERIC * Math.max(1, Math.abs(autograd));
        rows++;
        wrong += right ? 0 : 1;
        largestGap = Double.isNaN(gap) ? Double.NaN : Math.max(largestGap, gap);
        largestNumericGap = Math.max(largestNumericGap, numericGap);
        return right;
    }

    /** Returns the gap in multiples of an ulp of the largest term of the sum. */
    static double gap(double hand, double ulp, double autograd) {
        return hand == autograd ? 0 : Math.abs(hand - autograd) / ulp;
    }

    /** Returns a number of ulps as text: whole ones without decimals. */
    static String ulps(double gap) {
        return gap == Math.rint(gap) ? Long.toString((long) gap) : String.format(Locale.ROOT, "%.2g", gap);
    }

    boolean agrees() {
        return wrong == 0 && rows > 0;
    }

    int rows() {
        return rows;
    }

    int right() {
        return rows - wrong;
    }

    double largestGap() {
        return largestGap;
    }

    double largestNumericGap() {
        return largestNumericGap;
    }

    /** Returns the verdict: how many agree, and how far apart they are. */
    String verdict() {
        return String.format(
                Locale.ROOT,
                "%d of %d agree%s; largest gap %s ulp; numeric within %.1e",
                right(),
                rows,
                agrees() ? "" : ", the rest is WRONG",
                ulps(largestGap),
                largestNumericGap);
    }
}
