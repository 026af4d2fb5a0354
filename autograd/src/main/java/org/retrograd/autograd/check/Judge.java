package org.retrograd.autograd.check;

import java.util.List;
import java.util.function.Supplier;
import org.retrograd.autograd.check.Outcome.Status;
import org.retrograd.autograd.check.Report.Comparison;

/** Compares reverse mode, forward mode and differences along one direction. */
final class Judge {
    /** How much larger than the observed noise the bound may be, if it decides. */
    private static final double CAP = 100;

    /** How much more than the values the derivatives may be off by their own rounding. */
    private static final double OWN = 16;

    /** How sharp, relative to the derivative, a reading must be that takes the values to be noisier than they should be. */
    private static final double CONFIRMED = 1e-2;

    /** A table this sharp, relative to the derivative, is believed without asking others: it met nothing unusual. */
    private static final double SHARP = 1e-9;

    private Judge() {}

    /**
     * The derivative along a direction in both modes.
     *
     * @param reverse the inner product of the gradient and the direction
     * @param forward the inner product of the cotangent and the tangent
     * @param size the sum of the sizes of the products' terms: what their rounding is relative to
     */
    record Both(double reverse, double forward, double size) {}

    /**
     * Returns the verdict on one direction.
     *
     * @param widest the longest step that meets no kink that is known of
     * @param noises what rounding may do to the values, best founded first: asked for only if there is doubt
     */
    static Outcome judge(String where, Both ad, Line line, double widest, List<Supplier<Double>> noises) {
        Witness quick = Witness.quick(line, widest);
        Outcome first = compare(where, ad, quick.estimate(), own(line, ad));
        if (first.status() == Status.AGREE && quick.estimate().bound() <= SHARP * ad.size()) {
            return first;
        }
        Outcome outcome = careful(where, ad, line.withNoise(noises.get(0).get()), widest);
        if (outcome.status() == Status.AGREE) {
            return outcome;
        }
        // values that are noisier than their operations say excuse nothing but what they confirm
        Outcome noisy = careful(where, ad, line.withNoise(noises.get(1).get()), widest);
        boolean confirmed = noisy.status() == Status.AGREE && noisy.comparison().bound() <= CONFIRMED * ad.size();
        return confirmed ? noisy : outcome;
    }

    private static Outcome careful(String where, Both ad, Line line, double widest) {
        Witness witness = Witness.careful(line, widest);
        return switch (witness.kind()) {
            case SMOOTH, EDGE -> compare(where, ad, witness.estimate(), own(line, ad));
            case KINK -> new Outcome(Status.KINK, comparison(where, ad, witness), false, false);
            case JUMP -> outcome(Status.JUMP, where, ad, witness.estimate(), false, false);
            case STEEP -> outcome(Status.STEEP, where, ad, witness.estimate(), false, false);
            case UNSETTLED -> compareModes(where, ad, own(line, ad));
        };
    }

    /** Returns what a derivative may be off by its own rounding errors, along a direction as long as the point. */
    static double own(Line line, Both ad) {
        return 0x1p-44 * ad.size() + OWN * line.noise();
    }

    /**
     * Returns the bound, but not far more than an experiment without derivatives shows, since the bound uses the very
     * cotangents that are under test.
     */
    static double capped(double bound, double shaken) {
        return shaken > 0 ? Math.min(bound, CAP * shaken) : bound;
    }

    private static Outcome compare(String where, Both ad, Estimate differences, double allowance) {
        if (!Double.isFinite(ad.reverse()) || !Double.isFinite(ad.forward())) {
            return differences.sharp()
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
            return compareModes(where, ad, allowance);
        }
        boolean reverse = !differences.agrees(ad.reverse(), allowance);
        boolean forward = !differences.agrees(ad.forward(), allowance);
        if (!reverse && !forward && apart(ad, 2 * differences.rounding() + allowance)) {
            // both within what differences can tell: the one that is further off is the wrong one
            reverse = Math.abs(ad.reverse() - differences.value()) >= Math.abs(ad.forward() - differences.value());
            forward = !reverse;
        }
        return outcome(reverse || forward ? Status.WRONG : Status.AGREE, where, ad, differences, reverse, forward);
    }

    /** Without differences two modes remain. */
    private static Outcome compareModes(String where, Both ad, double allowance) {
        boolean wrong = Double.isFinite(ad.reverse()) && Double.isFinite(ad.forward()) && apart(ad, allowance);
        return outcome(wrong ? Status.WRONG : Status.UNSETTLED, where, ad, Estimate.NONE, wrong, false);
    }

    private static boolean apart(Both ad, double rounding) {
        return Math.abs(ad.reverse() - ad.forward()) > rounding + 0x1p-40 * ad.size();
    }

    private static Outcome outcome(
            Status status, String where, Both ad, Estimate differences, boolean reverseWrong, boolean forwardWrong) {
        return new Outcome(status, comparison(where, ad, Witness.smooth(differences)), reverseWrong, forwardWrong);
    }

    static Comparison comparison(String where, Both ad, Witness witness) {
        Estimate estimate = witness.estimate();
        return new Comparison(
                where, ad.reverse(), ad.forward(), witness.low(), witness.high(), estimate.bound(), estimate.step());
    }
}
