package org.retrograd.autograd.check;

/**
 * Derivatives from differences, extrapolated to step 0 (Richardson 1911, Ridders 1982), each with its own error bound.
 *
 * <p>Of all entries of the table that one is taken whose truncation estimate and propagated rounding bound have the least
 * sum. Steps are halved, hence exact.
 */
final class Differences {
    /** The widest step, with few bits but no power of two: periodic functions often repeat at those. */
    static final double WIDEST = 0x1.4p-3;

    /** The narrowest step that is ever taken. */
    static final double NARROWEST = 0x1p-50;

    private static final int COLUMNS = 7;
    private static final int MOST_ROWS = 14;

    private Differences() {}

    /**
     * Returns the derivative at the point from both sides, with steps from {@code widest} downwards.
     *
     * @param patient whether to go on with smaller steps when the last ones brought nothing
     */
    static Estimate central(Line line, double widest, boolean patient) {
        return table(line, widest, true, 1, patient);
    }

    /** Returns the derivative at the point from one side: 1 for the right, -1 for the left one. */
    static Estimate oneSided(Line line, double widest, int side) {
        return table(line, widest, false, side, true);
    }

    private static Estimate table(Line line, double widest, boolean central, int side, boolean patient) {
        double[] before = new double[COLUMNS];
        double[] roundingBefore = new double[COLUMNS];
        Estimate best = Estimate.NONE;
        int filled = 0;
        int sinceBest = 0;
        double h = widest;
        for (int row = 0; row < MOST_ROWS && h >= NARROWEST; h /= 2) {
            double from = central ? -h : 0;
            double to = central ? h : side * h;
            double quotient = line.difference(from, to) / (to - from);
            if (!Double.isFinite(quotient)) {
                // outside the domain, or overflow: start again nearer
                filled = 0;
                continue;
            }
            row++;
            double[] now = new double[COLUMNS];
            double[] rounding = new double[COLUMNS];
            now[0] = quotient;
            rounding[0] = line.noise(from, to) / Math.abs(to - from);
            double factor = 1;
            Estimate bestOfRow = Estimate.NONE;
            int columns = Math.min(filled + 1, COLUMNS);
            for (int j = 0; j < columns; j++) {
                if (j > 0) {
                    factor *= central ? 4 : 2;
                    now[j] = now[j - 1] + (now[j - 1] - before[j - 1]) / (factor - 1);
                    rounding[j] = (factor * rounding[j - 1] + roundingBefore[j - 1]) / (factor - 1);
                }
                double truncation = truncation(now, before, j, filled);
                if (truncation + rounding[j] < bestOfRow.bound()) {
                    bestOfRow = new Estimate(now[j], truncation, rounding[j], h);
                }
            }
            sinceBest++;
            if (bestOfRow.bound() < best.bound()) {
                best = bestOfRow;
                sinceBest = 0;
            }
            // smaller steps only add rounding
            if (filled > 1 && (best.truncation() <= best.rounding() || (sinceBest > 2 && !patient))) {
                break;
            }
            before = now;
            roundingBefore = rounding;
            filled++;
        }
        return best;
    }

    private static double truncation(double[] now, double[] before, int j, int filled) {
        if (filled == 0) {
            return Double.POSITIVE_INFINITY;
        }
        return j == 0
                ? Math.abs(now[0] - before[0])
                : Math.max(Math.abs(now[j] - now[j - 1]), Math.abs(now[j] - before[j - 1]));
    }
}
