package org.retrograd.examples;

import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.ConjugateGradient;
import org.retrograd.autograd.array.Sparsity;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.diff.Sparse;
import org.retrograd.autograd.diff.SparseMatrix;
import org.retrograd.autograd.diff.SparsePlan;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * Newton's method for Bratu's reaction-diffusion equation, with a Jacobian found in one sweep.
 *
 * <p>The equation is u_xx + u_yy + e^u = 0 on the unit square, u = 0 at its edge, on a grid: each equation has five
 * unknowns. The linear systems are solved by Commons Math's conjugate gradients, which need products only.
 */
@Command(name = "SparseJacobian", description = "A partial differential equation by Newton, its Jacobian in one sweep.")
final class SparseJacobian implements Example {
    private static final int GRID = 40;
    private static final int SMALL = 4;
    private static final double TOLERANCE = 1e-10;
    private static final int MOST_STEPS = 12;

    /** Returns minus the left side of the equation at each inner point, times the square of the mesh width. */
    private static Tensor residual(Tensor u) {
        int n = u.dim(0);
        Tensor around = u.slice(0, 1, n)
                .pad(0, 0, 1)
                .add(u.slice(0, 0, n - 1).pad(0, 1, 0))
                .add(u.slice(1, 1, n).pad(1, 0, 1))
                .add(u.slice(1, 0, n - 1).pad(1, 1, 0));
        double h = 1.0 / (n + 1);
        return u.mul(4).sub(around).sub(u.exp().mul(h * h));
    }

    @Override
    public boolean run(Report out, long seed) {
        out.line(
                "Jacobian of %d equations on a %d x %d grid, x where an entry may differ from 0",
                SMALL * SMALL, SMALL, SMALL);
        Tensor small = Tensor.zeros(SMALL, SMALL);
        SparsePlan smallPlan = Sparse.jacobianPlan(SparseJacobian::residual, small);
        picture(out, smallPlan.sparsity());
        Tensor dense = Derivatives.jacobian(SparseJacobian::residual, small).reshape(SMALL * SMALL, SMALL * SMALL);
        double gap = smallPlan.at(small).toDense().sub(dense).abs().max().item();
        out.line("largest difference from the dense Jacobian: %.1e", gap);
        out.gap();

        Tensor u = Tensor.zeros(GRID, GRID);
        SparsePlan plan = Sparse.jacobianPlan(SparseJacobian::residual, u);
        out.text(plan.toString());
        out.text("step   max |residual|");
        double error = residual(u).abs().max().item();
        int step = 0;
        out.line("%4d   %.2e", step, error);
        while (error > TOLERANCE && step < MOST_STEPS) {
            u = u.sub(solve(plan.at(u), residual(u)));
            error = residual(u).abs().max().item();
            out.line("%4d   %.2e", ++step, error);
        }
        boolean solved = error <= TOLERANCE;
        out.line("u in the middle of the square: %.4f", u.get(GRID / 2, GRID / 2));
        out.text(solved && gap < 1e-14 ? "Newton converged, sparse and dense agree" : "NOT SOLVED");
        return solved && gap < 1e-14;
    }

    private static Tensor solve(SparseMatrix jacobian, Tensor right) {
        double[] solution = new ConjugateGradient(1000, 1e-13, false)
                .solve(jacobian.toOperator(), new ArrayRealVector(right.toArray()))
                .toArray();
        return Tensor.of(solution).reshape(right.dim(0), right.dim(1));
    }

    private static void picture(Report out, Sparsity sparsity) {
        for (int row = 0; row < sparsity.rows(); row++) {
            StringBuilder line = new StringBuilder("  " + ". ".repeat(sparsity.columns()));
            for (int entry = sparsity.start(row); entry < sparsity.start(row + 1); entry++) {
                line.setCharAt(2 + 2 * sparsity.column(entry), 'x');
            }
            out.text(line.toString().stripTrailing());
        }
    }
}
