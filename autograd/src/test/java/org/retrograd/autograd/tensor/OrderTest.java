package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.diff.Derivatives;

/** Sorting, order statistics, selection by mask and running extrema: values, ties, NaN, and bad input. */
class OrderTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Tensor M = Tensor.zeros(2, 3);

    /** Asserts the gradient of Σ weights·f by both modes, which must agree. */
    private static void gradient(UnaryOperator<Tensor> f, Tensor x, double[] weights, double... expected) {
        UnaryOperator<Tensor> weighted = v -> f.apply(v).flatten().dot(Tensor.of(weights));
        double[] reverse = Derivatives.gradient(weighted, x).toArray();
        for (int i = 0; i < x.size(); i++) {
            Tensor unit = Indices.of(i).oneHot(x.size()).reshape(x.shape());
            assertThat(reverse[i]).as("reverse %d", i).isCloseTo(expected[i], within(1e-15));
            assertThat(Derivatives.jvp(weighted, x, unit).item())
                    .as("forward %d", i)
                    .isCloseTo(expected[i], within(1e-15));
        }
    }

    @Test
    void sortIsStableAndNaNIsTheLargest() {
        Tensor x = Tensor.of(2, NAN, -0.0, 0.0, INF, 2);
        assertThat(x.sort(0).toArray()).containsExactly(-0.0, 0.0, 2, 2, INF, NAN);
        assertThat(x.argSort(0).toArray()).containsExactly(2, 3, 0, 5, 4, 1);
        assertThat(x.sort(0, Order.DESCENDING).toArray()).containsExactly(NAN, INF, 2, 2, -0.0, 0.0);
        assertThat(x.argSort(-1, Order.DESCENDING).toArray()).containsExactly(1, 4, 0, 5, 2, 3);
        Tensor m = Tensor.of(new double[][] {{3, 1}, {2, 5}});
        assertThat(m.sort(0).toArray()).containsExactly(2, 1, 3, 5);
        assertThat(m.sort(-1).toArray()).containsExactly(1, 3, 2, 5);
        assertThat(m.argSort(0)).isEqualTo(Indices.of(1, 0, 0, 1).reshape(2, 2));
        assertThat(m.gather(m.argSort(1), 1).sameAs(m.sort(1))).isTrue();
    }

    @Test
    void derivativesGoWhereTheEntriesCameFromAndTiesShare() {
        gradient(v -> v.sort(0), Tensor.of(3, 1, 2), new double[] {10, 20, 30}, 30, 10, 20);
        gradient(v -> v.sort(0), Tensor.of(3, 1, 3), new double[] {10, 20, 30}, 25, 10, 25);
        gradient(v -> v.sort(0, Order.DESCENDING), Tensor.of(3, 1, 3), new double[] {10, 20, 30}, 15, 30, 15);
        gradient(v -> v.sort(0), Tensor.of(NAN, 1, NAN), new double[] {10, 20, 40}, 30, 10, 30);
        gradient(v -> v.kthValue(1, 0), Tensor.of(1, 1, 3), new double[] {1}, 0.5, 0.5, 0);
        gradient(v -> v.kthValue(3, 0), Tensor.of(1, 3, 3), new double[] {1}, 0, 0.5, 0.5);
        gradient(v -> v.topK(2, 0).values(), Tensor.of(1, 3, 3, 2), new double[] {1, 3}, 0, 2, 2, 0);
    }

    @Test
    void topKNamesPositions() {
        TopK top = Tensor.of(new double[][] {{3, 1, 4}, {5, 5, 6}}).topK(2, 1);
        assertThat(top.values().toArray()).containsExactly(4, 3, 6, 5);
        assertThat(top.indices()).isEqualTo(Indices.of(2, 0, 2, 0).reshape(2, 2));
        TopK columns = Tensor.of(new double[][] {{3, 1, 4}, {5, 5, 6}}).topK(1, 0);
        assertThat(columns.values().toArray()).containsExactly(5, 5, 6);
        assertThat(columns.indices()).isEqualTo(Indices.of(1, 1, 1).reshape(1, 3));
        assertThat(Tensor.of(1, NAN, 2).topK(2, 0).values().toArray()).containsExactly(NAN, 2);
        assertThat(M.topK(0, 1).indices().shape()).isEqualTo(Tensor.zeros(2, 0).shape());
    }

    @Test
    void medianIsTheMiddleOrTheMeanOfTwo() {
        assertThat(Tensor.of(5, 1, 3).median().item()).isEqualTo(3);
        assertThat(Tensor.of(5, 1, 3, 4).median().item()).isEqualTo(3.5);
        assertThat(Tensor.of(-1e308, 1.5e308, 1.7e308, 1e308).median().item()).isEqualTo(1.25e308);
        assertThat(Tensor.of(INF, INF, 1, INF).median().item()).isEqualTo(INF);
        assertThat(Tensor.of(1, NAN, 2).median().item()).isNaN();
        assertThat(Tensor.of(new double[][] {{1, NAN, 0}, {1, 2, 9}}).median(1).toArray())
                .containsExactly(NAN, 2);
        gradient(Tensor::median, Tensor.of(5, 1, 3), new double[] {1}, 0, 0, 1);
        gradient(Tensor::median, Tensor.of(5, 1, 3, 4), new double[] {1}, 0, 0, 0.5, 0.5);
        gradient(Tensor::median, Tensor.of(2, 1, 2, 3), new double[] {1}, 0.5, 0, 0.5, 0);
        gradient(Tensor::median, Tensor.of(1, 1, 1), new double[] {1}, 1 / 3.0, 1 / 3.0, 1 / 3.0);
        gradient(Tensor::median, Tensor.of(1, NAN, 2), new double[] {1}, 0, 1, 0);
    }

    @Test
    void quantilesInterpolate() {
        Tensor x = Tensor.of(4, 1, 2, 3, 5);
        assertThat(x.quantile(0.25, 0).item()).isEqualTo(2);
        assertThat(x.quantile(0.3, 0).item()).isEqualTo(2 + (0.3 * 4 - 1));
        assertThat(x.quantile(new double[] {0, 0.5, 1}, 0).toArray()).containsExactly(1, 3, 5);
        Tensor several = Tensor.of(new double[][] {{1, 2}, {3, 5}, {5, 8}}).quantile(new double[] {0, 0.5}, 0);
        assertThat(several.sameAs(Tensor.of(new double[][] {{1, 2}, {3, 5}}))).isTrue();
        assertThat(Tensor.of(-INF, INF, INF).quantile(0.75, 0).item()).isEqualTo(INF);
        assertThat(Tensor.of(0.1, 0.1).quantile(0.3, 0).item()).isEqualTo(0.1);
        assertThat(Tensor.of(0.1, NAN).quantile(0, 0).item()).isNaN();
        gradient(v -> v.quantile(0.125, 0), x, new double[] {1}, 0, 0.5, 0.5, 0, 0);
        gradient(v -> v.quantile(0.25, 0), Tensor.of(1, 1, 2), new double[] {1}, 0.5, 0.5, 0);
    }

    @Test
    void quantilesAreMeansOfNeighboursAlsoNextToInfinityAndWhereDifferencesOverflow() {
        assertThat(Tensor.of(1, -INF)
                        .quantile(new double[] {0, 0.25, 0.5, 1}, 0)
                        .toArray())
                .containsExactly(-INF, -INF, -INF, 1);
        assertThat(Tensor.of(INF, 1).quantile(new double[] {0, 0.25, 0.5, 1}, 0).toArray())
                .containsExactly(1, INF, INF, INF);
        assertThat(Tensor.of(-INF, INF).quantile(new double[] {0, 0.5, 1}, 0).toArray())
                .containsExactly(-INF, NAN, INF);
        assertThat(Tensor.of(-INF, -INF).quantile(0.5, 0).item()).isEqualTo(-INF);
        assertThat(Tensor.of(-1e308, 1.7e308).quantile(0.5, 0).item()).isEqualTo(0.5 * 1.7e308 - 0.5 * 1e308);
        assertThat(Tensor.of(-1.7e308, 1.7e308).quantile(0.25, 0).item()).isEqualTo(-0.75 * 1.7e308 + 0.25 * 1.7e308);
        gradient(v -> v.quantile(0.25, 0), Tensor.of(1, -INF), new double[] {1}, 0.25, 0.75);
        gradient(v -> v.quantile(0.25, 0), Tensor.of(INF, 1), new double[] {1}, 0.25, 0.75);
        gradient(v -> v.quantile(0.25, 0), Tensor.of(-INF, INF), new double[] {1}, 0.75, 0.25);
        gradient(v -> v.quantile(0.25, 0), Tensor.of(-INF, 3, -INF), new double[] {1}, 0.5, 0, 0.5);
        gradient(v -> v.quantile(0.25, 0), Tensor.of(1.7e308, -1e308), new double[] {1}, 0.25, 0.75);
        gradient(v -> v.quantile(0.25, 0), Tensor.of(-INF, NAN), new double[] {1}, 0, 1);
    }

    @Test
    void theMedianIsTheQuantileOfAHalf() {
        double[][] samples = {
            {-INF, 1},
            {1, INF},
            {-INF, INF},
            {INF, INF},
            {-INF, -INF, -INF, 2},
            {-1e308, 1.7e308},
            {1.7e308, 1.6e308},
            {-1e308, -1.7e308, 1e308, 1.5e308},
            {Double.MIN_VALUE, Double.MIN_VALUE},
            {0.1, 0.7},
            {0.1, 0.1},
            {NAN, -INF},
            {NAN, NAN, 1, 1e308},
            {3, 1, INF}
        };
        for (double[] sample : samples) {
            Tensor x = Tensor.of(sample);
            assertThat(x.quantile(0.5, 0).sameAs(x.median())).as("%s", x).isTrue();
            assertThat(Derivatives.gradient((Tensor v) -> v.quantile(0.5, 0), x).toArray())
                    .as("%s", x)
                    .containsExactly(Derivatives.gradient(Tensor::median, x).toArray());
        }
        assertThat(Tensor.of(Double.MIN_VALUE, Double.MIN_VALUE).median().item())
                .isEqualTo(Double.MIN_VALUE);
        assertThat(Tensor.of(1, -INF).median().item()).isEqualTo(-INF);
        gradient(Tensor::median, Tensor.of(1, -INF), new double[] {1}, 0.5, 0.5);
        gradient(Tensor::median, Tensor.of(-1e308, 1.7e308), new double[] {1}, 0.5, 0.5);
    }

    @Test
    void maskedSelectKeepsRowMajorOrderAndBroadcastsTheMask() {
        Tensor x = Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertThat(x.maskedSelect(x.gt(2)).toArray()).containsExactly(3, 4, 5, 6);
        assertThat(x.maskedSelect(Mask.of(true, false, true)).toArray()).containsExactly(1, 3, 4, 6);
        assertThat(x.maskedSelect(x.gt(9)).shape()).isEqualTo(Tensor.of().shape());
        gradient(v -> v.maskedSelect(x.gt(4)), x, new double[] {7, 8}, 0, 0, 0, 0, 7, 8);
        assertThat(Tensor.scalar(3).maskedSelect(Mask.of(true).reshape()).toArray())
                .containsExactly(3);
    }

    @Test
    void runningExtremaShareTiesWithThoseBefore() {
        Tensor x = Tensor.of(1, 3, 2, 3, 4, 4);
        assertThat(x.cumMax(0).toArray()).containsExactly(1, 3, 3, 3, 4, 4);
        assertThat(x.neg().cumMin(0).toArray()).containsExactly(-1, -3, -3, -3, -4, -4);
        gradient(v -> v.cumMax(0), x, new double[] {1, 1, 1, 1, 1, 1}, 1, 2.5, 0, 0.5, 1.5, 0.5);
        gradient(v -> v.cumMin(0), x.neg(), new double[] {1, 1, 1, 1, 1, 1}, 1, 2.5, 0, 0.5, 1.5, 0.5);
        assertThat(Tensor.of(1, NAN, 2, NAN).cumMax(0).toArray()).containsExactly(1, NAN, NAN, NAN);
        gradient(v -> v.cumMax(0), Tensor.of(1, NAN, 2, NAN), new double[] {1, 1, 1, 1}, 1, 2.5, 0, 0.5);
        gradient(v -> v.cumMin(0), Tensor.of(INF, INF), new double[] {1, 1}, 1.5, 0.5);
        Tensor columns = Tensor.of(new double[][] {{1, 5}, {0, 5}, {2, 4}});
        assertThat(columns.cumMax(0).toArray()).containsExactly(1, 5, 1, 5, 2, 5);
        gradient(v -> v.cumMax(0), columns, new double[] {1, 1, 1, 1, 1, 1}, 2, 2, 0, 1, 1, 0);
    }

    @Test
    void theLastRunningExtremumHasTheDerivativeOfTheExtremum() {
        Tensor x = Tensor.of(2, 7, 7, 1, 7);
        gradient(v -> v.cumMax(0).slice(0, 4, 5), x, new double[] {3}, 0, 1, 1, 0, 1);
        gradient(v -> v.max(0), x, new double[] {3}, 0, 1, 1, 0, 1);
    }

    @Test
    void cumProdIsRightToSecondOrderWhereEntriesAreZero() {
        Tensor x = Tensor.of(2, 0, 3, 0);
        assertThat(x.cumProd(0).toArray()).containsExactly(2, 0, 0, 0);
        gradient(v -> v.cumProd(0), x, new double[] {1, 1, 1, 1}, 1, 8, 0, 0);
        // f = a + ab + abc + abcd
        assertThat(Derivatives.hessian(v -> v.cumProd(0).sum(), x).toArray())
                .containsExactly(0, 4, 0, 0, 4, 0, 2, 6, 0, 2, 0, 0, 0, 6, 0, 0);
        assertThat(Derivatives.gradient(
                                v -> Derivatives.hessian(w -> w.cumProd(0).sum(), v)
                                        .sum(),
                                x)
                        .toArray())
                // twice the gradient of (1 + c + cd) + (b + bd) + bc + (a + ad) + ac + ab at (2, 0, 3, 0)
                .containsExactly(2 * (1 + 0 + 3 + 0), 2 * (1 + 0 + 3 + 2), 2 * (1 + 0 + 0 + 2), 2 * (3 + 0 + 2));
    }

    @Test
    void cumLogSumExpIsStableAndDeadWhereAllIsMinusInfinity() {
        Tensor x = Tensor.of(-INF, -INF, 1000, 1000);
        assertThat(x.cumLogSumExp(0).toArray()).containsExactly(-INF, -INF, 1000, 1000 + StrictMath.log(2));
        gradient(v -> v.cumLogSumExp(0), x, new double[] {1, 1, 1, 1}, 0, 0, 1.5, 0.5);
        assertThat(Tensor.of(1, NAN, 2).cumLogSumExp(0).toArray()).containsExactly(1, NAN, NAN);
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> M.sort(2)).hasMessageContaining("axis 2 does not exist: shape [2, 3] has axes 0 to 1");
        assertThatThrownBy(() -> M.topK(4, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("topK needs k from 0 to 3, the length of axis 1 of shape [2, 3], but got 4");
        assertThatThrownBy(() -> M.kthValue(0, -1))
                .hasMessage("kthValue needs k from 1 to 3, the length of axis -1 of shape [2, 3], but got 0");
        assertThatThrownBy(() -> Tensor.of().median())
                .hasMessage("median of no entries does not exist: axis 0 of shape [0] is empty");
        assertThatThrownBy(() -> Tensor.zeros(0, 2).quantile(0.5, 0))
                .hasMessage("quantile of no entries does not exist: axis 0 of shape [0, 2] is empty");
        assertThatThrownBy(() -> M.quantile(1.5, 0)).hasMessage("quantile needs fractions from 0 to 1, but got 1.5");
        assertThatThrownBy(() -> M.quantile(NAN, 0)).hasMessage("quantile needs fractions from 0 to 1, but got NaN");
        assertThatThrownBy(() -> M.maskedSelect(Mask.of(true, false)))
                .hasMessage("maskedSelect needs a mask that broadcasts to shape [2, 3], but got one of shape [2]");
    }

    @Test
    void anOperationGivenAnotherInputFindsItsOrderAnew() {
        Tensor x = Tensor.variable(3, 1, 2);
        Tensor y = x.sort(0);
        assertThat(y.op().apply(Tensor.of(1, 2, 0)).toArray()).containsExactly(0, 1, 2);
    }
}
