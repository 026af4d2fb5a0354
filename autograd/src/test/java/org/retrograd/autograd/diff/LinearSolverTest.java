package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.diff.Derivatives.jacobian;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Tensor;

class LinearSolverTest {
    private static final LinearSolver.Block ITERATION = LinearSolver.iteration(1e-13, 500);

    /** Each unknown by the one before it. */
    private static final Implicit<Tensor> WAVES =
            Implicit.root((x, p) -> x.sub(x.roll(0, 1).mul(0.2).add(p).sin()));

    private static Tensor waves(Tensor p) {
        Tensor x = Tensor.zeros(p.size());
        for (int k = 0; k < 60; k++) {
            x = x.roll(0, 1).mul(0.2).add(p).sin();
        }
        return x;
    }

    @Test
    void severalDirectionsAreOneCallOfABlockSolver() {
        List<Shape> rightSides = new ArrayList<>();
        LinearSolver.Block block = (a, b) -> {
            rightSides.add(b.shape());
            return ITERATION.solveAll(a, b);
        };
        LinearSolver one = (a, b) -> {
            rightSides.add(b.shape());
            return ITERATION.solve(a, b);
        };
        Tensor p = Tensor.of(0.1, 0.4, -0.3);
        UnaryOperator<Tensor> blocks = z -> WAVES.linearSolver(block).solve(LinearSolverTest::waves, z);
        UnaryOperator<Tensor> ones = z -> WAVES.linearSolver(one).solve(LinearSolverTest::waves, z);
        for (Mode mode : Mode.values()) {
            rightSides.clear();
            near(jacobian(blocks, p, mode), jacobian(ones, p, mode), 1e-12);
            assertThat(rightSides).containsExactly(Shape.of(3, 3), Shape.of(3), Shape.of(3), Shape.of(3));
        }
        rightSides.clear();
        jacobian((Tensor z) -> jacobian(ones, z, Mode.REVERSE), p, Mode.REVERSE);
        assertThat(rightSides).containsOnly(Shape.of(3));
        rightSides.clear();
        jacobian((Tensor z) -> jacobian(blocks, z, Mode.REVERSE), p, Mode.REVERSE);
        assertThat(rightSides).contains(Shape.of(27, 3));
    }

    @Test
    void theResidualIsMeasuredOnTheScaleOfTheRightSide() {
        Tensor p = Tensor.of(0.1, 0.4, -0.3);
        Tensor g = Tensor.of(1, -2, 0.7);
        UnaryOperator<Tensor> solved = z -> WAVES.linearSolver(ITERATION).solve(LinearSolverTest::waves, z);
        Tensor expected = Derivatives.vjp(solved, p, g);
        for (double scale : new double[] {1e12, 1e-12}) {
            near(Derivatives.vjp(solved, p, g.mul(scale)).div(scale), expected, 1e-12);
            // what would be a small residual is none beside a small right side
            Tensor x = WAVES.linearSolver((a, b) -> Tensor.zeros(3)).solve(LinearSolverTest::waves, Tensor.variable(p));
            assertThatThrownBy(() -> x.mul(g.mul(scale)).sum().backward())
                    .hasMessageContaining("where " + 1e-6 * (2 * scale) + " is allowed");
        }
    }

    @Test
    void aRightSideThatIsNoNumberOrZeroIsNotSolvedFor() {
        Tensor p = Tensor.variable(0.1, 0.4, -0.3);
        Tensor x = WAVES.linearSolver((a, b) -> {
                    throw new AssertionError("called for " + b);
                })
                .solve(LinearSolverTest::waves, p);
        assertThat(Derivatives.vjp((Tensor z) -> x, p, Tensor.zeros(3)).sameAs(Tensor.zeros(3)))
                .isTrue();
        for (Tensor y : List.of(x, WAVES.solve(LinearSolverTest::waves, p))) {
            Tensor loss = y.mul(Tensor.of(0, Double.NaN, 0)).sum();
            assertThat(loss.backward().of(p).sameAs(Tensor.full(Double.NaN, 3))).isTrue();
        }
    }

    @Test
    void whatALinearSolverReturnsIsTested() {
        linearSolverRefused("the LinearSolver of root returned null: it must return a tensor", (a, b) -> null);
        linearSolverRefused(
                "the LinearSolver of root must return the shape of the right side, [3], but returned []",
                (a, b) -> b.sum());
        linearSolverRefused(
                "what the LinearSolver of root returned is no solution: the residual is 1.0, where 1.0E-6 is allowed, the"
                        + " tolerance 1.0E-6 times the right side; let it go on, or allow more by tolerance(..)",
                (a, b) -> Tensor.zeros(3));
    }

    private static void linearSolverRefused(String message, LinearSolver solver) {
        Tensor x = WAVES.linearSolver(solver).solve(LinearSolverTest::waves, Tensor.variable(0.1, 0.4, -0.3));
        assertThatThrownBy(() -> x.sum().backward())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void linearSolversTakeSeveralRightSides() {
        Tensor matrix = Tensor.of(new double[][] {{1.2, 0.3}, {0.3, 0.8}});
        UnaryOperator<Tensor> a = v -> v.matmul(matrix);
        // a wide range of sizes, one of them 0
        Tensor b = Tensor.of(new double[][] {{1, 2}, {0, 0}, {1e9, 2e-3}, {1e-9, -1e-9}});
        Tensor x = matrix.solve(b.transpose()).transpose();
        for (LinearSolver.Block solver : List.of(LinearSolver.conjugateGradients(1e-14, 10), ITERATION)) {
            Tensor found = solver.solveAll(a, b);
            for (int k = 0; k < 4; k++) {
                Tensor alone = solver.solve(a, b.slice(0, k, k + 1).squeeze(0));
                double size = Math.max(
                        Double.MIN_NORMAL, x.slice(0, k, k + 1).normInf().item());
                near(found.slice(0, k, k + 1).div(size), x.slice(0, k, k + 1).div(size), 1e-13);
                near(alone.expandDims(0).div(size), x.slice(0, k, k + 1).div(size), 1e-13);
            }
        }
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
