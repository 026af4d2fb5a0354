package org.retrograd.autograd.tensor;

import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recorded calls that lead to an output, in the order in which they were made, found once for any number of sweeps.
 *
 * <p>Collecting walks back from the output with an explicit stack, so that a chain of any length needs no recursion. A
 * tensor's id is larger than those of its inputs: sorted ids are a topological order. While collecting it shows whether an
 * enclosing differentiation is <em>watching</em>, that is, whether a variable that is not ours was reached; then the sweeps
 * must record what they do. Nothing is written on the tensors, so that threads may share them.
 */
final class Graph {
    /** The output from which a reverse sweep starts, or the first of several. */
    final Tensor output;

    /** The variables of the transform that is differentiating; null if it is {@code backward}, which owns the free ones. */
    private final @Nullable Variable own;

    /** Open addressing on the id; at most half full. */
    private @Nullable Tensor[] table = new @Nullable Tensor[32];

    private long[] ids = new long[16];
    private int size;
    private boolean watched;

    /** Ids below this one belong to values captured from outside, at which the sweeps end. */
    private long captured;

    /** By slot: whether a cotangent or tangent of this call is wanted; null if all are. */
    private boolean @Nullable [] wanted;

    /** By slot: whether the caller asked for the cotangent of this call by name. */
    private boolean @Nullable [] targets;

    /** Whether a sweep has begun; racing threads only make it seem so later. */
    private boolean swept;

    private @Nullable Partials partials;

    private Graph(Tensor output, @Nullable Variable own) {
        this.output = output;
        this.own = own;
    }

    /** Collects everything that a traced output depends on. */
    static Graph of(Tensor output) {
        Graph graph = new Graph(output, null);
        graph.collect(0, List.of(output));
        return graph;
    }

    /** Collects what depends on the variables of one transform; there is at least one output, and all of them do. */
    static Graph of(List<Tensor> outputs, Variable own) {
        Graph graph = new Graph(outputs.get(0), own);
        graph.collect(own.oldest, outputs);
        if (graph.watched) {
            graph.keepDependents();
        }
        return graph;
    }

    /**
     * Collects what depends on the variables of one scope and on the traced values that the function captured from outside:
     * those that are older than the scope and yet used.
     *
     * @param watched whether an enclosing differentiation watches what was captured
     */
    static Graph capturing(Tensor output, Variable own, boolean watched) {
        Graph graph = new Graph(output, own);
        graph.captured = own.oldest;
        graph.collect(own.oldest, List.of(output));
        graph.watched |= watched && graph.ids[0] < own.oldest;
        if (graph.watched) {
            graph.keepDependents();
        }
        return graph;
    }

    /** Collects only the paths from a traced output to the given variables. */
    static Graph of(Tensor output, Iterable<Tensor> targets) {
        Graph graph = new Graph(output, null);
        graph.collect(0, List.of(output));
        graph.keepPathsTo(targets);
        return graph;
    }

    private void collect(long oldest, List<Tensor> outputs) {
        Tensor[] stack = new Tensor[Math.max(16, outputs.size())];
        int top = 0;
        for (Tensor output : outputs) {
            if (insert(output)) {
                stack[top++] = output;
            }
        }
        while (top > 0) {
            Tensor t = stack[--top];
            if (t.id < captured) {
                continue;
            }
            if (t.op instanceof Variable variable) {
                if (variable == own) {
                    watched |= t.in.length > 0;
                    continue;
                }
                // a scope that began after ours ran inside our function and has ended: nobody watches from there
                watched |= own == null ? variable.scoped : !variable.scoped || variable.oldest < own.oldest;
            }
            for (Tensor x : t.in) {
                if (x.op == null) {
                    continue;
                }
                if (x.id < oldest && captured == 0) {
                    // older than our variables and yet traced: it belongs to an enclosing differentiation, whose past
                    // is not walked
                    watched = true;
                } else if (insert(x)) {
                    if (top == stack.length) {
                        stack = Arrays.copyOf(stack, 2 * top);
                    }
                    stack[top++] = x;
                }
            }
        }
        // found from the output backwards: turned round, the ids are nearly sorted
        Longs.reverse(ids, 0, size);
        Arrays.sort(ids, 0, size);
    }

    /** Whether a call was captured from outside, so that what led to it is not here. */
    boolean outside(Tensor x) {
        return x.id < captured;
    }

    private boolean insert(Tensor x) {
        int slot = place(x.id);
        if (table[slot] != null) {
            return false;
        }
        table[slot] = x;
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = x.id;
        if (2 * size > table.length) {
            grow();
        }
        return true;
    }

    private void grow() {
        @Nullable Tensor[] old = table;
        table = new @Nullable Tensor[2 * old.length];
        for (Tensor x : old) {
            if (x != null) {
                table[place(x.id)] = x;
            }
        }
    }

    /** Returns the slot that holds an id, or the free one where it belongs. */
    private int place(long id) {
        int mask = table.length - 1;
        int slot = (int) (id ^ (id >>> 20)) & mask;
        for (Tensor x = table[slot]; x != null && x.id != id; x = table[slot]) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** Keeps the calls that depend on our own variables. */
    private void keepDependents() {
        mark(new boolean[table.length]);
    }

    private void keepPathsTo(Iterable<Tensor> targets) {
        boolean[] asked = new boolean[table.length];
        for (Tensor target : targets) {
            int slot = find(asBuilt(target));
            if (slot >= 0) {
                asked[slot] = true;
            }
        }
        this.targets = asked;
        mark(asked.clone());
    }

    private void mark(boolean[] marks) {
        for (int i = 0; i < size; i++) {
            int slot = place(ids[i]);
            Tensor t = at(slot);
            marks[slot] |= t.id < captured || (own != null && t.op == own);
            for (int k = 0; k < t.in.length && !marks[slot]; k++) {
                int input = find(t.in[k]);
                marks[slot] = input >= 0 && marks[input];
            }
        }
        wanted = marks;
    }

    /** Returns what a sweep over all wanted calls costs. */
    Linearization.Cost cost() {
        int calls = 0;
        long forward = 0;
        long reverse = 0;
        int widest = 0;
        for (int i = 0; i < size; i++) {
            Tensor y = at(slot(i));
            widest = Math.max(widest, y.size());
            for (int k = 0; k < y.in.length && !ends(y); k++) {
                if (wanted(y.in[k]) >= 0) {
                    calls++;
                    forward += y.size();
                    reverse += Math.max(y.in[k].size(), y.size());
                }
            }
        }
        return new Linearization.Cost(calls, forward, reverse, widest);
    }

    /** Whether every call on the way has a known second derivative. */
    boolean knowsSecond() {
        boolean known = true;
        for (int i = 0; known && i < size; i++) {
            Tensor y = at(slot(i));
            known = wanted(y) < 0 || ends(y) || y.op().knowsSecond(y.in);
        }
        return known;
    }

    /** Returns where the sweep that begins keeps partial derivatives; null for the first one, which may be the only one. */
    @Nullable
    Partials partials() {
        Partials found = partials;
        if (found == null && swept) {
            found = new Partials(this);
            partials = found;
        }
        swept = true;
        return found;
    }

    /** Returns the number of calls. */
    int size() {
        return size;
    }

    /** Returns the number of slots: cotangents and tangents are kept in arrays of this length. */
    int slots() {
        return table.length;
    }

    /** Whether an enclosing differentiation is watching. */
    boolean watched() {
        return watched;
    }

    /** Returns the slot of the i-th call in the order in which they were made. */
    int slot(int i) {
        return place(ids[i]);
    }

    Tensor at(int slot) {
        Tensor x = table[slot];
        if (x == null) {
            throw new IllegalStateException("no call in slot " + slot);
        }
        return x;
    }

    /** Whether the call is a variable of the transform itself, or from outside: sweeps end there. */
    boolean ends(Tensor t) {
        return t.in.length == 0 || t.op == own || t.id < captured;
    }

    /** Returns the values captured from outside, oldest first; none unless this graph was collected for them. */
    List<Tensor> captured() {
        List<Tensor> found = new ArrayList<>();
        for (int i = 0; i < size && ids[i] < captured; i++) {
            found.add(at(slot(i)));
        }
        return found;
    }

    /** Whether a cotangent was asked for by name, so that it must outlive its use in the sweep. */
    boolean keeps(int slot) {
        return targets != null && targets[slot];
    }

    /** Returns the slot of a call whose cotangent or tangent is wanted, or -1. */
    int wanted(Tensor x) {
        int slot = x.op == null ? -1 : find(x);
        return slot >= 0 && wanted != null && !wanted[slot] ? -1 : slot;
    }

    /** Returns the slot of a tensor, or -1 if the output does not depend on it. */
    int find(Tensor x) {
        int slot = place(x.id);
        return table[slot] != null ? slot : -1;
    }

    /** Returns the value that a free variable had in this graph if it has been given another one since, else {@code x}. */
    Tensor asBuilt(Tensor x) {
        Tensor earlier = x.op instanceof Variable && find(x) < 0 ? earlierValue(x) : null;
        return earlier == null ? x : earlier;
    }

    private @Nullable Tensor earlierValue(Tensor variable) {
        Tensor found = null;
        for (Tensor x : table) {
            if (x != null && x.op == variable.op && x.op instanceof Variable kind && !kind.scoped) {
                if (found != null) {
                    throw new IllegalArgumentException("the graph holds two values of " + variable
                            + ", which was updated while it was built: ask for the gradient of one of the two tensors");
                }
                found = x;
            }
        }
        return found;
    }
}
