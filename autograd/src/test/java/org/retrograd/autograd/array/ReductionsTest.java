package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

/** Compares every reduction with its definition written out for one column, bit by bit where the order is defined. */
class ReductionsTest {
    private static final int[] LENGTHS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 97, 4095, 4096, 4097, 8209
    };
    private static final int[] INNERS = {0, 1, 2, 3, 8, 17, 300};
    private static final double[] SPECIAL = {
        0.0, -0.0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MAX_VALUE, 1e-300
    };

    /** One output of a reduction, from the terms of its column. */
    private interface Column {
        double reduce(double[] terms);
    }

    private interface Reduction {
        void run(Storage x, int outer, int n, int inner, Storage out);
    }

    private interface ArgReduction {
        void run(Storage x, int outer, int n, int inner, int[] out);
    }

    @Test
    void sumHasTheDefinedRoundingOrderInEveryLayout() {
        checkBits(Reductions::sum, ReductionsTest::orderedSum, 0);
    }

    @Test
    void sumOfNegativeZerosIsPositiveZero() {
        for (int n : new int[] {0, 1, 3, 8, 9, 5000}) {
            double[] row = new double[n];
            Arrays.fill(row, -0.0);
            checkBits(Reductions::sum, terms -> 0.0, row);
        }
    }

    @Test
    void sumOfSpecialValues() {
        for (double a : SPECIAL) {
            for (double b : SPECIAL) {
                checkBits(Reductions::sum, terms -> (0 + a) + (0 + b), new double[] {a, b});
            }
        }
    }

    @Test
    void maxAndMin() {
        checkBits(Reductions::max, terms -> fold(Math::max, terms), 1);
        checkBits(Reductions::min, terms -> fold(Math::min, terms), 1);
    }

    @Test
    void maxAndMinOfSpecialValues() {
        for (double a : SPECIAL) {
            for (double b : SPECIAL) {
                for (double[] row : new double[][] {{a, b}, {1, 1, 1, 1, 1, a, b}}) {
                    checkBits(Reductions::max, terms -> fold(Math::max, terms), row);
                    checkBits(Reductions::min, terms -> fold(Math::min, terms), row);
                }
            }
        }
    }

    @Test
    void argMaxAndArgMinTakeTheFirstAmongEqualsAndTheFirstNaN() {
        for (int n : LENGTHS) {
            for (int inner : INNERS) {
                if (n > 0 && n < 4096) {
                    double[] x = ties(3 * n * inner, 5);
                    checkArg(x, 3, n, inner);
                    for (int i = 0; i < x.length; i += 7) {
                        x[i] = Double.NaN;
                    }
                    checkArg(x, 3, n, inner);
                }
            }
        }
    }

    @Test
    void argMaxOfSpecialValues() {
        for (double a : SPECIAL) {
            for (double b : SPECIAL) {
                for (double c : SPECIAL) {
                    checkArg(new double[] {a, b, c}, 1, 3, 1);
                    checkArg(new double[] {a, a, b, b, c, c}, 1, 3, 2);
                }
            }
        }
    }

    @Test
    void logSumExpIsTheShiftedSumInTheDefinedOrder() {
        checkBits(Reductions::logSumExp, ReductionsTest::naiveLogSumExp, 0);
    }

    @Test
    void logSumExpOfInfinitiesAndNaN() {
        double inf = Double.POSITIVE_INFINITY;
        assertThat(reduce(Reductions::logSumExp)).isEqualTo(-inf);
        assertThat(reduce(Reductions::logSumExp, -inf, -inf)).isEqualTo(-inf);
        assertThat(reduce(Reductions::logSumExp, -inf, 3)).isEqualTo(3);
        assertThat(reduce(Reductions::logSumExp, -inf, inf)).isEqualTo(inf);
        assertThat(reduce(Reductions::logSumExp, inf, inf, 1)).isEqualTo(inf);
        assertThat(reduce(Reductions::logSumExp, inf, Double.NaN)).isNaN();
        assertThat(reduce(Reductions::logSumExp, 1000, 1000)).isEqualTo(1000 + StrictMath.log(2));
        assertThat(reduce(Reductions::logSumExp, -1000, -1000)).isEqualTo(-1000 + StrictMath.log(2));
    }

    @Test
    void softmaxIsTheQuotientInTheDefinedOrder() {
        for (int n : LENGTHS) {
            for (int inner : INNERS) {
                if ((long) n * inner < 100_000) {
                    double[] x = random(2 * n * inner, n + inner);
                    double[] expected = new double[x.length];
                    for (int column = 0; column < 2 * inner; column++) {
                        double[] terms = column(x, n, inner, column);
                        double max = n == 0 ? 0 : fold(Math::max, terms);
                        double[] exps = Arrays.stream(terms)
                                .map(t -> StrictMath.exp(t - max))
                                .toArray();
                        double sum = orderedSum(exps);
                        for (int j = 0; j < n; j++) {
                            expected[position(n, inner, column, j)] = exps[j] / sum;
                        }
                    }
                    Storage out = Storage.allocate(x.length);
                    Reductions.softmax(Storage.wrap(x), 2, n, inner, out);
                    assertThat(out.toArray()).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void softmaxOfInfinitiesAndNaN() {
        double inf = Double.POSITIVE_INFINITY;
        assertThat(softmax(-inf, -inf)).containsExactly(0, 0);
        assertThat(softmax(-inf, 7)).containsExactly(0, 1);
        assertThat(softmax(inf, 7, inf, -inf)).containsExactly(0.5, 0, 0.5, 0);
        assertThat(softmax(inf, Double.NaN)).containsExactly(Double.NaN, Double.NaN);
        assertThat(softmax(-inf, Double.NaN, 0)).containsExactly(Double.NaN, Double.NaN, Double.NaN);
        assertThat(softmax(1e308, -1e308)).containsExactly(1, 0);
    }

    @Test
    void norm2IsTheRootOfTheSquaresInTheDefinedOrder() {
        checkBits(
                Reductions::norm2,
                terms -> Math.sqrt(
                        orderedSum(Arrays.stream(terms).map(t -> t * t).toArray())),
                0);
    }

    @Test
    void norm2NeitherOverflowsNorUnderflows() {
        double inf = Double.POSITIVE_INFINITY;
        checkBits(Reductions::norm2, terms -> 0.0, new double[] {0.0, -0.0});
        checkBits(Reductions::norm2, terms -> 0.0, new double[] {-0.0});
        assertThat(reduce(Reductions::norm2, 3e200, -4e200)).isCloseTo(5e200, within(1e185));
        assertThat(reduce(Reductions::norm2, 3e-200, -4e-200)).isCloseTo(5e-200, within(1e-215));
        assertThat(reduce(Reductions::norm2, Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
        assertThat(reduce(Reductions::norm2, 3 * Double.MIN_VALUE, 4 * Double.MIN_VALUE))
                .isEqualTo(5 * Double.MIN_VALUE);
        assertThat(reduce(Reductions::norm2, Double.MAX_VALUE)).isEqualTo(Double.MAX_VALUE);
        assertThat(reduce(Reductions::norm2, Double.MAX_VALUE, Double.MAX_VALUE))
                .isEqualTo(inf);
        assertThat(reduce(Reductions::norm2, 1, -inf)).isEqualTo(inf);
        assertThat(reduce(Reductions::norm2, inf, Double.NaN)).isNaN();
        assertThat(reduce(Reductions::norm2, 1e300, Double.NaN)).isNaN();
        assertThat(reduce(Reductions::norm2, 1e200, 1, 1e-200)).isCloseTo(1e200, within(1e185));
    }

    @Test
    void cumulativeSumAddsOneEntryAfterTheOther() {
        for (int n : LENGTHS) {
            for (int inner : new int[] {0, 1, 3, 17}) {
                double[] x = random(2 * n * inner, n);
                double[] forward = x.clone();
                double[] backward = x.clone();
                for (int column = 0; column < 2 * inner; column++) {
                    for (int j = 1; j < n; j++) {
                        forward[position(n, inner, column, j)] += forward[position(n, inner, column, j - 1)];
                        backward[position(n, inner, column, n - 1 - j)] += backward[position(n, inner, column, n - j)];
                    }
                }
                Storage out = Storage.allocate(x.length);
                Reductions.cumulativeSum(Storage.wrap(x), 2, n, inner, false, out);
                assertThat(out.toArray()).isEqualTo(forward);
                Reductions.cumulativeSum(Storage.wrap(x), 2, n, inner, true, out);
                assertThat(out.toArray()).isEqualTo(backward);
            }
        }
    }

    private static void checkBits(Reduction reduction, Column definition, int shortest) {
        for (int n : LENGTHS) {
            for (int inner : INNERS) {
                if (n >= shortest) {
                    int outer = n * inner > 100_000 ? 1 : 3;
                    double[] x = random(outer * n * inner, 31 * n + inner);
                    checkBits(reduction, definition, x, outer, n, inner);
                }
            }
        }
    }

    private static void checkBits(Reduction reduction, Column definition, double[] row) {
        checkBits(reduction, definition, row, 1, row.length, 1);
        double[] twice = new double[2 * row.length];
        Arrays.setAll(twice, i -> row[i / 2]);
        checkBits(reduction, definition, twice, 1, row.length, 2);
    }

    private static void checkBits(Reduction reduction, Column definition, double[] x, int outer, int n, int inner) {
        double[] expected = new double[outer * inner];
        Arrays.setAll(expected, column -> definition.reduce(column(x, n, inner, column)));
        Storage out = Storage.allocate(expected.length);
        reduction.run(Storage.wrap(x), outer, n, inner, out);
        // The comparison is by Double.equals, which tells 0.0 from -0.0.
        assertThat(out.toArray()).as("[%s, %s, %s]", outer, n, inner).isEqualTo(expected);
    }

    private static void checkArg(double[] x, int outer, int n, int inner) {
        checkArg(Reductions::argMax, x, outer, n, inner, 1);
        checkArg(Reductions::argMin, x, outer, n, inner, -1);
    }

    private static void checkArg(ArgReduction reduction, double[] x, int outer, int n, int inner, int sign) {
        int[] expected = new int[outer * inner];
        for (int column = 0; column < expected.length; column++) {
            double[] terms = column(x, n, inner, column);
            for (int j = n - 1; j >= 0; j--) {
                double best = terms[expected[column]];
                if (Double.isNaN(terms[j]) || (!Double.isNaN(best) && sign * terms[j] >= sign * best)) {
                    expected[column] = j;
                }
            }
        }
        int[] out = new int[expected.length];
        reduction.run(Storage.wrap(x), outer, n, inner, out);
        assertThat(out).as("%s", Arrays.toString(Arrays.copyOf(x, 20))).isEqualTo(expected);
    }

    /** The rounding order of {@link Sums}, term by term. */
    private static double orderedSum(double[] terms) {
        double total = 0;
        for (int start = 0; start < terms.length; start += 4096) {
            double[] lanes = new double[8];
            for (int i = start; i < Math.min(start + 4096, terms.length); i++) {
                lanes[(i - start) % 8] += terms[i];
            }
            for (int half = 4; half > 0; half /= 2) {
                for (int lane = 0; lane < half; lane++) {
                    lanes[lane] += lanes[lane + half];
                }
            }
            total += lanes[0];
        }
        return total;
    }

    private static double naiveLogSumExp(double[] terms) {
        if (terms.length == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        double max = fold(Math::max, terms);
        return max
                + StrictMath.log(orderedSum(
                        Arrays.stream(terms).map(t -> StrictMath.exp(t - max)).toArray()));
    }

    private static double fold(DoubleBinaryOperator operator, double[] terms) {
        double result = terms[0];
        for (double term : terms) {
            result = operator.applyAsDouble(result, term);
        }
        return result;
    }

    private static double reduce(Reduction reduction, double... row) {
        Storage out = Storage.allocate(1);
        reduction.run(Storage.wrap(row), 1, row.length, 1, out);
        return out.get(0);
    }

    private static double[] softmax(double... row) {
        Storage out = Storage.allocate(row.length);
        Reductions.softmax(Storage.wrap(row), 1, row.length, 1, out);
        return out.toArray();
    }

    private static int position(int n, int inner, int column, int j) {
        return (column / inner * n + j) * inner + column % inner;
    }

    private static double[] column(double[] x, int n, int inner, int column) {
        double[] terms = new double[n];
        Arrays.setAll(terms, j -> x[position(n, inner, column, j)]);
        return terms;
    }

    private static double[] random(int size, int seed) {
        return new Random(seed).doubles(size, -3, 3).toArray();
    }

    private static double[] ties(int size, int bound) {
        return new Random(size).ints(size, 0, bound).asDoubleStream().toArray();
    }
}
