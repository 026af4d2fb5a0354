package org.retrograd.autograd.tensor;

/**
 * The largest entries along an axis, and where they stood.
 *
 * @param values the entries, the largest first
 * @param indices their positions along the axis, of the same shape; never traced
 */
public record TopK(Tensor values, Indices indices) {}
