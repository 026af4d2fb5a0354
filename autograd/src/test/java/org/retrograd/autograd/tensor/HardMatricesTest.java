package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.retrograd.autograd.diff.Derivatives.directional;
import static org.retrograd.autograd.diff.Derivatives.gradient;
import static org.retrograd.autograd.diff.Derivatives.hessian;
import static org.retrograd.autograd.diff.Derivatives.hvp;
import static org.retrograd.autograd.diff.Derivatives.jvp;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.array.Shape;

/** Matrices at the ends: of size 0 and 1, none of them, of zeros, and ill-conditioned ones beside decimal arithmetic. */
class HardMatricesTest {
    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    private static final Map<String, UnaryOperator<Tensor>> OF_SQUARE = new LinkedHashMap<>();

    static {
        OF_SQUARE.put("solve", a -> a.solve(Tensor.ones(a.dim(-1), 2)));
        OF_SQUARE.put("inverse", Tensor::inverse);
        OF_SQUARE.put("triangularSolve", a -> a.triangularSolve(Tensor.ones(a.dim(-1), 2), Triangle.UPPER));
        OF_SQUARE.put("choleskySolve", a -> a.choleskySolve(Tensor.ones(a.dim(-1), 2)));
        OF_SQUARE.put("det", Tensor::det);
        OF_SQUARE.put("logDet", Tensor::logDet);
        OF_SQUARE.put("sign", a -> a.slogDet().sign());
        OF_SQUARE.put("cholesky", Tensor::cholesky);
        OF_SQUARE.put("q", a -> a.qr().q());
        OF_SQUARE.put("r", a -> a.qr().r());
        OF_SQUARE.put("lstsq", a -> a.lstsq(Tensor.ones(a.dim(-1), 2)));
        OF_SQUARE.put("eigenvalues", Tensor::eigenvalues);
        OF_SQUARE.put("eigenvectors", a -> a.eigh().vectors());
        OF_SQUARE.put("singularValues", Tensor::singularValues);
        OF_SQUARE.put("u", a -> a.svd().u());
        OF_SQUARE.put("vh", a -> a.svd().vh());
    }

    @TestFactory
    Stream<DynamicTest> emptyMatricesAndEmptyBatches() {
        return OF_SQUARE.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(call.getKey(), () -> {
                    UnaryOperator<Tensor> f = call.getValue();
                    UnaryOperator<Tensor> sum = x -> f.apply(x).sum();
                    for (Tensor a : new Tensor[] {Tensor.zeros(0, 0), Tensor.zeros(2, 0, 0), Tensor.zeros(0, 3, 3)}) {
                        int batch = a.rank() == 3 ? a.dim(0) : 1;
                        // a determinant of size 0 is 1, its logarithm 0; nothing else has entries
                        boolean one =
                                call.getKey().equals("det") || call.getKey().equals("sign");
                        assertThat(sum.apply(a).item()).isEqualTo(one && a.dim(-1) == 0 ? batch : 0);
                        assertThat(gradient(sum, a).shape()).isEqualTo(a.shape());
                        assertThat(jvp(f, a, a).shape()).isEqualTo(f.apply(a).shape());
                        assertThat(hvp(sum, a, a).shape()).isEqualTo(a.shape());
                    }
                }));
    }

    @Test
    void sizesThatAreNotSquareMayBeEmptyToo() {
        for (int[] shape : new int[][] {{3, 0}, {0, 3}, {0, 3, 2}, {0, 2, 3}}) {
            Tensor a = Tensor.zeros(shape);
            int k = Math.min(a.dim(-1), a.dim(-2));
            assertThat(a.qr().q().shape().dim(-1)).isEqualTo(k);
            assertThat(a.qr().r().shape().dim(-2)).isEqualTo(k);
            assertThat(a.svd().u().shape().dim(-1)).isEqualTo(k);
            assertThat(a.svd().vh().shape().dim(-2)).isEqualTo(k);
            assertThat(gradient((Tensor x) -> x.qr().r().sum(), a).shape()).isEqualTo(a.shape());
            assertThat(gradient((Tensor x) -> x.singularValues().sum(), a).shape())
                    .isEqualTo(a.shape());
            assertThat(gradient((Tensor x) -> x.svd().vh().sum(), a).shape()).isEqualTo(a.shape());
        }
        assertThat(Tensor.zeros(3, 0).lstsq(Tensor.ones(3)).shape()).isEqualTo(Shape.of(0));
    }

    /** Value and two derivatives at 4. */
    @TestFactory
    Stream<DynamicTest> ofSizeOneTheyAreFunctionsOfANumber() {
        Map<String, double[]> at = new LinkedHashMap<>();
        at.put("solve", new double[] {0.5, -0.125, 0.0625});
        at.put("inverse", new double[] {0.25, -0.0625, 0.03125});
        at.put("triangularSolve", new double[] {0.5, -0.125, 0.0625});
        at.put("choleskySolve", new double[] {0.125, -0.0625, 0.046875});
        at.put("det", new double[] {4, 1, 0});
        at.put("logDet", new double[] {StrictMath.log(4), 0.25, -0.0625});
        at.put("sign", new double[] {1, 0, 0});
        at.put("cholesky", new double[] {2, 0.25, -0.03125});
        at.put("q", new double[] {1, 0, 0});
        at.put("r", new double[] {4, 1, 0});
        at.put("lstsq", new double[] {0.5, -0.125, 0.0625});
        at.put("eigenvalues", new double[] {4, 1, 0});
        at.put("eigenvectors", new double[] {1, 0, 0});
        at.put("singularValues", new double[] {4, 1, 0});
        at.put("u", new double[] {1, 0, 0});
        at.put("vh", new double[] {1, 0, 0});
        assertThat(at.keySet()).isEqualTo(OF_SQUARE.keySet());
        return at.entrySet().stream()
                .map(expected -> DynamicTest.dynamicTest(expected.getKey(), () -> {
                    UnaryOperator<Tensor> f =
                            x -> OF_SQUARE.get(expected.getKey()).apply(x).sum();
                    Tensor four = Tensor.full(4, 1, 1);
                    Tensor one = Tensor.ones(1, 1);
                    double[] values = expected.getValue();
                    assertThat(f.apply(four).item()).isCloseTo(values[0], within(1e-15));
                    assertThat(gradient(f, four).item()).isCloseTo(values[1], within(1e-15));
                    assertThat(jvp(f, four, one).item()).isCloseTo(values[1], within(1e-15));
                    assertThat(hessian(f, four).item()).isCloseTo(values[2], within(1e-15));
                    assertThat(directional(f, four, one, 2).item()).isCloseTo(values[2], within(1e-15));
                }));
    }

    @Test
    void signsAreTakenOffNegativeNumbers() {
        Tensor a = Tensor.full(-4, 1, 1);
        assertThat(a.qr().q().item()).isEqualTo(-1);
        assertThat(a.qr().r().item()).isEqualTo(4);
        assertThat(gradient((Tensor x) -> x.qr().r().sum(), a).item()).isEqualTo(-1);
        assertThat(a.singularValues().item()).isEqualTo(4);
        assertThat(gradient((Tensor x) -> x.singularValues().sum(), a).item()).isEqualTo(-1);
        assertThat(a.svd().vh().item()).isEqualTo(-1);
        assertThat(a.eigenvalues().item()).isEqualTo(-4);
        assertThat(gradient((Tensor x) -> x.slogDet().logAbsDet(), a).item()).isEqualTo(-0.25);
        assertThat(a.logDet().item()).isNaN();
    }

    @Test
    void batchesOfMatricesOfZeros() {
        Tensor zeros = Tensor.zeros(2, 3, 3);
        assertThat(zeros.det().toArray()).containsExactly(0, 0);
        assertThat(gradient((Tensor x) -> x.det().sum(), zeros).toArray()).containsOnly(0.0);
        // the third derivative of the determinant of size 3 is the first that does not vanish: 6 det(T)
        Tensor t = normal(1, 2, 3, 3);
        LinearAlgebraTest.close(directional(Tensor::det, zeros, t, 3), t.det().mul(6), 1e-14);
        assertThat(zeros.logDet().toArray()).containsOnly(Double.NEGATIVE_INFINITY);
        assertThat(gradient((Tensor x) -> x.logDet().sum(), zeros).toArray()).containsOnly(Double.NaN);
        assertThat(zeros.qr().r().sameAs(zeros)).isTrue();
        assertThat(zeros.qr().q().sameAs(Tensor.eye(3).broadcastTo(2, 3, 3))).isTrue();
        assertThat(zeros.eigenvalues().toArray()).containsOnly(0.0);
        LinearAlgebraTest.close(
                gradient((Tensor x) -> x.eigenvalues().slice(-1, 2, 3).sum(), zeros),
                Tensor.eye(3).div(3).broadcastTo(2, 3, 3),
                1e-15);
        assertThat(zeros.singularValues().toArray()).containsOnly(0.0);
        assertThat(gradient((Tensor x) -> x.singularValues().sum(), zeros).toArray())
                .containsOnly(0.0);
        assertThatThrownBy(() -> zeros.solve(Tensor.ones(3)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("no pivot in column 0 of matrix [0]");
    }

    // --- ill-conditioned matrices ---

    private static final MathContext DIGITS = new MathContext(80);

    /** Determinant and inverse by elimination in decimal numbers: of the very matrix, whose entries are doubles. */
    private record Exact(BigDecimal det, BigDecimal[][] inverse) {
        static Exact of(Tensor a) {
            int n = a.dim(0);
            BigDecimal[][] rows = new BigDecimal[n][2 * n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    rows[i][j] = new BigDecimal(a.get(i, j));
                    rows[i][n + j] = i == j ? BigDecimal.ONE : BigDecimal.ZERO;
                }
            }
            BigDecimal det = BigDecimal.ONE;
            for (int k = 0; k < n; k++) {
                int best = k;
                for (int i = k + 1; i < n; i++) {
                    best = rows[i][k].abs().compareTo(rows[best][k].abs()) > 0 ? i : best;
                }
                BigDecimal[] pivot = rows[best];
                rows[best] = rows[k];
                rows[k] = pivot;
                det = det.multiply(best == k ? pivot[k] : pivot[k].negate(), DIGITS);
                BigDecimal divisor = pivot[k];
                for (int j = 0; j < 2 * n; j++) {
                    pivot[j] = pivot[j].divide(divisor, DIGITS);
                }
                for (int i = 0; i < n; i++) {
                    BigDecimal factor = rows[i][k];
                    for (int j = 0; i != k && j < 2 * n; j++) {
                        rows[i][j] = rows[i][j].subtract(factor.multiply(pivot[j], DIGITS), DIGITS);
                    }
                }
            }
            BigDecimal[][] inverse = new BigDecimal[n][n];
            for (int i = 0; i < n; i++) {
                System.arraycopy(rows[i], n, inverse[i], 0, n);
            }
            return new Exact(det, inverse);
        }

        /** Returns A⁻¹b, or A⁻ᵀb. */
        BigDecimal[] times(Tensor b, boolean transposed) {
            int n = inverse.length;
            BigDecimal[] x = new BigDecimal[n];
            for (int i = 0; i < n; i++) {
                x[i] = BigDecimal.ZERO;
                for (int j = 0; j < n; j++) {
                    BigDecimal entry = transposed ? inverse[j][i] : inverse[i][j];
                    x[i] = x[i].add(entry.multiply(new BigDecimal(b.get(j)), DIGITS), DIGITS);
                }
            }
            return x;
        }
    }

    /** Returns the largest error, over the largest entry. */
    private static double error(Tensor actual, BigDecimal[][] expected) {
        double worst = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                double gap = new BigDecimal(actual.get(i, j))
                        .subtract(expected[i][j], DIGITS)
                        .doubleValue();
                worst = Math.max(worst, Math.abs(gap));
                size = Math.max(size, Math.abs(expected[i][j].doubleValue()));
            }
        }
        return worst / size;
    }

    /** -w xᵀ. */
    private static BigDecimal[][] minusOuter(BigDecimal[] w, BigDecimal[] x) {
        BigDecimal[][] product = new BigDecimal[w.length][x.length];
        for (int i = 0; i < w.length; i++) {
            for (int j = 0; j < x.length; j++) {
                product[i][j] = w[i].multiply(x[j], DIGITS).negate();
            }
        }
        return product;
    }

    private static Tensor hilbert(int n) {
        Tensor i = Tensor.range(n);
        return i.expandDims(1).add(i).add(1).reciprocal();
    }

    @TestFactory
    Stream<DynamicTest> illConditionedMatrices() {
        return Stream.of(2, 4, 6, 8, 10, 11)
                .map(n -> DynamicTest.dynamicTest("Hilbert's of size " + n, () -> {
                    Tensor a = hilbert(n);
                    Tensor s = a.singularValues();
                    Exact exact = Exact.of(a);
                    Tensor b = normal(1, n);
                    Tensor c = normal(2, n);
                    BigDecimal[][] x = {exact.times(b, false)};
                    BigDecimal[][] w = {exact.times(c, true)};
                    BigDecimal[][] transposed = new BigDecimal[n][n];
                    BigDecimal[][] cofactors = new BigDecimal[n][n];
                    for (int i = 0; i < n; i++) {
                        for (int j = 0; j < n; j++) {
                            transposed[i][j] = exact.inverse[j][i];
                            cofactors[i][j] = exact.inverse[j][i].multiply(exact.det, DIGITS);
                        }
                    }
                    // half an ulp in each entry moves these by as much as that, times the condition
                    double allowed = 0.1 * 0x1p-53 * s.get(0) / s.get(n - 1);
                    assertThat(error(a.solve(b).reshape(1, n), x)).isLessThan(allowed);
                    assertThat(error(
                                    gradient((Tensor r) -> a.solve(r).dot(c), b).reshape(1, n), w))
                            .isLessThan(allowed);
                    assertThat(error(gradient((Tensor m) -> m.solve(b).dot(c), a), minusOuter(w[0], x[0])))
                            .isLessThan(allowed);
                    assertThat(error(a.inverse(), exact.inverse)).isLessThan(allowed);
                    assertThat(error(gradient(Tensor::logDet, a), transposed)).isLessThan(allowed);
                    assertThat(a.logDet().item()).isCloseTo(StrictMath.log(exact.det.doubleValue()), within(allowed));
                    assertThat(error(a.det().reshape(1, 1), new BigDecimal[][] {{exact.det}}))
                            .isLessThan(allowed);
                    // cofactors are less sensitive: they stay finite where the matrix becomes singular
                    assertThat(error(gradient(Tensor::det, a), cofactors)).isLessThan(allowed / 100);
                }));
    }
}
