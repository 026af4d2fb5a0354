package org.retrograd.nn;

import org.retrograd.autograd.tensor.Tensor;

/** A figure that tells how well a network does: {@code (y, data) -> Metrics.accuracy(y, data.labels())}, for instance. */
@FunctionalInterface
public interface Metric {
    /** Returns the figure for a network's output and the examples that it was computed from. */
    double of(Tensor output, Dataset data);
}
