package org.retrograd.autograd.tensor;

/**
 * The methods of {@link Tensor} that solve equations and factorise matrices: of the last two axes, for all leading axes.
 *
 * <p>Every one can be differentiated to any order.
 */
public sealed interface LinearAlgebraMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /**
     * Returns the solution X of this · X = B: {@code [.., n, n], [.., n, k] → [.., n, k]}, batches broadcast; a B of one
     * axis is a vector. Ill-conditioned matrices give what rounding leaves; {@code singularValues()} tell.
     *
     * @throws IllegalArgumentException if an entry of this is not finite
     * @throws ArithmeticException if elimination finds no pivot: the matrix is singular
     */
    default Tensor solve(Tensor b) {
        return SolveOps.solve(self(), b);
    }

    /**
     * Returns the solution X of T · X = B for a triangle T of this: {@code [.., n, n], [.., n, k] → [.., n, k]}, batches
     * broadcast; a B of one axis is a vector. What is outside the triangle is not read and has derivative 0. What is not
     * finite in T or B is calculated with.
     *
     * @throws ArithmeticException if an entry of the diagonal is 0
     */
    default Tensor triangularSolve(Tensor b, Triangle triangle) {
        return SolveOps.triangularSolve(self(), b, triangle);
    }

    /**
     * Returns the solution X of L · Lᵀ · X = B, this being the factor L that {@code cholesky()} gave: {@code [.., n, n], [..,
     * n, k] → [.., n, k]}, batches broadcast; a B of one axis is a vector. What is above the diagonal is not read.
     *
     * @throws ArithmeticException if an entry of the diagonal is 0
     */
    default Tensor choleskySolve(Tensor b) {
        return SolveOps.choleskySolve(self(), b);
    }

    /**
     * Returns the inverse matrix. To solve equations, {@link #solve} is faster and more accurate.
     *
     * @throws IllegalArgumentException if an entry is not finite
     * @throws ArithmeticException if the matrix is singular
     */
    default Tensor inverse() {
        return SolveOps.inverse(self());
    }

    /**
     * Returns the determinant: {@code [.., n, n] → [..]}. It is a polynomial, and its derivatives of every order are right
     * also at singular matrices: the first are the cofactors. NaN with derivative NaN where an entry is NaN or infinite.
     */
    default Tensor det() {
        return DeterminantOps.det(self());
    }

    /**
     * Returns the logarithm of the determinant: {@code [.., n, n] → [..]}; NaN where that is negative or an entry not finite,
     * -inf without a derivative where it is 0.
     */
    default Tensor logDet() {
        return DeterminantOps.logDet(self());
    }

    /**
     * Returns the sign of the determinant and the logarithm of its size, {@code [.., n, n] → [..], [..]}, which neither over-
     * nor underflows; both are NaN where an entry is not finite.
     */
    default SlogDet slogDet() {
        return DeterminantOps.slogDet(self());
    }

    /**
     * Returns the lower triangular L with {@code L · Lᵀ = this}, for symmetric positive definite matrices: {@code [.., n, n]
     * → [.., n, n]}. Both triangles are read, as their mean, and the gradient is symmetric.
     *
     * @throws IllegalArgumentException if the matrix is not symmetric, up to rounding, or an entry is not finite
     * @throws ArithmeticException if it is not positive definite
     */
    default Tensor cholesky() {
        return FactorOps.cholesky(self());
    }

    /**
     * Returns the reduced factors of {@code this = Q · R}: {@code [.., m, n] → [.., m, k], [.., k, n]} with k = min(m, n).
     * Where the first k columns depend on each other, up to rounding, there is no derivative: it is NaN.
     *
     * @throws IllegalArgumentException if an entry is not finite
     */
    default Qr qr() {
        return FactorOps.qr(self());
    }

    /**
     * Returns the X that minimises the length of {@code this · X - B} column by column: {@code [.., m, n], [.., m, k] → [..,
     * n, k]}; a B of one axis is a vector.
     *
     * @throws IllegalArgumentException if there are fewer rows than columns, or an entry of this is not finite
     * @throws ArithmeticException if the columns of the matrix depend on each other
     */
    default Tensor lstsq(Tensor b) {
        return FactorOps.lstsq(self(), b);
    }

    /**
     * Returns eigenvalues, ascending, and eigenvectors of a symmetric matrix: {@code [.., n, n] → [.., n], [.., n, n]}. Where
     * eigenvalues repeat, single vectors are not determined and have derivative NaN; the values share theirs equally.
     *
     * @throws IllegalArgumentException if the matrix is not symmetric, up to rounding, or an entry is not finite
     */
    default Eigh eigh() {
        return SpectralOps.eigh(self());
    }

    /** Returns the eigenvalues of a symmetric matrix in ascending order: {@link #eigh}. */
    default Tensor eigenvalues() {
        return SpectralOps.eigenvalues(self());
    }

    /**
     * Returns the singular values, descending: {@code [.., m, n] → [.., min(m, n)]}. Equal ones share their derivative, and
     * that of 0 is 0.
     *
     * @throws IllegalArgumentException if an entry is not finite
     */
    default Tensor singularValues() {
        return SpectralOps.singularValues(self());
    }

    /**
     * Returns the reduced singular value decomposition: {@code [.., m, n] → [.., m, k], [.., k], [.., k, n]} with k = min(m,
     * n). Vectors have derivative NaN where values repeat, or are 0 and the matrix is not square; where there are such, the
     * others have no second derivative.
     *
     * @throws IllegalArgumentException if an entry is not finite
     */
    default Svd svd() {
        return SpectralOps.svd(self());
    }
}
