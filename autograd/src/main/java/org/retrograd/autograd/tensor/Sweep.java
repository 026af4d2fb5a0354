package org.retrograd.autograd.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Broadcast;
import org.retrograd.autograd.array.Kernel;
import org.retrograd.autograd.array.Operand;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.scalar.ExprKernel;
import org.retrograd.autograd.scalar.Symbols;

/**
 * One pass over a {@link Graph}, applying the chain rule: backwards with cotangents, or forwards with tangents.
 *
 * <p>All mutable state of a differentiation is in here. If an enclosing differentiation is watching, or the seed is traced,
 * the rules run as recorded tensor methods. If nobody is, elementwise operations take one fused loop that adds to buffers
 * of the sweep's own; other rules run on detached values.
 */
final class Sweep {
    private static final Kernel COPY = ExprKernel.derivative(Symbols.ONE);

    private final Graph graph;
    private final boolean recorded;
    private final boolean keepAll;
    private final int lead;
    private final @Nullable Partials partials;

    /** By slot: the cotangent or tangent of that call, as far as it has been summed. */
    private final @Nullable Tensor[] values;

    /** By slot: whether the value's storage was allocated here and seen by nobody else, so that it may be added to. */
    private final boolean[] owned;

    private Sweep(Graph graph, boolean recorded, int lead, boolean keepAll) {
        this.graph = graph;
        this.recorded = recorded;
        this.lead = lead;
        this.keepAll = keepAll;
        this.partials = recorded ? null : graph.partials();
        this.values = new @Nullable Tensor[graph.slots()];
        this.owned = new boolean[graph.slots()];
    }

    /**
     * Sweeps backwards from the outputs.
     *
     * @param seeds the cotangents of the outputs, which may all carry a leading axis of directions
     * @param keepAll whether cotangents of intermediate values are kept, or dropped as soon as they have been used
     */
    static Sweep reverse(Graph graph, List<Tensor> outputs, List<Tensor> seeds, boolean keepAll) {
        return reverse(graph, outputs, seeds, keepAll, Tensor.NONE, new @Nullable Tensor[0]);
    }

    /**
     * Sweeps backwards from the outputs, dropping what has been used.
     *
     * @param into variables to whose cotangents the given sums are the first terms
     */
    static Sweep reverse(
            Graph graph, List<Tensor> outputs, List<Tensor> seeds, Tensor[] into, @Nullable Tensor[] sums) {
        return reverse(graph, outputs, seeds, false, into, sums);
    }

    private static Sweep reverse(
            Graph graph,
            List<Tensor> outputs,
            List<Tensor> seeds,
            boolean keepAll,
            Tensor[] into,
            @Nullable Tensor[] sums) {
        int lead = seeds.get(0).rank() - outputs.get(0).rank();
        boolean recorded = graph.watched();
        for (Tensor seed : seeds) {
            recorded |= seed.op != null;
        }
        for (Tensor sum : sums) {
            recorded |= sum != null && sum.op != null;
        }
        Sweep sweep = new Sweep(graph, recorded, lead, keepAll);
        for (int k = 0; k < into.length; k++) {
            int slot = graph.wanted(into[k]);
            if (slot >= 0) {
                sweep.values[slot] = sums[k];
            }
        }
        boolean reaches = false;
        for (int k = 0; k < seeds.size(); k++) {
            int start = graph.wanted(outputs.get(k));
            if (start >= 0) {
                sweep.add(start, seeds.get(k));
                reaches = true;
            }
        }
        for (int i = graph.size() - 1; reaches && i >= 0; i--) {
            sweep.pull(graph.slot(i));
        }
        return sweep;
    }

    private void pull(int slot) {
        Tensor y = graph.at(slot);
        Tensor g = values[slot];
        if (g == null || graph.ends(y)) {
            return;
        }
        boolean fused = !recorded && y.op instanceof Elementwise;
        boolean asTheyAre = fused || asTheyAre(y);
        Tensor[] in = asTheyAre ? y.in : Tensor.constants(y.in);
        Tensor out = asTheyAre ? y : y.constant();
        if (y.op instanceof Joint joint) {
            pullJointly(joint, g, in, out, y.in);
        }
        for (int k = 0; k < y.in.length && !(y.op instanceof Joint); k++) {
            int into = graph.wanted(y.in[k]);
            if (into >= 0 && fused) {
                ((Elementwise) y.op()).pull(k, g, y, this, into);
            } else if (into >= 0) {
                add(into, Directions.vjp(y.op(), k, g, in, out));
            }
        }
        if (!keepAll && !graph.keeps(slot)) {
            values[slot] = null;
        }
    }

    /** Hands the sums so far to an operation that adds to all of them at once. */
    private void pullJointly(Joint op, Tensor g, Tensor[] in, Tensor out, Tensor[] inputs) {
        int[] into = new int[inputs.length];
        @Nullable Tensor[] sums = new @Nullable Tensor[inputs.length];
        for (int k = 0; k < inputs.length; k++) {
            into[k] = graph.wanted(inputs[k]);
            sums[k] = into[k] < 0 || first(into, k) < k ? null : values[into[k]];
        }
        @Nullable Tensor[] added = op.pull(g, in, out, sums);
        for (int k = 0; k < inputs.length; k++) {
            Tensor sum = added[k];
            if (into[k] >= 0 && sum != null && first(into, k) < k) {
                add(into[k], sum);
            } else if (into[k] >= 0 && sum != null) {
                values[into[k]] = sum;
                owned[into[k]] = false;
            }
        }
    }

    /** Returns the first input that is the same value as input {@code k}. */
    private static int first(int[] into, int k) {
        int first = 0;
        while (into[first] != into[k]) {
            first++;
        }
        return first;
    }

    /** Adds a contribution to the cotangent in a slot, summed over the axes along which the value was broadcast. */
    void add(int slot, Tensor contribution) {
        Tensor c = Directions.unbroadcast(contribution, lead, graph.at(slot).shape);
        Tensor sum = values[slot];
        if (sum == null) {
            values[slot] = c;
        } else if (recorded) {
            values[slot] = sum.add(c);
        } else {
            accumulate(slot, c.shape, COPY, null, null, null, null, c);
        }
    }

    /** Runs a loop that yields a contribution to the cotangent in a slot, straight into the sum. */
    void accumulate(
            int slot,
            Shape shape,
            Kernel kernel,
            @Nullable Operand a,
            @Nullable Operand b,
            @Nullable Operand c,
            @Nullable Operand y,
            Tensor g) {
        Tensor sum = values[slot];
        Storage out;
        if (sum == null) {
            out = Storage.allocate(shape.size());
        } else {
            out = owned[slot] ? sum.data : sum.data.copy();
        }
        Broadcast.run(kernel, shape, a, b, c, y, Operand.of(g.data, g.shape, shape), out, sum != null);
        if (!owned[slot]) {
            values[slot] = new Tensor(shape, out);
            owned[slot] = true;
        }
    }

    /**
     * Sweeps forwards to the output.
     *
     * @param variables the variables of the transform
     * @param tangents a tangent for each, {@code null} where it does not vary; all with or all without directions
     */
    static Sweep forward(Graph graph, Tensor[] variables, @Nullable Tensor[] tangents) {
        boolean recorded = graph.watched();
        int lead = 0;
        for (int k = 0; k < variables.length; k++) {
            Tensor tangent = tangents[k];
            recorded |= tangent != null && tangent.op != null;
            lead = tangent == null ? lead : tangent.rank() - variables[k].rank();
        }
        Sweep sweep = new Sweep(graph, recorded, lead, true);
        for (int k = 0; k < variables.length; k++) {
            int slot = graph.wanted(variables[k]);
            if (slot >= 0) {
                sweep.values[slot] = tangents[k];
            }
        }
        for (int i = 0; i < graph.size(); i++) {
            sweep.push(graph.slot(i));
        }
        return sweep;
    }

    /**
     * Sweeps forwards to the output with tangents, and beside them with the second derivatives along them, which are
     * returned: y'' = f' x'' + f''[x', x'].
     *
     * @param summed whether over all directions, which is cheaper: what is linear in x'' serves the sum as it serves each
     */
    static Sweep second(Graph graph, Tensor[] variables, @Nullable Tensor[] tangents, boolean summed) {
        Sweep first = forward(graph, variables, tangents);
        Sweep second = new Sweep(graph, first.recorded, summed ? 0 : first.lead, true);
        for (int i = 0; i < graph.size(); i++) {
            int slot = graph.slot(i);
            second.push(slot);
            second.bend(slot, first, summed);
        }
        return second;
    }

    /** Adds to the second derivative of a call's result what comes from its own curvature. */
    private void bend(int slot, Sweep first, boolean summed) {
        Tensor y = graph.at(slot);
        if (first.values[slot] == null || graph.ends(y)) {
            return;
        }
        @Nullable Tensor[] t = new @Nullable Tensor[y.in.length];
        for (int k = 0; k < t.length; k++) {
            t[k] = first.of(y.in[k]);
        }
        Tensor bent = !recorded && y.op instanceof Elementwise op
                ? op.second(t, y, summed)
                : y.op().second(t, y.in, y, summed);
        Tensor straight = values[slot];
        values[slot] = bent == null ? straight : straight == null ? bent : straight.add(bent);
    }

    /** Whether a rule may see inputs and result as they were recorded: one that is linear in its only input needs no values. */
    private boolean asTheyAre(Tensor y) {
        return recorded || (y.in.length == 1 && y.op instanceof Linear);
    }

    private void push(int slot) {
        Tensor y = graph.at(slot);
        if (graph.ends(y)) {
            return;
        }
        @Nullable Tensor[] t = new @Nullable Tensor[y.in.length];
        boolean varies = false;
        for (int k = 0; k < t.length; k++) {
            t[k] = of(y.in[k]);
            varies |= t[k] != null;
        }
        if (varies) {
            values[slot] = asTheyAre(y)
                    ? Directions.jvp(y.op(), t, y.in, y)
                    : y.op instanceof Elementwise op
                            ? op.push(t, y, partials)
                            : Directions.jvp(y.op(), t, Tensor.constants(y.in), y.constant());
        }
    }

    /** Returns where partial derivatives are kept for further sweeps, null if they are not. */
    @Nullable
    Partials partials() {
        return partials;
    }

    /** Returns the cotangent or tangent that was found for a value, or null if there is none. */
    @Nullable
    Tensor of(Tensor x) {
        int slot = graph.wanted(x);
        return slot < 0 ? null : values[slot];
    }
}
