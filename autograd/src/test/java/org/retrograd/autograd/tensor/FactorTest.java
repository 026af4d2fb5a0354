package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hessian;
import static org.retrograd.autograd.diff.Derivatives.jvp;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.array.Shape;

/** Factorisations multiply back to their matrix, at every size, and are defined at the points where that is in doubt. */
class FactorTest {
    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    private static Tensor definite(long seed, int n) {
        Tensor x = normal(seed, n, n);
        return x.matmul(x.transpose()).add(Tensor.eye(n).mul(0.1));
    }

    static void near(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double gap = actual.size() == 0 ? 0 : actual.sub(expected).abs().max().item();
        double size = expected.size() == 0 ? 0 : expected.abs().max().item();
        assertThat(gap).as("%s instead of %s", actual, expected).isLessThanOrEqualTo(tolerance * (1 + size));
    }

    @TestFactory
    Stream<DynamicTest> theyMultiplyBack() {
        return Stream.of(0, 1, 2, 3, 7, 30, 100)
                .map(n -> DynamicTest.dynamicTest("size " + n, () -> {
                    Tensor a = definite(n, n);
                    Tensor l = a.cholesky();
                    near(l.matmul(l.transpose()), a, 1e-13);
                    near(l.tril(0), l, 0);
                    near(l.choleskySolve(a.matmul(normal(2, n, 2))), normal(2, n, 2), 1e-9);

                    Tensor tall = normal(n, n + 2, n);
                    Qr qr = tall.qr();
                    near(qr.q().matmul(qr.r()), tall, 1e-13);
                    near(qr.q().transpose().matmul(qr.q()), Tensor.eye(n), 1e-13);
                    near(qr.r().triu(0), qr.r(), 0);
                    assertThat(qr.r().diagonal().ge(0).all()).isTrue();

                    Eigh eigh = a.eigh();
                    Tensor v = eigh.vectors();
                    near(v.matmul(eigh.values().diag()).matmul(v.transpose()), a, 1e-12);
                    near(v.transpose().matmul(v), Tensor.eye(n), 1e-12);
                    assertThat(eigh.values().sort(0).sameAs(eigh.values())).isTrue();

                    Svd svd = tall.svd();
                    near(svd.u().mul(svd.s()).matmul(svd.vh()), tall, 1e-13);
                    near(svd.u().transpose().matmul(svd.u()), Tensor.eye(n), 1e-13);
                    near(svd.vh().matmul(svd.vh().transpose()), Tensor.eye(n), 1e-13);
                    near(tall.transpose().singularValues(), svd.s(), 1e-14);
                    assertThat(svd.s().sort(0, Order.DESCENDING).sameAs(svd.s()))
                            .isTrue();

                    near(
                            tall.singularValues().square(),
                            tall.transpose().matmul(tall).eigenvalues().flip(0),
                            1e-11);
                }));
    }

    @TestFactory
    Stream<DynamicTest> wideMatricesHaveFactorsToo() {
        return Stream.of(0, 1, 2, 7, 30)
                .map(m -> DynamicTest.dynamicTest(m + " rows", () -> {
                    Tensor wide = normal(m, 2, m, m + 3);
                    Qr qr = wide.qr();
                    assertThat(qr.q().shape()).isEqualTo(Shape.of(2, m, m));
                    near(qr.q().matmul(qr.r()), wide, 1e-13);
                    near(qr.q().transpose().matmul(qr.q()), Tensor.eye(m).broadcastTo(2, m, m), 1e-13);
                    near(qr.r().triu(0), qr.r(), 0);
                    assertThat(qr.r().diagonal().ge(0).all()).isTrue();

                    Svd svd = wide.svd();
                    assertThat(svd.u().shape()).isEqualTo(Shape.of(2, m, m));
                    assertThat(svd.vh().shape()).isEqualTo(Shape.of(2, m, m + 3));
                    near(svd.u().mul(svd.s().expandDims(-2)).matmul(svd.vh()), wide, 1e-13);
                    near(svd.vh().matmul(svd.vh().transpose()), Tensor.eye(m).broadcastTo(2, m, m), 1e-13);
                    assertThat(wide.singularValues().sameAs(svd.s())).isTrue();
                }));
    }

    @Test
    void derivativesOfWideFactorsAreThoseOfTheMatrix() {
        Tensor wide = normal(1, 2, 5);
        Tensor w = normal(2, 2, 5);
        Tensor s = normal(3, 5, 5);
        // the product gives the matrix back; Rᵀ R = Aᵀ A
        near(gradient((Tensor x) -> x.qr().q().matmul(x.qr().r()).mul(w).sum(), wide), w, 1e-13);
        UnaryOperator<Tensor> ofR =
                x -> x.qr().r().transpose().matmul(x.qr().r()).mul(s).sum();
        UnaryOperator<Tensor> ofA = x -> x.transpose().matmul(x).mul(s).sum();
        near(gradient(ofR, wide), gradient(ofA, wide), 1e-13);
        near(jvp(ofR, wide, w), jvp(ofA, wide, w), 1e-13);
        near(hessian(ofR, wide), hessian(ofA, wide), 1e-12);
        // a wide matrix's columns on the right have nothing to do with Q
        Tensor ofQ = gradient((Tensor x) -> x.qr().q().mul(normal(4, 2, 2)).sum(), wide);
        near(ofQ.slice(1, 2, 5), Tensor.zeros(2, 3), 0);
        near(
                ofQ.slice(1, 0, 2),
                gradient((Tensor x) -> x.qr().q().mul(normal(4, 2, 2)).sum(), wide.slice(1, 0, 2)),
                0);
    }

    @Test
    void leastSquaresSolvesTheNormalEquations() {
        Tensor a = normal(1, 20, 4);
        Tensor b = normal(2, 20);
        near(a.lstsq(b), a.transpose().matmul(a).solve(a.transpose().matmul(b)), 1e-12);
        near(normal(3, 4, 4).lstsq(normal(4, 4, 2)), normal(3, 4, 4).solve(normal(4, 4, 2)), 1e-11);
    }

    @Test
    void derivativesOfEigenvaluesAreTheOuterProductsOfVectors() {
        Tensor a = definite(3, 4);
        Tensor v = a.eigh().vectors().slice(1, 3, 4).squeeze(1);
        near(gradient((Tensor x) -> x.eigenvalues().slice(0, 3, 4).sum(), a), v.outer(v), 1e-12);
        near(gradient((Tensor x) -> x.eigenvalues().sum(), a), Tensor.eye(4), 1e-12);
        near(gradient((Tensor x) -> x.cholesky().diagonal().log().sum().mul(2), a), a.inverse(), 1e-9);
        Tensor tall = normal(5, 5, 3);
        near(gradient((Tensor x) -> x.singularValues().square().sum(), tall), tall.mul(2), 1e-12);
        near(
                gradient((Tensor x) -> x.qr().r().diagonal().log().sum().mul(2), tall),
                tall.matmul(tall.transpose().matmul(tall).inverse()).mul(2),
                1e-10);
    }

    @TestFactory
    Stream<DynamicTest> asymmetryThatRoundingLeavesIsTakenAsTheMean() {
        Tensor weights = normal(2, 3, 3);
        Map<String, UnaryOperator<Tensor>> calls = Map.of(
                "cholesky", Tensor::cholesky,
                "eigenvalues", a -> a.eigenvalues().expandDims(-1),
                "eigh", a -> a.eigh().vectors());
        // the largest entry is 8
        Tensor mean = Tensor.of(new double[][] {{8, 1, 2}, {1, 5, -1}, {2, -1, 6}});
        Tensor skew = Tensor.of(new double[][] {{0, 1, -1}, {-1, 0, 1}, {1, -1, 0}});
        return calls.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(call.getKey(), () -> {
                    UnaryOperator<Tensor> f = call.getValue();
                    UnaryOperator<Tensor> g = x -> f.apply(x).mul(weights).sum();
                    Tensor a = mean.add(skew.mul(0.499 * 8e-10));
                    near(f.apply(a), f.apply(mean), 1e-15);
                    Tensor gradient = gradient(g, a);
                    near(gradient, gradient(g, mean), 1e-14);
                    assertThat(gradient.sameAs(gradient.transpose())).isTrue();
                    near(jvp(g, a, skew), Tensor.scalar(0), 1e-15);
                    near(hessian(g, a), hessian(g, mean), 1e-13);
                    assertThatThrownBy(() -> f.apply(mean.add(skew.mul(0.501 * 8e-10))))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageStartingWith(
                                    call.getKey() + " needs symmetric matrices, but entry [0, 1] is 1.0000");
                }));
    }

    @Test
    void singularValuesOfTallMatricesHaveSecondDerivatives() {
        Tensor tall = normal(5, 5, 2);
        Tensor squares = hessian((Tensor x) -> x.singularValues().square().sum(), tall);
        near(squares.reshape(10, 10), Tensor.eye(10).mul(2), 1e-12);
    }

    @Test
    void scalesDoNotMatter() {
        Tensor a = definite(3, 4);
        for (int exponent : new int[] {-1000, -600, 600, 1000}) {
            double scale = Math.scalb(1.0, exponent);
            assertThat(a.mul(scale).eigenvalues().sameAs(a.eigenvalues().mul(scale)))
                    .isTrue();
            assertThat(a.mul(scale).singularValues().sameAs(a.singularValues().mul(scale)))
                    .isTrue();
            assertThat(a.mul(scale).eigh().vectors().sameAs(a.eigh().vectors())).isTrue();
            near(a.mul(scale).qr().r().div(scale), a.qr().r(), 1e-14);
            near(a.mul(scale).cholesky().div(Math.scalb(1.0, exponent / 2)), a.cholesky(), 1e-14);
        }
    }

    @Test
    void theSignOfAVectorDoesNotHangOnRounding() {
        Tensor v = Tensor.of(new double[][] {{2, 1}, {1, 2}}).eigh().vectors();
        near(v, Tensor.of(new double[][] {{1, 1}, {-1, 1}}).mul(Math.sqrt(0.5)), 1e-15);
    }

    /** The sum of the entries of Q above R, weighted. */
    private static UnaryOperator<Tensor> ofFactors(Tensor weights) {
        return x -> Tensor.concat(-2, x.qr().q(), x.qr().r()).mul(weights).sum();
    }

    @Test
    void aColumnThatDependsOnOthersHasNoDerivative() {
        // exact in one of them, where rounding leaves 0 on the diagonal, and not in others
        Tensor[] lost = {
            Tensor.of(new double[][] {{1, 2}, {2, 4}, {3, 6}}),
            Tensor.of(new double[][] {{0.1, 0.3}, {0.7, 2.1}, {0.3, 0.9}}),
            Tensor.of(new double[][] {{1, 0}, {2, 0}, {3, 0}}),
            Tensor.zeros(3, 2)
        };
        Tensor weights = normal(1, 5, 2);
        Tensor good = normal(2, 3, 2);
        Tensor t = normal(3, 3, 2);
        for (Tensor a : lost) {
            near(a.qr().q().matmul(a.qr().r()), a, 1e-15);
            assertThat(gradient(ofFactors(weights), a).toArray()).containsOnly(Double.NaN);
            assertThat(jvp(ofFactors(weights), a, t).item()).isNaN();
            assertThat(hessian(ofFactors(weights), a).toArray()).containsOnly(Double.NaN);
            // a matrix beside it keeps its derivatives, and what is not asked for does not matter
            Tensor both = Tensor.stack(0, good, a);
            Tensor ofBoth = gradient(ofFactors(Tensor.stack(0, weights, weights)), both);
            near(ofBoth.slice(0, 0, 1).squeeze(0), gradient(ofFactors(weights), good), 1e-15);
            assertThat(ofBoth.slice(0, 1, 2).toArray()).containsOnly(Double.NaN);
            UnaryOperator<Tensor> onlyGood = ofFactors(Tensor.stack(0, weights, Tensor.zeros(5, 2)));
            assertThat(gradient(onlyGood, both).slice(0, 1, 2).toArray()).containsOnly(0.0);
            near(
                    jvp(ofFactors(weights), both, Tensor.stack(0, t, Tensor.zeros(3, 2))),
                    jvp(ofFactors(weights), good, t),
                    1e-15);
        }
        // of wide matrices the square block on the left counts
        Tensor wide = Tensor.of(new double[][] {{1, 2, 3}, {2, 4, 7}});
        near(wide.qr().q().matmul(wide.qr().r()), wide, 1e-15);
        UnaryOperator<Tensor> ofR = x -> x.qr().r().mul(normal(4, 2, 3)).sum();
        assertThat(gradient(ofR, wide).slice(1, 0, 2).toArray()).containsOnly(Double.NaN);
        Tensor dependentOnTheRight = Tensor.of(new double[][] {{1, 2, 3}, {2, 5, 6}});
        assertThat(gradient(ofR, dependentOnTheRight).toArray()).doesNotContain(Double.NaN);
    }

    @Test
    void smallColumnsAreNotDependentOnes() {
        Tensor scales = Tensor.of(1, 1e-20, 1e-200);
        Tensor a = normal(5, 5, 3);
        Tensor b = normal(6, 5);
        near(a.mul(scales).lstsq(b).mul(scales), a.lstsq(b), 1e-13);
        Tensor weights = normal(7, 5, 3);
        UnaryOperator<Tensor> ofQ = x -> x.qr().q().mul(weights).sum();
        near(gradient(ofQ, a.mul(scales)).mul(scales), gradient(ofQ, a), 1e-13);
    }

    @Test
    void dependentColumnsHaveNoLeastSquares() {
        Tensor a = Tensor.of(new double[][] {{1, 2}, {2, 4}, {3, 6}});
        assertThatThrownBy(() -> a.lstsq(Tensor.of(1, 2, 3)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage(
                        "lstsq needs matrices whose columns are independent, but column 1 is a combination of those "
                                + "before it: drop it, or add a penalty");
        assertThatThrownBy(() -> Tensor.stack(0, normal(1, 3, 2), normal(1, 3, 2), a)
                        .reshape(3, 1, 3, 2)
                        .lstsq(Tensor.of(1, 2, 3)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("but column 1 of matrix [2, 0] is a combination");
        assertThatThrownBy(() -> Tensor.zeros(3, 2).lstsq(Tensor.of(1, 2, 3)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("but column 0 is a combination");
        assertThatThrownBy(() -> a.transpose().lstsq(Tensor.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "lstsq needs at least as many equations as unknowns, but got shape [2, 3]: add a penalty, and solve");
    }
}
