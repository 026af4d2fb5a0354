package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.jvp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Matrices that an operation cannot take: each is refused at the call, in words that say which and what is wrong with it. */
class BadMatricesTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Tensor SINGULAR = Tensor.of(new double[][] {{1, 2}, {2, 4}});

    private static final Map<String, UnaryOperator<Tensor>> OF_SQUARE = new LinkedHashMap<>();
    private static final Map<String, UnaryOperator<Tensor>> OF_ANY = new LinkedHashMap<>();
    private static final Map<String, UnaryOperator<Tensor>> OF_SYMMETRIC = new LinkedHashMap<>();
    private static final Map<String, UnaryOperator<Tensor>> OF_FINITE = new LinkedHashMap<>();

    static {
        OF_SYMMETRIC.put("cholesky", Tensor::cholesky);
        OF_SYMMETRIC.put("eigh", a -> a.eigh().vectors());
        OF_SYMMETRIC.put("eigenvalues", Tensor::eigenvalues);
        OF_SQUARE.putAll(OF_SYMMETRIC);
        OF_SQUARE.put("solve", a -> a.solve(Tensor.ones(2)));
        OF_SQUARE.put("inverse", Tensor::inverse);
        OF_SQUARE.put("triangularSolve", a -> a.triangularSolve(Tensor.ones(2), Triangle.LOWER));
        OF_SQUARE.put("choleskySolve", a -> a.choleskySolve(Tensor.ones(2)));
        OF_SQUARE.put("det", Tensor::det);
        OF_SQUARE.put("logDet", Tensor::logDet);
        OF_SQUARE.put("slogDet", a -> a.slogDet().logAbsDet());
        OF_ANY.put("qr", a -> a.qr().r());
        OF_ANY.put("svd", a -> a.svd().u());
        OF_ANY.put("singularValues", Tensor::singularValues);
        OF_ANY.put("lstsq", a -> a.lstsq(Tensor.ones(2)));
        OF_FINITE.putAll(OF_SYMMETRIC);
        OF_FINITE.putAll(OF_ANY);
        OF_FINITE.put("solve", OF_SQUARE.get("solve"));
        OF_FINITE.put("inverse", OF_SQUARE.get("inverse"));
    }

    private static void refused(Supplier<?> call, Class<? extends Exception> type, String message) {
        assertThatThrownBy(call::get).isInstanceOf(type).hasMessage(message);
    }

    private static Stream<DynamicTest> each(
            Map<String, UnaryOperator<Tensor>> calls, BiConsumer<String, UnaryOperator<Tensor>> test) {
        return calls.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(call.getKey(), () -> test.accept(call.getKey(), call.getValue())));
    }

    @TestFactory
    Stream<DynamicTest> notSquare() {
        return each(OF_SQUARE, (name, call) -> {
            for (Tensor a : List.of(Tensor.zeros(2, 3), Tensor.zeros(3, 2), Tensor.zeros(4, 2, 1), Tensor.ones(2))) {
                refused(
                        () -> call.apply(a),
                        IllegalArgumentException.class,
                        name + " needs square matrices [.., n, n], but got shape " + a.shape());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> noMatrix() {
        return each(
                OF_ANY,
                (name, call) -> refused(
                        () -> call.apply(Tensor.ones(2)),
                        IllegalArgumentException.class,
                        name + " needs matrices [.., m, n], but got shape [2]"));
    }

    @TestFactory
    Stream<DynamicTest> notSymmetric() {
        Tensor skew = Tensor.of(new double[][] {{1, 2}, {0, 1}});
        return each(OF_SYMMETRIC, (name, call) -> {
            refused(
                    () -> call.apply(skew),
                    IllegalArgumentException.class,
                    name + " needs symmetric matrices, but entry [0, 1] is 2.0 and entry [1, 0] is 0.0; "
                            + "a.add(a.transpose()).mul(0.5) is symmetric");
            refused(
                    () -> call.apply(Tensor.stack(0, Tensor.eye(2), skew)),
                    IllegalArgumentException.class,
                    name + " needs symmetric matrices, but entry [0, 1] of matrix [1] is 2.0 and entry [1, 0] is 0.0; "
                            + "a.add(a.transpose()).mul(0.5) is symmetric");
        });
    }

    @TestFactory
    Stream<DynamicTest> notFinite() {
        return each(OF_FINITE, (name, call) -> {
            for (double bad : new double[] {Double.NaN, INF, -INF}) {
                // mirrored, so that nothing is asymmetric; below a 0, where elimination finds no pivot
                Tensor a = Tensor.of(new double[][] {{0, bad}, {bad, 1}});
                refused(
                        () -> call.apply(a),
                        IllegalArgumentException.class,
                        name + " needs finite entries, but entry [0, 1] is " + bad);
                refused(
                        () -> call.apply(
                                Tensor.stack(0, Tensor.eye(2), Tensor.of(1, bad).diag())),
                        IllegalArgumentException.class,
                        name + " needs finite entries, but entry [1, 1] of matrix [1] is " + bad);
            }
        });
    }

    @Test
    void determinantsOfWhatIsNotFiniteAreNaN() {
        UnaryOperator<Tensor> logAbs = a -> a.slogDet().logAbsDet();
        for (double bad : new double[] {Double.NaN, INF, -INF}) {
            // elimination finds no pivot in the first, and would lose the bad entry
            for (Tensor a : List.of(
                    Tensor.of(new double[][] {{0, bad}, {0, 1}}),
                    Tensor.of(new double[][] {{0, 1}, {bad, 1}}),
                    Tensor.of(new double[][] {{bad, 0}, {0, 1}}),
                    Tensor.full(bad, 2, 2))) {
                for (UnaryOperator<Tensor> f : List.<UnaryOperator<Tensor>>of(Tensor::det, Tensor::logDet, logAbs)) {
                    assertThat(f.apply(a).item()).isNaN();
                    assertThat(gradient(f, a).toArray()).containsOnly(Double.NaN);
                    assertThat(jvp(f, a, Tensor.ones(2, 2)).item()).isNaN();
                    // the others of a batch keep value and derivative, singular ones too
                    Tensor good = Tensor.of(new double[][] {{4, 1}, {1, 2}});
                    Tensor three = Tensor.stack(0, good, a, SINGULAR);
                    Tensor values = f.apply(three);
                    assertThat(values.get(0)).isEqualTo(f.apply(good).item());
                    assertThat(values.get(1)).isNaN();
                    assertThat(values.get(2)).isEqualTo(f.apply(SINGULAR).item());
                    Tensor g = gradient(x -> f.apply(x).sum(), three);
                    LinearAlgebraTest.close(g.slice(0, 0, 1).squeeze(0), gradient(f, good), 1e-15);
                    assertThat(g.slice(0, 1, 2).toArray()).containsOnly(Double.NaN);
                    assertThat(g.slice(0, 2, 3).squeeze(0).toArray())
                            .containsExactly(gradient(f, SINGULAR).toArray());
                    // and what is not asked for does not matter
                    Tensor first = gradient(x -> f.apply(x).slice(0, 0, 1).sum(), three);
                    assertThat(first.slice(0, 1, 3).toArray()).containsOnly(0.0);
                }
                assertThat(a.slogDet().sign().item()).isNaN();
            }
        }
    }

    @Test
    void trianglesAndRightSidesAreCalculatedWithAsTheyAre() {
        Tensor triangle = Tensor.of(new double[][] {{2, Double.NaN}, {INF, 4}});
        assertThat(triangle.triangularSolve(Tensor.of(2, 4), Triangle.LOWER).toArray())
                .containsExactly(1, -INF);
        assertThat(triangle.triangularSolve(Tensor.of(2, 4), Triangle.UPPER).toArray())
                .containsExactly(Double.NaN, 1);
        Tensor right = Tensor.of(new double[][] {{1, Double.NaN}, {2, 1}});
        assertThat(Tensor.of(1, 2).diag().solve(right).toArray()).containsExactly(1, Double.NaN, 1, Double.NaN);
    }

    @Test
    void notPositiveDefinite() {
        refused(
                () -> Tensor.of(new double[][] {{1, 2}, {2, 1}}).cholesky(),
                ArithmeticException.class,
                "cholesky needs positive definite matrices, but the leading minor of size 2 is not positive; "
                        + "eigenvalues() tell, and adding a multiple of the identity helps");
        refused(
                () -> Tensor.stack(0, Tensor.eye(2), Tensor.eye(2).neg()).cholesky(),
                ArithmeticException.class,
                "cholesky needs positive definite matrices, but the leading minor of size 1 of matrix [1] is not "
                        + "positive; eigenvalues() tell, and adding a multiple of the identity helps");
        // semidefinite is not enough
        refused(
                () -> Tensor.zeros(1, 1).cholesky(),
                ArithmeticException.class,
                "cholesky needs positive definite matrices, but the leading minor of size 1 is not positive; "
                        + "eigenvalues() tell, and adding a multiple of the identity helps");
        assertThatThrownBy(SINGULAR::cholesky)
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("the leading minor of size 2 is not positive");
    }

    @Test
    void singular() {
        refused(
                () -> SINGULAR.solve(Tensor.of(1, 2)),
                ArithmeticException.class,
                "solve needs invertible matrices, but elimination found no pivot in column 1: it is singular; "
                        + "lstsq solves systems of more equations than unknowns");
        refused(
                () -> Tensor.stack(0, Tensor.eye(2), SINGULAR).inverse(),
                ArithmeticException.class,
                "inverse needs invertible matrices, but elimination found no pivot in column 1 of matrix [1]: it is "
                        + "singular; lstsq solves systems of more equations than unknowns");
        Tensor zeroOnDiagonal = Tensor.of(1, 0, 2, 0).reshape(2, 2);
        refused(
                () -> zeroOnDiagonal.triangularSolve(Tensor.of(1, 2), Triangle.LOWER),
                ArithmeticException.class,
                "triangularSolve needs a diagonal without zeros, but entry [1, 1] is 0: it is singular");
        refused(
                () -> Tensor.stack(0, zeroOnDiagonal, Tensor.eye(2)).choleskySolve(Tensor.of(1, 2)),
                ArithmeticException.class,
                "choleskySolve needs a diagonal without zeros, but entry [1, 1] of matrix [0] is 0: it is singular");
    }

    @Test
    void rightSidesThatDoNotFit() {
        Tensor a = Tensor.eye(3);
        Map<String, UnaryOperator<Tensor>> calls = Map.of(
                "solve", a::solve,
                "lstsq", a::lstsq,
                "choleskySolve", a::choleskySolve,
                "triangularSolve", b -> a.triangularSolve(b, Triangle.UPPER));
        calls.forEach((name, call) -> {
            for (Tensor b : List.of(Tensor.of(1, 2), Tensor.scalar(1), Tensor.zeros(2, 3))) {
                refused(
                        () -> call.apply(b),
                        IllegalArgumentException.class,
                        name
                                + " needs a right side [.., m, k] or [m] with as many rows as the matrices [.., m, n] have, "
                                + "but got [3, 3] and " + b.shape());
            }
        });
        assertThatThrownBy(() -> Tensor.zeros(2, 3, 3).add(a).solve(Tensor.zeros(4, 3, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "solve of [2, 3, 3] and [4, 3, 1]: the batch shapes [2] and [4] do not broadcast");
    }
}
