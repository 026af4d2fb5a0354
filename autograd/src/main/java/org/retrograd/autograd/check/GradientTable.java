package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Gradients or deltas that somebody worked out by hand, beside those of autograd.
 *
 * @param rows one for each name, in the order of the forward pass
 */
public record GradientTable(ImmutableList<Row> rows) {
    /** Sums in another order differ by less than so many units in the last place of the largest entry. */
    private static final double MOST_ULPS = 1024;

    /**
     * The comparison of one gradient.
     *
     * @param name what it is the gradient by
     * @param ulps the largest difference, in units in the last place of the largest entry; NaN if shapes differ
     * @param entry the position of that entry, row by row
     * @param manual the entry by hand
     * @param autograd the entry of autograd
     * @param agrees whether the difference is no more than rounding
     * @param slip the likely mistake if it is more
     * @param note what is to be said in words: the mistake, that shapes differ, or that a gradient is missing
     */
    public record Row(
            String name,
            double ulps,
            int entry,
            double manual,
            double autograd,
            boolean agrees,
            Optional<Slip> slip,
            String note) {
        Row explained(Likely likely) {
            return new Row(name, ulps, entry, manual, autograd, agrees, Optional.of(likely.slip()), likely.toString());
        }
    }

    /** Returns the table of the names of {@code autograd}, in their order, which should be that of the forward pass. */
    static GradientTable of(Map<String, Tensor> manual, Map<String, Tensor> autograd) {
        List<Row> rows = new ArrayList<>();
        autograd.forEach((name, right) -> rows.add(row(name, manual.get(name), right)));
        for (String name : manual.keySet()) {
            if (!autograd.containsKey(name)) {
                throw new IllegalArgumentException("there is a gradient by hand of \"" + name
                        + "\", but none of autograd; it has " + autograd.keySet());
            }
        }
        return new GradientTable(ImmutableList.copyOf(rows));
    }

    /**
     * Returns the table of the gradients of a loss, with the mistake in its computation that explains the first wrong one.
     *
     * @param by what the gradients are by, in the order of the forward pass
     */
    static GradientTable of(Map<String, Tensor> manual, Tensor loss, Map<String, Tensor> by) {
        Gradients gradients = loss.backward();
        Map<String, Tensor> autograd = new LinkedHashMap<>();
        by.forEach((name, x) -> autograd.put(name, gradients.of(x)));
        GradientTable table = of(manual, autograd);
        Optional<Row> wrong = table.firstWrong().filter(row -> !Double.isNaN(row.ulps()));
        Optional<Likely> likely = wrong.flatMap(row -> Mistakes.of(loss, by, manual, table));
        return likely.isEmpty()
                ? table
                : new GradientTable(table.rows().stream()
                        .map(row -> row == wrong.get() ? row.explained(likely.get()) : row)
                        .collect(ImmutableList.toImmutableList()));
    }

    private static Row row(String name, @Nullable Tensor manual, Tensor autograd) {
        if (manual == null) {
            return incomparable(name, Optional.empty(), "not worked out by hand");
        }
        if (!manual.shape().equals(autograd.shape())) {
            Optional<Likely> likely = misshapen(manual, autograd);
            return incomparable(
                    name,
                    likely.map(Likely::slip),
                    "shape " + manual.shape() + " by hand, but " + autograd.shape() + " of autograd"
                            + likely.filter(found -> !found.detail().isEmpty())
                                    .map(found -> "; " + found.detail())
                                    .orElse(""));
        }
        double[] wrong = manual.toArray();
        double[] right = autograd.toArray();
        double largest = 0;
        double most = 0;
        int at = 0;
        for (int i = 0; i < right.length; i++) {
            largest = Math.max(largest, Math.max(Math.abs(right[i]), Math.abs(wrong[i])));
            double off = Math.abs(wrong[i] - right[i]);
            if (!(off <= most)) {
                most = off;
                at = i;
            }
        }
        double ulps = most == 0 ? 0 : most / Math.ulp(largest);
        boolean agrees = ulps <= MOST_ULPS;
        Optional<Likely> likely = agrees ? Optional.empty() : Optional.of(Slips.between(manual, autograd));
        return new Row(
                name,
                ulps,
                at,
                right.length == 0 ? 0 : wrong[at],
                right.length == 0 ? 0 : right[at],
                agrees,
                likely.map(Likely::slip),
                likely.map(Likely::toString).orElse(""));
    }

    /** Returns the likely mistake by which a gradient has another shape. */
    private static Optional<Likely> misshapen(Tensor manual, Tensor autograd) {
        int more = manual.rank() - autograd.rank();
        Tensor sum = manual;
        for (int axis = 0; axis < more; axis++) {
            sum = sum.sum(0);
        }
        if (more > 0
                && sum.shape().equals(autograd.shape())
                && row("", sum, autograd).agrees()) {
            return Optional.of(new Likely(
                    Slip.MISSING_SUM,
                    "summed over the first " + (more == 1 ? "axis" : more + " axes") + " it is right"));
        }
        boolean turned = manual.rank() == 2
                && autograd.rank() == 2
                && manual.transpose().shape().equals(autograd.shape());
        return turned ? Optional.of(Likely.of(Slip.TRANSPOSED)) : Optional.empty();
    }

    private static Row incomparable(String name, Optional<Slip> slip, String note) {
        return new Row(name, Double.NaN, -1, Double.NaN, Double.NaN, false, slip, note);
    }

    /** Whether all rows agree up to rounding. */
    public boolean agrees() {
        return rows.stream().allMatch(Row::agrees);
    }

    /**
     * Returns the first row that is wrong on the way back, which is the last one in the order of the forward pass: what
     * comes after it on the way back may be wrong only because of it.
     */
    public Optional<Row> firstWrong() {
        return Lists.reverse(rows).stream().filter(row -> !row.agrees()).findFirst();
    }

    /** Returns the table, and below it where the first mistake is and which one is likely. */
    @Override
    public String toString() {
        int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(4);
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, "%-" + width + "s  ", row.name()));
            text.append(
                    !Double.isNaN(row.ulps())
                            ? String.format(
                                    Locale.ROOT,
                                    "%s  by hand %.10g, autograd %.10g, %.3g ulp apart",
                                    row.agrees() ? "right" : "WRONG",
                                    row.manual(),
                                    row.autograd(),
                                    row.ulps())
                            : "WRONG  " + row.note());
            text.append('\n');
        }
        firstWrong().ifPresent(row -> {
            text.append("first wrong on the way back: ").append(row.name()).append('\n');
            row.slip()
                    .map(slip -> Double.isNaN(row.ulps()) ? slip.sentence() : row.note())
                    .ifPresent(likely ->
                            text.append("likely slip: ").append(likely).append('\n'));
        });
        return text.toString();
    }
}
