package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** The largest value of x² - y² over y, found by the descent that the problem prescribes, in loops, with the gradient as its formula. */
final class PlainSaddle {
    private static final double TOLERANCE = 1e-5;

    private PlainSaddle() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[] start = input.vector("start", 2);
        return () -> largest(start, start);
    }

    static double largest(double[] x, double[] start) {
        double y0 = start[0];
        double y1 = start[1];
        double rate = 1e-5;
        int successes = 0;
        while (2 * Math.sqrt(y0 * y0 + y1 * y1) > TOLERANCE) {
            if (successes == 10) {
                rate *= 2;
                successes = 0;
                continue;
            }
            double next0 = y0 - rate * 2 * y0;
            double next1 = y1 - rate * 2 * y1;
            if (Math.sqrt((next0 - y0) * (next0 - y0) + (next1 - y1) * (next1 - y1)) <= TOLERANCE) {
                break;
            }
            if (next0 * next0 + next1 * next1 < y0 * y0 + y1 * y1) {
                y0 = next0;
                y1 = next1;
                successes++;
            } else {
                rate /= 2;
                successes = 0;
            }
        }
        return x[0] * x[0] + x[1] * x[1] - (y0 * y0 + y1 * y1);
    }
}
