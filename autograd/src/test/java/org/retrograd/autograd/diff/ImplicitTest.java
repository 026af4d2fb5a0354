package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hessian;
import static org.retrograd.autograd.diff.Derivatives.jacobian;
import static org.retrograd.autograd.diff.Derivatives.jvp;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.array.Shape;
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
    void nothingOfTheEquationIsKeptAlive() {
        List<WeakReference<Tensor>> inside = new ArrayList<>();
        Tensor x = Implicit.root((Tensor z, Tensor pq) -> {
                    Tensor cube = z.cube();
                    inside.add(new WeakReference<>(cube));
                    return cube.add(z.mul(pq.slice(0, 0, 1))).sub(pq.slice(0, 1, 2));
                })
                .solve(ImplicitTest::brent, Tensor.variable(2, 5));
        for (int tries = 0; inside.get(0).get() != null && tries < 50; tries++) {
            System.gc();
        }
        assertThat(x.traced()).isTrue();
        assertThat(inside.get(0).get()).as("a value inside the equation").isNull();
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

    /** A problem whose solver returns 1, which is no solution, with what the message says of it. */
    private record Guess(Implicit<Tensor> problem, double parameter, String kind, double residual, double step) {}

    @TestFactory
    Stream<DynamicTest> aPointThatIsNoSolutionIsRefusedWithItsResidual() {
        return Stream.of(
                        new Guess(Implicit.root((x, p) -> x.cube().add(x.mul(2)).sub(p)), 5, "root", 2, 0.4),
                        new Guess(Implicit.fixedPoint((x, p) -> x.mul(0.5).add(p)), 1, "fixedPoint", 0.5, 1),
                        new Guess(Implicit.argMin((x, p) -> x.sub(p).square().sum()), 3, "argMin", 4, 2),
                        new Guess(Implicit.linear((x, p) -> x.mul(4), p -> p), 2, "linearSolve", 2, 0.5))
                .map(guess -> DynamicTest.dynamicTest(guess.kind, () -> {
                    Tensor p = Tensor.of(guess.parameter);
                    String refused = "what the solver of " + guess.kind + " returned is no solution: the residual is "
                            + guess.residual;
                    String allowed =
                            ", where 2.0E-6 is allowed, the tolerance 1.0E-6 times 1 + |x|; let the solver go on,"
                                    + " or allow more by tolerance(..)";
                    assertThatThrownBy(() -> guess.problem.solve(z -> Tensor.of(1), p))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(refused + " and a Newton step would move x by " + guess.step + allowed);
                    assertThatThrownBy(
                                    () -> guess.problem.linearSolver(ITERATION).solve(z -> Tensor.of(1), p))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(refused + allowed);
                    double enough = guess.step / 2;
                    assertThat(guess.problem
                                    .tolerance(enough)
                                    .solve(z -> Tensor.of(1), p)
                                    .item())
                            .isEqualTo(1);
                    assertThatThrownBy(
                                    () -> guess.problem.tolerance(0.99 * enough).solve(z -> Tensor.of(1), p))
                            .hasMessageContaining("the tolerance " + 0.99 * enough);
                }));
    }

    @Test
    void aPointThatIsNoNumberOrWhereNoStepIsToBeHadIsRefused() {
        Implicit<Tensor> problem = Implicit.root((x, p) -> x.square().add(p));
        assertThatThrownBy(() -> problem.solve(p -> Tensor.of(Double.NaN), Tensor.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "what the solver of root returned is no solution: the residual is NaN, where NaN is");
        assertThatThrownBy(() -> problem.solve(p -> Tensor.of(Double.POSITIVE_INFINITY), Tensor.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the residual is Infinity");
        assertThatThrownBy(() -> problem.solve(p -> Tensor.of(0), Tensor.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "what the solver of root returned is no solution: the residual is 1.0 and ∂F/∂x is"
                                + " singular or not finite there, where 1.0E-6 is allowed");
        assertThatThrownBy(() -> problem.tolerance(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tolerance is 0 or more, but got -1.0");
    }

    @Test
    void whereTwoRootsMeetThereIsNoDerivative() {
        // x^2 = p at p = 0
        Implicit<Tensor> problem = Implicit.root((x, p) -> x.square().sub(p));
        UnaryOperator<Tensor> solved = p -> problem.solve(z -> Tensor.of(0), p);
        assertThat(solved.apply(Tensor.of(0)).item()).isZero();
        for (Mode mode : Mode.values()) {
            assertThatThrownBy(() -> jacobian(solved, Tensor.of(0), mode))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageStartingWith(
                            "the solution of root has no derivative: ∂F/∂x is singular there, so that it is"
                                    + " not isolated (");
        }
    }

    @Test
    void badProblemsAreNamed() {
        refused(
                "the solver of root returned null: it must return a tensor",
                Implicit.root((x, p) -> x.mul(p)),
                p -> null);
        refused(
                "root needs as many equations as unknowns: for x of shape [2] the equation has shape []",
                Implicit.root((x, p) -> x.sum()),
                p -> p);
        refused(
                "root needs as many equations as unknowns: for x of shape [] the equation has shape [2]",
                Implicit.root((x, p) -> x.mul(p)),
                p -> Tensor.scalar(0));
        refused(
                "root needs as many equations as unknowns: for x of shape [1] the equation has shape [2]",
                Implicit.root((x, p) -> Tensor.concat(0, x, x.square())),
                p -> Tensor.of(0));
        refused(
                "fixedPoint needs a function whose values have the shape of x, [2], but it returned shape []",
                Implicit.fixedPoint((x, p) -> x.sum()),
                p -> p);
        refused(
                "linearSolve needs as many equations as unknowns: for x of shape [3] the equation has shape [2]",
                Implicit.linear((x, p) -> x.slice(0, 0, 2), p -> p),
                p -> Tensor.zeros(3));
        refused("the equation of root returned null: it must return a tensor", Implicit.root((x, p) -> null), p -> p);
        refused(
                "the function of fixedPoint returned null: it must return a tensor",
                Implicit.fixedPoint((x, p) -> null),
                p -> p);
        refused(
                "the operator of linear returned null: it must return a tensor",
                Implicit.linear((x, p) -> null, p -> p),
                p -> p);
        refused(
                "the right side of linear returned null: it must return a tensor",
                Implicit.linear((x, p) -> x, p -> null),
                p -> p);
        refused(
                "a gradient is that of a scalar function, but the value has shape [2]: reduce it, for instance by sum(), or"
                        + " use vjp with a cotangent",
                Implicit.argMin((x, p) -> x.sub(p)),
                p -> p);
    }

    private static void refused(String message, Implicit<Tensor> problem, UnaryOperator<Tensor> solver) {
        assertThatThrownBy(() -> problem.solve(solver, Tensor.of(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void theSolverIsGivenConstantsAndCalledOnceForAllDerivatives() {
        AtomicInteger calls = new AtomicInteger();
        UnaryOperator<Tensor> root = pq -> Implicit.root(ImplicitTest::cubic)
                .solve(
                        z -> {
                            calls.incrementAndGet();
                            assertThat(z.traced()).isFalse();
                            // that it comes back traced makes no difference
                            return brent(z).add(Tensor.variable(0));
                        },
                        pq);
        Tensor pq = Tensor.of(2, 5);
        for (Mode mode : Mode.values()) {
            jacobian(root, pq, mode, 1);
        }
        hessian((Tensor z) -> root.apply(z).sum(), pq);
        gradient((Tensor z) -> gradient((Tensor y) -> root.apply(y).sum(), z).sumSquares(), pq);
        assertThat(calls.get()).isEqualTo(4);
    }

    private record Model(Map<String, Tensor> weights, List<Tensor> unused, int power) {}

    @Test
    void parametersAreAnyStructureAndNeedNotMatter() {
        Implicit<Model> problem =
                Implicit.root((x, m) -> x.pow(m.power).mul(m.weights.get("a")).sub(m.weights.get("b")));
        Model at = new Model(Map.of("a", Tensor.of(2, 4), "b", Tensor.of(16, 32)), List.of(Tensor.of(1, 2, 3)), 3);
        Function<Model, Tensor> solved = m -> problem.solve(z -> Tensor.of(2, 2), m);
        // x = (b / a)^(1/3): dx/da = -x / 3a, dx/db = x / 3b
        Model gradient = gradient(m -> solved.apply(m).sum(), at);
        near(gradient.weights.get("a"), Tensor.of(-2.0 / 6, -2.0 / 12), 1e-15);
        near(gradient.weights.get("b"), Tensor.of(2.0 / 48, 2.0 / 96), 1e-15);
        assertThat(gradient.unused.get(0).sameAs(Tensor.zeros(3))).isTrue();
        assertThat(gradient.power).isEqualTo(3);
        Model along = new Model(Map.of("a", Tensor.zeros(2), "b", Tensor.zeros(2)), List.of(Tensor.ones(3)), 3);
        near(jvp(solved, at, along), Tensor.zeros(2), 0);
    }

    @Test
    void thereMayBeNoUnknownAndNoParameter() {
        Implicit<Tensor> none = Implicit.root((x, p) -> x.mul(p.sum()));
        for (Implicit<Tensor> problem : List.of(none, none.linearSolver(ITERATION))) {
            for (Mode mode : Mode.values()) {
                assertThat(jacobian((Tensor p) -> problem.solve(z -> Tensor.zeros(0), p), Tensor.of(1, 2), mode)
                                .shape())
                        .isEqualTo(Shape.of(0, 2));
            }
            Tensor p = Tensor.variable(1, 2);
            Tensor loss = problem.solve(z -> Tensor.zeros(0), p).sum().add(p.sum());
            assertThat(loss.backward().of(p).sameAs(Tensor.ones(2))).isTrue();
        }
        Tensor x =
                Implicit.root((Tensor z, List<Tensor> nothing) -> z.sub(3)).solve(nothing -> Tensor.of(3), List.of());
        assertThat(x.traced()).isFalse();
    }

    /** The inner equation y^2 = p x is solved in closed form by y = sqrt(p x). */
    @TestFactory
    Stream<DynamicTest> aRootInsideAnArgMin() {
        Implicit<List<Tensor>> inner =
                Implicit.root((y, xp) -> y.square().sub(xp.get(0).mul(xp.get(1))));
        UnaryOperator<Tensor> byDescent = p -> {
            Tensor x = Tensor.of(0.5);
            for (int k = 0; k < 200; k++) {
                x = x.sub(cost(x.mul(p).sqrt(), x).mul(0.1));
            }
            return x;
        };
        Implicit<Tensor> closed = Implicit.argMin((x, p) -> value(x.mul(p).sqrt(), x));
        Implicit<Tensor> nested = Implicit.argMin((x, p) ->
                value(inner.solve(xp -> xp.get(0).mul(xp.get(1)).sqrt(), List.of(x, p)), x));
        Tensor at = Tensor.of(1.3);
        return Stream.of(nested, nested.linearSolver(LinearSolver.conjugateGradients(1e-14, 10)))
                .map(problem ->
                        DynamicTest.dynamicTest(problem == nested ? "elimination" : "conjugate gradients", () -> {
                            UnaryOperator<Tensor> actual = p -> problem.solve(byDescent, p);
                            UnaryOperator<Tensor> expected = p -> closed.solve(byDescent, p);
                            for (Mode mode : Mode.values()) {
                                near(jacobian(actual, at, mode), jacobian(expected, at, mode), 1e-14);
                                for (Mode outer : Mode.values()) {
                                    near(
                                            jacobian((Tensor p) -> jacobian(actual, p, mode), at, outer),
                                            jacobian((Tensor p) -> jacobian(expected, p, mode), at, outer),
                                            1e-13);
                                }
                            }
                        }));
    }

    private static Tensor value(Tensor y, Tensor x) {
        return y.sub(1).square().add(x.sub(0.3).square()).sum();
    }

    /** The derivative of the value at y = sqrt(p x) by x. */
    private static Tensor cost(Tensor y, Tensor x) {
        return y.sub(1).mul(y).div(x).add(x.sub(0.3).mul(2));
    }

    @Test
    void aSolutionInsideACheckpointHasTheSameBits() {
        UnaryOperator<Tensor> plain = pq -> Implicit.root(ImplicitTest::cubic)
                .solve(ImplicitTest::brent, pq.sin())
                .exp();
        UnaryOperator<Tensor> again = pq -> Checkpoint.checkpoint(plain, pq);
        UnaryOperator<Tensor> inside = pq -> Implicit.root((Tensor x, Tensor p) ->
                        Checkpoint.checkpoint((List<Tensor> xp) -> cubic(xp.get(0), xp.get(1)), List.of(x, p)))
                .solve(ImplicitTest::brent, pq.sin())
                .exp();
        Tensor at = Tensor.of(2, 5);
        for (UnaryOperator<Tensor> f : List.of(again, inside)) {
            for (Mode mode : Mode.values()) {
                assertThat(jacobian(f, at, mode).sameAs(jacobian(plain, at, mode)))
                        .isTrue();
            }
            near(
                    hessian((Tensor p) -> f.apply(p).sum(), at),
                    hessian((Tensor p) -> plain.apply(p).sum(), at),
                    1e-14);
        }
    }

    @Test
    void threadsMayShareAProblem() throws Exception {
        Implicit<Tensor> problem = Implicit.root(ImplicitTest::cubic);
        UnaryOperator<Tensor> root = pq -> problem.solve(ImplicitTest::brent, pq);
        List<Callable<Tensor>> tasks = new ArrayList<>();
        for (int k = 0; k < 64; k++) {
            Tensor at = Tensor.of(2 + 0.01 * k, 5);
            tasks.add(() -> hessian((Tensor pq) -> root.apply(pq).sum(), at));
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Tensor>> together = pool.invokeAll(tasks);
            for (int k = 0; k < tasks.size(); k++) {
                assertThat(together.get(k).get().sameAs(tasks.get(k).call())).isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static void near(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item())
                .as("%s instead of %s", actual, expected)
                .isLessThanOrEqualTo(tolerance * (1 + expected.abs().max().item()));
    }
}
