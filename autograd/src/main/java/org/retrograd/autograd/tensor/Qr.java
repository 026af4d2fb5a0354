package org.retrograd.autograd.tensor;

/**
 * The factors of A = Q·R.
 *
 * @param q [.., m, n], with orthonormal columns
 * @param r [.., n, n], upper triangular, its diagonal not negative
 */
public record Qr(Tensor q, Tensor r) {}
