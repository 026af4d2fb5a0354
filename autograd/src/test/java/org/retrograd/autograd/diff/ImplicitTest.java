package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.retrograd.autograd.diff.Derivatives.jacobian;
import static org.retrograd.autograd.diff.Derivatives.jvp;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Tensor;

class ImplicitTest {
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

    // --- a fixed point of a contraction: x = tanh(W x + b) ---

    private record Net(Tensor w, Tensor b) {}

    private static final Net NET = new Net(
            Tensor.of(new double[][] {{0.3, -0.2, 0.1}, {0.05, 0.4, -0.3}, {-0.2, 0.1, 0.25}}),
            Tensor.of(0.5, -1, 0.2));

    private static Tensor layer(Tensor x, Net net) {
        return net.w.matmul(x).add(net.b).tanh();
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
    void aReplayCallsTheSolverAgain() {
        Tensor pq = Tensor.variable(2, 5);
        Tensor x = Implicit.root(ImplicitTest::cubic).solve(ImplicitTest::brent, pq);
        Tensor other = Tensor.of(3, -1);
        near(Recording.of(x).replay(List.of(pq), List.of(other)).apply(x), ImplicitTest.brent(other), 0);
    }

    @Test
    void aReplayRefusesOtherValuesOfWhatTheSolverCaptured() {
        Tensor q = Tensor.variable(5);
        Tensor x = Implicit.root((Tensor z, Tensor p) -> cubic(z, Tensor.concat(0, p, q)))
                .solve(p -> brent(Tensor.of(p.item(), 5)), Tensor.of(2));
        assertThatThrownBy(() -> Recording.of(x).replay(List.of(q), List.of(Tensor.of(4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the solver of root cannot be called again with other values of what the equation captured: pass"
                                + " them as parameters");
    }

    @Test
    void aCheckOfTheWholeTakesWhatIsCapturedAnew() {
        GradientCheck.of((p, q) -> Implicit.root((Tensor z, Tensor a) -> cubic(z, Tensor.concat(0, a, q)))
                        .solve(a -> brent(Tensor.of(a.item(), q.item())), p))
                .at(Tensor.of(2), Tensor.of(5))
                .assertPasses();
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
        // √x = p at p = 0
        Tensor steep = Implicit.root((Tensor z, Tensor q) -> z.sqrt().sub(q)).solve(q -> Tensor.of(0), p);
        assertThatThrownBy(() -> steep.sum().backward())
                .isInstanceOf(ArithmeticException.class)
                .hasMessage(
                        "the solution of root has no derivative: ∂F/∂x is not finite there (solve needs finite entries, "
                                + "but entry [0, 0] is Infinity)");
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

    private static void near(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item())
                .as("%s instead of %s", actual, expected)
                .isLessThanOrEqualTo(tolerance * (1 + expected.abs().max().item()));
    }
}
