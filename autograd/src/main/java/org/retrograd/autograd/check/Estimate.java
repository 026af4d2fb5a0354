package org.retrograd.autograd.check;

/**
 * A derivative from differences, with what it may be off by.
 *
 * @param value the derivative
 * @param truncation how far the extrapolation may be off
 * @param rounding how far rounding errors of the values may have carried it
 * @param step the step that decided
 */
record Estimate(double value, double truncation, double rounding, double step) {
    static final Estimate NONE = new Estimate(Double.NaN, Double.POSITIVE_INFINITY, 0, 0);

    double bound() {
        return truncation + rounding;
    }

    boolean exists() {
        return bound() < Double.POSITIVE_INFINITY;
    }

    /** Whether the bound is small beside the derivative, so that the number means something. */
    boolean sharp() {
        return bound() <= 1e-2 * Math.abs(value);
    }

    /** Whether the two intervals have nothing in common. */
    boolean contradicts(Estimate other) {
        return exists() && other.exists() && Math.abs(value - other.value) > 2 * (bound() + other.bound());
    }

    /** Whether a number lies in the interval, taken twice as wide and with an allowance for its own rounding. */
    boolean agrees(double derivative, double allowance) {
        return Math.abs(derivative - value) <= 2 * bound() + allowance;
    }
}
