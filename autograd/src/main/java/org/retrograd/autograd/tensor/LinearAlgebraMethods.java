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
     * @throws ArithmeticException if elimination finds no pivot: the matrix is singular
     */
    default Tensor solve(Tensor b) {
        return SolveOps.solve(self(), b);
    }

    /**
     * Returns the solution X of T · X = B for a triangle T of this: {@code [.., n, n], [.., n, k] → [.., n, k]}, batches
     * broadcast; a B of one axis is a vector. What is outside the triangle is not read and has derivative 0.
     *
     * @throws ArithmeticException if an entry of the diagonal is 0
     */
    default Tensor triangularSolve(Tensor b, Triangle triangle) {
        return SolveOps.triangularSolve(self(), b, triangle);
    }

    /** Returns the solution X of L · Lᵀ · X = B, this being the factor L that {@code cholesky()} gave. */
    default Tensor choleskySolve(Tensor b) {
        return SolveOps.choleskySolve(self(), b);
    }

    /**
     * Returns the inverse matrix. To solve equations, {@link #solve} is faster and more accurate.
     *
     * @throws ArithmeticException if the matrix is singular
     */
    default Tensor inverse() {
        return SolveOps.inverse(self());
    }

    /**
     * Returns the determinant: {@code [.., n, n] → [..]}. It is a polynomial, and its derivatives of every order are right
     * also at singular matrices: the first are the cofactors.
     */
    default Tensor det() {
        return DeterminantOps.det(self());
    }

    /** Returns the logarithm of the determinant; NaN where that is negative, -inf without a derivative where it is 0. */
    default Tensor logDet() {
        return DeterminantOps.logDet(self());
    }

    /** Returns the sign of the determinant and the logarithm of its size, which neither over- nor underflows. */
    default SlogDet slogDet() {
        return DeterminantOps.slogDet(self());
    }
}
