package org.retrograd.autograd.scalar;

import java.util.Arrays;

/**
 * Tells of a number on a tape whether it was made before the tape was last rewound past it.
 *
 * <p>An epoch is the time between two rewinds. A value made in epoch e at place i is gone if and only if the tape has been
 * rewound to i or below since. The lowest place to which it has been rewound since e grows with e, so it is kept as steps of
 * a staircase; a rewind cuts off the steps above it, and takes constant time when averaged over many.
 */
final class Epochs {
    private int current;
    private int[] until = new int[8];
    private int[] lowest = new int[8];
    private int steps;

    int current() {
        return current;
    }

    /** Ends the epoch: what stands at {@code place} or above is gone. */
    void rewind(int place) {
        while (steps > 0 && lowest[steps - 1] >= place) {
            steps--;
        }
        if (steps == until.length) {
            until = Arrays.copyOf(until, 2 * steps);
            lowest = Arrays.copyOf(lowest, 2 * steps);
        }
        until[steps] = current++;
        lowest[steps++] = place;
    }

    /** Whether a value made in an epoch at a place is still there. */
    boolean alive(int epoch, int place) {
        if (epoch == current) {
            return true;
        }
        int step = Arrays.binarySearch(until, 0, steps, epoch);
        return place < lowest[step >= 0 ? step : ~step];
    }
}
