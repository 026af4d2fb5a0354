package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.check.Judge.Both;
import org.retrograd.autograd.check.Outcome.Status;
import org.retrograd.autograd.check.Report.Comparison;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Judges an operation at a point where pieces meet.
 *
 * <p>One entry of the result at a time: if it is convex (or concave) along every direction that is tried, then a valid
 * derivative lies between the one-sided ones along each, and equals them along directions that stay on the crease. So one
 * for each of two entries that tie is found out by moving both. Where it is neither there is nothing to hold on to.
 */
final class KinkCheck {
    private static final int MOST_OUTPUTS = 12;
    private static final int DIRECTIONS = 6;
    private static final double STEP = 0x1.4p-20;

    private KinkCheck() {}

    /** What was found at a kink. */
    enum Verdict {
        VALID,
        NOT_CHECKABLE,
        WRONG
    }

    record Result(Verdict verdict, Outcome outcome, int output) {}

    /** Returns which entries of the value are not smooth along some of a few directions. */
    static boolean[] creased(Subject subject, Directions random) {
        double[] at = subject.output().toArray();
        boolean[] creased = new boolean[at.length];
        for (int d = 0; d < 8; d++) {
            List<Tensor> t = subject.point().stream().map(random::even).toList();
            List<Tensor> s = d % 2 == 0
                    ? t.stream().map(Tensor::neg).toList()
                    : subject.point().stream().map(random::even).toList();
            double[] wide = unlinear(subject, t, s, STEP);
            double[] near = unlinear(subject, t, s, STEP / 64);
            for (int j = 0; j < at.length; j++) {
                // of a smooth function it falls by 64², at a kink by 64
                creased[j] |= !(near[j] <= wide[j] / 512) && !(near[j] <= 64 * Noise.UNIT * Math.abs(at[j]));
            }
        }
        return creased;
    }

    static boolean any(boolean[] creased) {
        for (boolean one : creased) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    /** Returns by how much a step along the sum of two directions is not the sum of two steps, for each entry. */
    private static double[] unlinear(Subject subject, List<Tensor> t, List<Tensor> s, double h) {
        List<Tensor> sum = new ArrayList<>();
        for (int k = 0; k < t.size(); k++) {
            sum.add(t.get(k).add(s.get(k)));
        }
        double[] first = values(subject, t, h);
        double[] second = values(subject, s, h);
        double[] both = values(subject, sum, h);
        double[] at = subject.output().toArray();
        double[] off = new double[at.length];
        for (int j = 0; j < off.length; j++) {
            off[j] = Math.abs((first[j] - at[j]) + (second[j] - both[j]));
        }
        return off;
    }

    private static double[] values(Subject subject, List<Tensor> t, double h) {
        return subject.value().apply(subject.moved(t, h)).toArray();
    }

    /** Judges the entries that are not smooth, the worst result of all. */
    static Result judge(FirstOrder first, boolean[] creased, Directions random) {
        Result worst = new Result(Verdict.VALID, none(), -1);
        int seen = 0;
        for (int j = 0; j < creased.length && seen < MOST_OUTPUTS; j++) {
            if (creased[j]) {
                seen++;
                FirstOrder one =
                        first.with(Directions.unit(first.subject().output().shape(), j));
                Result result = judgeEntry(one, j, random);
                if (result.verdict().compareTo(worst.verdict()) > 0) {
                    worst = result;
                }
            }
        }
        return worst;
    }

    private static Outcome none() {
        return new Outcome(Status.KINK, new Comparison("", 0, 0, 0, 0, 0, 0), false, false);
    }

    private static Result judgeEntry(FirstOrder one, int j, Directions random) {
        boolean convex = false;
        boolean concave = false;
        boolean unclear = false;
        Outcome wrong = null;
        for (List<Tensor> t : directions(one.subject(), random)) {
            Both ad = one.both(t);
            Line line = one.line(t);
            double widest = one.kinks().widest(t);
            Witness witness = Witness.careful(one.heard(t), widest);
            double slack = 2 * witness.estimate().bound() + 0x1p-30 * ad.size() + Judge.own(line, ad);
            switch (witness.kind()) {
                case KINK -> {
                    convex |= witness.right() > witness.left();
                    concave |= witness.right() < witness.left();
                }
                case SMOOTH, EDGE -> {}
                default -> unclear = true;
            }
            if (witness.estimate().exists()) {
                boolean reverse = outside(ad.reverse(), witness, slack);
                boolean forward = outside(ad.forward(), witness, slack);
                if ((reverse || forward) && wrong == null) {
                    wrong = new Outcome(
                            Status.WRONG,
                            Judge.comparison("at a kink, entry " + j + " of the result", ad, witness),
                            reverse,
                            forward);
                }
            }
        }
        if (wrong == null) {
            return new Result(unclear ? Verdict.NOT_CHECKABLE : Verdict.VALID, none(), j);
        }
        return convex == concave || unclear
                ? new Result(Verdict.NOT_CHECKABLE, wrong, j)
                : new Result(Verdict.WRONG, wrong, j);
    }

    private static boolean outside(double derivative, Witness witness, double slack) {
        return !(derivative >= witness.low() - slack && derivative <= witness.high() + slack);
    }

    /** Returns directions of all inputs at once: all forwards, random ones, and single entries if there are few. */
    private static List<List<Tensor>> directions(Subject subject, Directions random) {
        List<List<Tensor>> all = new ArrayList<>();
        all.add(subject.point().stream().map(x -> random.even(x).abs()).toList());
        for (int d = 0; d < DIRECTIONS; d++) {
            all.add(subject.point().stream().map(random::even).toList());
        }
        int entries = subject.point().stream().mapToInt(Tensor::size).sum();
        if (entries <= 16) {
            for (int k = 0; k < subject.point().size(); k++) {
                Tensor x = subject.point().get(k);
                for (int i = 0; i < x.size(); i++) {
                    all.add(subject.along(k, Directions.entry(x, i)));
                }
            }
        }
        return all;
    }
}
