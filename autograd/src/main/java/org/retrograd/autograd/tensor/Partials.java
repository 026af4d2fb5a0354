package org.retrograd.autograd.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The partial derivatives of a graph's elementwise calls, kept because it is swept more than once: formulas of them are
 * evaluated at the point once, however many tangents are pushed and cotangents pulled.
 *
 * <p>Threads may sweep one graph at the same time. What two of them write to one place is equal, and immutable.
 */
final class Partials {
    private static final int MOST_INPUTS = 3;

    private final Graph graph;
    private final @Nullable Tensor[] kept;

    Partials(Graph graph) {
        this.graph = graph;
        this.kept = new @Nullable Tensor[MOST_INPUTS * graph.slots()];
    }

    /** Returns the partial derivative of a call by input {@code k}, or null if it was not kept yet. */
    @Nullable
    Tensor of(Tensor y, int k) {
        return kept[MOST_INPUTS * graph.find(y) + k];
    }

    void keep(Tensor y, int k, Tensor partial) {
        kept[MOST_INPUTS * graph.find(y) + k] = partial;
    }
}
