/**
 * Networks, losses and training: a thin layer over tensors that holds no derivative of its own.
 *
 * <p>A {@link org.retrograd.nn.Layer} is a function with {@link org.retrograd.nn.Parameter}s, a {@link
 * org.retrograd.nn.Loss} is a function of outputs and targets, and an {@link org.retrograd.nn.Optimiser} takes gradients
 * and gives parameters new values. Derivatives come from the tensors, whatever the layer and whatever the loss. The one
 * exception has a name: {@link org.retrograd.nn.DeltaRule} writes the outer product of the textbook itself.
 *
 * <p>Nothing draws random numbers unless it is handed a generator, and nothing prints.
 */
@NullMarked
package org.retrograd.nn;

import org.jspecify.annotations.NullMarked;
