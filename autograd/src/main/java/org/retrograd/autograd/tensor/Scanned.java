package org.retrograd.autograd.tensor;

/**
 * What a loop computed.
 *
 * @param last [s], the state after the last step
 * @param outputs [n, m], the output of each step; m is 0 if there are none
 */
public record Scanned(Tensor last, Tensor outputs) {}
