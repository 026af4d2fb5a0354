package org.retrograd.autograd.diff;

import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Mask;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A way to solve a system of linear equations that is given by the product of its matrix with a vector.
 *
 * <p>One that takes several right sides at once is a {@link Block}, as those are that this class makes.
 */
@FunctionalInterface
public interface LinearSolver {
    /**
     * Returns x with {@code a(x) = b}, of the shape of b. Values are not traced and need not be: derivatives of a solution
     * follow from the equation.
     */
    Tensor solve(UnaryOperator<Tensor> a, Tensor b);

    /**
     * A way to solve for several right sides at once: where arrays are small, 64 of them together cost little more than one.
     */
    interface Block extends LinearSolver {
        /**
         * Returns for each b along the first axis its own x with {@code a(x) = b}.
         *
         * @param a takes as many vectors along a first axis as there are right sides
         * @param b of shape [k, x..]
         */
        Tensor solveAll(UnaryOperator<Tensor> a, Tensor b);

        @Override
        default Tensor solve(UnaryOperator<Tensor> a, Tensor b) {
            return solveAll(v -> a.apply(v.squeeze(0)).expandDims(0), b.expandDims(0))
                    .squeeze(0);
        }

        /** Returns a solver for arrays of any shape from one for vectors, which lie along the second axis of right sides. */
        private static Block ofRows(Block solver) {
            return (a, b) -> {
                int[] whole = b.shape().toArray();
                int[] rows = {b.dim(0), b.size() / Math.max(1, b.dim(0))};
                return solver.solveAll(v -> a.apply(v.reshape(whole)).reshape(rows), b.reshape(rows))
                        .reshape(whole);
            };
        }
    }

    /**
     * Returns the method of conjugate gradients (Hestenes and Stiefel 1952), for symmetric positive definite matrices: those
     * of a minimum.
     *
     * @param tolerance the residual at which it ends, as a fraction of the right side
     * @param most the number of products after which it gives up
     */
    static Block conjugateGradients(double tolerance, int most) {
        return Block.ofRows((a, b) -> {
            Tensor target = lengths(b).mul(tolerance);
            Tensor x = Tensor.zeros(b.shape());
            Tensor r = b;
            Tensor p = r;
            Mask open = lengths(r).gt(target);
            for (int k = 0; open.any(); k++) {
                if (k == most) {
                    throw notConverged("conjugate gradients", most, r, target);
                }
                Tensor ap = a.apply(p);
                Tensor curvature = products(p, ap);
                requirePositive(curvature, open);
                // a right side that is done takes no more steps: its direction may be 0
                Tensor squares = products(r, r);
                Tensor step = Tensor.where(open, squares.div(curvature), Tensor.scalar(0));
                x = x.add(p.mul(step));
                r = r.sub(ap.mul(step));
                p = r.add(p.mul(Tensor.where(open, products(r, r).div(squares), Tensor.scalar(0))));
                open = lengths(r).gt(target);
            }
            return x;
        });
    }

    private static void requirePositive(Tensor curvature, Mask open) {
        for (int i = 0; i < curvature.size(); i++) {
            double found = curvature.get(i, 0);
            if (open.get(i) && !(found > 0)) {
                throw new ArithmeticException(
                        "conjugate gradients need a positive definite matrix, but found a direction of curvature "
                                + found + "; use another LinearSolver, or none for elimination");
            }
        }
    }

    /**
     * Returns the iteration x ← x + (b - a(x)), which converges if the eigenvalues of the matrix are within 1 of 1: so it is
     * for a fixed point at which the iteration contracts.
     *
     * @param tolerance the residual at which it ends, as a fraction of the right side
     * @param most the number of products after which it gives up
     */
    static Block iteration(double tolerance, int most) {
        return Block.ofRows((a, b) -> {
            Tensor target = lengths(b).mul(tolerance);
            Tensor x = b;
            Tensor r = b.sub(a.apply(x));
            for (int k = 0; !lengths(r).le(target).all(); k++) {
                if (k == most) {
                    throw notConverged("the iteration", most, r, target);
                }
                x = x.add(r);
                r = b.sub(a.apply(x));
            }
            return x;
        });
    }

    /** Returns the inner product of each row with its like, [k, n] and [k, n] → [k, 1]. */
    private static Tensor products(Tensor a, Tensor b) {
        return a.mul(b).sum(Dims.KEEP, 1);
    }

    private static Tensor lengths(Tensor rows) {
        return rows.norm(Dims.KEEP, 1);
    }

    private static ArithmeticException notConverged(String what, int most, Tensor residuals, Tensor targets) {
        Tensor lengths = lengths(residuals);
        int worst = lengths.div(targets).argMax(0).get(0);
        return new ArithmeticException(
                what + " did not converge in " + most + " steps: the residual is " + lengths.get(worst, 0) + ", to be "
                        + targets.get(worst, 0) + "; allow more, or use another LinearSolver");
    }
}
