package org.retrograd.autograd.tensor;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The recorded calls behind a value, as checkers and traces read them, and the means to run them again on other numbers.
 *
 * <p>Nothing is recorded for it: it is a view of the graph that every traced value has.
 */
public final class Recording {
    private final Graph graph;
    private final ImmutableList<Tensor> variables;
    private final ImmutableList<Call> calls;

    private Recording(Graph graph) {
        this.graph = graph;
        ImmutableList.Builder<Tensor> leaves = ImmutableList.builder();
        ImmutableList.Builder<Call> made = ImmutableList.builder();
        for (int i = 0; i < graph.size(); i++) {
            Tensor t = graph.at(graph.slot(i));
            if (t.op == null) {
                continue;
            }
            if (t.in.length == 0) {
                leaves.add(t);
            } else if (!(t.op instanceof Variable)) {
                made.add(new Call(t.op(), ImmutableList.copyOf(t.in), t));
            }
        }
        this.variables = leaves.build();
        this.calls = made.build();
    }

    /** Returns the calls that lead to a value: none if it is a constant. */
    public static Recording of(Tensor output) {
        return new Recording(Graph.of(output));
    }

    static Recording of(Graph graph) {
        return new Recording(graph);
    }

    /**
     * Returns a free variable of the given value whose results remember the source lines that computed them, and theirs in
     * turn: {@link Call#site}.
     */
    public static Tensor variable(String name, Tensor value) {
        return Tensor.variable(value).named(name).sited();
    }

    /** Returns the value to which the calls lead. */
    public Tensor output() {
        return graph.output;
    }

    /** Returns the variables from which the output was computed, in the order in which they were made. */
    public ImmutableList<Tensor> variables() {
        return variables;
    }

    /** Returns the calls in the order in which they were made, so that inputs come before results. */
    public ImmutableList<Call> calls() {
        return calls;
    }

    /** Whether two tensors are one recorded value, perhaps under different names. */
    public static boolean same(Tensor a, Tensor b) {
        return a.op != null && a.id == b.id;
    }

    /** Whether the output was computed from this value. */
    public boolean contains(Tensor x) {
        return x.op != null && graph.find(x) >= 0;
    }

    /**
     * Makes the same calls again, whatever the function would now do, with other values of the variables.
     *
     * <p>Recorded if and only if a new value is traced. Constants stay what they were.
     *
     * @param variables those that are to have other values; those that were not recorded are ignored
     * @param values one for each, of the same shape
     * @return what each tensor of the recording has become; constants are mapped to themselves
     */
    public UnaryOperator<Tensor> replay(List<Tensor> variables, List<Tensor> values) {
        return replay(variables, values, null);
    }

    /**
     * Makes the same calls again with each result changed before it is used.
     *
     * @param change what becomes of a result (first), given the magnitude on which it was rounded (second)
     */
    public UnaryOperator<Tensor> replay(
            List<Tensor> variables, List<Tensor> values, @Nullable BinaryOperator<Tensor> change) {
        @Nullable Tensor[] replayed = new @Nullable Tensor[graph.slots()];
        for (int k = 0; k < variables.size(); k++) {
            int slot = graph.find(variables.get(k));
            if (slot >= 0) {
                replayed[slot] = values.get(k);
            }
        }
        UnaryOperator<Tensor> result = x -> {
            Tensor found = x.op == null ? null : replayed[graph.find(x)];
            return found == null ? x : found;
        };
        for (int i = 0; i < graph.size(); i++) {
            int slot = graph.slot(i);
            Tensor t = graph.at(slot);
            if (t.in.length > 0 && !graph.outside(t)) {
                Tensor[] in = new Tensor[t.in.length];
                for (int k = 0; k < in.length; k++) {
                    in[k] = result.apply(t.in[k]);
                }
                Tensor y = t.op instanceof Variable ? in[0] : t.op().again(in);
                replayed[slot] =
                        change == null || t.op instanceof Variable ? y : change.apply(y, t.op().magnitude(in, y));
            }
        }
        return result;
    }

    /**
     * Returns the end of the path to a constant: the traced value from which it was computed after {@code detach()} or a
     * comparison. Known only where source lines are, that is downstream of {@link #variable}.
     */
    public static Optional<Cut> cut(Tensor constant) {
        return Optional.ofNullable(constant.origin).map(Origin::cut).map(cut -> new Cut(cut.from(), cut.site()));
    }

    /**
     * One recorded call.
     *
     * @param op the operation
     * @param inputs what it was given, constants included
     * @param value its result
     */
    public record Call(Op op, ImmutableList<Tensor> inputs, Tensor value) {
        /** Returns the contribution of input {@code k} to the cotangents, as the rule gives it: null or of any shape. */
        public @Nullable Tensor vjp(int k, Tensor g) {
            return op.vjp(k, g, constants(), value.constant());
        }

        /** Returns the tangent of the result, as the rule gives it, of tangents of which those that are null do not vary. */
        public @Nullable Tensor jvp(List<? extends @Nullable Tensor> tangents) {
            return op.jvp(tangents.toArray(new @Nullable Tensor[0]), constants(), value.constant());
        }

        /** Returns the result of the same call on other inputs, recorded if and only if one of them is traced. */
        public Tensor again(Tensor... other) {
            return op.again(other);
        }

        /** Returns for each entry of the result the size of the terms on which rounding errors were made. */
        public Tensor magnitude() {
            return op.magnitude(constants(), value.constant());
        }

        /** Whether both rules follow from one statement, so that they can only be right or wrong together. */
        public boolean shared() {
            return op.oneStatement();
        }

        /** Returns the inputs as constants. */
        public Tensor[] constants() {
            return Tensor.constants(inputs.toArray(new Tensor[0]));
        }

        /** Returns the source line of the call, as {@code Model.java:31}, if an input came from {@link #variable}. */
        public Optional<String> site() {
            return Optional.ofNullable(value.origin).map(Origin::site);
        }

        /** Returns operation and source line. */
        @Override
        public String toString() {
            return op + site().map(line -> " at " + line).orElse("");
        }
    }

    /**
     * The end of a path.
     *
     * @param from the traced value that was made a constant
     * @param site the source line that did it
     */
    public record Cut(Tensor from, String site) {}
}
