package org.retrograd.autograd.diff;

import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Tensor;

/** A way to solve a system of linear equations that is given by the product of its matrix with a vector. */
@FunctionalInterface
public interface LinearSolver {
    /**
     * Returns x with {@code a(x) = b}, of the shape of b. Values are not traced and need not be: derivatives of a solution
     * follow from the equation.
     */
    Tensor solve(UnaryOperator<Tensor> a, Tensor b);

    /**
     * Returns the method of conjugate gradients (Hestenes and Stiefel 1952), for symmetric positive definite matrices: those
     * of a minimum.
     *
     * @param tolerance the residual at which it ends, as a fraction of the right side
     * @param most the number of products after which it gives up
     */
    static LinearSolver conjugateGradients(double tolerance, int most) {
        return (a, b) -> {
            double target = tolerance * b.norm().item();
            Tensor x = Tensor.zeros(b.shape());
            Tensor r = b;
            Tensor p = r;
            double square = r.sumSquares().item();
            for (int k = 0; Math.sqrt(square) > target; k++) {
                if (k == most) {
                    throw notConverged("conjugate gradients", most, Math.sqrt(square), target);
                }
                Tensor ap = a.apply(p);
                double curvature = p.mul(ap).sum().item();
                if (!(curvature > 0)) {
                    throw new ArithmeticException("conjugate gradients need a positive definite matrix, but found a "
                            + "direction of curvature " + curvature + "; use another LinearSolver, or none for "
                            + "elimination");
                }
                x = x.add(p.mul(square / curvature));
                r = r.sub(ap.mul(square / curvature));
                double next = r.sumSquares().item();
                p = r.add(p.mul(next / square));
                square = next;
            }
            return x;
        };
    }

    /**
     * Returns the iteration x ← x + (b - a(x)), which converges if the eigenvalues of the matrix are within 1 of 1: so it is
     * for a fixed point at which the iteration contracts.
     *
     * @param tolerance the residual at which it ends, as a fraction of the right side
     * @param most the number of products after which it gives up
     */
    static LinearSolver iteration(double tolerance, int most) {
        return (a, b) -> {
            double target = tolerance * b.norm().item();
            Tensor x = b;
            Tensor r = b.sub(a.apply(x));
            for (int k = 0; !(r.norm().item() <= target); k++) {
                if (k == most) {
                    throw notConverged("the iteration", most, r.norm().item(), target);
                }
                x = x.add(r);
                r = b.sub(a.apply(x));
            }
            return x;
        };
    }

    private static ArithmeticException notConverged(String what, int most, double residual, double target) {
        return new ArithmeticException(what + " did not converge in " + most + " steps: the residual is " + residual
                + ", to be " + target + "; allow more, or use another LinearSolver");
    }
}
