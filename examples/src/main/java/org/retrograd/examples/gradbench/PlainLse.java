package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** The logarithm of a sum of exponentials, in loops. */
final class PlainLse {
    private PlainLse() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[] x = input.vector("x");
        return () -> logSumExp(x);
    }

    static double logSumExp(double[] x) {
        double largest = x[0];
        for (double entry : x) {
            largest = Math.max(largest, entry);
        }
        double sum = 0;
        for (double entry : x) {
            sum += Math.exp(entry - largest);
        }
        return largest + Math.log(sum);
    }
}
