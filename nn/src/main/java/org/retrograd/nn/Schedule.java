package org.retrograd.nn;

import com.google.common.base.Preconditions;

/** How the learning rate changes while training goes on: what it is multiplied by at each step. */
@FunctionalInterface
public interface Schedule {
    /** The schedule that leaves the learning rate as it is. */
    Schedule CONSTANT = step -> 1;

    /** Returns what the learning rate is multiplied by at a step, counted from 0: finite and at least 0. */
    double factor(long step);

    /** Returns the schedule that multiplies by {@code factor} after every so many steps. */
    static Schedule stepDecay(int everySteps, double factor) {
        Checks.positive("the number of steps between two decays", everySteps);
        Checks.notNegative("the decay factor", factor);
        return step -> {
            long decays = step / everySteps;
            return StrictMath.pow(factor, (double) decays);
        };
    }

    /** Returns the schedule 1/(1 + decay · step), under which gradient descent with noise converges (Robbins, Monro 1951). */
    static Schedule inverseTime(double decay) {
        Checks.notNegative("the decay of the learning rate", decay);
        return step -> 1 / (1 + decay * step);
    }

    /** Returns half a cosine wave from 1 down to 0 at the given number of steps, and 0 from then on. */
    static Schedule cosine(long steps) {
        Preconditions.checkArgument(steps >= 1, "the number of steps must be at least 1, but got %s", steps);
        return step -> step >= steps ? 0 : 0.5 * (1 + StrictMath.cos(Math.PI * step / steps));
    }

    /** Returns this schedule, multiplied by a straight line from near 0 up to 1 during the first steps. */
    default Schedule withWarmUp(int steps) {
        Checks.positive("the number of steps of the warm-up", steps);
        return step -> factor(step) * Math.min(1, (step + 1.0) / steps);
    }
}
