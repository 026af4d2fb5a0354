package org.retrograd.examples;

import java.util.Arrays;
import java.util.function.Function;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimpleValueChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunctionGradient;
import org.apache.commons.math3.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * Derivatives of what solvers find, without differentiating the solver: a root, a fixed point, an arg-min and a linear
 * system, solved by Commons Math or by a loop.
 */
@Command(
        name = "Implicit",
        description = "Derivatives of roots, fixed points, minima and linear solves by Commons Math.")
final class Implicit implements Example {
    private static final double STEP = 1e-5;

    // --- Kepler's equation E - e sin E = M, for the eccentricity e and the mean anomaly M ---

    private static Tensor kepler(Tensor anomaly, Tensor orbit) {
        return anomaly.sub(anomaly.sin().mul(orbit.slice(0, 0, 1))).sub(orbit.slice(0, 1, 2));
    }

    private static Tensor byBrent(Tensor orbit) {
        double e = orbit.get(0);
        double m = orbit.get(1);
        return Tensor.of(new BrentSolver(1e-15, 1e-15).solve(100, x -> x - e * StrictMath.sin(x) - m, 0, 2 * Math.PI));
    }

    // --- a fixed point: x = cos(a x) ---

    private static Tensor map(Tensor x, Tensor a) {
        return x.mul(a).cos();
    }

    private static Tensor byIteration(Tensor a) {
        Tensor x = Tensor.of(0.5);
        for (int k = 0; k < 300; k++) {
            x = map(x, a);
        }
        return x;
    }

    // --- an arg-min: least squares with a penalty on the size, by the logarithm of the penalty's weight ---

    private static final Tensor DESIGN = Tensor.of(new double[][] {{1, 0.5}, {1, -1}, {1, 2}, {1, 0.1}});
    private static final Tensor DATA = Tensor.of(1.2, -0.4, 2.9, 0.6);

    private static Tensor objective(Tensor x, Tensor logWeight) {
        return DESIGN.matmul(x)
                .sub(DATA)
                .sumSquares()
                .add(x.sumSquares().mul(logWeight.exp()).sum());
    }

    /** Commons Math's conjugate gradients, fed by the exact gradient. */
    private static Tensor byOptimizer(Tensor logWeight) {
        Function<Tensor, Tensor> f = x -> objective(x, logWeight);
        NonLinearConjugateGradientOptimizer optimizer = new NonLinearConjugateGradientOptimizer(
                NonLinearConjugateGradientOptimizer.Formula.POLAK_RIBIERE,
                new SimpleValueChecker(1e-15, 1e-15),
                1e-12,
                1e-12,
                0.1);
        return Tensor.of(optimizer
                .optimize(
                        GoalType.MINIMIZE,
                        new MaxEval(10_000),
                        new InitialGuess(new double[2]),
                        new ObjectiveFunction(x -> f.apply(Tensor.of(x)).item()),
                        new ObjectiveFunctionGradient(
                                x -> Derivatives.gradient(f, Tensor.of(x)).toArray()))
                .getPoint());
    }

    // --- a linear system: the deflection of a string of springs, by their stiffness ---

    private static Tensor pull(Tensor x, Tensor stiffness) {
        Tensor stretched = x.pad(0, 0, 1).sub(x.pad(0, 1, 0)).mul(stiffness);
        int n = x.size();
        return stretched.slice(0, 0, n).sub(stretched.slice(0, 1, n + 1));
    }

    private static Tensor byCholesky(Tensor stiffness) {
        int n = stiffness.size() - 1;
        Array2DRowRealMatrix matrix = new Array2DRowRealMatrix(n, n);
        for (int j = 0; j < n; j++) {
            Tensor unit = Tensor.eye(n).slice(0, j, j + 1).flatten();
            matrix.setColumn(j, pull(unit, stiffness).toArray());
        }
        double[] load = new double[n];
        Arrays.fill(load, 1);
        return Tensor.of(new CholeskyDecomposition(matrix)
                .getSolver()
                .solve(new ArrayRealVector(load))
                .toArray());
    }

    @Override
    public boolean run(Report out, long seed) {
        out.text("derivatives of solutions, by the implicit function theorem and by central differences");
        boolean right = true;
        var orbit = org.retrograd.autograd.diff.Implicit.root(Implicit::kepler);
        right &= line(out, "root, Brent's method", p -> orbit.solve(Implicit::byBrent, p), Tensor.of(0.3, 1.1));
        var cosine = org.retrograd.autograd.diff.Implicit.fixedPoint(Implicit::map);
        right &= line(out, "fixed point, iterated", a -> cosine.solve(Implicit::byIteration, a), Tensor.of(0.8));
        var ridge = org.retrograd.autograd.diff.Implicit.argMin(Implicit::objective);
        right &= line(out, "arg-min, optimizer", w -> ridge.solve(Implicit::byOptimizer, w), Tensor.of(-1));
        var springs = org.retrograd.autograd.diff.Implicit.linear(Implicit::pull, k -> Tensor.ones(3));
        right &= line(out, "linear, Cholesky", k -> springs.solve(Implicit::byCholesky, k), Tensor.of(1, 2, 1.5, 3));
        try {
            orbit.solve(p -> Tensor.of(1), Tensor.of(0.3, 1.1));
            right = false;
        } catch (IllegalArgumentException e) {
            out.text("a guess in place of the root: " + e.getMessage());
        }
        out.text(right ? "all agree" : "THEY DISAGREE");
        return right;
    }

    /** Writes the derivatives of the sum of a solution's entries by the first parameter, of first and second order. */
    private static boolean line(Report out, String what, Function<Tensor, Tensor> solution, Tensor at) {
        Function<Tensor, Tensor> sum = p -> solution.apply(p).sum();
        Tensor gradient = Derivatives.gradient(sum, at);
        Tensor direction = Tensor.ones(at.size());
        Tensor second = Derivatives.hvp(sum, at, direction);
        double first = differences(p -> sum.apply(p), at, direction).item();
        Tensor secondByDifferences = differences(p -> Derivatives.gradient(sum, p), at, direction);
        double gap = Math.abs(gradient.sum().item() - first);
        double secondGap = second.sub(secondByDifferences).abs().max().item();
        out.line(
                "%-22s x %9.6f   d %10.6f  differences %10.6f   second order within %.0e",
                what, solution.apply(at).get(0), gradient.sum().item(), first, secondGap);
        return gap < 1e-5 && secondGap < 1e-5;
    }

    private static Tensor differences(Function<Tensor, Tensor> f, Tensor at, Tensor direction) {
        Tensor step = direction.mul(STEP);
        return f.apply(at.add(step)).sub(f.apply(at.sub(step))).div(2 * STEP);
    }
}
