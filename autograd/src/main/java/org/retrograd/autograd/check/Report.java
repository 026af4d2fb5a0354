package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.Locale;
import org.retrograd.autograd.array.Shape;

/**
 * The result of a check: a verdict for each input, and what was found.
 *
 * @param name what was checked
 * @param inputs the inputs with their verdicts: arguments first, then parameters and other variables that were reached
 * @param findings what was found, the most telling first; also of what is no fault
 * @param reproduce a line of code that repeats the check
 */
public record Report(String name, ImmutableList<Input> inputs, ImmutableList<Finding> findings, String reproduce) {
    /**
     * The verdict on one input, with the comparison that decided it.
     *
     * @param name the name of the input
     * @param shape its shape
     * @param verdict the verdict on the derivative by it
     * @param comparison the comparison that decided: the worst one of all that were made
     */
    public record Input(String name, Shape shape, Verdict verdict, Comparison comparison) {}

    /**
     * Three sources for one number, the derivative along a direction (or by an entry).
     *
     * @param where the direction or entry
     * @param reverse the number in reverse mode
     * @param forward the number in forward mode
     * @param low the number from differences of values; at a kink the smaller one of the two sides
     * @param high the same number again; at a kink the larger one of the two sides
     * @param bound how far the differences may be off, by their own account
     * @param step the step at which they were best
     */
    public record Comparison(
            String where, double reverse, double forward, double low, double high, double bound, double step) {
        /** Returns the numbers with what the differences may be off by, or says that there are none. */
        @Override
        public String toString() {
            String modes = String.format(Locale.ROOT, "%s: reverse %.10g, forward %.10g, ", where, reverse, forward);
            if (Double.isNaN(low)) {
                return modes + "and no derivative by differences, which do not settle: a jump, a cusp or an edge";
            }
            String differences = low == high
                    ? String.format(Locale.ROOT, "differences %.10g", low)
                    : String.format(Locale.ROOT, "differences %.10g to %.10g", low, high);
            return modes + differences + String.format(Locale.ROOT, " +- %.1e (step %.1e)", bound, step);
        }
    }

    /** Whether no fault was found. */
    public boolean passed() {
        return findings.stream().noneMatch(finding -> finding.kind().fault());
    }

    /** Returns the verdict on the input of a name. */
    public Verdict verdict(String input) {
        return inputs.stream()
                .filter(found -> found.name().equals(input))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no input \"" + input + "\" was checked; there are "
                        + inputs.stream().map(Input::name).toList()))
                .verdict();
    }

    /** Returns the verdicts with the numbers that decided, the findings, and the line that repeats the check. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("gradient check ")
                .append(passed() ? "passed" : "FAILED")
                .append(": ")
                .append(name);
        for (Input input : inputs) {
            text.append("\n  input \"")
                    .append(input.name())
                    .append("\" of shape ")
                    .append(input.shape())
                    .append(": ")
                    .append(input.verdict());
            if (!input.comparison().where().isEmpty()) {
                text.append("\n    ").append(input.comparison());
            }
        }
        for (Finding finding : findings) {
            text.append("\n  ").append(finding.text().replace("\n", "\n  "));
        }
        return text.append("\n  reproduce: ").append(reproduce).append('\n').toString();
    }
}
