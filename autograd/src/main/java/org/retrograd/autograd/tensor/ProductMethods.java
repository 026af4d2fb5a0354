package org.retrograd.autograd.tensor;

/** The methods of {@link Tensor} that multiply matrices and vectors. */
public sealed interface ProductMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * Returns the matrix product {@code [.., n, k] · [.., k, m] → [.., n, m]}, batches broadcast. A vector on the left is a
     * row, on the right a column, and its axis of length 1 does not appear in the result.
     *
     * @throws IllegalArgumentException if the inner sizes differ or the batches do not broadcast
     */
    default Tensor matmul(Tensor other) {
        return ProductOps.matmul(self(), other);
    }

    /** Returns the scalar product of two vectors: {@code [n] · [n] → []}. */
    default Tensor dot(Tensor other) {
        return ProductOps.dot(self(), other);
    }

    /** Returns the products of all pairs of entries: {@code [n], [m] → [n, m]}. */
    default Tensor outer(Tensor other) {
        return ProductOps.outer(self(), other);
    }

    /** Returns the Kronecker product: {@code [n, m], [p, q] → [n p, m q]}. */
    default Tensor kron(Tensor other) {
        return ProductOps.kron(self(), other);
    }

    /** Returns the sum of the diagonal of the last two axes: {@code [.., n, m] → [..]}. */
    default Tensor trace() {
        return self().diagonal().sum(-1);
    }
}
