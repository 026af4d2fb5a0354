package org.retrograd.autograd.check;

import org.retrograd.autograd.check.Outcome.Status;
import org.retrograd.autograd.check.Report.Comparison;

/** Compares reverse mode, forward mode and differences along one direction. */
final class Judge {
    /** How much larger than the observed noise the bound may be, if it decides. */
    private static final double CAP = 100;

    /** Observed noise is a standard deviation; errors are rarely beyond so many of them. */
    private static final double DEVIATIONS = 4;

    private Judge() {}

    /**
     * The derivative along a direction in both modes.
     *
     * @param reverse the inner product of the gradient and the direction
     * @param forward the inner product of the cotangent and the tangent
     * @param size the sum of the sizes of the products' terms: what their rounding is relative to
     */
    record Both(double reverse, double forward, double size) {}

    /** Returns the verdict on one direction; {@code widest} is the longest step that meets no kink that is known of. */
    static Outcome judge(String where, Both ad, Line line, double widest) {
        Witness quick = Witness.quick(line, widest);
        Outcome first = compare(where, ad, quick.estimate());
        if (first.status() == Status.AGREE && trusted(line, quick.estimate(), ad)) {
            return first;
        }
        double observed = DEVIATIONS * Noise.observed(line, widest);
        double noise = observed > 0 ? Math.min(Math.max(line.noise(), observed), CAP * observed) : line.noise();
        Line heard = line.withNoise(noise);
        Witness careful = Witness.careful(heard, widest);
        return switch (careful.kind()) {
            case SMOOTH, EDGE -> compare(where, ad, careful.estimate());
            case KINK -> outcome(Status.KINK, where, ad, careful.estimate(), false, false);
            case JUMP -> outcome(Status.JUMP, where, ad, careful.estimate(), false, false);
            case STEEP -> outcome(Status.STEEP, where, ad, careful.estimate(), false, false);
            case UNSETTLED -> compareModes(where, ad);
        };
    }

    /** Whether the bound from the cotangents under test is so small that it does not matter if it is too large. */
    private static boolean trusted(Line line, Estimate estimate, Both ad) {
        return estimate.rounding() <= 1e-7 * ad.size() || line.noise() == 0;
    }

    private static Outcome compare(String where, Both ad, Estimate differences) {
        if (!Double.isFinite(ad.reverse()) || !Double.isFinite(ad.forward())) {
            return differences.exists()
                    ? outcome(
                            Status.NOT_FINITE,
                            where,
                            ad,
                            differences,
                            !Double.isFinite(ad.reverse()),
                            !Double.isFinite(ad.forward()))
                    : outcome(Status.UNSETTLED, where, ad, differences, false, false);
        }
        if (!differences.exists()) {
            return compareModes(where, ad);
        }
        double allowance = 0x1p-44 * ad.size();
        boolean reverse = !differences.agrees(ad.reverse(), allowance);
        boolean forward = !differences.agrees(ad.forward(), allowance);
        if (!reverse && !forward && apart(ad, 2 * differences.rounding())) {
            // both within what differences can tell: the one that is further off is the wrong one
            reverse = Math.abs(ad.reverse() - differences.value()) >= Math.abs(ad.forward() - differences.value());
            forward = !reverse;
        }
        return outcome(reverse || forward ? Status.WRONG : Status.AGREE, where, ad, differences, reverse, forward);
    }

    /** Without differences two modes remain. */
    private static Outcome compareModes(String where, Both ad) {
        boolean wrong = Double.isFinite(ad.reverse()) && Double.isFinite(ad.forward()) && apart(ad, 0);
        return outcome(wrong ? Status.WRONG : Status.UNSETTLED, where, ad, Estimate.NONE, wrong, false);
    }

    private static boolean apart(Both ad, double rounding) {
        return Math.abs(ad.reverse() - ad.forward()) > rounding + 0x1p-40 * ad.size();
    }

    private static Outcome outcome(
            Status status, String where, Both ad, Estimate differences, boolean reverseWrong, boolean forwardWrong) {
        return new Outcome(
                status,
                new Comparison(
                        where,
                        ad.reverse(),
                        ad.forward(),
                        differences.value(),
                        differences.bound(),
                        differences.step()),
                reverseWrong,
                forwardWrong);
    }
}
