package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** A charged particle that is steered between two others, in loops, with the force as its formula. */
final class PlainParticle {
    private static final double STEP = 0.1;

    private PlainParticle() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double w = input.number("w");
        return () -> objective(w);
    }

    /** Returns the square of the place at which the particle meets the axis if one charge is shifted by {@code w}. */
    static double objective(double w) {
        double zx = 0;
        double zy = 8;
        double vx = 0.75;
        double vy = 0;
        while (true) {
            double ax = 0;
            double ay = 0;
            for (int charge = 0; charge < 2; charge++) {
                double dx = zx - 10;
                double dy = zy - (charge == 0 ? 10 - w : 0);
                double r = Math.sqrt(dx * dx + dy * dy);
                ax += dx / (r * r * r);
                ay += dy / (r * r * r);
            }
            zx += STEP * vx;
            zy += STEP * vy;
            if (zy <= 0) {
                double tau = -zy / vy;
                double x = zx + tau * vx;
                return x * x;
            }
            vx += STEP * ax;
            vy += STEP * ay;
        }
    }
}
