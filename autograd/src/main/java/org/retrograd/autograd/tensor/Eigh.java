package org.retrograd.autograd.tensor;

/**
 * The eigenvalues and eigenvectors of a symmetric matrix.
 *
 * @param values [.., n], ascending
 * @param vectors [.., n, n], one a column, in the order of the values
 */
public record Eigh(Tensor values, Tensor vectors) {}
