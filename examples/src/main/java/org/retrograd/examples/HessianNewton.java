package org.retrograd.examples;

import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresBuilder;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresOptimizer.Optimum;
import org.apache.commons.math3.fitting.leastsquares.LevenbergMarquardtOptimizer;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.SimpleValueChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunctionGradient;
import org.apache.commons.math3.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer;
import org.apache.commons.math3.util.Pair;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * The minimum of Rosenbrock's function found three times: by Newton's method with the exact Hessian, and by two optimizers of
 * Commons Math that are given exact gradients and Jacobians.
 */
@Command(
        name = "HessianNewton",
        description = "Rosenbrock's minimum by Newton's method and by Commons Math's optimizers.")
final class HessianNewton implements Example {
    private static final double[] START = {-1.2, 1};
    private static final double GRADIENT_TOLERANCE = 1e-12;
    private static final double DISTANCE_TOLERANCE = 1e-6;
    private static final int MOST_STEPS = 20;
    private static final int MOST_EVALUATIONS = 10_000;

    /** Returns 10 (y - x²) and 1 - x, whose squares sum up to Rosenbrock's function. */
    private static Tensor residuals(Tensor at) {
        Tensor x = at.slice(0, 0, 1);
        Tensor y = at.slice(0, 1, 2);
        return Tensor.concat(0, y.sub(x.square()).mul(10), x.neg().add(1));
    }

    private static Tensor rosenbrock(Tensor at) {
        return residuals(at).sumSquares();
    }

    @Override
    public boolean run(Report out, long seed) {
        boolean newton = newton(out);
        out.gap();
        boolean conjugateGradient = conjugateGradient(out);
        boolean levenbergMarquardt = levenbergMarquardt(out);
        boolean found = newton && conjugateGradient && levenbergMarquardt;
        out.text(found ? "all three found the minimum at (1, 1)" : "MINIMUM NOT FOUND");
        return found;
    }

    private static boolean newton(Report out) {
        out.text("Newton with the exact Hessian");
        out.text("step          x          y   |gradient|");
        Tensor at = Tensor.of(START);
        Tensor gradient = Derivatives.gradient(HessianNewton::rosenbrock, at);
        int step = 0;
        line(out, step, at, gradient);
        while (gradient.norm().item() > GRADIENT_TOLERANCE && step < MOST_STEPS) {
            at = at.sub(Derivatives.hessian(HessianNewton::rosenbrock, at).solve(gradient));
            gradient = Derivatives.gradient(HessianNewton::rosenbrock, at);
            line(out, ++step, at, gradient);
        }
        return isMinimum(at.toArray());
    }

    private static void line(Report out, int step, Tensor at, Tensor gradient) {
        out.line(
                "%4d %10.6f %10.6f   %.2e",
                step, at.get(0), at.get(1), gradient.norm().item());
    }

    private static boolean conjugateGradient(Report out) {
        NonLinearConjugateGradientOptimizer optimizer = new NonLinearConjugateGradientOptimizer(
                NonLinearConjugateGradientOptimizer.Formula.POLAK_RIBIERE, new SimpleValueChecker(0, 1e-18));
        MultivariateFunction value = point -> rosenbrock(Tensor.of(point)).item();
        PointValuePair best = optimizer.optimize(
                new MaxEval(MOST_EVALUATIONS),
                GoalType.MINIMIZE,
                new InitialGuess(START),
                new ObjectiveFunction(value),
                new ObjectiveFunctionGradient(point -> Derivatives.gradient(HessianNewton::rosenbrock, Tensor.of(point))
                        .toArray()));
        return report(
                out, "conjugate gradient", optimizer.getIterations(), optimizer.getEvaluations(), best.getPoint());
    }

    private static boolean levenbergMarquardt(Report out) {
        Optimum best = new LevenbergMarquardtOptimizer()
                .optimize(new LeastSquaresBuilder()
                        .start(START)
                        .target(new double[2])
                        .model(point -> {
                            Tensor at = Tensor.of(point.toArray());
                            double[] jacobian = Derivatives.jacobian(HessianNewton::residuals, at)
                                    .toArray();
                            return new Pair<>(
                                    new ArrayRealVector(residuals(at).toArray()),
                                    new Array2DRowRealMatrix(
                                            new double[][] {{jacobian[0], jacobian[1]}, {jacobian[2], jacobian[3]}}));
                        })
                        .maxEvaluations(MOST_EVALUATIONS)
                        .maxIterations(MOST_EVALUATIONS)
                        .build());
        return report(
                out,
                "Levenberg-Marquardt",
                best.getIterations(),
                best.getEvaluations(),
                best.getPoint().toArray());
    }

    private static boolean report(Report out, String name, int iterations, int evaluations, double[] at) {
        out.line("%-20s %d iterations, %d evaluations: (%.6f, %.6f)", name, iterations, evaluations, at[0], at[1]);
        return isMinimum(at);
    }

    private static boolean isMinimum(double[] at) {
        return Math.abs(at[0] - 1) < DISTANCE_TOLERANCE && Math.abs(at[1] - 1) < DISTANCE_TOLERANCE;
    }
}
