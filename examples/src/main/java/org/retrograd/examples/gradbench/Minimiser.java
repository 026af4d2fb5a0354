package org.retrograd.examples.gradbench;

import java.util.function.Function;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape.ValueAndGradient;

/**
 * The gradient descent with adaptive steps that the nested problems prescribe.
 *
 * <p>It is itself differentiated where an outer problem depends on what it finds: its points are scalars, which are recorded
 * if the function depends on what an outer differentiation has recorded. Decisions are taken by values.
 *
 * <p>A value comes with its gradient: a step that fails wastes a gradient, but nearly none does.
 */
final class Minimiser {
    private static final double TOLERANCE = 1e-5;
    private static final int SUCCESSES_BEFORE_GROWING = 10;

    private Minimiser() {}

    /** Returns where a function, given with its gradient, is least, starting from the given point. */
    static Scalar[] minimise(Function<Scalar[], ValueAndGradient> f, Scalar... start) {
        Scalar[] x = start;
        ValueAndGradient at = f.apply(x);
        double rate = 1e-5;
        int successes = 0;
        while (norm(at.gradient()) > TOLERANCE) {
            if (successes == SUCCESSES_BEFORE_GROWING) {
                rate *= 2;
                successes = 0;
                continue;
            }
            Scalar[] next = new Scalar[x.length];
            for (int i = 0; i < x.length; i++) {
                next[i] = x[i].subtract(at.gradient()[i].multiply(rate));
            }
            if (distance(x, next) <= TOLERANCE) {
                break;
            }
            ValueAndGradient there = f.apply(next);
            if (there.value().value() < at.value().value()) {
                x = next;
                at = there;
                successes++;
            } else {
                rate /= 2;
                successes = 0;
            }
        }
        return x;
    }

    private static double norm(Scalar[] x) {
        double sum = 0;
        for (Scalar entry : x) {
            sum += entry.value() * entry.value();
        }
        return Math.sqrt(sum);
    }

    private static double distance(Scalar[] x, Scalar[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double difference = x[i].value() - y[i].value();
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }
}
