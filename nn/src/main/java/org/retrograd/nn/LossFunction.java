package org.retrograd.nn;

import org.retrograd.autograd.tensor.Tensor;

/** What training makes small: {@code (y, batch) -> Loss.crossEntropy(y, batch.labels())}, for instance. */
@FunctionalInterface
public interface LossFunction {
    /** Returns the loss, a scalar, of a network's output for the examples of a mini-batch. */
    Tensor of(Tensor output, Dataset batch);
}
