package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The classic mistakes of backpropagation by hand, made on purpose: one at a time, at every recorded call.
 *
 * <p>The one that gives the numbers of the first wrong gradient, and leaves right what is right, is the likely one; of
 * several, that which explains most of the gradients that are wrong after it.
 */
final class Mistakes {
    /** Longer computations are not searched: every mistake costs a sweep. */
    private static final int MOST_CALLS = 100;

    private static final double CLOSE = 1e-9;

    /** A call whose contribution by one input is another than the rule gives; {@code null} where there is none then. */
    private record Mistake(int call, int k, Likely likely, Function<Tensor, @Nullable Tensor> contribution) {}

    private final List<Call> calls;

    /** All values that vary: variables, then the values of the calls. */
    private final List<Tensor> nodes;

    /** All values: those that vary, then constants. */
    private final List<Tensor> values;

    /** For each call and input the node that it is, or -1. */
    private final int[][] inputs;

    private final Map<String, Tensor> by;
    private final Map<String, Tensor> manual;
    private final List<Tensor> right;

    private Mistakes(Recording recording, Map<String, Tensor> by, Map<String, Tensor> manual) {
        this.calls = recording.calls();
        this.by = by;
        this.manual = manual;
        this.nodes = new ArrayList<>(recording.variables());
        calls.forEach(call -> nodes.add(call.value()));
        this.inputs = new int[calls.size()][];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = calls.get(i).inputs().stream().mapToInt(this::node).toArray();
        }
        this.values = new ArrayList<>(nodes);
        for (Call call : calls) {
            call.inputs().stream().filter(x -> !x.traced()).forEach(values::add);
        }
        named();
        this.right = sweep(null);
    }

    /** Names are given to a value after it was computed: they are those by which it was used. */
    private void named() {
        List<Tensor> used = new ArrayList<>(by.values());
        calls.forEach(call -> used.addAll(call.inputs()));
        for (Tensor x : used) {
            int node = x.name().isPresent() ? node(x) : -1;
            if (node >= 0) {
                nodes.set(node, x);
                values.set(node, x);
            }
        }
    }

    private int node(Tensor x) {
        for (int i = 0; i < nodes.size(); i++) {
            if (Recording.same(nodes.get(i), x)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Returns the mistake that explains a wrong gradient of a loss, if one does.
     *
     * @param by what the gradients are by, each by the name of its gradient
     * @param manual the gradients by hand
     * @param table how they compare
     */
    static Optional<Likely> of(Tensor loss, Map<String, Tensor> by, Map<String, Tensor> manual, GradientTable table) {
        Recording recording = Recording.of(loss);
        return recording.calls().size() > MOST_CALLS
                ? Optional.empty()
                : new Mistakes(recording, by, manual).likely(table);
    }

    private Optional<Likely> likely(GradientTable table) {
        String wrong = table.firstWrong().orElseThrow().name();
        Mistake best = null;
        int most = 0;
        for (Mistake mistake : all(wrong)) {
            List<Tensor> g = tried(mistake);
            if (g != null && explains(g, wrong)) {
                int explained = 0;
                boolean contradicted = false;
                for (GradientTable.Row row : table.rows()) {
                    boolean same = explains(g, row.name());
                    explained += same ? 1 : 0;
                    contradicted |= row.agrees() && !same;
                }
                if (!contradicted && explained > most) {
                    most = explained;
                    best = mistake;
                }
            }
        }
        return Optional.ofNullable(best).map(Mistake::likely);
    }

    private boolean explains(List<? extends @Nullable Tensor> g, String name) {
        Tensor byHand = manual.get(name);
        int node = node(Objects.requireNonNull(by.get(name)));
        Tensor found = node < 0 ? null : g.get(node);
        if (byHand == null || found == null || !found.shape().equals(byHand.shape())) {
            return false;
        }
        double scale = largest(byHand);
        return largest(byHand.sub(found)) <= CLOSE * scale;
    }

    private static double largest(Tensor x) {
        double largest = 0;
        for (double v : x.toArray()) {
            largest = Math.max(largest, Double.isNaN(v) ? Double.POSITIVE_INFINITY : Math.abs(v));
        }
        return largest;
    }

    // --- sweeping ---

    /** Returns what a sweep with the mistake gives, or null if it cannot even be computed. */
    private @Nullable List<Tensor> tried(Mistake mistake) {
        try {
            return sweep(mistake);
        } catch (IllegalArgumentException | ArithmeticException impossible) {
            return null;
        }
    }

    /** Returns the gradient by each node, null where none arrives. */
    @SuppressWarnings("NullAway")
    private List<Tensor> sweep(@Nullable Mistake mistake) {
        Tensor[] g = new Tensor[nodes.size()];
        int first = nodes.size() - calls.size();
        if (g.length > 0) {
            g[g.length - 1] = Tensor.ones(nodes.get(g.length - 1).shape().toArray());
        }
        for (int i = calls.size() - 1; i >= 0; i--) {
            for (int k = 0; k < inputs[i].length; k++) {
                int node = inputs[i][k];
                Tensor above = g[first + i];
                if (node >= 0 && above != null) {
                    boolean here = mistake != null && mistake.call == i && mistake.k == k;
                    Tensor c = here
                            ? mistake.contribution.apply(above)
                            : calls.get(i).vjp(k, above);
                    if (c != null) {
                        Tensor summed = summed(c, nodes.get(node).shape());
                        g[node] = g[node] == null ? summed : g[node].add(summed);
                    }
                }
            }
        }
        return Arrays.asList(g);
    }

    /** Returns a contribution summed over the axes along which the input was broadcast. */
    private static Tensor summed(Tensor c, Shape shape) {
        Tensor sum = c;
        while (sum.rank() > shape.rank()) {
            sum = sum.sum(0);
        }
        for (int axis = 0; axis < shape.rank(); axis++) {
            sum = shape.dim(axis) == 1 && sum.dim(axis) > 1 ? sum.sum(Dims.KEEP, axis) : sum;
        }
        return sum;
    }

    // --- mistakes ---

    /** Returns all mistakes, the usual ones first. */
    private List<Mistake> all(String wrong) {
        List<Mistake> all = new ArrayList<>();
        each((i, k) -> slopes(i, k, all));
        each((i, k) -> lostTerm(i, k, all));
        each((i, k) -> transposed(i, k, all));
        each((i, k) -> updated(i, k, wrong, all));
        each((i, k) -> otherOperand(i, k, all));
        return all;
    }

    private interface At {
        void call(int i, int k);
    }

    private void each(At at) {
        for (int i = calls.size() - 1; i >= 0; i--) {
            for (int k = 0; k < inputs[i].length; k++) {
                if (inputs[i][k] >= 0) {
                    at.call(i, k);
                }
            }
        }
    }

    /** The derivative of a function of one number forgotten, or taken at the wrong place; a factor forgotten. */
    private void slopes(int i, int k, List<Mistake> all) {
        Call call = calls.get(i);
        Tensor y = call.value().detach();
        if (!call.inputs().get(k).shape().equals(y.shape())) {
            return;
        }
        boolean unary = call.inputs().size() == 1;
        String what = unary ? "the derivative of " + name(call) : "the other operand of " + name(call);
        all.add(new Mistake(i, k, new Likely(Slip.FORGOTTEN_FACTOR, what), g -> g));
        if (unary) {
            all.add(new Mistake(
                    i,
                    k,
                    new Likely(Slip.WRONG_OPERAND, what + " is taken at its result"),
                    g -> with(call, 0, k, y, g)));
        }
    }

    private void lostTerm(int i, int k, List<Mistake> all) {
        int uses = 0;
        for (int[] of : inputs) {
            for (int node : of) {
                uses += node == inputs[i][k] ? 1 : 0;
            }
        }
        if (uses > 1) {
            all.add(new Mistake(
                    i,
                    k,
                    new Likely(
                            Slip.MISSING_TERM,
                            name(calls.get(i).inputs().get(k), inputs[i][k]) + " is used " + uses
                                    + " times, and the term through " + name(calls.get(i)) + " is not added"),
                    g -> null));
        }
    }

    private void transposed(int i, int k, List<Mistake> all) {
        Call call = calls.get(i);
        for (int j = 0; j < call.inputs().size(); j++) {
            Tensor x = call.constants()[j];
            if (j != k && x.rank() == 2 && x.dim(0) == x.dim(1) && x.dim(0) > 1) {
                int other = j;
                all.add(new Mistake(
                        i,
                        k,
                        new Likely(
                                Slip.TRANSPOSED,
                                name(call.inputs().get(j), inputs[i][j]) + " in " + name(call)
                                        + " is to be transposed, or not to be"),
                        g -> with(call, other, k, x.transpose(), g)));
            }
        }
    }

    /** A variable with some multiple of its gradient added: the multiple follows from the numbers. */
    private void updated(int i, int k, String wrong, List<Mistake> all) {
        Call call = calls.get(i);
        int target = node(Objects.requireNonNull(by.get(wrong)));
        for (int j = 0; j < call.inputs().size(); j++) {
            int node = inputs[i][j];
            boolean variable = node >= 0 && node < nodes.size() - calls.size();
            if (j == k || !variable || target < 0) {
                continue;
            }
            int other = j;
            Tensor x = call.constants()[j];
            Tensor gradient = right.get(node);
            List<Tensor> whole =
                    tried(new Mistake(i, k, Likely.of(Slip.STALE), g -> with(call, other, k, x.add(gradient), g)));
            if (whole == null || whole.get(target) == null) {
                continue;
            }
            double[] off = Objects.requireNonNull(manual.get(wrong))
                    .sub(right.get(target))
                    .toArray();
            double[] unit = whole.get(target).sub(right.get(target)).toArray();
            double product = 0;
            double square = 0;
            for (int e = 0; e < off.length; e++) {
                product += off[e] * unit[e];
                square += unit[e] * unit[e];
            }
            double rate = product / square;
            if (square > 0 && Double.isFinite(rate)) {
                all.add(new Mistake(
                        i,
                        k,
                        new Likely(
                                Slip.STALE,
                                name(call.inputs().get(j), node) + " in " + name(call) + " is changed by "
                                        + Likely.number(rate, 6) + " times its gradient"),
                        g -> with(call, other, k, x.add(gradient.mul(rate)), g)));
            }
        }
    }

    private void otherOperand(int i, int k, List<Mistake> all) {
        Call call = calls.get(i);
        for (int j = 0; j < call.inputs().size(); j++) {
            for (int v = 0; v < values.size(); v++) {
                Tensor x = values.get(v);
                if (v != inputs[i][j] && x.shape().equals(call.inputs().get(j).shape())) {
                    int other = j;
                    all.add(new Mistake(
                            i,
                            k,
                            new Likely(
                                    Slip.WRONG_OPERAND,
                                    name(x, v < nodes.size() ? v : -1) + " in place of "
                                            + name(call.inputs().get(j), inputs[i][j]) + " in " + name(call)),
                            g -> with(call, other, k, x.detach(), g)));
                }
            }
        }
    }

    /** Returns the contribution of input k when input j of the call is another one. */
    private static Tensor with(Call call, int j, int k, Tensor x, Tensor g) {
        Tensor[] in = call.constants();
        in[j] = x;
        Tensor y = call.again(in);
        if (!y.shape().equals(call.value().shape())) {
            throw new IllegalArgumentException("another shape");
        }
        return call.op().vjp(k, g, in, y);
    }

    // --- names ---

    private static String name(Call call) {
        return "\"" + call.op().name() + "\""
                + call.site().map(site -> " at " + site).orElse("");
    }

    /** Returns the name by which a value was used, or the call that made it. */
    private String name(Tensor x, int node) {
        int first = nodes.size() - calls.size();
        Optional<String> given = node >= 0 ? nodes.get(node).name() : x.name();
        return given.map(n -> "\"" + n + "\"")
                .orElseGet(() -> node >= first
                        ? "the value of " + name(calls.get(node - first))
                        : node >= 0 ? "a variable of shape " + x.shape() : "a constant of shape " + x.shape());
    }
}
