package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.check.Judge.Both;
import org.retrograd.autograd.check.Report.Comparison;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A wrong derivative entry by entry: all of them if they are not too many, else one, which is found by halving a direction.
 */
final class Entries {
    private static final int MOST = 512;
    private static final int ROWS = 4;
    private static final double ROUNDING = 0x1p-40;

    private final FirstOrder first;
    private final int input;
    private final boolean reverseWrong;
    private final List<Entry> entries;

    /** The derivative by the entry at one position, in units of that entry. */
    private record Entry(int position, Both ad, Estimate differences) {
        double off(boolean reverse) {
            double off = Math.abs((reverse ? ad.reverse() : ad.forward()) - differences.value());
            return Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
        }

        boolean wrong(boolean reverse) {
            return !(off(reverse) <= 2 * differences.bound() + ROUNDING * ad.size());
        }
    }

    private Entries(FirstOrder first, int input, boolean reverseWrong, List<Entry> entries) {
        this.first = first;
        this.input = input;
        this.reverseWrong = reverseWrong;
        this.entries = entries;
    }

    /**
     * Returns the entries of the derivative by one input.
     *
     * @param reverseWrong whether it is reverse mode that is wrong, at least
     */
    static Entries of(FirstOrder first, int input, boolean reverseWrong) {
        int n = first.subject().point().get(input).size();
        List<Entry> entries = new ArrayList<>();
        if (n > MOST) {
            entries.add(entry(first, input, guilty(first, input, reverseWrong)));
        } else {
            for (int i = 0; i < n; i++) {
                entries.add(entry(first, input, i));
            }
        }
        return new Entries(first, input, reverseWrong, entries);
    }

    private static Entry entry(FirstOrder first, int input, int i) {
        List<Tensor> t = first.subject()
                .along(input, Directions.entry(first.subject().point().get(input), i));
        double size = t.get(input).storage().get(i);
        Both ad = first.both(t);
        Estimate found = Witness.quick(first.line(t), first.kinks().widest(t)).estimate();
        return new Entry(
                i,
                new Both(ad.reverse() / size, ad.forward() / size, ad.size() / size),
                new Estimate(
                        found.value() / size, found.truncation() / size, found.rounding() / size, found.step() * size));
    }

    /** Returns a wrong entry: always in that half of a direction in which more is wrong. */
    private static int guilty(FirstOrder first, int input, boolean reverseWrong) {
        Tensor x = first.subject().point().get(input);
        Tensor direction = new Directions(1).even(x);
        int from = 0;
        int to = x.size();
        while (to - from > 1) {
            int middle = (from + to) >>> 1;
            boolean lower = off(first, input, Directions.within(direction, from, middle), reverseWrong)
                    >= off(first, input, Directions.within(direction, middle, to), reverseWrong);
            from = lower ? from : middle;
            to = lower ? middle : to;
        }
        return from;
    }

    private static double off(FirstOrder first, int input, Tensor direction, boolean reverseWrong) {
        List<Tensor> t = first.subject().along(input, direction);
        Both ad = first.both(t);
        Estimate found = Witness.quick(first.line(t), first.kinks().widest(t)).estimate();
        return new Entry(0, ad, found).off(reverseWrong);
    }

    /** Whether every entry is there. */
    boolean complete() {
        return entries.size() == first.subject().point().get(input).size();
    }

    /** Whether reverse mode is wrong, at least. */
    boolean reverse() {
        return reverseWrong;
    }

    /** Returns the derivative that is wrong. */
    double[] wrong() {
        return entries.stream()
                .mapToDouble(e -> reverseWrong ? e.ad.reverse() : e.ad.forward())
                .toArray();
    }

    /** Returns the derivative as the differences tell it. */
    double[] right() {
        return entries.stream().mapToDouble(e -> e.differences.value()).toArray();
    }

    /** Returns the worst entries, those of the largest error first. */
    ImmutableList<Comparison> worst() {
        return rows().stream()
                .map(e -> Judge.comparison(name(e.position), e.ad, Witness.smooth(e.differences)))
                .collect(ImmutableList.toImmutableList());
    }

    private List<Entry> rows() {
        return entries.stream()
                .filter(e -> e.wrong(reverseWrong))
                .sorted(Comparator.comparingDouble((Entry e) -> e.off(reverseWrong))
                        .reversed())
                .limit(ROWS)
                .toList();
    }

    private String name(int position) {
        Shape shape = first.subject().point().get(input).shape();
        int[] at = new int[shape.rank()];
        int rest = position;
        for (int axis = at.length - 1; axis >= 0; axis--) {
            at[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        return Arrays.stream(at).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }

    /** Returns the table of the worst entries, with how many times the right derivative the wrong one is. */
    @Override
    public String toString() {
        List<Entry> rows = rows();
        if (rows.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "  %-15s %-11s %-15s %-15s %-15s %-9s %s",
                "worst entries",
                "value",
                "reverse",
                "forward",
                "differences",
                "+-",
                "ratio"));
        Tensor x = first.subject().point().get(input);
        for (Entry e : rows) {
            double found = reverseWrong ? e.ad.reverse() : e.ad.forward();
            text.append(String.format(
                    Locale.ROOT,
                    "%n    %-13s %-11s %-15s %-15s %-15s %-9.1e %s",
                    name(e.position),
                    Likely.number(x.storage().get(e.position), 6),
                    Likely.number(e.ad.reverse(), 9),
                    Likely.number(e.ad.forward(), 9),
                    Likely.number(e.differences.value(), 9),
                    e.differences.bound(),
                    Likely.number(found / e.differences.value(), 6)));
        }
        long wrong = entries.stream().filter(e -> e.wrong(reverseWrong)).count();
        if (complete() && wrong > rows.size()) {
            text.append(String.format(Locale.ROOT, "%n    and %d more of %d", wrong - rows.size(), x.size()));
        } else if (!complete()) {
            text.append(
                    String.format(Locale.ROOT, "%n    found by halving the %d entries; there may be more", x.size()));
        }
        return text.toString();
    }
}
