package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.retrograd.autograd.diff.Derivatives;

/** Normalisation of entries of every size and without spread, to the third order, against closed forms. */
class NormalisationsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] WEIGHTS = {1, -2, 5};
    private static final Tensor X = Tensor.of(1, 2, 4);

    /** The three of them, of one row, with the projection that they apply before they divide. */
    private enum Norm {
        LAYER(1 / 3.0) {
            @Override
            Tensor of(Tensor x, double epsilon) {
                return Normalisations.layerNorm(x, epsilon, -1);
            }
        },
        BATCH(1 / 3.0) {
            @Override
            Tensor of(Tensor x, double epsilon) {
                return Normalisations.batchNorm(x.reshape(3, 1), epsilon, 1).reshape(3);
            }
        },
        RMS(0) {
            @Override
            Tensor of(Tensor x, double epsilon) {
                return Normalisations.rmsNorm(x, epsilon, -1);
            }
        };

        private final double mean;

        Norm(double mean) {
            this.mean = mean;
        }

        abstract Tensor of(Tensor x, double epsilon);

        /** The weighted sum of the result. */
        UnaryOperator<Tensor> total(double epsilon) {
            return x -> of(x, epsilon).dot(Tensor.of(WEIGHTS));
        }

        /** Where there is no spread: equal entries, or zeros. */
        Tensor flat(double c) {
            return Tensor.full(mean == 0 ? 0 : c, 3);
        }

        double projection(int i, int k) {
            return (i == k ? 1 : 0) - mean;
        }

        double projected(double[] x, int i) {
            return projection(i, 0) * x[0] + projection(i, 1) * x[1] + projection(i, 2) * x[2];
        }

        double root(double[] x, double epsilon) {
            double square = 0;
            for (int i = 0; i < 3; i++) {
                square += projected(x, i) * projected(x, i) / 3;
            }
            return Math.sqrt(square + epsilon);
        }

        double value(double[] x) {
            double sum = 0;
            for (int i = 0; i < 3; i++) {
                sum += projected(WEIGHTS, i) * x[i];
            }
            return sum;
        }

        /** With u the projected weights, c the projected x, s the root: u / s - (u·x) c / (3 s³). */
        double[] gradient(double[] x, double epsilon) {
            double s = root(x, epsilon);
            double[] gradient = new double[3];
            for (int i = 0; i < 3; i++) {
                gradient[i] = projected(WEIGHTS, i) / s - value(x) * projected(x, i) / (3 * s * s * s);
            }
            return gradient;
        }

        /** With P the projection: -(u cᵀ + c uᵀ + (u·x) P) / (3 s³) + (u·x) c cᵀ / (3 s⁵). */
        double[] hessian(double[] x, double epsilon) {
            double s = root(x, epsilon);
            double[] hessian = new double[9];
            for (int i = 0; i < 3; i++) {
                double c = projected(x, i);
                for (int k = 0; k < 3; k++) {
                    double d = projected(x, k);
                    double mixed = projected(WEIGHTS, i) * d + c * projected(WEIGHTS, k);
                    hessian[3 * i + k] = -(mixed + value(x) * projection(i, k)) / (3 * s * s * s)
                            + value(x) * c * d / (3 * s * s * s * s * s);
                }
            }
            return hessian;
        }
    }

    private static double[] gradient(UnaryOperator<Tensor> f, Tensor x) {
        double[] reverse = Derivatives.gradient(f, x).toArray();
        double[] forward =
                Derivatives.jacobian(f, x, Derivatives.Mode.FORWARD).flatten().toArray();
        assertThat(forward).containsExactly(reverse, within(1e-14 * largest(reverse)));
        return reverse;
    }

    private static double[] hessian(UnaryOperator<Tensor> f, Tensor x) {
        double[] reverse = Derivatives.jacobian((Tensor v) -> Derivatives.gradient(f, v), x, Derivatives.Mode.REVERSE)
                .toArray();
        double[] forward = Derivatives.jacobian((Tensor v) -> Derivatives.gradient(f, v), x, Derivatives.Mode.FORWARD)
                .toArray();
        assertThat(forward).containsExactly(reverse, within(1e-14 * largest(reverse)));
        return reverse;
    }

    private static double largest(double[] values) {
        return Tensor.of(values).normInf().item();
    }

    private static void close(double[] expected, double[] actual) {
        assertThat(actual).containsExactly(expected, within(4e-15 * largest(expected)));
    }

    @ParameterizedTest
    @EnumSource
    void theClosedFormsAreRightAtAnOrdinaryPoint(Norm norm) {
        for (double epsilon : new double[] {0, 0.25}) {
            close(norm.gradient(X.toArray(), epsilon), gradient(norm.total(epsilon), X));
            close(norm.hessian(X.toArray(), epsilon), hessian(norm.total(epsilon), X));
        }
    }

    @ParameterizedTest
    @EnumSource
    void entriesOfEverySizeAreNormalised(Norm norm) {
        Tensor y = norm.of(X, 0);
        for (double scale : new double[] {1e155, 1e200, 1e300, 1e-155, 1e-162, 1e-200, 1e-300}) {
            Tensor large = X.mul(scale);
            close(y.toArray(), norm.of(large, 0).toArray());
            close(
                    norm.gradient(X.toArray(), 0),
                    Tensor.of(gradient(norm.total(0), large)).mul(scale).toArray());
            // the second derivatives at x themselves are no numbers: those by the factor before the scale are
            close(norm.hessian(X.toArray(), 0), hessian(v -> norm.total(0).apply(v.mul(scale)), X));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPowerOfTwoChangesNoBit(Norm norm) {
        for (double scale : new double[] {0x1p200, 0x1p500, 0x1p1000, 0x1p-200, 0x1p-500, 0x1p-1000}) {
            assertThat(norm.of(X.mul(scale), 0).sameAs(norm.of(X, 0))).isTrue();
        }
        // the mean is a whole multiple of the smallest number
        Tensor even = Tensor.of(0, 3, 6);
        assertThat(norm.of(even.mul(Double.MIN_VALUE), 0).sameAs(norm.of(even, 0)))
                .isTrue();
        for (double scale : new double[] {0x1p200, 0x1p500, 0x1p-200, 0x1p-500}) {
            double epsilon = 0.25 * scale * scale;
            Tensor at = X.mul(scale);
            assertThat(norm.of(at, epsilon).sameAs(norm.of(X, 0.25))).isTrue();
            assertThat(Tensor.of(gradient(norm.total(epsilon), at)).mul(scale).toArray())
                    .containsExactly(gradient(norm.total(0.25), X));
            assertThat(Tensor.of(hessian(norm.total(epsilon), at))
                            .mul(scale)
                            .mul(scale)
                            .toArray())
                    .containsExactly(hessian(norm.total(0.25), X));
        }
    }

    @ParameterizedTest
    @EnumSource
    void epsilonIsLostAmongLargeEntriesAndRulesAmongSmallOnes(Norm norm) {
        Tensor large = X.mul(1e200);
        close(norm.of(X, 0).toArray(), norm.of(large, 1e-5).toArray());
        close(
                norm.gradient(X.toArray(), 0),
                Tensor.of(gradient(norm.total(1e-5), large)).mul(1e200).toArray());
        close(norm.hessian(X.toArray(), 0), hessian(v -> norm.total(1e-5).apply(v.mul(1e200)), X));
        double[] small = {1e-200, 2e-200, 4e-200};
        close(norm.gradient(small, 1e-5), gradient(norm.total(1e-5), Tensor.of(small)));
        close(norm.hessian(small, 1e-5), hessian(norm.total(1e-5), Tensor.of(small)));
        // an epsilon that alone is beyond the square of what is ordinary
        close(norm.gradient(small, 1e-160), gradient(norm.total(1e-160), Tensor.of(small)));
    }

    @Test
    void everyRowHasItsOwnScale() {
        double c = 1e300;
        Tensor rows = Tensor.of(1, 2, 4, 1e200, 2e200, 4e200, 1e-200, 2e-200, 4e-200, c, c, c, 0, 0, 0)
                .reshape(5, 3);
        for (double epsilon : new double[] {0, 1e-40, 0.25}) {
            Tensor together = Normalisations.layerNorm(rows, epsilon, -1);
            Tensor weights = Tensor.of(WEIGHTS);
            Tensor derivative = Derivatives.gradient(
                    v -> Normalisations.layerNorm(v, epsilon, -1).mul(weights).sum(), rows);
            for (int row = 0; row < 5; row++) {
                Tensor alone = rows.slice(0, row, row + 1).reshape(3);
                assertThat(together.slice(0, row, row + 1).reshape(3).sameAs(Norm.LAYER.of(alone, epsilon)))
                        .as("row %d, epsilon %s", row, epsilon)
                        .isTrue();
                close(
                        Derivatives.gradient(Norm.LAYER.total(epsilon), alone).toArray(),
                        derivative.slice(0, row, row + 1).toArray());
            }
        }
    }

    @Test
    void differencesThatOverflowAreNoMistake() {
        Tensor x = Tensor.of(1.7e308, -1.7e308);
        assertThat(Normalisations.layerNorm(x, 0, -1).toArray()).containsExactly(1, -1);
        assertThat(Normalisations.layerNorm(x, 1e-5, -1).toArray()).containsExactly(1, -1);
        assertThat(Normalisations.rmsNorm(x, 0, -1).toArray()).containsExactly(1, -1);
        assertThat(Normalisations.rmsNorm(Tensor.of(INF, 1), 0, -1).toArray()).containsExactly(Double.NaN, 0);
        assertThat(Normalisations.rmsNorm(Tensor.of(Double.NaN, 1), 1, -1).toArray())
                .containsOnly(Double.NaN);
    }

    // --- no spread ---

    @ParameterizedTest
    @EnumSource
    void withoutEpsilonAllDerivativesVanishWhereThereIsNoSpread(Norm norm) {
        for (double c : new double[] {0, 0.7, 1e300}) {
            assertThat(norm.of(norm.flat(c), 0).toArray()).containsOnly(0);
            assertThat(gradient(norm.total(0), norm.flat(c))).containsOnly(0);
            assertThat(hessian(norm.total(0), norm.flat(c))).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void withEpsilonTheyAreSmoothWhereThereIsNoSpread(Norm norm) {
        for (double c : new double[] {0, 0.7, 1e300}) {
            Tensor flat = norm.flat(c);
            assertThat(norm.of(flat, 0.25).toArray()).containsOnly(0);
            double[] u = {norm.projected(WEIGHTS, 0), norm.projected(WEIGHTS, 1), norm.projected(WEIGHTS, 2)};
            close(Tensor.of(u).div(0.5).toArray(), gradient(norm.total(0.25), flat));
            assertThat(hessian(norm.total(0.25), flat)).containsOnly(0);
            // the third derivatives of u·x / s where c is 0: -(u_i P_jk + u_j P_ik + u_k P_ij) / (3 s³)
            double[] third = new double[27];
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    for (int k = 0; k < 3; k++) {
                        third[9 * i + 3 * j + k] = -(u[i] * norm.projection(j, k)
                                        + u[j] * norm.projection(i, k)
                                        + u[k] * norm.projection(i, j))
                                / (3 * 0.125);
                    }
                }
            }
            close(
                    third,
                    Derivatives.jacobian((Tensor v) -> Derivatives.hessian(norm.total(0.25), v), flat)
                            .toArray());
        }
    }
}
