package org.retrograd.autograd.tensor;

/**
 * The reduced singular value decomposition A = U·diag(s)·Vh, with k = min(m, n).
 *
 * @param u [.., m, k], with orthonormal columns, the largest entry of each positive
 * @param s [.., k], the singular values, descending
 * @param vh [.., k, n], with orthonormal rows
 */
public record Svd(Tensor u, Tensor s, Tensor vh) {}
