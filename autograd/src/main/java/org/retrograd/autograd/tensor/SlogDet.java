package org.retrograd.autograd.tensor;

/**
 * A determinant as its sign and the logarithm of its size: {@code det = sign · e^logAbsDet}.
 *
 * @param sign -1, 0 or 1, or NaN; its derivative is 0
 * @param logAbsDet ln|det|; -inf for singular matrices
 */
public record SlogDet(Tensor sign, Tensor logAbsDet) {}
