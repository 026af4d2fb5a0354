package org.retrograd.autograd.diff;

import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Jacobians and Hessians of which most entries are 0, at the cost of few sweeps.
 *
 * <p>Which entries may differ from 0 is read off the recorded calls: nothing is guessed from numbers, so that no entry is
 * missed. Columns that share no row are then found together (Curtis, Powell and Reid 1974). A function whose value depends
 * on everything works too, at the cost of the dense matrix; the text of the plan says so.
 *
 * <p>Points and values may have any shape: rows are the entries of the value, columns those of the argument, in row-major
 * order. For a function of a record, list or map take {@link Structure#restore} before it and {@link Structure#flatten}
 * after it, which keep the pattern. Like all transforms these nest: the values of a matrix are traced if somebody else differentiates.
 */
public final class Sparse {
    private Sparse() {}

    /** Returns the sparse matrix of all partial derivatives, [value's size, argument's size]. */
    public static SparseMatrix jacobian(UnaryOperator<Tensor> f, Tensor x) {
        Linearization at = Derivatives.linearize(f, x).tensors();
        return SparsePlan.jacobian(f, at, x).at(at);
    }

    /** Returns how to find the Jacobian at any point where the function makes the same calls as at {@code x}. */
    public static SparsePlan jacobianPlan(UnaryOperator<Tensor> f, Tensor x) {
        return SparsePlan.jacobian(f, Derivatives.linearize(f, x).tensors(), x);
    }

    /**
     * Returns the sparse matrix of second derivatives of a scalar function, in forward over reverse.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static SparseMatrix hessian(UnaryOperator<Tensor> f, Tensor x) {
        UnaryOperator<Tensor> gradient = gradient(f);
        Linearization at = Derivatives.linearize(gradient, x).tensors();
        return SparsePlan.hessian(gradient, at, x).at(at);
    }

    /**
     * Returns how to find the Hessian at any point where the function makes the same calls as at {@code x}.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static SparsePlan hessianPlan(UnaryOperator<Tensor> f, Tensor x) {
        UnaryOperator<Tensor> gradient = gradient(f);
        return SparsePlan.hessian(gradient, Derivatives.linearize(gradient, x).tensors(), x);
    }

    private static UnaryOperator<Tensor> gradient(UnaryOperator<Tensor> f) {
        return x -> Derivatives.gradient(f, x);
    }
}
