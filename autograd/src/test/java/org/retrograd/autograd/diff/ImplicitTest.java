package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hessian;
import static org.retrograd.autograd.diff.Derivatives.hvp;
import static org.retrograd.autograd.diff.Derivatives.jacobian;
import static org.retrograd.autograd.diff.Derivatives.jvp;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.ode.FirstOrderDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853Integrator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Tensor;

class ImplicitTest {
    private static final LinearSolver GRADIENTS = LinearSolver.conjugateGradients(1e-13, 200);
    private static final LinearSolver ITERATION = LinearSolver.iteration(1e-13, 500);

    // --- a root, by Commons Math's solver: x³ + p x = q ---

    private static Tensor cubic(Tensor x, Tensor pq) {
        return x.cube().add(x.mul(pq.slice(0, 0, 1))).sub(pq.slice(0, 1, 2));
    }

    private static Tensor brent(Tensor pq) {
        double p = pq.get(0);
        double q = pq.get(1);
        return Tensor.of(new BrentSolver(1e-15, 1e-15).solve(1000, x -> x * x * x + p * x - q, -10, 10));
    }

    private static Tensor root(Tensor pq) {
        return Implicit.root(ImplicitTest::cubic).solve(ImplicitTest::brent, pq).sum();
    }

    /** Newton's method, every step of it differentiated. */
    private static Tensor unrolledRoot(Tensor pq) {
        Tensor x = Tensor.of(1);
        for (int k = 0; k < 30; k++) {
            Tensor slope = x.square().mul(3).add(pq.slice(0, 0, 1));
            x = x.sub(cubic(x, pq).div(slope));
        }
        return x.sum();
    }

    @Test
    void aRootFoundByCommonsMath() {
        Tensor pq = Tensor.of(2, 5);
        near(gradient(ImplicitTest::root, pq), gradient(ImplicitTest::unrolledRoot, pq), 1e-12);
        near(gradient(ImplicitTest::root, pq), differences(ImplicitTest::root, pq), 1e-8);
        near(hessian(ImplicitTest::root, pq), hessian(ImplicitTest::unrolledRoot, pq), 1e-11);
        Function<Tensor, Tensor> second =
                z -> hvp(ImplicitTest::root, z, Tensor.of(1, -1)).sum();
        Function<Tensor, Tensor> unrolled =
                z -> hvp(ImplicitTest::unrolledRoot, z, Tensor.of(1, -1)).sum();
        near(gradient(second, pq), gradient(unrolled, pq), 1e-10);
        near(jvp(ImplicitTest::root, pq, pq), jvp(ImplicitTest::unrolledRoot, pq, pq), 1e-12);
    }

    // --- a fixed point of a contraction: x = tanh(W x + b) ---

    private record Net(Tensor w, Tensor b) {}

    private static final Net NET = new Net(
            Tensor.of(new double[][] {{0.3, -0.2, 0.1}, {0.05, 0.4, -0.3}, {-0.2, 0.1, 0.25}}),
            Tensor.of(0.5, -1, 0.2));

    private static Tensor layer(Tensor x, Net net) {
        return net.w.matmul(x).add(net.b).tanh();
    }

    private static Tensor settle(Net net) {
        Tensor x = Tensor.zeros(3);
        for (int k = 0; k < 200; k++) {
            x = layer(x, net);
        }
        return x;
    }

    private static Function<Net, Tensor> settled(Implicit<Net> problem) {
        return net ->
                problem.solve(ImplicitTest::settle, net).mul(Tensor.of(1, 2, 3)).sum();
    }

    @TestFactory
    Stream<DynamicTest> aFixedPoint() {
        Implicit<Net> problem = Implicit.fixedPoint(ImplicitTest::layer);
        Function<Net, Tensor> unrolled =
                net -> settle(net).mul(Tensor.of(1, 2, 3)).sum();
        return Stream.of(problem, problem.linearSolver(ITERATION))
                .map(p -> DynamicTest.dynamicTest(p == problem ? "elimination" : "iteration", () -> {
                    Net expected = gradient(unrolled, NET);
                    Net actual = gradient(settled(p), NET);
                    near(actual.w, expected.w, 1e-11);
                    near(actual.b, expected.b, 1e-11);
                    Net direction = new Net(Tensor.ones(3, 3), Tensor.of(1, 0, -1));
                    near(jvp(settled(p), NET, direction), jvp(unrolled, NET, direction), 1e-11);
                    Net second = hvp(settled(p), NET, direction);
                    Net unrolledSecond = hvp(unrolled, NET, direction);
                    near(second.w, unrolledSecond.w, 1e-10);
                    near(second.b, unrolledSecond.b, 1e-10);
                }));
    }

    // --- an arg-min: ridge regression with a cosh penalty, by the penalty's weight ---

    private static final Tensor A = Tensor.of(new double[][] {{1, 2}, {3, -1}, {0.5, 1}});
    private static final Tensor Y = Tensor.of(1, -2, 0.5);

    private static Tensor objective(Tensor x, Tensor weight) {
        return A.matmul(x).sub(Y).sumSquares().add(x.cosh().sum().mul(weight));
    }

    private static Tensor minimise(Tensor weight) {
        Tensor x = Tensor.zeros(2);
        for (int k = 0; k < 30; k++) {
            x = x.sub(newton(x, weight));
        }
        return x;
    }

    private static Tensor newton(Tensor x, Tensor weight) {
        Tensor h = hessian((Tensor z) -> objective(z, weight), x);
        return h.solve(gradient((Tensor z) -> objective(z, weight), x));
    }

    @TestFactory
    Stream<DynamicTest> anArgMin() {
        Implicit<Tensor> problem = Implicit.argMin(ImplicitTest::objective);
        Tensor at = Tensor.scalar(0.7);
        return Stream.of(problem, problem.linearSolver(GRADIENTS))
                .map(p -> DynamicTest.dynamicTest(p == problem ? "elimination" : "conjugate gradients", () -> {
                    Function<Tensor, Tensor> implicit = w -> p.solve(ImplicitTest::minimise, w);
                    near(jacobian(implicit, at), jacobian(ImplicitTest::minimise, at), 1e-11);
                    near(jacobian(implicit, at, Mode.REVERSE), jacobian(ImplicitTest::minimise, at), 1e-11);
                    Function<Tensor, Tensor> length = w -> implicit.apply(w).sumSquares();
                    near(gradient(length, at), differences(length, at), 1e-8);
                    near(hessian(length, at), hessian((Tensor w) -> minimise(w).sumSquares(), at), 1e-10);
                }));
    }

    // --- linear systems, solved by Commons Math ---

    private static Tensor operator(Tensor x, List<Tensor> p) {
        // symmetric positive definite: a tridiagonal matrix, never formed
        Tensor left = x.pad(0, 1, 0).slice(0, 0, 4);
        Tensor right = x.pad(0, 0, 1).slice(0, 1, 5);
        return x.mul(p.get(0).exp().add(2)).sub(left).sub(right);
    }

    private static Tensor byCommonsMath(List<Tensor> p) {
        RealMatrix matrix = MatrixUtils.createRealMatrix(4, 4);
        for (int j = 0; j < 4; j++) {
            matrix.setColumn(
                    j, operator(Tensor.eye(4).slice(0, j, j + 1).squeeze(0), p).toArray());
        }
        return Tensor.of(new LUDecomposition(matrix)
                .getSolver()
                .solve(new ArrayRealVector(p.get(1).toArray()))
                .toArray());
    }

    @TestFactory
    Stream<DynamicTest> aLinearSystem() {
        Implicit<List<Tensor>> problem = Implicit.linear(ImplicitTest::operator, p -> p.get(1));
        List<Tensor> at = List.of(Tensor.of(0.1, -0.4, 0.3, 0.8), Tensor.of(1, 2, -1, 0.5));
        return Stream.of(problem, problem.linearSolver(GRADIENTS))
                .map(p -> DynamicTest.dynamicTest(p == problem ? "elimination" : "conjugate gradients", () -> {
                    Function<List<Tensor>, Tensor> implicit =
                            z -> p.solve(ImplicitTest::byCommonsMath, z).cube().sum();
                    Function<List<Tensor>, Tensor> explicit = z -> {
                        Tensor ones = Tensor.ones(3).diag();
                        Tensor off = ones.pad(0, 1, 0)
                                .pad(1, 0, 1)
                                .add(ones.pad(0, 0, 1).pad(1, 1, 0));
                        return z.get(0)
                                .exp()
                                .add(2)
                                .diag()
                                .sub(off)
                                .solve(z.get(1))
                                .cube()
                                .sum();
                    };
                    for (int k = 0; k < 2; k++) {
                        near(
                                gradient(implicit, at).get(k),
                                gradient(explicit, at).get(k),
                                1e-11);
                        near(hvp(implicit, at, at).get(k), hvp(explicit, at, at).get(k), 1e-10);
                    }
                }));
    }

    // --- a boundary value found by shooting through Commons Math's integrator ---

    /** With y'' = -k² y, y(0) = 0, the slope v at 0 for which y(1) = b is b k / sin k. */
    @Test
    void aShootingProblemWithCommonsMathsIntegratorInside() {
        Implicit<Tensor> shot = Implicit.root((v, kb) -> {
            Tensor k = kb.slice(0, 0, 1);
            return v.mul(k.sin()).div(k).sub(kb.slice(0, 1, 2));
        });
        Function<Tensor, Tensor> slope =
                kb -> shot.solve(ImplicitTest::shoot, kb).sum();
        Tensor at = Tensor.of(1.3, 0.8);
        Function<Tensor, Tensor> closed =
                kb -> kb.prod().div(kb.slice(0, 0, 1).sin()).sum();
        near(slope.apply(at), closed.apply(at), 1e-9);
        near(gradient(slope, at), gradient(closed, at), 1e-8);
        near(hessian(slope, at), hessian(closed, at), 1e-7);
    }

    private static Tensor shoot(Tensor kb) {
        double k = kb.get(0);
        DormandPrince853Integrator integrator = new DormandPrince853Integrator(1e-8, 1, 1e-13, 1e-13);
        FirstOrderDifferentialEquations swing = new FirstOrderDifferentialEquations() {
            @Override
            public int getDimension() {
                return 2;
            }

            @Override
            public void computeDerivatives(double t, double[] y, double[] dy) {
                dy[0] = y[1];
                dy[1] = -k * k * y[0];
            }
        };
        return Tensor.of(new BrentSolver(1e-13, 1e-13)
                .solve(
                        200,
                        v -> {
                            double[] y = {0, v};
                            integrator.integrate(swing, 0, y, 1, y);
                            return y[0] - kb.get(1);
                        },
                        -10,
                        10));
    }

    // --- conventions and errors ---

    @Test
    void severalDirectionsShareOneElimination() {
        Tensor p = Tensor.of(1, 2, 3, 4, 5, 6);
        AtomicInteger evaluations = new AtomicInteger();
        // unknowns of shape [2, 3], each equation in two of them
        Implicit<Tensor> problem = Implicit.root((Tensor x, Tensor q) -> {
            evaluations.incrementAndGet();
            return x.cube().add(x.roll(1, 1).mul(0.1)).sub(q.reshape(2, 3));
        });
        Function<Tensor, Tensor> newton = q -> {
            Tensor x = Tensor.ones(2, 3);
            for (int k = 0; k < 40; k++) {
                Tensor residual = x.cube().add(x.roll(1, 1).mul(0.1)).sub(q.reshape(2, 3));
                x = x.sub(residual.div(x.square().mul(3)));
            }
            return x;
        };
        UnaryOperator<Tensor> solution = q -> problem.solve(newton, q);
        for (Mode mode : Mode.values()) {
            evaluations.set(0);
            Tensor together = jacobian(solution, p, mode);
            assertThat(evaluations.get()).isEqualTo(2);
            Tensor oneByOne = jacobian(solution, p, mode, 1);
            assertThat(evaluations.get()).isEqualTo(2 + 1 + 6);
            near(together, oneByOne, 1e-14);
            near(
                    together.reshape(6, 6).matmul(Tensor.ones(6)),
                    jvp(solution, p, Tensor.ones(6)).flatten(),
                    1e-13);
        }
    }

    @Test
    void whatTheEquationCapturesIsAParameterToo() {
        Tensor q = Tensor.variable(5).named("q");
        Tensor x = Implicit.root((Tensor z, Tensor p) -> z.cube().add(z.mul(p)).sub(q.square()))
                .solve(p -> brent(Tensor.of(p.item(), 25)), Tensor.of(2));
        // x³ + 2x = q²: dx/dq = 2 q / (3 x² + 2)
        double root = x.item();
        assertThat(x.sum().backward().of(q).item()).isCloseTo(10 / (3 * root * root + 2), within(1e-12));
        assertThat(x.toString()).contains("from root");
    }

    @Test
    void nothingIsTracedWhereNothingVaries() {
        Tensor x = Implicit.root(ImplicitTest::cubic).solve(ImplicitTest::brent, Tensor.of(2, 5));
        assertThat(x.traced()).isFalse();
    }

    @Test
    void aPointThatIsNoSolutionIsRefusedWithItsResidual() {
        assertThatThrownBy(() -> Implicit.root(ImplicitTest::cubic).solve(p -> Tensor.of(1), Tensor.of(2, 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "what the solver of root returned is no solution: the residual is 2.0 and a Newton step would "
                                + "move it by 0.4, where 2.0E-6 is allowed; let the solver go on, or set tolerance(..)");
        assertThatThrownBy(() -> Implicit.fixedPoint(ImplicitTest::layer)
                        .linearSolver(ITERATION)
                        .solve(net -> Tensor.zeros(3), NET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the residual is 0.76");
        assertThatThrownBy(() -> Implicit.root(ImplicitTest::cubic).solve(p -> Tensor.of(Double.NaN), Tensor.of(2, 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the residual is NaN");
        Tensor rough = Implicit.root(ImplicitTest::cubic).tolerance(1).solve(p -> Tensor.of(1), Tensor.of(2, 5));
        assertThat(rough.item()).isEqualTo(1);
    }

    @Test
    void badProblemsAreNamed() {
        assertThatThrownBy(() -> Implicit.root((Tensor x, Tensor p) -> x.mul(p)).solve(p -> null, Tensor.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the solver of root returned null: it must return a tensor");
        assertThatThrownBy(() -> Implicit.root((Tensor x, Tensor p) -> x.sum()).solve(p -> p, Tensor.of(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("root needs as many equations as unknowns: for x of shape [2] the equation has shape []");
        // x² = p at p = 0: the two roots meet
        Tensor p = Tensor.variable(0);
        Tensor x = Implicit.root((Tensor z, Tensor q) -> z.square().sub(q)).solve(q -> Tensor.of(0), p);
        assertThatThrownBy(() -> x.sum().backward())
                .isInstanceOf(ArithmeticException.class)
                .hasMessageStartingWith("the solution of root has no derivative: ∂F/∂x is singular there");
    }

    @Test
    void linearSolversSayWhyTheyGiveUp() {
        Tensor b = Tensor.of(1, 2);
        assertThatThrownBy(() -> LinearSolver.conjugateGradients(1e-12, 10).solve(Tensor::neg, b))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("need a positive definite matrix");
        assertThatThrownBy(() -> LinearSolver.iteration(1e-12, 10).solve(x -> x.mul(3), b))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("the iteration did not converge in 10 steps");
        assertThatThrownBy(() -> LinearSolver.conjugateGradients(1e-12, 1).solve(x -> x.mul(Tensor.of(1, 5)), b))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("conjugate gradients did not converge in 1 steps");
    }

    private static Tensor differences(Function<Tensor, Tensor> f, Tensor at) {
        double[] slopes = new double[at.size()];
        for (int i = 0; i < slopes.length; i++) {
            double[] up = at.toArray();
            double[] down = at.toArray();
            up[i] += 1e-5;
            down[i] -= 1e-5;
            int[] shape = at.shape().toArray();
            slopes[i] = (f.apply(Tensor.of(up).reshape(shape)).item()
                            - f.apply(Tensor.of(down).reshape(shape)).item())
                    / 2e-5;
        }
        return Tensor.of(slopes).reshape(at.shape().toArray());
    }

    private static void near(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item())
                .as("%s instead of %s", actual, expected)
                .isLessThanOrEqualTo(tolerance * (1 + expected.abs().max().item()));
    }
}
