package org.retrograd.benchmarks;

import java.util.Locale;

/** Holds a measured program to the result of its hand-written twin, so that no ratio compares unequal work. */
final class Baseline {
    private Baseline() {}

    /**
     * Returns normally if two results agree to a relative 1e-9.
     *
     * @throws IllegalStateException if they do not, or are not normal numbers (subnormal ones would slow the loops)
     */
    static void requireSame(String what, double measured, double byHand) {
        double gap = Math.abs(measured - byHand);
        boolean normal = Math.abs(byHand) >= Double.MIN_NORMAL && Double.isFinite(byHand);
        if (!normal || !(gap <= 1e-9 * Math.abs(byHand))) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "%s must be the same normal number both ways, but is %s and by hand %s: the two do different work",
                    what,
                    measured,
                    byHand));
        }
    }
}
