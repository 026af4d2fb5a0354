package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.diff.Derivatives;

/** Linear systems and determinants: closed forms and special matrices. */
class LinearAlgebraTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Tensor SINGULAR = Tensor.of(new double[][] {{1, 2}, {2, 4}});
    private static final Tensor A = Tensor.of(new double[][] {{2, 1, 0}, {-1, 3, 1}, {1, 0, 2}});

    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    static void close(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double scale = Math.max(1, expected.size() == 0 ? 0 : expected.normInf().item());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.data.get(i)).as("entry %d", i).isCloseTo(expected.data.get(i), within(tolerance * scale));
        }
    }

    // --- the determinant ---

    @Test
    void detOfASingularMatrixHasItsCofactorsAsGradient() {
        assertThat(Derivatives.gradient(Tensor::det, SINGULAR).toArray()).containsExactly(4, -2, -2, 1);
        assertThat(Derivatives.jvp(
                                Tensor::det,
                                SINGULAR,
                                Tensor.of(1, 10, 100, 1000).reshape(2, 2))
                        .item())
                .isEqualTo(4 - 20 - 200 + 1000);
        assertThat(SINGULAR.det().item()).isZero();
        Tensor zeroEntry = Tensor.zeros(1, 1);
        assertThat(Derivatives.gradient(Tensor::det, zeroEntry).toArray()).containsExactly(1);
        assertThat(Derivatives.gradient(Tensor::det, Tensor.full(-7, 1, 1)).item())
                .isCloseTo(1, within(1e-15));
        assertThat(Tensor.zeros(0, 0).det().item()).isEqualTo(1);
        assertThat(Tensor.zeros(2, 0, 0).det().toArray()).containsExactly(1, 1);
    }

    @Test
    void theHessianOfDetIsTheSameEverywhere() {
        // of a d - b c
        double[] hessian = {0, 0, 0, 1, 0, 0, -1, 0, 0, -1, 0, 0, 1, 0, 0, 0};
        for (Tensor a : new Tensor[] {
            SINGULAR,
            Tensor.zeros(2, 2),
            Tensor.eye(2),
            Tensor.of(1, 2, 3, -4).reshape(2, 2),
            Tensor.of(1, 1, 1, 1 + 1e-9).reshape(2, 2)
        }) {
            close(Derivatives.hessian(Tensor::det, a), Tensor.of(hessian).reshape(2, 2, 2, 2), 1e-14);
        }
    }

    /** The determinant of 3x3 by Leibniz' formula: an independent polynomial. */
    private static Tensor leibniz(Tensor a) {
        int[][] terms = {{0, 1, 2, 1}, {1, 2, 0, 1}, {2, 0, 1, 1}, {0, 2, 1, -1}, {1, 0, 2, -1}, {2, 1, 0, -1}};
        Tensor sum = Tensor.scalar(0);
        for (int[] term : terms) {
            Tensor columns = a.index(Indices.of(0, 1, 2), Indices.of(term[0], term[1], term[2]));
            sum = sum.add(columns.prod().mul(term[3]));
        }
        return sum;
    }

    @Test
    void detAndLeibnizAgreeToThirdOrderAtEveryRank() {
        Tensor u = Tensor.of(1, -2, 0.5);
        Tensor v = Tensor.of(3, 1, -1);
        Tensor w = normal(4, 3, 3);
        Tensor nearlySingular = u.outer(v).add(w.mul(1e-6));
        for (Tensor a : new Tensor[] {
            A,
            A.neg(),
            Tensor.zeros(3, 3),
            u.outer(v),
            u.outer(v).add(v.outer(v)),
            nearlySingular,
            A.mul(1e8),
            Tensor.of(1e6, 1, 1e-6).diag()
        }) {
            double size = a.normInf().item();
            close(a.det(), leibniz(a), 1e-15 * Math.max(1, size * size * size));
            close(Derivatives.gradient(Tensor::det, a), Derivatives.gradient(LinearAlgebraTest::leibniz, a), 1e-13);
            close(Derivatives.hessian(Tensor::det, a), Derivatives.hessian(LinearAlgebraTest::leibniz, a), 1e-11);
            UnaryOperator<Tensor> third = x -> Derivatives.hvp(Tensor::det, x, w);
            UnaryOperator<Tensor> expected = x -> Derivatives.hvp(LinearAlgebraTest::leibniz, x, w);
            close(Derivatives.jvp(third, a, w), Derivatives.jvp(expected, a, w), 1e-9);
        }
    }

    @Test
    void detOfLargerSingularMatrices() {
        // rank n - 1: the cofactors are an outer product of null vectors; rank n - 2: they vanish
        int n = 8;
        Tensor x = normal(1, n, n - 1);
        Tensor a = x.matmul(normal(2, n - 1, n));
        Tensor cofactors = Derivatives.gradient(Tensor::det, a);
        close(
                a.matmul(cofactors.transpose()),
                Tensor.zeros(n, n),
                1e-11 * cofactors.normInf().item());
        // moving one entry by 1 changes the determinant by its cofactor
        Tensor moved = a.add(Tensor.of(1, 0, 0, 0, 0, 0, 0, 0).diag());
        assertThat(cofactors.get(0, 0))
                .isCloseTo(
                        moved.det().item(), within(1e-11 * cofactors.normInf().item()));
        Tensor lower = normal(3, n, n - 2).matmul(normal(4, n - 2, n));
        assertThat(Derivatives.gradient(Tensor::det, lower).normInf().item()).isLessThan(1e-10);
        assertThat(Derivatives.hvp(Tensor::det, lower, Tensor.eye(n)).normInf().item())
                .isGreaterThan(1);
    }

    @Test
    void aBatchMayHoldSingularMatricesBesideOthers() {
        Tensor both = Tensor.stack(0, SINGULAR, Tensor.of(5, 1, 1, 2).reshape(2, 2));
        assertThat(both.det().toArray()).containsExactly(0, 9);
        close(
                Derivatives.gradient(a -> a.det().sum(), both),
                Tensor.of(4, -2, -2, 1, 2, -1, -1, 5).reshape(2, 2, 2),
                1e-15);
    }

    @Test
    void detOverflowsWhereSlogDetDoesNot() {
        assertThat(Tensor.of(1e200, -1e200).diag().det().item()).isEqualTo(-INF);
        SlogDet parts = Tensor.of(1e200, -1e200).diag().slogDet();
        assertThat(parts.sign().item()).isEqualTo(-1);
        assertThat(parts.logAbsDet().item()).isCloseTo(400 * StrictMath.log(10), within(1e-12));
    }

    @Test
    void slogDetIsMinusInfinityWithoutDerivativeAtSingularMatrices() {
        SlogDet parts = SINGULAR.slogDet();
        assertThat(parts.sign().item()).isZero();
        assertThat(parts.logAbsDet().item()).isEqualTo(-INF);
        assertThat(SINGULAR.logDet().item()).isEqualTo(-INF);
        assertThat(Derivatives.gradient(Tensor::logDet, SINGULAR).toArray()).containsOnly(Double.NaN);
        // a dead path stays dead
        assertThat(Derivatives.gradient(a -> a.logDet().mul(0), SINGULAR).toArray())
                .containsOnly(0.0);
        assertThat(Derivatives.gradient(a -> a.slogDet().sign(), A).toArray()).containsOnly(0.0);
        Tensor negative = Tensor.of(0, 1, 1, 0).reshape(2, 2);
        assertThat(negative.logDet().item()).isNaN();
        for (Tensor outside : new Tensor[] {negative, negative.mul(3)}) {
            assertThat(Derivatives.gradient(Tensor::logDet, outside).toArray()).contains(Double.NaN);
            assertThat(Derivatives.jvp(Tensor::logDet, outside, Tensor.ones(2, 2))
                            .item())
                    .isNaN();
            Tensor both = Tensor.stack(0, outside, Tensor.eye(2));
            close(
                    Derivatives.gradient(a -> a.logDet().sum(), both)
                            .slice(0, 1, 2)
                            .squeeze(0),
                    Tensor.eye(2),
                    1e-15);
        }
        assertThat(negative.slogDet().sign().item()).isEqualTo(-1);
        assertThat(negative.slogDet().logAbsDet().item()).isZero();
        assertThat(Tensor.zeros(0, 0).logDet().item()).isZero();
        Tensor huge = Tensor.eye(300).mul(1e10);
        assertThat(huge.logDet().item()).isCloseTo(300 * StrictMath.log(1e10), within(1e-9));
        close(Derivatives.gradient(Tensor::logDet, A), A.inverse().transpose(), 1e-15);
    }

    // --- systems of equations ---

    @Test
    void solveReusesItsEliminationForTheCotangents() {
        Tensor a = Tensor.variable(A);
        Tensor b = Tensor.variable(1, 2, 3);
        Gradients g = a.solve(b).sum().backward();
        Tensor w = A.transpose().solve(Tensor.ones(3));
        close(g.of(b), w, 1e-15);
        close(g.of(a), w.outer(A.solve(Tensor.of(1, 2, 3))).neg(), 1e-15);
    }

    @Test
    void anOperationGivenAnotherMatrixEliminatesAnew() {
        Tensor y = Tensor.variable(A).solve(Tensor.ones(3));
        Op solve = y.in[0].op();
        assertThat(solve.name()).isEqualTo("solve");
        Tensor other = A.add(Tensor.eye(3));
        assertThat(solve.apply(other, Tensor.ones(3, 1)).squeeze(-1).sameAs(other.solve(Tensor.ones(3))))
                .isTrue();
    }

    @Test
    void onlyTheTriangleIsReadAndDifferentiated() {
        Tensor full = A.add(4);
        Tensor b = Tensor.of(1, 2, 3);
        close(full.triangularSolve(b, Triangle.LOWER), full.tril(0).solve(b), 1e-15);
        close(full.triangularSolve(b, Triangle.UPPER), full.triu(0).solve(b), 1e-15);
        close(
                full.triangularSolve(b, Triangle.LOWER.transposed()),
                full.tril(0).transpose().solve(b),
                1e-15);
        Tensor unit = full.triu(1).add(Tensor.eye(3));
        close(full.triangularSolve(b, Triangle.UPPER.unitDiagonal()), unit.solve(b), 1e-14);
        Tensor lower =
                Derivatives.gradient(t -> t.triangularSolve(b, Triangle.LOWER).sum(), full);
        assertThat(lower.sameAs(lower.tril(0))).isTrue();
        assertThat(lower.ne(0).count()).isEqualTo(6);
        Tensor strictlyUpper = Derivatives.gradient(
                t -> t.triangularSolve(b, Triangle.UPPER.unitDiagonal()).sum(), full);
        assertThat(strictlyUpper.sameAs(strictlyUpper.triu(1))).isTrue();
        assertThat(strictlyUpper.ne(0).count()).isEqualTo(3);
    }

    @Test
    void illConditionedSystemsAreSolvedAsFarAsTheirConditionAllows() {
        int n = 8;
        Tensor i = Tensor.range(n);
        Tensor hilbert = i.expandDims(1).add(i).add(1).reciprocal();
        Tensor b = hilbert.matmul(Tensor.ones(n));
        // the condition is 1.5e10
        close(hilbert.solve(b), Tensor.ones(n), 1.5e10 * 2.3e-16 * 10);
        close(hilbert.matmul(hilbert.solve(b)), b, 1e-15);
    }
}
