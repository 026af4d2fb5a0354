package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.Primitive.SpecialPoint;
import org.retrograd.autograd.scalar.Smooth;

/** The policy of {@code docs/reference/special-points.md}, row by row and in both modes. */
class SpecialPointsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    @TestFactory
    Stream<DynamicTest> everyRowOfEveryPrimitive() {
        return Catalogue.primitives().stream()
                .flatMap(primitive -> primitive.specialPoints().stream()
                        .map(row ->
                                DynamicTest.dynamicTest(primitive.name() + row.inputs(), () -> holds(primitive, row))));
    }

    private static void holds(Primitive primitive, SpecialPoint row) {
        List<Tensor> point = row.inputs().stream().map(Tensor::scalar).toList();
        Elementwise op = Elementwise.of(primitive);
        Linearization at = Linearization.of(in -> op.apply(in.toArray(new Tensor[0])), point);
        close("value", row.value(), at.value());
        for (int k = 0; k < point.size(); k++) {
            double expected = row.partials().get(k);
            List<Tensor> direction = new ArrayList<>();
            for (int i = 0; i < point.size(); i++) {
                direction.add(Tensor.scalar(i == k ? 1 : 0));
            }
            String partial = "partial " + k;
            close(
                    partial + ", reverse, fused",
                    expected,
                    at.pull(Tensor.scalar(1)).get(k));
            close(
                    partial + ", reverse, recorded",
                    expected,
                    at.pull(Tensor.variable(1).reshape()).get(k));
            close(partial + ", forward, fused", expected, at.push(direction));
            List<Tensor> traced = direction.stream().map(Tensor::variable).toList();
            close(partial + ", forward, recorded", expected, at.push(traced));
            close(partial + ", zero cotangent", 0, at.pull(Tensor.scalar(0)).get(k));
        }
    }

    private static void close(String what, double expected, Tensor actual) {
        double value = actual.item();
        boolean same = Double.isNaN(expected)
                ? Double.isNaN(value)
                : expected == value || Math.abs(expected - value) <= 2 * Math.ulp(expected);
        assertThat(same).as("%s: expected %s, got %s", what, expected, value).isTrue();
    }

    /** Asserts the gradient of the sum of f at x in both modes, by the fused loops and by the recorded rules. */
    private static void gradient(UnaryOperator<Tensor> f, Tensor x, double... expected) {
        reverse(f, x, expected);
        Linearization at = Linearization.of(in -> f.apply(in.get(0)), List.of(x));
        for (int i = 0; i < x.size(); i++) {
            Tensor unit = Indices.of(i).oneHot(x.size()).reshape(x.shape());
            close("forward, entry " + i, expected[i], at.push(List.of(unit)).sum());
            close(
                    "forward, recorded, entry " + i,
                    expected[i],
                    at.push(List.of(Tensor.variable(unit))).sum());
        }
    }

    private static void reverse(UnaryOperator<Tensor> f, Tensor x, double... expected) {
        Linearization at = Linearization.of(in -> f.apply(in.get(0)), List.of(x));
        Tensor ones = Tensor.ones(at.value().shape().toArray());
        for (int i = 0; i < x.size(); i++) {
            close("reverse, entry " + i, expected[i], entry(at.pull(ones).get(0), i));
            close(
                    "reverse, recorded, entry " + i,
                    expected[i],
                    entry(at.pull(Tensor.variable(ones)).get(0), i));
        }
    }

    private static Tensor entry(Tensor x, int i) {
        return x.flatten().slice(0, i, i + 1);
    }

    private static double[] second(UnaryOperator<Tensor> f, Tensor x) {
        return Derivatives.gradient(v -> Derivatives.gradient(f, v).sum(), x).toArray();
    }

    private static Tensor whereRightOf0(Tensor x, UnaryOperator<Tensor> f) {
        return Tensor.where(x.gt(0), f.apply(x), Tensor.scalar(0));
    }

    // --- (e) a dead path contributes an exact zero ---

    @Test
    void aBranchNotTakenNeverMakesNaN() {
        Tensor x = Tensor.of(-1, 0, -0.0, 4);
        gradient(v -> whereRightOf0(v, Tensor::sqrt), x, 0, 0, 0, 0.25);
        gradient(v -> whereRightOf0(v, Tensor::log), x, 0, 0, 0, 0.25);
        gradient(v -> whereRightOf0(v, Tensor::reciprocal), x, 0, 0, 0, -0.0625);
        gradient(v -> whereRightOf0(v, w -> Tensor.scalar(1).div(w)), x, 0, 0, 0, -0.0625);
        gradient(v -> whereRightOf0(v, w -> w.pow(0.5)), x, 0, 0, 0, 0.25);
        gradient(v -> whereRightOf0(v, w -> w.mul(NAN)), Tensor.of(-1, -2), 0, 0);
        gradient(v -> whereRightOf0(v, w -> w.exp().log().sqrt()), Tensor.of(-1, -2000, 4), 0, 0, 0.25);
    }

    @Test
    void aBranchNotTakenIsDeadToSecondOrder() {
        assertThat(second(v -> whereRightOf0(v, Tensor::sqrt).sum(), Tensor.of(-1, 0, 4)))
                .containsExactly(0, 0, -1 / 32.0);
        assertThat(second(v -> whereRightOf0(v, Tensor::log).sum(), Tensor.of(-1, 0, 4)))
                .containsExactly(0, 0, -1 / 16.0);
    }

    @Test
    void whereNeverMultiplies() {
        // an infinite or undefined cotangent reaches the branch that was taken, and only that
        Tensor x = Tensor.variable(1, 2);
        Tensor y = Tensor.variable(3, 4);
        Gradients g = Tensor.where(Mask.of(true, false), x, y).backward(Tensor.of(NAN, INF));
        assertThat(g.of(x).toArray()).containsExactly(NAN, 0);
        assertThat(g.of(y).toArray()).containsExactly(0, INF);
    }

    @Test
    void whatNanToNumReplacedGetsZeroAlsoUpstream() {
        gradient(v -> v.log().nanToNum(), Tensor.of(-1, 2), 0, 0.5);
        gradient(v -> v.sqrt().nanToNum(), Tensor.of(-1, 4), 0, 0.25);
        gradient(Tensor::nanToNum, Tensor.of(NAN, INF, -INF, 7), 0, 0, 0, 1);
        gradient(v -> v.log().maskedFill(v.le(0), 5), Tensor.of(-1, 0, 2), 0, 0, 0.5);
    }

    @Test
    void zeroIsStrongInBothFactorsAndSoInBothDirections() {
        // backwards the zero comes first, forwards the infinity: both times nothing passes
        gradient(v -> v.sqrt().neg().relu(), Tensor.of(0), 0);
        gradient(v -> v.sqrt().mul(0), Tensor.of(0), 0);
        gradient(v -> v.floor().log(), Tensor.of(0.5), 0);
        gradient(v -> v.square().sqrt(), Tensor.of(0), 0);
    }

    @Test
    void aDeadBranchThatMultipliesInfinitiesIsDeadToSecondOrder() {
        assertThat(second(v -> whereRightOf0(v, x -> x.mul(x.reciprocal())).sum(), Tensor.of(-1, 0, 4)))
                .containsExactly(0, 0, 0);
        assertThat(second(
                        v -> whereRightOf0(v, x -> x.reciprocal().mul(x.log())).sum(), Tensor.of(-1, 0)))
                .containsExactly(0, 0);
    }

    // --- (b) the element of least norm at kinks, ties shared ---

    @Test
    void normAtZeroHasTheSubgradientZero() {
        gradient(Tensor::norm, Tensor.of(0, 0), 0, 0);
        gradient(Tensor::norm, Tensor.of(3, 4), 0.6, 0.8);
        gradient(v -> v.norm(1), Tensor.of(0, 0, 3, 4).reshape(2, 2), 0, 0, 0.6, 0.8);
        gradient(Tensor::norm1, Tensor.of(0, -2), 0, -1);
        gradient(Tensor::normInf, Tensor.of(0, 0), 0, 0);
        gradient(Tensor::normInf, Tensor.of(-2, 2, 1), -0.5, 0.5, 0);
    }

    @Test
    void sumSquaresIsSmoothAtZeroToSecondOrder() {
        gradient(Tensor::sumSquares, Tensor.of(0, 0), 0, 0);
        assertThat(second(Tensor::sumSquares, Tensor.of(0, 0))).containsExactly(2, 2);
    }

    @Test
    void standardDeviationOfConstantsHasTheSubgradientZero() {
        gradient(v -> v.standardDeviation(0), Tensor.of(3, 3, 3), 0, 0, 0);
        gradient(v -> v.standardDeviation(1), Tensor.of(3, 3), 0, 0);
        gradient(v -> v.variance(0), Tensor.of(3, 3, 3), 0, 0, 0);
        // the mean of these is one rounding off
        assertThat(Tensor.of(0.1, 0.1, 0.1).standardDeviation(0).item()).isZero();
        gradient(v -> v.standardDeviation(0), Tensor.of(0.1, 0.1, 0.1), 0, 0, 0);
    }

    @Test
    void tiesShareEqually() {
        gradient(Tensor::max, Tensor.of(1, 5, 5), 0, 0.5, 0.5);
        gradient(Tensor::min, Tensor.of(1, 1, 1, 1), 0.25, 0.25, 0.25, 0.25);
        gradient(v -> v.max(1), Tensor.of(1, 2, 3, 3).reshape(2, 2), 0, 1, 0.5, 0.5);
        gradient(v -> v.maximum(2), Tensor.of(1, 2, 3), 0, 0.5, 1);
        gradient(v -> v.minimum(2), Tensor.of(1, 2, 3), 1, 0.5, 0);
        gradient(v -> v.maximum(v), Tensor.of(1, 2), 1, 1);
    }

    @Test
    void aNaNThatWonTakesTheGradient() {
        gradient(Tensor::max, Tensor.of(1, NAN), 0, 1);
    }

    // --- (a) where the function is differentiable, its derivative ---

    @Test
    void prodWithZerosIsRightToSecondOrder() {
        gradient(Tensor::prod, Tensor.of(2, 0, 3), 0, 6, 0);
        gradient(Tensor::prod, Tensor.of(0, 0, 3), 0, 0, 0);
        // the Hessian of a b c is [[0, c, b], [c, 0, a], [b, a, 0]]: its row sums at (0, 0, 3)
        assertThat(second(Tensor::prod, Tensor.of(0, 0, 3))).containsExactly(3, 3, 0);
        assertThat(second(Tensor::prod, Tensor.of(0, 2, 3))).containsExactly(5, 3, 2);
        gradient(v -> v.prod(0), Tensor.of(0, 2, 5, 7).reshape(2, 2), 5, 7, 0, 2);
        gradient(Tensor::prod, Tensor.of(4), 1);
    }

    @Test
    void smallWholeExponentsAreExactAtZeroToEveryOrder() {
        double[][] expected = {{1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 2, 0, 0}, {0, 0, 0, 6, 0}};
        for (int p = 0; p <= 3; p++) {
            int exponent = p;
            UnaryOperator<Tensor> f = x -> x.pow(exponent).sum();
            for (int order = 0; order < 5; order++) {
                assertThat(f.apply(Tensor.of(0)).item())
                        .as("derivative %d of x^%d at 0", order, p)
                        .isEqualTo(expected[p][order]);
                UnaryOperator<Tensor> before = f;
                f = x -> Derivatives.gradient(before, x).sum();
            }
        }
    }

    @Test
    void sincIsSmoothAtZero() {
        gradient(Tensor::sinc, Tensor.of(0), 0);
        assertThat(second(v -> v.sinc().sum(), Tensor.of(0))[0]).isEqualTo(-Math.PI * Math.PI / 3);
    }

    @Test
    void logSumExpAtInfinities() {
        gradient(Tensor::logSumExp, Tensor.of(-INF, -INF), 0, 0);
        gradient(Tensor::logSumExp, Tensor.of(-INF, 3), 0, 1);
        gradient(Tensor::logSumExp, Tensor.of(INF, 3), 1, 0);
        gradient(Tensor::logSumExp, Tensor.of(INF, INF, 0), 0.5, 0.5, 0);
        gradient(v -> v.logSumExp(1), Tensor.of(-INF, -INF, 0, 0).reshape(2, 2), 0, 0, 0.5, 0.5);
        assertThat(Tensor.of(-INF, -INF).logSumExp().item()).isEqualTo(-INF);
        assertThat(Tensor.of().logSumExp().item()).isEqualTo(-INF);
        assertThat(Tensor.of(1, NAN).logSumExp().item()).isNaN();
    }

    @Test
    void softmaxOfAMaskedRow() {
        assertThat(Tensor.of(-INF, -INF).softmax(0).toArray()).containsExactly(0, 0);
        gradient(v -> v.softmax(0).slice(0, 0, 1), Tensor.of(-INF, -INF), 0, 0);
        gradient(v -> v.softmax(0).slice(0, 0, 1), Tensor.of(0, 0, -INF), 0.25, -0.25, 0);
        assertThat(Tensor.of(1000, 1000).softmax(0).toArray()).containsExactly(0.5, 0.5);
    }

    // --- neural primitives ---

    @Test
    void theFirstOfTiedEntriesIsPooled() {
        gradient(v -> Pooling.maxPool1d(v, 3), Tensor.of(1, 5, 5, 7, 7, 7), 0, 1, 0, 1, 0, 0);
        gradient(v -> Pooling.maxPool2d(v.reshape(2, 2), 2), Tensor.of(1, 4, 4, 4), 0, 1, 0, 0);
        gradient(v -> Pooling.maxPool1d(v, 3), Tensor.of(-INF, -INF, -INF), 1, 0, 0);
    }

    @Test
    void paddingIsNeverPooled() {
        Sliding padded = Sliding.BY_ONE.padding(1);
        Tensor x = Tensor.of(-3, -2, -5);
        assertThat(Pooling.maxPool1d(x, 3, padded).toArray()).containsExactly(-2, -2, -2);
        assertThat(Pooling.avgPool1d(x, 3, padded).toArray()).containsExactly(-2.5, -10 / 3.0, -3.5);
        gradient(v -> Pooling.maxPool1d(v, 3, padded.stride(2)), x, 0, 2, 0);
        gradient(v -> Pooling.avgPool1d(v, 3, padded.stride(2)), x, 0.5, 1, 0.5);
        assertThat(Pooling.maxPool1d(Tensor.of(-INF, -INF), 3, padded).toArray())
                .containsExactly(-INF, -INF);
    }

    @Test
    void theFirstNaNIsPooled() {
        gradient(v -> Pooling.maxPool1d(v, 4), Tensor.of(1, NAN, 9, NAN), 0, 1, 0, 0);
        assertThat(Pooling.maxPool1d(Tensor.of(1, NAN, 9, 8), 2).toArray()).containsExactly(NAN, 9);
    }

    @Test
    void windowsThatOverlapEachPoolTheirFirst() {
        UnaryOperator<Tensor> pairs = v -> Pooling.maxPool1d(v, 2, Sliding.BY_ONE);
        gradient(pairs, Tensor.of(5, 5, 5), 1, 1, 0);
        gradient(pairs, Tensor.of(1, 5, 5, 2), 0, 2, 1, 0);
        gradient(pairs, Tensor.of(1, NAN, 9, NAN), 0, 2, 0, 1);
        gradient(pairs, Tensor.of(NAN, NAN, NAN), 1, 1, 0);
        assertThat(pairs.apply(Tensor.of(1, NAN, 9, 8)).toArray()).containsExactly(NAN, NAN, 9);
        gradient(
                v -> Pooling.maxPool2d(v.reshape(2, 3), 2, 2, Sliding.BY_ONE),
                Tensor.of(4, 4, 4, 4, 4, 4),
                1,
                1,
                0,
                0,
                0,
                0);
        Sliding padded = Sliding.BY_ONE.padding(1);
        gradient(v -> Pooling.maxPool1d(v, 3, padded), Tensor.of(-INF, -INF, -INF), 2, 1, 0);
        gradient(v -> Pooling.maxPool1d(v, 2, padded), Tensor.of(-INF, -INF), 2, 1);
        gradient(v -> Pooling.avgPool1d(v, 2, Sliding.BY_ONE), Tensor.of(-INF, NAN, 1), 0.5, 1, 0.5);
    }

    @Test
    void secondDerivativesOfATieArePooledLikeTheFirst() {
        Tensor x = Tensor.of(5, 5, 5);
        UnaryOperator<Tensor> f =
                v -> Pooling.maxPool1d(v, 2, Sliding.BY_ONE).pow(3).dot(Tensor.of(1, 2));
        gradient(v -> Pooling.maxPool1d(v, 2, Sliding.BY_ONE).pow(3).mul(Tensor.of(1, 2)), x, 75, 150, 0);
        double[] expected = {30, 0, 0, 0, 60, 0, 0, 0, 0};
        for (Derivatives.Mode mode : Derivatives.Mode.values()) {
            assertThat(Derivatives.jacobian((Tensor v) -> Derivatives.gradient(f, v), x, mode)
                            .toArray())
                    .as("%s", mode)
                    .containsExactly(expected);
        }
        assertThat(Derivatives.directional(f, x, Tensor.of(1, 10, 100), 2).item())
                .isEqualTo(30 + 60 * 100);
    }

    @Test
    void equalEntriesAreNormalisedToZero() {
        for (double c : new double[] {3, 0.1, 0.7, 123.456}) {
            Tensor row = Tensor.of(c, c, c);
            assertThat(Normalisations.layerNorm(row, 0, -1).toArray()).containsExactly(0, 0, 0);
            gradient(v -> weighted(Normalisations.layerNorm(v, 0, -1)), row, 0, 0, 0);
            assertThat(Normalisations.layerNorm(row, 0.25, -1).toArray()).containsExactly(0, 0, 0);
            // (w - mean of w) / sqrt(epsilon)
            gradient(
                    v -> Normalisations.layerNorm(v, 0.25, -1).mul(Tensor.of(1, 2, 4, 5)),
                    Tensor.of(c, c, c, c),
                    -4,
                    -2,
                    2,
                    4);
        }
        assertThat(second(v -> weighted(Normalisations.layerNorm(v, 0, -1)).sum(), Tensor.of(0.7, 0.7, 0.7)))
                .containsExactly(0, 0, 0);
        gradient(v -> weighted(Normalisations.rmsNorm(v, 0, -1)), Tensor.of(0, 0, 0), 0, 0, 0);
        gradient(v -> weighted(Normalisations.rmsNorm(v, 0.25, -1)), Tensor.of(0, 0, 0), 2, 4, 6);
        gradient(v -> weighted(Normalisations.batchNorm(v.reshape(3, 1), 0, 1).flatten()), Tensor.of(5, 5, 5), 0, 0, 0);
    }

    private static Tensor weighted(Tensor y) {
        return y.mul(Tensor.of(1, 2, 3));
    }

    @Test
    void aQueryThatSeesNoKeyGetsZeroWithoutDerivative() {
        Tensor values = Tensor.of(1, 2, 4, 8).reshape(2, 2);
        Mask second = Mask.of(false, false, true, true).reshape(2, 2);
        UnaryOperator<Tensor> attention = x -> Attention.attention(x.reshape(2, 2), x.reshape(2, 2), values, second)
                .slice(0, 0, 1);
        assertThat(attention.apply(Tensor.of(1, 2, 3, 4)).toArray()).containsExactly(0, 0);
        gradient(attention, Tensor.of(1, 2, 3, 4), 0, 0, 0, 0);
        assertThat(second(x -> attention.apply(x).sum(), Tensor.of(1, 2, 3, 4))).containsExactly(0, 0, 0, 0);
        gradient(
                v -> Attention.attention(values, values, v.reshape(2, 2), second)
                        .slice(0, 0, 1),
                values.flatten(),
                0,
                0,
                0,
                0);
    }

    @Test
    void whatIsHiddenFromAllCountsForNothingBeItNaNOrInfinite() {
        // queries 0 and 2 see keys 0 and 2; query 1 sees none, and none sees key 1
        Mask mask = Mask.of(true, false, true, false, false, false, true, false, true)
                .reshape(3, 3);
        Tensor x = Tensor.of(1, -1, 2, 0.5, 3, 1).reshape(3, 2);
        UnaryOperator<Tensor> of = rows -> Attention.attention(rows, rows, rows, mask);
        Tensor derivative = Derivatives.gradient(v -> of.apply(v).sumSquares(), x);
        Tensor second = Derivatives.hessian((Tensor v) -> of.apply(v).sumSquares(), x);
        for (double hidden : new double[] {NAN, INF, -INF}) {
            Tensor at = Tensor.of(1, -1, hidden, hidden, 3, 1).reshape(3, 2);
            assertThat(of.apply(at).sameAs(of.apply(x))).isTrue();
            UnaryOperator<Tensor> f = v -> of.apply(v).sumSquares();
            assertThat(Derivatives.gradient(f, at).sameAs(derivative)).isTrue();
            assertThat(Derivatives.jacobian(f, at, Derivatives.Mode.FORWARD).toArray())
                    .containsExactly(derivative.toArray(), within(1e-13));
            assertThat(Derivatives.hessian(f, at).sameAs(second)).isTrue();
            Tensor heads = Attention.multiHeadAttention(at, at, at, 2, mask);
            assertThat(heads.sameAs(Attention.multiHeadAttention(x, x, x, 2, mask)))
                    .isTrue();
        }
        assertThat(derivative.slice(0, 1, 2).toArray()).containsExactly(0, 0);
        // each of the three alone
        Tensor spoilt = x.maskedFill(Mask.of(false, true, false).reshape(3, 1), NAN);
        Tensor expected = of.apply(x);
        assertThat(Attention.attention(spoilt, x, x, mask).sameAs(expected)).isTrue();
        assertThat(Attention.attention(x, spoilt, x, mask).sameAs(expected)).isTrue();
        assertThat(Attention.attention(x, x, spoilt, mask).sameAs(expected)).isTrue();
        Mask batches = Mask.of(true, false, true, true).reshape(2, 1, 2);
        Tensor q = Tensor.ones(1, 1);
        assertThat(Attention.attention(q, Tensor.ones(2, 1), Tensor.of(5, NAN).reshape(2, 1), batches)
                        .toArray())
                .containsExactly(5, NAN);
    }

    @Test
    void aKeyThatOneQuerySeesIsInTheSumsOfAll() {
        Tensor values = Tensor.of(1, NAN).reshape(2, 1);
        Tensor q = Tensor.ones(2, 1);
        assertThat(Attention.causalAttention(q, q, values).toArray()).containsOnly(NAN);
    }

    @Test
    void theHessianOfAMixedMaskIsThatOfTheRowThatSees() {
        Mask mask = Mask.of(false, false, true, true).reshape(2, 2);
        Tensor x = Tensor.of(1, 2, 0.5, -1).reshape(2, 2);
        Tensor weights = Tensor.of(3, -2, 1, 4).reshape(2, 2);
        UnaryOperator<Tensor> mixed =
                v -> Attention.attention(v, v, v, mask).mul(weights).sum();
        UnaryOperator<Tensor> alone = v -> Attention.attention(v.slice(0, 1, 2), v, v)
                .mul(weights.slice(0, 1, 2))
                .sum();
        assertThat(Derivatives.hessian(mixed, x).sameAs(Derivatives.hessian(alone, x)))
                .isTrue();
        // by hand: the query alone is the variable, and of the weights of two keys p and 1 - p the second derivative by
        // the difference of scores is p (1 - p) (1 - 2 p)
        Tensor keys = Tensor.of(1, 0, 0, 2).reshape(2, 2);
        Tensor values = Tensor.of(1, 0).reshape(2, 1);
        UnaryOperator<Tensor> byQueries =
                v -> Attention.attention(v, keys, values, mask).sum();
        double p = 1 / (1 + StrictMath.exp(-(0.5 + 2) / Math.sqrt(2)));
        double s = p * (1 - p) * (1 - 2 * p) / 2;
        double[] expected = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, s, -2 * s, 0, 0, -2 * s, 4 * s};
        double[] actual = Derivatives.hessian(byQueries, x).toArray();
        assertThat(actual).containsExactly(expected, within(1e-15));
    }

    @Test
    void attentionToNothingIsZero() {
        Tensor y = Attention.attention(Tensor.ones(2, 3), Tensor.zeros(0, 3), Tensor.zeros(0, 4));
        assertThat(y.sameAs(Tensor.zeros(2, 4))).isTrue();
    }

    @Test
    void whatWasDroppedHasDerivativeZeroWhateverItsValue() {
        gradient(v -> Regularisation.dropout(v, 1, 7).mul(v.reciprocal()), Tensor.of(2, 4), 0, 0);
        gradient(v -> Regularisation.dropout(v.sqrt(), 1, 7), Tensor.of(0, -1), 0, 0);
        gradient(v -> Regularisation.dropout(v, 0, 7), Tensor.of(0, -1), 1, 1);
        assertThat(Regularisation.dropout(Tensor.of(INF, NAN), 1, 7).toArray()).containsExactly(0, 0);
    }

    @Test
    void secondDerivativesAtABendAreTheRightOnes() {
        Tensor x = Tensor.of(-0.0, 0);
        for (UnaryOperator<Tensor> f : List.<UnaryOperator<Tensor>>of(v -> Activations.elu(v, 1), Activations::selu)) {
            assertThat(second(v -> f.apply(v).sum(), x)).containsExactly(0, 0);
            assertThat(Derivatives.hessianDiagonal(v -> f.apply(v).sum(), x).toArray())
                    .containsExactly(0, 0);
            assertThat(Derivatives.directional(f, x, Tensor.ones(2), 2).toArray())
                    .containsExactly(0, 0);
        }
    }

    @Test
    void theSquareOfANormHasLostItsSecondDerivativeAtZero() {
        Tensor x = Tensor.zeros(2);
        assertThat(Derivatives.hessian((Tensor v) -> v.norm().square(), x).toArray())
                .containsExactly(0, 0, 0, 0);
        assertThat(Derivatives.hessian((Tensor v) -> v.sumSquares(), x).toArray())
                .containsExactly(2, 0, 0, 2);
    }

    // --- (c) one-sided infinite derivatives, also at -0.0 ---

    @Test
    void negativeZeroIsZero() {
        gradient(Tensor::sqrt, Tensor.of(0, -0.0), INF, INF);
        gradient(Tensor::log, Tensor.of(0, -0.0), INF, INF);
        gradient(Tensor::log2, Tensor.of(0, -0.0), INF, INF);
        gradient(Tensor::log10, Tensor.of(0, -0.0), INF, INF);
        gradient(Tensor::cbrt, Tensor.of(0, -0.0), INF, INF);
        gradient(Tensor::abs, Tensor.of(0, -0.0), 0, -0.0);
        gradient(Tensor::relu, Tensor.of(0, -0.0), 0, 0);
        gradient(v -> v.pow(0.5), Tensor.of(0, -0.0), INF, INF);
        gradient(v -> v.maximum(0), Tensor.of(0, -0.0), 0.5, 0.5);
        gradient(v -> Tensor.of(0, 0).hypot(v), Tensor.of(0, -0.0), 0, 0);
        // division keeps IEEE: the sign of zero is that of the side from which it was reached
        assertThat(Tensor.of(1, 1).div(Tensor.of(0, -0.0)).toArray()).containsExactly(INF, -INF);
    }

    // --- (d) outside the domain NaN, there and nowhere else ---

    @Test
    void outsideTheDomainIsNaNForThatEntryAlone() {
        gradient(Tensor::log, Tensor.of(-1, 1), NAN, 1);
        gradient(Tensor::sqrt, Tensor.of(-1, 1), NAN, 0.5);
        gradient(Tensor::atanh, Tensor.of(-2, 0), NAN, 1);
    }

    // --- (f) piecewise constant functions stay in the graph with derivative 0 ---

    @Test
    void piecewiseConstantFunctionsAreMarkedAndHaveDerivativeZero() {
        Set<String> expected = Set.of("sign", "floor", "ceil", "round", "trunc", "greater", "greaterEqual", "equal");
        assertThat(Catalogue.primitives().stream()
                        .filter(Primitive::piecewiseConstant)
                        .map(Primitive::name))
                .containsExactlyInAnyOrderElementsOf(expected);
        gradient(Tensor::floor, Tensor.of(-1.5, 0, 2), 0, 0, 0);
        gradient(Tensor::sign, Tensor.of(-1.5, 0, 2), 0, 0, 0);
        assertThat(Tensor.variable(1.5).floor().traced()).isTrue();
    }

    // --- documented exceptions ---

    @Test
    void clampLetsAParameterOnItsBoundMove() {
        gradient(v -> v.clamp(-1, 1), Tensor.of(-2, -1, 0, 1, 2), 0, 1, 1, 1, 0);
    }

    @Test
    void linearOperationsKeepIeee() {
        Tensor x = Tensor.variable(1, 2);
        Tensor y = x.dot(Tensor.of(INF, 1));
        assertThat(y.backward(Tensor.scalar(0)).of(x).toArray()).containsExactly(NAN, 0);
    }

    @Test
    void saturatedTailsLoseRelativeAccuracyAndStableFormsDoNot() {
        gradient(Tensor::tanh, Tensor.of(INF, -INF, 40), 0, 0, 0);
        assertThat(Derivatives.gradient(v -> v.logSigmoid().sum(), Tensor.of(40))
                        .item())
                .isEqualTo(Smooth.SIGMOID.value(-40));
    }
}
