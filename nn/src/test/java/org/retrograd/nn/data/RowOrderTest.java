package org.retrograd.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowOrderTest {
    private static final BigInteger RANGE = BigInteger.ONE.shiftLeft(64);

    @Test
    void shufflesWithoutLosingRows() {
        int[] rows = IntStream.range(0, 1000).toArray();
        int[] order = RowOrder.shuffled(rows, new SplittableRandom(1));
        assertThat(rows).isSorted();
        assertThat(order).isNotEqualTo(rows).containsExactlyInAnyOrder(rows);
    }

    /**
     * Random's algorithm is part of its specification, ours of the javadoc; an independent program gave these figures.
     */
    @Test
    void givesTheSameOrderOnEveryJdk() {
        assertThat(RowOrder.shuffled(IntStream.range(0, 10).toArray(), new Random(1)))
                .containsExactly(4, 9, 6, 8, 0, 5, 2, 1, 3, 7);
    }

    @Test
    void exchangesFromTheEnd() {
        // An upper half of 0 draws 0 each time: the first goes to the end, and so on.
        assertThat(RowOrder.shuffled(new int[] {10, 11, 12, 13}, bits(1L << 40, 1L << 40, 1L << 40)))
                .containsExactly(11, 12, 13, 10);
        // The largest 64 bits draw the largest number each time: every entry stays.
        assertThat(RowOrder.shuffled(new int[] {10, 11, 12, 13}, bits(-1, -1, -1)))
                .containsExactly(10, 11, 12, 13);
    }

    @Test
    void drawsNothingForFewerThanTwoRows() {
        assertThat(RowOrder.shuffled(new int[0], bits())).isEmpty();
        assertThat(RowOrder.shuffled(new int[] {7}, bits())).containsExactly(7);
    }

    @Test
    void givesEachOrderEquallyOften() {
        Map<String, Integer> counts = new HashMap<>();
        RandomGenerator random = new SplittableRandom(2);
        for (int i = 0; i < 24_000; i++) {
            counts.merge(Arrays.toString(RowOrder.shuffled(new int[] {0, 1, 2, 3}, random)), 1, Integer::sum);
        }
        assertThat(counts).hasSize(24);
        // 1,000 expected, with a deviation of 31.
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(850, 1150));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 10, 64, 1797, 1 << 30, (1 << 30) + 1, Integer.MAX_VALUE})
    void isTheUpperHalfOfTheProductWithRejection(int bound) {
        BigInteger excess = RANGE.mod(BigInteger.valueOf(bound));
        SplittableRandom random = new SplittableRandom(bound);
        List<Long> draws = new ArrayList<>(List.of(0L, 1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
        random.longs(1000).forEach(draws::add);
        for (long x : draws) {
            BigInteger product = new BigInteger(Long.toUnsignedString(x)).multiply(BigInteger.valueOf(bound));
            boolean rejected = product.mod(RANGE).compareTo(excess) < 0;
            // Never rejected: the lower half of (2^63 + 1) * bound is at least the bound.
            long second = Long.MIN_VALUE + 1;
            BigInteger expected = rejected
                    ? new BigInteger(Long.toUnsignedString(second)).multiply(BigInteger.valueOf(bound))
                    : product;
            assertThat(RowOrder.below(bound, bits(x, second)))
                    .isEqualTo(expected.shiftRight(64).intValueExact());
        }
    }

    @Test
    void drawsAgainWhereOneResultWouldComeTooOften() {
        // 2^64 = 1 modulo 3: of all draws only 0 is one too many.
        assertThat(RowOrder.below(3, bits(0, 0, -1))).isEqualTo(2);
        assertThat(RowOrder.below(3, bits(1))).isEqualTo(0);
        // A power of two divides 2^64: nothing is drawn again.
        assertThat(RowOrder.below(4, bits(0))).isEqualTo(0);
    }

    @Test
    void cutsAnOrderIntoBatches() {
        int[] order = {4, 2, 0, 1, 3};
        assertThat(RowOrder.batches(order, 2)).containsExactly(new int[] {4, 2}, new int[] {0, 1}, new int[] {3});
        assertThat(RowOrder.batches(order, 1)).hasSize(5);
        assertThat(RowOrder.batches(order, 5)).containsExactly(order);
        assertThat(RowOrder.batches(order, Integer.MAX_VALUE)).containsExactly(order);
        assertThat(RowOrder.batches(new int[0], 2)).isEmpty();
        assertThat(RowOrder.batches(IntStream.range(0, 1438).toArray(), 32)).hasSize(45);
    }

    @Test
    void refusesEmptyBatches() {
        assertThatThrownBy(() -> RowOrder.batches(new int[7], 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the size of a mini-batch must be 1 or more, but got 0;"
                        + " for full batches give the number of rows, 7");
    }

    /** Returns a generator of just the given numbers; asking for more, or in another way, is an error. */
    private static RandomGenerator bits(long... numbers) {
        var remaining = Arrays.stream(numbers).iterator();
        return remaining::nextLong;
    }
}
