package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hessian;
import static org.retrograd.autograd.diff.Derivatives.hvp;
import static org.retrograd.autograd.diff.Derivatives.jacobian;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresBuilder;
import org.apache.commons.math3.fitting.leastsquares.LevenbergMarquardtOptimizer;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.ode.FirstOrderDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853Integrator;
import org.apache.commons.math3.util.Pair;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Derivatives of what solvers find, each entry of them: against differences of the solver's results, and against the
 * derivatives of a solver whose every step is differentiated.
 */
class ImplicitSolversTest {
    private static final LinearSolver GRADIENTS = LinearSolver.conjugateGradients(1e-14, 200);
    private static final LinearSolver ITERATION = LinearSolver.iteration(1e-14, 500);

    /** How far two ways to a derivative may be apart, as a fraction of the largest entry: some tens of roundings. */
    private static final double ROUNDING = 0x1p-46;

    /**
     * A solution as a function of all parameters in one vector.
     *
     * @param implicit differentiated by its equation, whatever the solver
     * @param unrolled by tensor methods, differentiated step by step
     */
    private record Problem(String name, UnaryOperator<Tensor> implicit, UnaryOperator<Tensor> unrolled, Tensor at) {}

    private static <P> Problem problem(
            String name, Implicit<P> equation, Function<P, Tensor> solver, Function<P, Tensor> unrolled, P at) {
        Structure<P> form = Structure.of(at);
        return new Problem(
                name,
                p -> equation.solve(solver, form.restore(p)),
                p -> unrolled.apply(form.restore(p)),
                form.flatten(at));
    }

    private static List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        problems.add(problem(
                "a root by Brent's method",
                Implicit.root(ImplicitSolversTest::cubic),
                ImplicitSolversTest::brent,
                ImplicitSolversTest::newtonOnCubic,
                Tensor.of(2, 5)));
        problems.add(problem(
                "a root of several unknowns by Levenberg and Marquardt's method",
                Implicit.root(ImplicitSolversTest::curves),
                ImplicitSolversTest::levenbergMarquardt,
                ImplicitSolversTest::newtonOnCurves,
                new Curves(Tensor.of(0.2, -0.1), Tensor.of(1.5, 0.4, 1.1))));
        Implicit<Net> settled = Implicit.fixedPoint(ImplicitSolversTest::layer);
        Net net = new Net(
                Tensor.of(new double[][] {{0.3, -0.2, 0.1}, {0.05, 0.4, -0.3}, {-0.2, 0.1, 0.25}}),
                Tensor.of(0.5, -1, 0.2));
        problems.add(problem("a fixed point", settled, ImplicitSolversTest::settle, ImplicitSolversTest::settle, net));
        problems.add(problem(
                "a fixed point, derivatives by iteration",
                settled.linearSolver(ITERATION),
                ImplicitSolversTest::settle,
                ImplicitSolversTest::settle,
                net));
        Implicit<Fit> fit = Implicit.argMin(ImplicitSolversTest::loss);
        Fit data = new Fit(Tensor.of(1, -2, 0.5), Tensor.scalar(0.7));
        problems.add(problem("an arg-min", fit, ImplicitSolversTest::minimise, ImplicitSolversTest::minimise, data));
        problems.add(problem(
                "an arg-min, derivatives by conjugate gradients",
                fit.linearSolver(GRADIENTS),
                ImplicitSolversTest::minimise,
                ImplicitSolversTest::minimise,
                data));
        Implicit<Springs> system = Implicit.linear(ImplicitSolversTest::pull, Springs::load);
        Springs springs = new Springs(Tensor.of(0.1, -0.4, 0.3, 0.8), Tensor.of(1, 2, -1, 0.5));
        problems.add(problem(
                "a linear system by Commons Math's decomposition",
                system,
                ImplicitSolversTest::decompose,
                ImplicitSolversTest::relax,
                springs));
        problems.add(problem(
                "a linear system, derivatives by conjugate gradients",
                system.linearSolver(GRADIENTS),
                ImplicitSolversTest::decompose,
                ImplicitSolversTest::relax,
                springs));
        problems.add(problem(
                "where an ODE comes to rest by Commons Math's integrator",
                Implicit.root(ImplicitSolversTest::reaction),
                ImplicitSolversTest::integrate,
                ImplicitSolversTest::euler,
                new Rates(Tensor.of(0.7, 1.2), Tensor.of(0.5, 0.9))));
        problems.add(problem(
                "a boundary value by shooting through Commons Math's integrator",
                Implicit.root(ImplicitSolversTest::swing),
                ImplicitSolversTest::shoot,
                ImplicitSolversTest::slope,
                new Swing(Tensor.scalar(1.3), Tensor.scalar(0.8))));
        return problems;
    }

    /** The checker chooses steps and tolerances, moves every parameter alone, and takes differences of gradients too. */
    @TestFactory
    Stream<DynamicTest> everyEntryIsThatOfDifferences() {
        return problems().stream()
                .map(problem -> DynamicTest.dynamicTest(problem.name, () -> {
                    int n = problem.implicit.apply(problem.at).size();
                    for (int i = 0; i < n; i++) {
                        int entry = i;
                        GradientCheck.of(
                                        problem.name + ", entry " + i,
                                        p -> problem.implicit.apply(p).slice(0, entry, entry + 1))
                                .at(problem.at)
                                .exhaustive()
                                .assertPasses();
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyEntryIsThatOfTheUnrolledSolver() {
        return problems().stream()
                .map(problem -> DynamicTest.dynamicTest(problem.name, () -> {
                    UnaryOperator<Tensor> f = problem.implicit;
                    UnaryOperator<Tensor> unrolled = problem.unrolled;
                    Tensor at = problem.at;
                    near(f.apply(at), unrolled.apply(at));
                    Tensor first = jacobian(unrolled, at);
                    Tensor second = jacobian((Tensor p) -> jacobian(unrolled, p, Mode.REVERSE), at, Mode.FORWARD);
                    for (Mode mode : Mode.values()) {
                        near(jacobian(f, at, mode), first);
                        for (Mode outer : Mode.values()) {
                            near(jacobian((Tensor p) -> jacobian(f, p, mode), at, outer), second);
                        }
                    }
                    Tensor v = Tensor.linspace(-1, 1.5, at.size());
                    near(gradient(curvature(f, v), at), gradient(curvature(unrolled, v), at));
                }));
    }

    /** The second derivative along v of the sum of entries with different weights. */
    private static Function<Tensor, Tensor> curvature(UnaryOperator<Tensor> f, Tensor v) {
        return at -> hvp(
                        (Tensor p) -> {
                            Tensor x = f.apply(p);
                            return x.mul(Tensor.linspace(1, 2, x.size())).sum();
                        },
                        at,
                        v)
                .mul(v)
                .sum();
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double size = expected.abs().max().item();
        assertThat(size).isPositive();
        assertThat(actual.sub(expected).abs().max().item())
                .as("%s instead of %s", actual, expected)
                .isLessThanOrEqualTo(ROUNDING * size);
    }

    // --- a root: x^3 + p x = q ---

    private static Tensor cubic(Tensor x, Tensor pq) {
        return x.cube().add(x.mul(pq.slice(0, 0, 1))).sub(pq.slice(0, 1, 2));
    }

    private static Tensor brent(Tensor pq) {
        double p = pq.get(0);
        double q = pq.get(1);
        return Tensor.of(new BrentSolver(1e-15, 1e-15).solve(1000, x -> x * x * x + p * x - q, -10, 10));
    }

    private static Tensor newtonOnCubic(Tensor pq) {
        Tensor x = Tensor.of(1);
        for (int k = 0; k < 30; k++) {
            Tensor slope = x.square().mul(3).add(pq.slice(0, 0, 1));
            x = x.sub(cubic(x, pq).div(slope));
        }
        return x;
    }

    // --- a root of three unknowns ---

    private record Curves(Tensor middle, Tensor sizes) {}

    private static Tensor curves(Tensor x, Curves p) {
        Tensor a = x.slice(0, 0, 1);
        Tensor b = x.slice(0, 1, 2);
        Tensor c = x.slice(0, 2, 3);
        Tensor from = x.slice(0, 0, 2).sub(p.middle);
        Tensor s0 = p.sizes.slice(0, 0, 1);
        Tensor s1 = p.sizes.slice(0, 1, 2);
        Tensor s2 = p.sizes.slice(0, 2, 3);
        return Tensor.concat(
                0,
                from.sumSquares().reshape(1).sub(s0.square()),
                a.mul(c).add(b.sin()).sub(s1),
                c.exp().sub(b.mul(s2)).sub(1));
    }

    private static Tensor levenbergMarquardt(Curves p) {
        return Tensor.of(new LevenbergMarquardtOptimizer(100, 1e-15, 1e-15, 1e-15, 0)
                .optimize(new LeastSquaresBuilder()
                        .start(new double[] {1, 1, 0.5})
                        .target(new double[3])
                        .model(x -> {
                            Tensor at = Tensor.of(x.toArray());
                            return new Pair<>(
                                    new ArrayRealVector(curves(at, p).toArray()),
                                    matrix(jacobian((Tensor z) -> curves(z, p), at)));
                        })
                        .maxEvaluations(1000)
                        .maxIterations(1000)
                        .build())
                .getPoint()
                .toArray());
    }

    private static RealMatrix matrix(Tensor rows) {
        RealMatrix matrix = new Array2DRowRealMatrix(rows.dim(0), rows.dim(1));
        for (int i = 0; i < rows.dim(0); i++) {
            matrix.setRow(i, rows.slice(0, i, i + 1).toArray());
        }
        return matrix;
    }

    private static Tensor newtonOnCurves(Curves p) {
        Tensor x = Tensor.of(1, 1, 0.5);
        for (int k = 0; k < 12; k++) {
            x = x.sub(jacobian((Tensor z) -> curves(z, p), x).solve(curves(x, p)));
        }
        return x;
    }

    // --- a fixed point of a contraction: x = tanh(W x + b) ---

    private record Net(Tensor w, Tensor b) {}

    private static Tensor layer(Tensor x, Net net) {
        return net.w.matmul(x).add(net.b).tanh();
    }

    private static Tensor settle(Net net) {
        Tensor x = Tensor.zeros(3);
        for (int k = 0; k < 100; k++) {
            x = layer(x, net);
        }
        return x;
    }

    // --- an arg-min: a fit with a cosh penalty, by the data and the penalty's weight ---

    private static final Tensor A = Tensor.of(new double[][] {{1, 2}, {3, -1}, {0.5, 1}});

    private record Fit(Tensor y, Tensor weight) {}

    private static Tensor loss(Tensor x, Fit fit) {
        return A.matmul(x).sub(fit.y).sumSquares().add(x.cosh().sum().mul(fit.weight));
    }

    private static Tensor minimise(Fit fit) {
        Tensor x = Tensor.zeros(2);
        for (int k = 0; k < 12; k++) {
            Function<Tensor, Tensor> f = z -> loss(z, fit);
            x = x.sub(hessian(f, x).solve(gradient(f, x)));
        }
        return x;
    }

    // --- a linear system: a tridiagonal matrix, never formed ---

    private record Springs(Tensor stiffness, Tensor load) {}

    private static Tensor neighbours(Tensor x) {
        Tensor left = x.pad(0, 1, 0).slice(0, 0, 4);
        Tensor right = x.pad(0, 0, 1).slice(0, 1, 5);
        return left.add(right);
    }

    private static Tensor pull(Tensor x, Springs springs) {
        return x.mul(springs.stiffness.exp().add(2)).sub(neighbours(x));
    }

    private static Tensor decompose(Springs springs) {
        Tensor rows = jacobian((Tensor x) -> pull(x, springs), Tensor.zeros(4));
        return Tensor.of(new LUDecomposition(matrix(rows))
                .getSolver()
                .solve(new ArrayRealVector(springs.load.toArray()))
                .toArray());
    }

    /** Jacobi's iteration. */
    private static Tensor relax(Springs springs) {
        Tensor x = Tensor.zeros(4);
        for (int k = 0; k < 120; k++) {
            x = springs.load.add(neighbours(x)).div(springs.stiffness.exp().add(2));
        }
        return x;
    }

    // --- an ODE at rest: a substance is fed, becomes another by itself and by meeting it, and both are taken away ---

    private record Rates(Tensor feed, Tensor decay) {}

    private static Tensor reaction(Tensor x, Rates rates) {
        Tensor a = x.slice(0, 0, 1);
        Tensor b = x.slice(0, 1, 2);
        Tensor met = a.mul(b.square()).add(a);
        return Tensor.concat(0, met.neg(), met.mul(0.5)).add(rates.feed).sub(x.mul(rates.decay));
    }

    private static Tensor integrate(Rates rates) {
        double[] feed = rates.feed.toArray();
        double[] decay = rates.decay.toArray();
        double[] y = {0, 0};
        integrate(60, y, (x, dx) -> {
            double met = x[0] * x[1] * x[1] + x[0];
            dx[0] = feed[0] - met - decay[0] * x[0];
            dx[1] = feed[1] + 0.5 * met - decay[1] * x[1];
        });
        return Tensor.of(y);
    }

    private static void integrate(double end, double[] y, BiConsumer<double[], double[]> derivatives) {
        FirstOrderDifferentialEquations equations = new FirstOrderDifferentialEquations() {
            @Override
            public int getDimension() {
                return y.length;
            }

            @Override
            public void computeDerivatives(double t, double[] x, double[] dx) {
                derivatives.accept(x, dx);
            }
        };
        new DormandPrince853Integrator(1e-9, 1, 1e-14, 1e-14).integrate(equations, 0, y, end, y);
    }

    private static Tensor euler(Rates rates) {
        Tensor x = Tensor.zeros(2);
        for (int k = 0; k < 300; k++) {
            x = x.add(reaction(x, rates).mul(0.2));
        }
        return x;
    }

    // --- an ODE between two ends: y'' = -k^2 y, y(0) = 0, y(1) = b, for the slope at 0, which is b k / sin k ---

    private record Swing(Tensor k, Tensor b) {}

    private static Tensor swing(Tensor slope, Swing p) {
        return slope.mul(p.k.sin()).div(p.k).sub(p.b);
    }

    private static Tensor slope(Swing p) {
        return p.b.mul(p.k).div(p.k.sin()).reshape(1);
    }

    private static Tensor shoot(Swing p) {
        double k = p.k.item();
        double b = p.b.item();
        double slope = new BrentSolver(1e-15, 1e-15)
                .solve(
                        200,
                        v -> {
                            double[] y = {0, v};
                            integrate(1, y, (x, dx) -> {
                                dx[0] = x[1];
                                dx[1] = -k * k * x[0];
                            });
                            return y[0] - b;
                        },
                        -10,
                        10);
        return Tensor.of(slope);
    }
}
