package org.retrograd.autograd.tensor;

/**
 * The reduced factors of A = Q·R, with k = min(m, n).
 *
 * @param q [.., m, k], with orthonormal columns
 * @param r [.., k, n], upper triangular, its diagonal not negative
 */
public record Qr(Tensor q, Tensor r) {}
