package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** A linear chain of ordinary differential equations by the classical Runge-Kutta method, in loops. */
final class PlainOde {
    private PlainOde() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[] x = input.vector("x");
        int steps = input.integer("s");
        return () -> solve(x, steps);
    }

    static double[] solve(double[] x, int steps) {
        int n = x.length;
        double h = 2.0 / steps;
        double[] y = new double[n];
        double[] k1 = new double[n];
        double[] k2 = new double[n];
        double[] k3 = new double[n];
        double[] k4 = new double[n];
        double[] at = new double[n];
        for (int step = 0; step < steps; step++) {
            slope(x, y, k1);
            advance(y, h / 2, k1, at);
            slope(x, at, k2);
            advance(y, h / 2, k2, at);
            slope(x, at, k3);
            advance(y, h, k3, at);
            slope(x, at, k4);
            for (int i = 0; i < n; i++) {
                y[i] += h * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) / 6;
            }
        }
        return y;
    }

    private static void slope(double[] x, double[] y, double[] out) {
        out[0] = x[0];
        for (int i = 1; i < x.length; i++) {
            out[i] = x[i] * y[i - 1];
        }
    }

    private static void advance(double[] y, double h, double[] slope, double[] out) {
        for (int i = 0; i < y.length; i++) {
            out[i] = y[i] + h * slope[i];
        }
    }
}
