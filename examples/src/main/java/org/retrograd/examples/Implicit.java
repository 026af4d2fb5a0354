package org.retrograd.examples;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.ode.FirstOrderDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853Integrator;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.SimplePointChecker;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunctionGradient;
import org.apache.commons.math3.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * Derivatives of what solvers find, without differentiating the solver: a root, a fixed point, an arg-min, a linear system
 * and the resting point of an ODE, solved by Commons Math or by a loop. Beside them those of a solver written in tensor
 * methods, every step of it differentiated, and those of differences of the solver's results.
 */
@Command(
        name = "Implicit",
        description =
                "Derivatives of roots, fixed points, minima, linear solves and ODEs at rest, solved by Commons Math.")
final class Implicit implements Example {
    /** The widest of the three steps of differences; what extrapolation leaves is of the order of its 6th power. */
    private static final double STEP = 0x1p-6;

    /** A solver's rounding, some units of 2e-16, divided by the narrowest step. */
    private static final double OF_DIFFERENCES = 5e-12;

    /** The rounding in some hundred steps. */
    private static final double OF_UNROLLED = 1e-12;

    /**
     * A solution as a function of its parameters.
     *
     * @param title what is solved, and by what
     * @param x names of the unknowns
     * @param p names of the parameters
     * @param implicit differentiated by the equation, the solver being anybody's
     * @param unrolled a solver in tensor methods, differentiated step by step
     */
    private record Problem(
            String title,
            List<String> x,
            List<String> p,
            UnaryOperator<Tensor> implicit,
            UnaryOperator<Tensor> unrolled,
            Tensor at) {}

    // --- Kepler's equation E - e sin E = M, by the eccentricity e and the mean anomaly M ---

    private static Tensor kepler(Tensor anomaly, Tensor orbit) {
        return anomaly.sub(anomaly.sin().mul(orbit.slice(0, 0, 1))).sub(orbit.slice(0, 1, 2));
    }

    private static Tensor byBrent(Tensor orbit) {
        double e = orbit.get(0);
        double m = orbit.get(1);
        return Tensor.of(new BrentSolver(1e-15, 1e-15).solve(100, x -> x - e * StrictMath.sin(x) - m, 0, 2 * Math.PI));
    }

    private static Tensor byNewton(Tensor orbit) {
        Tensor x = orbit.slice(0, 1, 2);
        for (int k = 0; k < 10; k++) {
            Tensor slope = x.cos().mul(orbit.slice(0, 0, 1)).neg().add(1);
            x = x.sub(kepler(x, orbit).div(slope));
        }
        return x;
    }

    // --- a fixed point: x = cos(a y), y = cos(b x) ---

    private static Tensor cosines(Tensor xy, Tensor ab) {
        return xy.roll(0, 1).mul(ab).cos();
    }

    private static Tensor byIteration(Tensor ab) {
        Tensor xy = Tensor.of(0.5, 0.5);
        for (int k = 0; k < 200; k++) {
            xy = cosines(xy, ab);
        }
        return xy;
    }

    // --- an arg-min: least squares with penalties on the sizes, by the logarithms of the penalties' weights ---

    private static final Tensor DESIGN = Tensor.of(new double[][] {{1, 0.5}, {1, -1}, {1, 2}, {1, 0.1}});
    private static final Tensor DATA = Tensor.of(1.2, -0.4, 2.9, 0.6);

    private static Tensor loss(Tensor x, Tensor logWeights) {
        return DESIGN.matmul(x)
                .sub(DATA)
                .sumSquares()
                .add(x.square().mul(logWeights.exp()).sum());
    }

    /** Commons Math's conjugate gradients, fed by the exact gradient. */
    private static Tensor byOptimizer(Tensor logWeights) {
        UnaryOperator<Tensor> f = x -> loss(x, logWeights);
        NonLinearConjugateGradientOptimizer optimizer = new NonLinearConjugateGradientOptimizer(
                NonLinearConjugateGradientOptimizer.Formula.POLAK_RIBIERE,
                new SimplePointChecker<>(1e-15, 1e-15),
                1e-14,
                1e-14,
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

    private static Tensor byDescent(Tensor logWeights) {
        Tensor x = Tensor.zeros(2);
        for (int k = 0; k < 300; k++) {
            x = x.sub(Derivatives.gradient((Tensor z) -> loss(z, logWeights), x).mul(0.08));
        }
        return x;
    }

    // --- a linear system: where two weights hang between three springs, by the springs' stiffness ---

    private static Tensor forces(Tensor x, Tensor stiffness) {
        Tensor stretched = x.pad(0, 0, 1).sub(x.pad(0, 1, 0)).mul(stiffness);
        int n = x.size();
        return stretched.slice(0, 0, n).sub(stretched.slice(0, 1, n + 1));
    }

    private static Tensor byCholesky(Tensor stiffness) {
        int n = stiffness.size() - 1;
        Array2DRowRealMatrix matrix = new Array2DRowRealMatrix(n, n);
        for (int j = 0; j < n; j++) {
            Tensor unit = Tensor.eye(n).slice(0, j, j + 1).flatten();
            matrix.setColumn(j, forces(unit, stiffness).toArray());
        }
        double[] load = new double[n];
        Arrays.fill(load, 1);
        return Tensor.of(new CholeskyDecomposition(matrix)
                .getSolver()
                .solve(new ArrayRealVector(load))
                .toArray());
    }

    private static Tensor byRelaxation(Tensor stiffness) {
        int n = stiffness.size() - 1;
        Tensor x = Tensor.zeros(n);
        for (int k = 0; k < 300; k++) {
            x = x.add(forces(x, stiffness).neg().add(1).mul(0.25));
        }
        return x;
    }

    // --- an ODE at rest: prey u' = u (1 - u) - a u v, predators v' = v (u - m), by their appetite a and mortality m
    // ---

    private static Tensor growth(Tensor uv, Tensor am) {
        Tensor u = uv.slice(0, 0, 1);
        Tensor v = uv.slice(0, 1, 2);
        Tensor met = u.mul(v);
        return Tensor.concat(0, u.sub(u.square()).sub(met.mul(am.slice(0, 0, 1))), met.sub(v.mul(am.slice(0, 1, 2))));
    }

    private static Tensor byIntegrator(Tensor am) {
        FirstOrderDifferentialEquations equations = new FirstOrderDifferentialEquations() {
            @Override
            public int getDimension() {
                return 2;
            }

            @Override
            public void computeDerivatives(double t, double[] uv, double[] d) {
                d[0] = uv[0] * (1 - uv[0]) - am.get(0) * uv[0] * uv[1];
                d[1] = uv[1] * (uv[0] - am.get(1));
            }
        };
        double[] uv = {0.5, 0.5};
        new DormandPrince853Integrator(1e-9, 10, 1e-14, 1e-14).integrate(equations, 0, uv, 300, uv);
        return Tensor.of(uv);
    }

    private static Tensor bySteps(Tensor am) {
        Tensor uv = Tensor.of(0.5, 0.5);
        for (int k = 0; k < 500; k++) {
            uv = uv.add(growth(uv, am).mul(0.5));
        }
        return uv;
    }

    private static final org.retrograd.autograd.diff.Implicit<Tensor> KEPLER =
            org.retrograd.autograd.diff.Implicit.root(Implicit::kepler);

    private static List<Problem> problems() {
        var cosines = org.retrograd.autograd.diff.Implicit.fixedPoint(Implicit::cosines);
        var penalised = org.retrograd.autograd.diff.Implicit.argMin(Implicit::loss);
        var springs = org.retrograd.autograd.diff.Implicit.linear(Implicit::forces, k -> Tensor.ones(2));
        var rest = org.retrograd.autograd.diff.Implicit.root(Implicit::growth);
        return List.of(
                new Problem(
                        "root: Kepler's equation, by Brent's method",
                        List.of("E"),
                        List.of("e", "M"),
                        p -> KEPLER.solve(Implicit::byBrent, p),
                        Implicit::byNewton,
                        Tensor.of(0.3, 1.1)),
                new Problem(
                        "fixed point: two cosines, by iteration",
                        List.of("x", "y"),
                        List.of("a", "b"),
                        p -> cosines.solve(Implicit::byIteration, p),
                        Implicit::byIteration,
                        Tensor.of(0.8, 0.6)),
                new Problem(
                        "arg-min: penalised least squares, by nonlinear conjugate gradients",
                        List.of("x0", "x1"),
                        List.of("w0", "w1"),
                        p -> penalised.solve(Implicit::byOptimizer, p),
                        Implicit::byDescent,
                        Tensor.of(-1, 0.5)),
                new Problem(
                        "linear system: two weights between three springs, by Cholesky's method",
                        List.of("x0", "x1"),
                        List.of("k0", "k1", "k2"),
                        p -> springs.solve(Implicit::byCholesky, p),
                        Implicit::byRelaxation,
                        Tensor.of(1, 2, 1.5)),
                new Problem(
                        "ODE at rest: prey and predators, by Dormand and Prince's integrator",
                        List.of("u", "v"),
                        List.of("a", "m"),
                        p -> rest.solve(Implicit::byIntegrator, p),
                        Implicit::bySteps,
                        Tensor.of(0.9, 0.4)));
    }

    @Override
    public boolean run(Report out, long seed) {
        out.text("derivatives of what solvers find: by the implicit function theorem, through every step of a");
        out.text("solver in tensor methods, and by differences of the results");
        boolean right = true;
        for (Problem problem : problems()) {
            right &= table(out, problem);
        }
        out.gap();
        try {
            KEPLER.solve(p -> Tensor.of(1), Tensor.of(0.3, 1.1));
            right = false;
        } catch (IllegalArgumentException e) {
            out.text("a guess in place of the root: " + e.getMessage());
        }
        out.text(right ? "all agree" : "THEY DISAGREE");
        return right;
    }

    /** Writes every first derivative, and how far second ones are from the unrolled. */
    private static boolean table(Report out, Problem problem) {
        Tensor at = problem.at;
        Tensor implicit = Derivatives.jacobian(problem.implicit, at);
        Tensor unrolled = Derivatives.jacobian(problem.unrolled, at);
        Tensor differences = differences(problem.implicit, at);
        out.gap();
        out.text(problem.title);
        out.line("  %-8s %18s %18s %18s", "", "autograd", "unrolled", "differences");
        for (int i = 0; i < problem.x.size(); i++) {
            for (int j = 0; j < problem.p.size(); j++) {
                out.line(
                        "  %-8s %18.14f %18.14f %18.14f",
                        "d" + problem.x.get(i) + "/d" + problem.p.get(j),
                        implicit.get(i, j),
                        unrolled.get(i, j),
                        differences.get(i, j));
            }
        }
        double toUnrolled = gap(implicit, unrolled);
        double toDifferences = gap(implicit, differences);
        double second = gap(
                Derivatives.jacobian((Tensor p) -> Derivatives.jacobian(problem.implicit, p), at),
                Derivatives.jacobian((Tensor p) -> Derivatives.jacobian(problem.unrolled, p), at));
        out.line("  gaps     %37.0e %18.0e   second order %.0e", toUnrolled, toDifferences, second);
        return toUnrolled < OF_UNROLLED && toDifferences < OF_DIFFERENCES && second < OF_UNROLLED;
    }

    /** Returns the largest difference, as a fraction of the largest entry. */
    private static double gap(Tensor actual, Tensor expected) {
        return actual.sub(expected).abs().max().item() / expected.abs().max().item();
    }

    /** Returns the Jacobian by central differences of three steps, extrapolated to step 0 (Richardson 1911). */
    private static Tensor differences(UnaryOperator<Tensor> f, Tensor at) {
        int n = at.size();
        Tensor[] columns = new Tensor[n];
        for (int j = 0; j < n; j++) {
            Tensor unit = Tensor.eye(n).slice(0, j, j + 1).flatten();
            Tensor wide = slope(f, at, unit.mul(STEP));
            Tensor half = slope(f, at, unit.mul(STEP / 2));
            Tensor quarter = slope(f, at, unit.mul(STEP / 4));
            Tensor once = half.add(half.sub(wide).div(3));
            Tensor finer = quarter.add(quarter.sub(half).div(3));
            columns[j] = finer.add(finer.sub(once).div(15));
        }
        return Tensor.stack(1, columns);
    }

    private static Tensor slope(UnaryOperator<Tensor> f, Tensor at, Tensor step) {
        double length = step.max().item();
        return f.apply(at.add(step)).sub(f.apply(at.sub(step))).div(2 * length);
    }
}
