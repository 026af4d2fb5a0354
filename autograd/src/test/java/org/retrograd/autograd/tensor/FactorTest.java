package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.diff.Derivatives.gradient;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Factorisations multiply back to their matrix, at every size, and are defined at the points where that is in doubt. */
class FactorTest {
    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    private static Tensor definite(long seed, int n) {
        Tensor x = normal(seed, n, n);
        return x.matmul(x.transpose()).add(Tensor.eye(n).mul(0.1));
    }

    private static void near(Tensor actual, Tensor expected, double tolerance) {
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

                    near(
                            tall.singularValues().square(),
                            tall.transpose().matmul(tall).eigenvalues().flip(0),
                            1e-11);
                }));
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

    @Test
    void repeatedEigenvaluesHaveDerivativesAndTheirVectorsNone() {
        Tensor a = Tensor.eye(3).mul(2);
        near(gradient((Tensor x) -> x.eigenvalues().sum(), a), Tensor.eye(3), 1e-15);
        near(
                gradient((Tensor x) -> x.eigenvalues().square().sum(), a),
                Tensor.eye(3).mul(4),
                1e-15);
        Tensor ofVectors =
                gradient((Tensor x) -> x.eigh().vectors().mul(normal(1, 3, 3)).sum(), a);
        assertThat(ofVectors.ne(ofVectors).any()).isTrue();
        Tensor zero = gradient((Tensor x) -> x.singularValues().sum(), Tensor.zeros(2, 2));
        assertThat(zero.abs().le(1).all()).isTrue();
        near(
                gradient(
                        (Tensor x) -> x.singularValues().slice(0, 0, 1).sum(),
                        Tensor.of(3, 0).diag()),
                Tensor.of(1, 0).diag(),
                1e-15);
    }

    @Test
    void theSignOfAVectorDoesNotHangOnRounding() {
        Tensor v = Tensor.of(new double[][] {{2, 1}, {1, 2}}).eigh().vectors();
        near(v, Tensor.of(new double[][] {{1, 1}, {-1, 1}}).mul(Math.sqrt(0.5)), 1e-15);
    }

    @Test
    void aColumnThatDependsOnOthersHasNoDerivative() {
        Tensor a = Tensor.of(new double[][] {{1, 2}, {2, 4}, {3, 6}});
        near(a.qr().q().matmul(a.qr().r()), a, 1e-15);
        Tensor g = gradient((Tensor x) -> x.qr().q().mul(normal(1, 3, 2)).sum(), Tensor.zeros(3, 2));
        assertThat(g.sub(g).eq(0).all()).isFalse();
        assertThatThrownBy(() -> a.lstsq(Tensor.of(1, 2, 3)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageStartingWith("lstsq needs matrices whose columns are independent, but the diagonal of R is ")
                .hasMessageEndingWith(" for A of shape [3, 2]: drop columns, or add a penalty");
    }

    @Test
    void badMatricesAreNamed() {
        Tensor skew = Tensor.of(new double[][] {{1, 2}, {0, 1}});
        assertThatThrownBy(skew::cholesky)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cholesky needs symmetric matrices, but entry [0, 1] is 2.0 and entry [1, 0] is 0.0; "
                        + "a.add(a.transpose()).mul(0.5) is symmetric");
        assertThatThrownBy(skew::eigh).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.of(new double[][] {{1, 2}, {2, 1}}).cholesky())
                .isInstanceOf(ArithmeticException.class)
                .hasMessage(
                        "cholesky needs positive definite matrices, but the leading minor of size 2 is not positive; "
                                + "eigenvalues() tell, and adding a multiple of the identity helps");
        assertThatThrownBy(() ->
                        Tensor.stack(0, Tensor.eye(2), Tensor.eye(2).neg()).cholesky())
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("the leading minor of size 1 of matrix [1] is not positive");
        assertThatThrownBy(() -> Tensor.zeros(2, 3).cholesky())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cholesky needs square matrices [.., n, n], but got shape [2, 3]");
        assertThatThrownBy(() -> Tensor.zeros(2, 3).qr())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "qr needs at least as many rows as columns, but got shape [2, 3]: take that of the transpose");
        assertThatThrownBy(() -> Tensor.of(1, 2).singularValues())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("singularValues needs matrices [.., m, n], but got shape [2]");
        assertThatThrownBy(() -> Tensor.full(Double.NaN, 2, 2).eigh())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("eigh needs finite entries, but entry [0, 0] is NaN");
    }
}
