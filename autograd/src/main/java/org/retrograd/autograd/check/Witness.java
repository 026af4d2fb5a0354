package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.List;

/**
 * What the values on a line say about the derivative at the point, and of what kind the point is.
 *
 * @param kind the kind of the point, as far as the line shows
 * @param estimate the derivative, or at a kink the middle of the two
 * @param left the derivative from the left at a kink, else that of {@code estimate}
 * @param right the derivative from the right
 */
record Witness(Kind kind, Estimate estimate, double left, double right) {
    double low() {
        return Math.min(left, right);
    }

    double high() {
        return Math.max(left, right);
    }

    /** Of what kind a point is on a line. */
    enum Kind {
        /** Both sides give the same derivative. */
        SMOOTH,
        /** The function exists on one side only, or is flat enough there only. */
        EDGE,
        /** The derivatives of both sides differ. */
        KINK,
        /** The value jumps. */
        JUMP,
        /** The derivative is infinite. */
        STEEP,
        /** Differences do not settle at any step. */
        UNSETTLED
    }

    /** The first steps of the tables that are made when there is doubt, as parts of the widest. */
    private static final double[] STARTS = {
        1, 0.7, 0x1.9p-4, 0x1.2p-8, 0x1.7p-12, 0x1.3p-16, 0x1.9p-20, 0x1.5p-24, 0x1.2p-28, 0x1.7p-32, 0x1.3p-36,
        0x1.9p-40
    };

    private static final double NEAR = 0x1.4p-24;
    private static final double NEARER = 0x1.4p-32;

    private static Witness of(Kind kind, Estimate estimate) {
        return new Witness(kind, estimate, estimate.value(), estimate.value());
    }

    /** Returns that both sides give one derivative. */
    static Witness smooth(Estimate estimate) {
        return of(Kind.SMOOTH, estimate);
    }

    /** Returns the quick answer of one table, which takes the point to be smooth. */
    static Witness quick(Line line, double widest) {
        return smooth(Differences.central(line, widest, false));
    }

    /** Returns the answer of many tables, at which nothing is taken for granted. */
    static Witness careful(Line line, double widest) {
        double up = Math.abs(line.difference(0, Math.min(widest, NEAR)));
        double down = Math.abs(line.difference(0, -Math.min(widest, NEAR)));
        if (Double.isNaN(up) || Double.isNaN(down)) {
            return oneSide(line, widest, Double.isNaN(up) ? -1 : 1);
        }
        if (widest >= NEAR) {
            double noise = 16 * line.noise(0, 0);
            double nearer = Math.max(Math.abs(line.difference(0, NEARER)), Math.abs(line.difference(0, -NEARER)));
            double decay = nearer / Math.max(up, down);
            if (nearer > noise && decay > 0.5) {
                return of(Kind.JUMP, Estimate.NONE);
            }
            if (nearer > noise && decay > 0x1p-6) {
                return of(Kind.STEEP, Estimate.NONE);
            }
        }
        Estimate after = settled(line, widest, 1);
        Estimate before = settled(line, widest, -1);
        if (after.exists() && before.exists() && after.contradicts(before)) {
            Estimate middle = new Estimate(
                    (after.value() + before.value()) / 2,
                    Math.max(after.truncation(), before.truncation()),
                    Math.max(after.rounding(), before.rounding()),
                    Math.min(after.step(), before.step()));
            return new Witness(Kind.KINK, middle, before.value(), after.value());
        }
        Estimate both = settled(line, widest, 0);
        return both.exists() ? smooth(both) : of(Kind.UNSETTLED, Estimate.NONE);
    }

    private static Witness oneSide(Line line, double widest, int side) {
        // perhaps the edge is near, but not here
        Estimate both = settled(line, widest, 0);
        if (both.sharp()) {
            return smooth(both);
        }
        Estimate estimate = settled(line, widest, side);
        return estimate.sharp() ? of(Kind.EDGE, estimate) : of(Kind.UNSETTLED, Estimate.NONE);
    }

    /**
     * Returns the narrowest interval that no table of smaller steps contradicts, widened to hold its runner-up.
     *
     * <p>A table whose steps are too wide for the function may agree with itself by accident; it is then contradicted by
     * those with smaller steps. One table alone convinces nobody.
     */
    private static Estimate settled(Line line, double widest, int side) {
        List<Estimate> tables = new ArrayList<>();
        for (double start : STARTS) {
            double first = widest * start;
            if (first > Differences.NARROWEST) {
                Estimate table =
                        side == 0 ? Differences.central(line, first, true) : Differences.oneSided(line, first, side);
                if (table.exists()) {
                    tables.removeIf(table::contradicts);
                    tables.add(table);
                }
            }
        }
        Estimate best = narrowest(tables, Estimate.NONE);
        Estimate second = narrowest(tables, best);
        if (!best.exists() || !second.exists()) {
            return best;
        }
        return Math.abs(best.value() - second.value()) > best.bound()
                ? new Estimate(
                        best.value(),
                        Math.max(best.truncation(), Math.abs(best.value() - second.value())),
                        best.rounding(),
                        best.step())
                : best;
    }

    private static Estimate narrowest(List<Estimate> tables, Estimate except) {
        Estimate best = Estimate.NONE;
        for (Estimate table : tables) {
            if (table != except && table.bound() < best.bound()) {
                best = table;
            }
        }
        return best;
    }
}
