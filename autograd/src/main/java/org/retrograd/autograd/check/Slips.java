package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.retrograd.autograd.tensor.Tensor;

/** Compares a wrong gradient with the right one and names the mistake by which the one becomes the other. */
final class Slips {
    private static final int MOST_ENTRIES = 512;
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

    /** Returns the likely mistake in the gradient by one input, as differences entry by entry show it. */
    static Optional<Slip> of(FirstOrder first, int input) {
        Tensor x = first.subject().point().get(input);
        if (x.size() > MOST_ENTRIES) {
            return Optional.of(Slip.SOME_ENTRIES);
        }
        double[] wrong = first.gradient().get(input).toArray();
        Slips gradient = new Slips(wrong, right(first, input));
        Optional<Slip> constant = gradient.constant(counts(first, input));
        if (constant.isPresent()) {
            return constant;
        }
        int outputs = first.subject().output().size();
        if (outputs * x.size() <= MOST_PRODUCTS && outputs > 1) {
            Optional<Slip> matrix = matrix(first, input, outputs);
            if (matrix.isPresent()) {
                return matrix;
            }
        }
        return gradient.entries(first, input);
    }

    /** Returns the likely mistake by which a right gradient became a wrong one of the same shape. */
    static Slip between(Tensor wrong, Tensor right) {
        Slips slips = new Slips(wrong.toArray(), right.toArray());
        List<Integer> counts = new ArrayList<>();
        counts.add(right.size());
        for (int n : right.shape().toArray()) {
            counts.add(n);
        }
        return slips.constant(counts)
                .orElseGet(() -> slips.places(right.shape().toArray()).orElseGet(slips::howMany));
    }

    private static double[] right(FirstOrder first, int input) {
        Tensor x = first.subject().point().get(input);
        double[] right = new double[x.size()];
        for (int i = 0; i < right.length; i++) {
            List<Tensor> t = first.subject().along(input, Directions.entry(x, i));
            double size = t.get(input).storage().get(i);
            right[i] = Witness.quick(first.line(t), first.kinks().widest(t))
                            .estimate()
                            .value()
                    / size;
        }
        return right;
    }

    private boolean close(double a, double b) {
        return Math.abs(a - b) <= CLOSE * scale;
    }

    /** A factor that is the same for all entries. */
    private Optional<Slip> constant(List<Integer> counts) {
        if (largest(wrong) == 0) {
            return Optional.of(Slip.ZERO);
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
            return Optional.of(Slip.SIGN);
        }
        if (Math.abs(ratio - 1) < 1e-3) {
            return Optional.of(Slip.INACCURATE);
        }
        if (right.length > 1) {
            for (int n : counts) {
                if (n > 2 && (near(Math.abs(ratio), n) || near(Math.abs(ratio), 1.0 / n))) {
                    return Optional.of(Slip.COUNT);
                }
            }
            return Optional.of(Slip.FACTOR);
        }
        return ratio == 2 || ratio == 0.5 ? Optional.of(Slip.FACTOR) : Optional.empty();
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
    private static Optional<Slip> matrix(FirstOrder first, int input, int outputs) {
        int n = first.subject().point().get(input).size();
        double[] wrong = new double[outputs * n];
        double[] right = new double[outputs * n];
        for (int j = 0; j < outputs; j++) {
            FirstOrder one = first.with(Directions.unit(first.subject().output().shape(), j));
            System.arraycopy(one.gradient().get(input).toArray(), 0, wrong, j * n, n);
            System.arraycopy(right(one, input), 0, right, j * n, n);
        }
        Slips jacobian = new Slips(wrong, right);
        boolean square = outputs == n;
        boolean transposed = square;
        boolean diagonal = square;
        boolean offDiagonal = false;
        for (int j = 0; j < outputs; j++) {
            for (int i = 0; i < n; i++) {
                int at = j * n + i;
                transposed = transposed && jacobian.close(wrong[at], right[i * n + j]);
                diagonal = diagonal && jacobian.close(wrong[at], i == j ? right[at] : 0);
                offDiagonal |= i != j && !jacobian.close(right[at], 0);
            }
        }
        if (diagonal && offDiagonal) {
            return Optional.of(Slip.DIAGONAL_ONLY);
        }
        if (transposed) {
            return Optional.of(Slip.TRANSPOSED);
        }
        return Optional.empty();
    }

    /** What relates wrong and right entries one by one. */
    private Optional<Slip> entries(FirstOrder first, int input) {
        Tensor x = first.subject().point().get(input);
        Optional<Slip> places = places(x.shape().toArray());
        if (places.isPresent()) {
            return places;
        }
        if (factorOfValues(first, x)) {
            return Optional.of(Slip.FACTOR_OF_VALUES);
        }
        return Optional.of(first.subject().output().size() > x.size() ? Slip.MISSING_SUM : howMany());
    }

    /** The right numbers in other places. */
    private Optional<Slip> places(int[] shape) {
        if (shape.length >= 2 && shape[shape.length - 1] == shape[shape.length - 2]) {
            double[] turned =
                    Tensor.of(right).reshape(shape).moveAxis(-1, -2).flatten().toArray();
            if (all(turned)) {
                return Optional.of(Slip.TRANSPOSED);
            }
        }
        double[] a = wrong.clone();
        double[] b = right.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        return new Slips(a, b).all(b) ? Optional.of(Slip.PERMUTED) : Optional.empty();
    }

    private Slip howMany() {
        int off = 0;
        for (int i = 0; i < right.length; i++) {
            off += close(wrong[i], right[i]) ? 0 : 1;
        }
        return off == 0 ? Slip.INACCURATE : off < right.length ? Slip.SOME_ENTRIES : Slip.MISSING_TERM;
    }

    private boolean all(double[] expected) {
        for (int i = 0; i < wrong.length; i++) {
            if (!close(wrong[i], expected[i])) {
                return false;
            }
        }
        return true;
    }

    /** Whether the ratio of wrong and right is x, y, 1 - y or the like in every entry. */
    private boolean factorOfValues(FirstOrder first, Tensor x) {
        List<Tensor> candidates = new ArrayList<>();
        List<Tensor> values = new ArrayList<>(first.subject().point());
        values.add(first.subject().output());
        for (Tensor v : values) {
            if (v.size() == x.size()) {
                for (Tensor factor : List.of(
                        v,
                        v.neg().add(1),
                        v.add(1),
                        v.square(),
                        v.mul(2),
                        v.square().neg().add(1))) {
                    candidates.add(factor);
                    candidates.add(factor.reciprocal());
                }
            }
        }
        for (Tensor candidate : candidates) {
            double[] factor = candidate.toArray();
            boolean fits = true;
            for (int i = 0; i < right.length; i++) {
                fits = fits && (close(wrong[i], right[i] * factor[i]) || close(wrong[i], -right[i] * factor[i]));
            }
            if (fits) {
                return true;
            }
        }
        return false;
    }
}
