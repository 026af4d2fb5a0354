package org.retrograd.autograd.tensor;

import java.util.List;
import java.util.function.Supplier;

/**
 * The gradients of one scalar (or of one cotangent times a tensor) by every value it was computed from.
 *
 * <p>Not only by variables: the gradient by an intermediate value is what a textbook calls its error term or delta.
 */
public final class Gradients {
    private final Graph graph;
    private final Sweep sweep;
    private final boolean keepsAll;

    private Gradients(Graph graph, Sweep sweep, boolean keepsAll) {
        this.graph = graph;
        this.sweep = sweep;
        this.keepsAll = keepsAll;
    }

    static Gradients backward(Tensor output, Tensor seed) {
        Graph graph = Graph.of(output);
        return new Gradients(graph, Sweep.reverse(graph, List.of(output), List.of(seed), true), true);
    }

    static Gradients backward(Tensor output, Tensor seed, Iterable<Tensor> targets) {
        Graph graph = Graph.of(output, targets);
        return new Gradients(graph, Sweep.reverse(graph, List.of(output), List.of(seed), false), false);
    }

    /**
     * Returns the gradient by {@code x}, of the same shape as {@code x}.
     *
     * <p>A free variable that has been given a new value since the forward pass is understood as the value it had then.
     *
     * @throws IllegalArgumentException if the differentiated value does not depend on {@code x}; the message says why
     */
    public Tensor of(Tensor x) {
        Tensor gradient = sweep.of(graph.asBuilt(x));
        if (gradient == null) {
            throw new IllegalArgumentException(whyNone(x));
        }
        return gradient;
    }

    /** Returns the gradient by the tensor that {@code holder} holds: a parameter, for instance. */
    public Tensor of(Supplier<Tensor> holder) {
        return of(holder.get());
    }

    /** Whether the differentiated value depends on {@code x}, so that {@link #of(Tensor)} has an answer. */
    public boolean has(Tensor x) {
        return sweep.of(graph.asBuilt(x)) != null;
    }

    private String whyNone(Tensor x) {
        String what = "no gradient by " + x.label() + ": ";
        if (x.op == null) {
            return what + "it is a constant. Make it with Tensor.variable(..), or ask for the gradient of the value "
                    + "before detach() if it was detached";
        }
        if (graph.find(graph.asBuilt(x)) >= 0 && !keepsAll) {
            return what + "only the gradients of the named parameters were asked for; call backward() to keep the "
                    + "gradients of values in between";
        }
        if (x.id > graph.output.id) {
            return what + "it was computed after " + graph.output.label() + ", which therefore cannot depend on it";
        }
        return what + graph.output.label() + " was computed without it, or only through a detached or integer value; "
                + "check that the forward pass uses this very tensor";
    }

    @Override
    public String toString() {
        return "Gradients of " + graph.output.label() + " by " + graph.size() + " values";
    }
}
