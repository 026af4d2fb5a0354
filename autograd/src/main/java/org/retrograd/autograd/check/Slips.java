package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Tensor;

/** Compares a wrong gradient with the right one and names the mistake by which the one becomes the other. */
final class Slips {
    private static final int MOST_PRODUCTS = 4096;
    private static final double CLOSE = 1e-5;

    private final double[] wrong;
    private final double[] right;
    private final double scale;

    private Slips(double[] wrong, double[] right) {
        this.wrong = wrong;
        this.right = right;
        this.scale = Math.max(largest(right), largest(wrong));
    }

    private static double largest(double[] x) {
        return Arrays.stream(x).map(Math::abs).max().orElse(0);
    }

    /** Returns the likely mistake in the derivative by one input, as differences entry by entry show it. */
    static Likely of(FirstOrder first, int input, Entries entries) {
        if (!entries.complete()) {
            return Likely.of(Slip.SOME_ENTRIES);
        }
        Slips gradient = new Slips(entries.wrong(), entries.right());
        int inputs = first.subject().point().get(input).size();
        int outputs = first.subject().output().size();
        return gradient.constant(counts(first, input))
                .or(() -> outputs * inputs <= MOST_PRODUCTS && outputs > 1
                        ? matrix(first, input, outputs, entries.reverse())
                        : Optional.empty())
                .orElseGet(() -> gradient.entries(first, input));
    }

    /** Returns the likely mistake by which a right gradient became a wrong one of the same shape. */
    static Likely between(Tensor wrong, Tensor right) {
        Slips slips = new Slips(wrong.toArray(), right.toArray());
        List<Integer> counts = new ArrayList<>();
        counts.add(right.size());
        for (int n : right.shape().toArray()) {
            counts.add(n);
        }
        return slips.constant(counts)
                .orElseGet(() -> slips.places(right.shape().toArray()).orElseGet(slips::howMany));
    }

    private boolean close(double a, double b) {
        return Math.abs(a - b) <= CLOSE * scale;
    }

    /** A factor that is the same for all entries. */
    private Optional<Likely> constant(List<Integer> counts) {
        if (largest(wrong) == 0) {
            return Optional.of(Likely.of(Slip.ZERO));
        }
        int at = 0;
        for (int i = 0; i < right.length; i++) {
            at = Math.abs(right[i]) > Math.abs(right[at]) ? i : at;
        }
        double ratio = wrong[at] / right[at];
        for (int i = 0; i < right.length; i++) {
            if (!(Math.abs(wrong[i] - ratio * right[i]) <= 1e-8 * scale)) {
                return Optional.empty();
            }
        }
        if (near(ratio, -1)) {
            return Optional.of(Likely.of(Slip.SIGN));
        }
        if (Math.abs(ratio - 1) < 1e-3) {
            return Optional.of(
                    new Likely(Slip.INACCURATE, String.format(Locale.ROOT, "by %.1e of it", Math.abs(ratio - 1))));
        }
        if (right.length == 1 && ratio != 2 && ratio != 0.5) {
            return Optional.empty();
        }
        String times = "it is " + Likely.number(ratio, 6) + " times the right one";
        for (int n : counts) {
            boolean many = near(Math.abs(ratio), n);
            if (n > 1 && right.length > 1 && (many || near(Math.abs(ratio), 1.0 / n))) {
                String count = String.format(Locale.ROOT, ", %s for n = %d", many ? "n" : "1/n", n);
                return Optional.of(
                        n > 2
                                ? new Likely(Slip.COUNT, times + count)
                                : new Likely(Slip.FACTOR, times + ", or" + count.substring(1)));
            }
        }
        return Optional.of(new Likely(Slip.FACTOR, times));
    }

    private static boolean near(double a, double b) {
        return Math.abs(a - b) <= 1e-6 * Math.abs(b);
    }

    private static List<Integer> counts(FirstOrder first, int input) {
        List<Integer> counts = new ArrayList<>();
        for (Tensor x :
                List.of(first.subject().point().get(input), first.subject().output())) {
            counts.add(x.size());
            for (int n : x.shape().toArray()) {
                counts.add(n);
            }
        }
        return counts;
    }

    /** The Jacobian as a whole: transposed, or right on the diagonal only. */
    private static Optional<Likely> matrix(FirstOrder first, int input, int outputs, boolean reverse) {
        int n = first.subject().point().get(input).size();
        if (outputs != n) {
            return Optional.empty();
        }
        double[] wrong = new double[n * n];
        double[] right = new double[n * n];
        for (int j = 0; j < n; j++) {
            FirstOrder one = first.with(Directions.unit(first.subject().output().shape(), j));
            Entries entries = Entries.of(one, input, reverse);
            System.arraycopy(entries.wrong(), 0, wrong, j * n, n);
            System.arraycopy(entries.right(), 0, right, j * n, n);
        }
        Slips jacobian = new Slips(wrong, right);
        boolean transposed = true;
        boolean diagonal = true;
        boolean offDiagonal = false;
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < n; i++) {
                int at = j * n + i;
                transposed = transposed && jacobian.close(wrong[at], right[i * n + j]);
                diagonal = diagonal && jacobian.close(wrong[at], i == j ? right[at] : 0);
                offDiagonal |= i != j && !jacobian.close(right[at], 0);
            }
        }
        if (diagonal && offDiagonal) {
            return Optional.of(Likely.of(Slip.DIAGONAL_ONLY));
        }
        return transposed ? Optional.of(Likely.of(Slip.TRANSPOSED)) : Optional.empty();
    }

    /** What relates wrong and right entries one by one. */
    private Likely entries(FirstOrder first, int input) {
        return places(first.subject().point().get(input).shape().toArray())
                .or(() -> factorOfValues(first))
                .or(() -> missingSum(first, input))
                .orElseGet(this::howMany);
    }

    /** The right numbers in other places. */
    private Optional<Likely> places(int[] shape) {
        if (shape.length >= 2 && shape[shape.length - 1] == shape[shape.length - 2]) {
            double[] turned =
                    Tensor.of(right).reshape(shape).moveAxis(-1, -2).flatten().toArray();
            if (all(turned)) {
                return Optional.of(Likely.of(Slip.TRANSPOSED));
            }
        }
        double[] a = wrong.clone();
        double[] b = right.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        return new Slips(a, b).all(b) ? Optional.of(Likely.of(Slip.PERMUTED)) : Optional.empty();
    }

    private Likely howMany() {
        int off = 0;
        for (int i = 0; i < right.length; i++) {
            off += close(wrong[i], right[i]) ? 0 : 1;
        }
        if (off == 0) {
            return Likely.of(Slip.INACCURATE);
        }
        return off < right.length
                ? new Likely(Slip.SOME_ENTRIES, off + " of " + right.length)
                : Likely.of(Slip.MISSING_TERM);
    }

    private boolean all(double[] expected) {
        for (int i = 0; i < wrong.length; i++) {
            if (!close(wrong[i], expected[i])) {
                return false;
            }
        }
        return true;
    }

    /** A sum over a broadcast axis of which only the first or last entry counts. */
    private Optional<Likely> missingSum(FirstOrder first, int input) {
        Tensor x = first.subject().point().get(input);
        Tensor y = first.subject().output();
        for (int axis = 1; axis <= y.rank(); axis++) {
            boolean broadcast = axis > x.rank() || x.dim(-axis) == 1;
            int n = y.dim(-axis);
            for (int i = 0; broadcast && n > 1 && i < n; i += n - 1) {
                int[] shape = new int[axis];
                Arrays.fill(shape, 1);
                shape[0] = n;
                Tensor only =
                        first.cotangent().mul(Directions.unit(Shape.of(n), i).reshape(shape));
                if (all(Entries.of(first.with(only), input, true).right())) {
                    return Optional.of(new Likely(
                            Slip.MISSING_SUM,
                            "of axis " + -axis + ", which has " + n + " entries, only entry " + i + " counts"));
                }
            }
        }
        return Optional.empty();
    }

    /** A factor that is x, y, 1 - y or the like in every entry. */
    private Optional<Likely> factorOfValues(FirstOrder first) {
        int inputs = first.subject().point().size();
        for (int k = 0; k <= inputs; k++) {
            Tensor v = k < inputs
                    ? first.subject().point().get(k)
                    : first.subject().output();
            String name = k == inputs
                    ? "y"
                    : inputs == 1 ? "x" : first.subject().names().get(k);
            if (v.size() == right.length) {
                Optional<Likely> found = factor(name, v);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Likely> factor(String name, Tensor v) {
        Map<String, Tensor> factors = new LinkedHashMap<>();
        factors.put("%s", v);
        factors.put("1 - %s", v.neg().add(1));
        factors.put("%s (1 - %s)", v.mul(v.neg().add(1)));
        factors.put("1 + %s", v.add(1));
        factors.put("%s²", v.square());
        factors.put("2 %s", v.mul(2));
        factors.put("1 - %s²", v.square().neg().add(1));
        for (Map.Entry<String, Tensor> factor : factors.entrySet()) {
            String what = factor.getKey().replace("%s", name);
            for (boolean missing : new boolean[] {true, false}) {
                double[] f = (missing ? factor.getValue().reciprocal() : factor.getValue()).toArray();
                if (times(f, 1) || times(f, -1)) {
                    String sign = times(f, 1) ? "" : ", and the sign is wrong";
                    return Optional.of(new Likely(
                            Slip.FACTOR_OF_VALUES, what + (missing ? " is missing" : " is too many") + sign));
                }
            }
        }
        return Optional.empty();
    }

    private boolean times(double[] factor, int sign) {
        for (int i = 0; i < right.length; i++) {
            if (!close(wrong[i], sign * right[i] * factor[i])) {
                return false;
            }
        }
        return true;
    }
}
