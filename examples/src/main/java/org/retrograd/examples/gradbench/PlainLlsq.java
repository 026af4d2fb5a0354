package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** The squared error of a polynomial that fits the sign function, in loops. */
final class PlainLlsq {
    private PlainLlsq() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[] x = input.vector("x");
        int n = input.integer("n");
        return () -> objective(x, n);
    }

    static double objective(double[] x, int n) {
        double total = 0;
        for (int i = 0; i < n; i++) {
            double t = -1 + 2.0 * i / (n - 1);
            double error = Math.signum(t);
            double power = 1;
            for (double coefficient : x) {
                error -= coefficient * power;
                power *= t;
            }
            total += error * error;
        }
        return total / 2;
    }
}
