package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hessian;
import static org.retrograd.autograd.diff.Derivatives.jvp;
import static org.retrograd.autograd.tensor.FactorTest.near;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Eigenvalues and singular values where they repeat or are 0: derivatives to second order, in both modes and all mixtures. */
class SpectralPointsTest {
    private static final Tensor P = normal(4, 3, 3).qr().q();
    private static final Tensor Q = normal(1, 3, 3).qr().q();

    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    private static Tensor symmetric(Tensor x) {
        return x.add(x.transpose()).mul(0.5);
    }

    /** A matrix [m, n] with these singular values. */
    private static Tensor withSingular(int m, int n, double... values) {
        Tensor q = n == 3 ? Q : normal(5, n, n).qr().q();
        Tensor p = m == 3 ? P : normal(5, m, m).qr().q();
        Tensor s = Tensor.of(values).diag();
        int k = values.length;
        return p.matmul(s.pad(0, 0, m - k).pad(1, 0, n - k)).matmul(q.transpose());
    }

    private static UnaryOperator<Tensor> singularValue(int i) {
        return x -> x.singularValues().slice(0, i, i + 1).sum();
    }

    private static UnaryOperator<Tensor> left(int i) {
        return x -> x.svd().u().slice(1, i, i + 1).mul(normal(9, x.dim(0), 1)).sum();
    }

    private static UnaryOperator<Tensor> right(int i) {
        return x -> x.svd().vh().slice(0, i, i + 1).mul(normal(9, 1, x.dim(1))).sum();
    }

    private static UnaryOperator<Tensor> eigenvalue(int i) {
        return x -> x.eigenvalues().slice(0, i, i + 1).sum();
    }

    /** Backwards and forwards. */
    private static List<Tensor> firstOrder(UnaryOperator<Tensor> f, Tensor a, Tensor t) {
        return List.of(gradient(f, a).mul(t).sum(), jvp(f, a, t));
    }

    /** Backwards and forwards over both. */
    private static List<Tensor> secondOrder(UnaryOperator<Tensor> f, Tensor a, Tensor t, Tensor u) {
        UnaryOperator<Tensor> backwards = x -> gradient(f, x).mul(t).sum();
        UnaryOperator<Tensor> forwards = x -> jvp(f, x, t);
        return List.of(
                gradient(backwards, a).mul(u).sum(),
                jvp(backwards, a, u),
                gradient(forwards, a).mul(u).sum(),
                jvp(forwards, a, u));
    }

    private static void all(List<Tensor> derivatives, Tensor expected) {
        assertThat(derivatives).allSatisfy(actual -> near(actual, expected, 1e-11));
    }

    private static void undefined(List<Tensor> derivatives) {
        assertThat(derivatives).allSatisfy(actual -> assertThat(actual.item()).isNaN());
    }

    @Test
    void simpleSingularValuesBesideZerosHaveSecondDerivatives() {
        for (Tensor a : List.of(
                withSingular(3, 3, 3, 1, 0),
                withSingular(3, 3, 3, 0, 0),
                withSingular(3, 2, 3, 0),
                withSingular(2, 3, 3, 0),
                withSingular(4, 3, 3, 1, 0),
                withSingular(1, 3, 3),
                // where rounding leaves several of some 1e-17
                withSingular(4, 4, 3, 0, 0, 0),
                withSingular(5, 5, 3, 0.7, 0, 0, 0),
                withSingular(6, 4, 3, 0.7, 0, 0))) {
            Tensor t = normal(2, a.dim(0), a.dim(1));
            // σ₁'' = Σ ((pⱼ₁² + p₁ⱼ²) σ₁ + 2 pⱼ₁ p₁ⱼ σⱼ) / (σ₁² - σⱼ²) for P = Uᵀ T V with complete U and V
            Svd whole = complete(a);
            Tensor p = whole.u().transpose().matmul(t).matmul(whole.vh().transpose());
            double expected = 0;
            for (int j = 1; j < Math.max(a.dim(0), a.dim(1)); j++) {
                double down = j < a.dim(0) ? p.get(j, 0) : 0;
                double across = j < a.dim(1) ? p.get(0, j) : 0;
                double s = j < whole.s().size() ? whole.s().get(j) : 0;
                expected += ((down * down + across * across) * 3 + 2 * down * across * s) / (9 - s * s);
            }
            all(firstOrder(singularValue(0), a, t), Tensor.scalar(p.get(0, 0)));
            all(secondOrder(singularValue(0), a, t, t), Tensor.scalar(expected));
        }
    }

    /** All left and right vectors, also those beyond the singular values. */
    private static Svd complete(Tensor a) {
        Svd reduced = a.svd();
        Tensor u = a.matmul(a.transpose()).eigh().vectors().flip(1);
        Tensor v = a.transpose().matmul(a).eigh().vectors().flip(1);
        // signs that fit those of the pairs
        Tensor signs = u.transpose().matmul(a).matmul(v).diagonal().add(1e-9).sign();
        Tensor others = Tensor.ones(a.dim(1) - signs.size());
        return new Svd(u, reduced.s(), v.mul(Tensor.concat(0, signs, others)).transpose());
    }

    @Test
    void aSingularValueOfZeroHasDerivativeZeroAsAbsHas() {
        for (Tensor a : List.of(withSingular(3, 3, 3, 1, 0), withSingular(3, 2, 3, 0), withSingular(2, 3, 3, 0))) {
            Tensor t = normal(2, a.dim(0), a.dim(1));
            UnaryOperator<Tensor> last = singularValue(Math.min(a.dim(0), a.dim(1)) - 1);
            all(firstOrder(last, a, t), Tensor.scalar(0));
            all(secondOrder(last, a, t, normal(3, a.dim(0), a.dim(1))), Tensor.scalar(0));
        }
        for (Tensor zeros : List.of(Tensor.zeros(1, 1), Tensor.zeros(3, 3), Tensor.zeros(3, 2), Tensor.zeros(1, 2))) {
            Tensor ones = Tensor.ones(zeros.dim(0), zeros.dim(1));
            UnaryOperator<Tensor> sum = x -> x.singularValues().sum();
            all(firstOrder(sum, zeros, ones), Tensor.scalar(0));
            all(secondOrder(sum, zeros, ones, ones), Tensor.scalar(0));
        }
    }

    @Test
    void vectorsOfASquareMatrixWithOneZeroHaveDerivatives() {
        Tensor a = withSingular(3, 3, 3, 1, 0);
        Tensor t = normal(2, 3, 3);
        Tensor u = normal(3, 3, 3);
        for (int i = 0; i < 3; i++) {
            int fromBelow = 2 - i;
            UnaryOperator<Tensor> ofSquare = x -> x.matmul(x.transpose())
                    .eigh()
                    .vectors()
                    .slice(1, fromBelow, fromBelow + 1)
                    .mul(normal(9, 3, 1))
                    .sum();
            all(firstOrder(left(i), a, t), jvp(ofSquare, a, t));
            all(secondOrder(left(i), a, t, u), jvp(x -> jvp(ofSquare, x, t), a, u));
        }
    }

    @Test
    void vectorsThatMayBeTurnedHaveNone() {
        for (Tensor a : List.of(withSingular(3, 3, 3, 0, 0), withSingular(3, 2, 3, 0), withSingular(2, 3, 3, 0))) {
            Tensor t = normal(2, a.dim(0), a.dim(1));
            Tensor u = normal(3, a.dim(0), a.dim(1));
            for (UnaryOperator<Tensor> f : List.of(left(1), right(1))) {
                undefined(firstOrder(f, a, t));
                undefined(secondOrder(f, a, t, u));
            }
            // the first is determined; its second derivative would need the turn of the others
            for (UnaryOperator<Tensor> f : List.of(left(0), right(0))) {
                Tensor moved = jvp(f, a, t);
                assertThat(moved.item()).isFinite();
                double h = 1e-4;
                double difference =
                        f.apply(a.add(t.mul(h))).sub(f.apply(a.sub(t.mul(h)))).item() / (2 * h);
                near(moved, Tensor.scalar(difference), 1e-6);
                all(firstOrder(f, a, t), moved);
                undefined(secondOrder(f, a, t, u));
            }
        }
        Tensor zeros = Tensor.zeros(2, 2);
        for (UnaryOperator<Tensor> f : List.of(left(0), right(1))) {
            undefined(firstOrder(f, zeros, normal(2, 2, 2)));
            undefined(secondOrder(f, zeros, normal(2, 2, 2), normal(3, 2, 2)));
            // nothing moves
            near(jvp(f, zeros, zeros), Tensor.scalar(0), 0);
        }
        // a matrix beside it in a batch keeps its own
        Tensor good = normal(7, 3, 2);
        Tensor both = Tensor.stack(0, good, withSingular(3, 2, 3, 0));
        Tensor w = normal(8, 3, 2);
        Tensor ofBoth = gradient((Tensor x) -> x.svd().u().mul(w).sum(), both);
        near(
                ofBoth.slice(0, 0, 1).squeeze(0),
                gradient((Tensor x) -> x.svd().u().mul(w).sum(), good),
                1e-14);
        assertThat(ofBoth.slice(0, 1, 2).toArray()).containsOnly(Double.NaN);
    }

    @Test
    void repeatedValuesHaveFirstDerivativesOnly() {
        Tensor t = normal(2, 3, 3);
        Tensor u = normal(3, 3, 3);
        Tensor a = symmetric(Q.matmul(Tensor.of(1, 2, 2).diag()).matmul(Q.transpose()));
        Tensor s = withSingular(3, 3, 3, 1, 1);
        // the mean of those that are equal is the trace on their plane
        Tensor plane = Q.slice(1, 1, 3);
        Tensor ofMean = plane.matmul(plane.transpose()).mul(symmetric(t)).sum().div(2);
        all(firstOrder(eigenvalue(1), a, t), ofMean);
        all(firstOrder(eigenvalue(2), a, t), ofMean);
        Tensor ofSingularMean = P.slice(1, 1, 3)
                .matmul(Q.slice(1, 1, 3).transpose())
                .mul(t)
                .sum()
                .div(2);
        all(firstOrder(singularValue(1), s, t), ofSingularMean);
        all(firstOrder(singularValue(2), s, t), ofSingularMean);
        for (int i = 0; i < 3; i++) {
            undefined(secondOrder(eigenvalue(i), a, t, u));
            undefined(secondOrder(singularValue(i), s, t, u));
        }
        for (UnaryOperator<Tensor> f : List.of(left(1), right(2))) {
            undefined(firstOrder(f, s, t));
        }
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
        assertThat(gradient((Tensor x) -> x.singularValues().sum(), Tensor.zeros(3, 2))
                        .toArray())
                .containsOnly(0.0);
        near(
                gradient(
                        (Tensor x) -> x.singularValues().slice(0, 0, 1).sum(),
                        Tensor.of(3, 0).diag()),
                Tensor.of(1, 0).diag(),
                1e-15);
    }

    @Test
    void equalEigenvaluesShareWhateverTheirVectorsAre() {
        // the largest is twofold: the subgradient of least norm is half of the projection on its plane
        Tensor u = Tensor.of(1, 2, -1).div(Math.sqrt(6));
        Tensor a = Tensor.eye(3).mul(5).sub(u.outer(u).mul(4));
        Tensor half = Tensor.eye(3).sub(u.outer(u)).mul(0.5);
        near(gradient((Tensor x) -> x.eigenvalues().slice(0, 2, 3).sum(), a), half, 1e-14);
        near(gradient((Tensor x) -> x.eigenvalues().slice(0, 1, 2).sum(), a), half, 1e-14);
        Tensor t = symmetric(normal(5, 3, 3));
        near(jvp(Tensor::eigenvalues, a, t).slice(0, 2, 3).sum(), half.mul(t).sum(), 1e-14);
        // the vector of the single one is determined, and so are its derivatives
        Tensor w = normal(6, 3);
        UnaryOperator<Tensor> single =
                x -> x.eigh().vectors().slice(1, 0, 1).squeeze(1).dot(w);
        Tensor moved = jvp(single, a, t);
        // v' = (λ - A)⁺ T v
        Tensor v = a.eigh().vectors().slice(1, 0, 1).squeeze(1);
        Tensor pseudoInverse = Tensor.eye(3).sub(v.outer(v)).mul(1 / (1 - 5.0));
        near(moved, w.dot(pseudoInverse.matmul(t.matmul(v))), 1e-13);
        near(gradient(single, a).mul(t).sum(), moved, 1e-13);
    }

    @Test
    void whatRepeatedValuesLeaveUndefinedIsNaN() {
        Tensor a = Tensor.eye(2).mul(2);
        Tensor second = hessian((Tensor x) -> x.eigenvalues().square().sum(), a);
        assertThat(second.ne(second).any()).isTrue();
        // twice the singular value 1, and 3
        Tensor b = Tensor.of(1, 3, 1).diag();
        Tensor w = normal(7, 3);
        Tensor single =
                gradient((Tensor x) -> x.svd().u().slice(1, 0, 1).squeeze(1).dot(w), b);
        assertThat(single.ne(single).any()).isFalse();
        Tensor other =
                gradient((Tensor x) -> x.svd().vh().slice(0, 1, 2).squeeze(0).dot(w), b);
        assertThat(other.ne(other).any()).isTrue();
        near(
                gradient((Tensor x) -> x.singularValues().slice(0, 2, 3).sum(), b),
                Tensor.of(0.5, 0, 0.5).diag(),
                1e-15);
        // a vector of a singular value 0: determined by orthogonality in a square matrix alone
        Tensor tall = Tensor.of(new double[][] {{2, 0}, {0, 0}, {0, 0}});
        Tensor lost =
                gradient((Tensor x) -> x.svd().u().slice(1, 1, 2).squeeze(1).dot(w), tall);
        assertThat(lost.ne(lost).any()).isTrue();
        near(
                gradient((Tensor x) -> x.singularValues().sum(), tall),
                Tensor.of(1, 0, 0, 0, 0, 0).reshape(3, 2),
                1e-15);
    }
}
