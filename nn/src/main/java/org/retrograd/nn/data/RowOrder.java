package org.retrograd.nn.data;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The order in which training visits rows: shuffled anew for each epoch, and cut into mini-batches.
 *
 * <p>The shuffle is specified here down to the bit, so that a seed means the same order on every JDK: it draws from the
 * generator with {@link RandomGenerator#nextLong()} only, and the way from those bits to an order is our own. The JDK's
 * {@code Collections.shuffle} and {@code nextInt(bound)} leave that way to the implementation of the day.
 */
public final class RowOrder {
    private RowOrder() {}

    /**
     * Returns the given rows in random order, each order being equally likely; the array given is left as it is.
     *
     * <p>Fisher-Yates from the end (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm P): for {@code i} from
     * the last position down to 1, the entry at {@code i} is exchanged with the one at {@link #below below(i + 1)}. So
     * the shuffle of {@code n} rows takes {@code n - 1} bounded numbers, and the shuffle of none or one takes none.
     */
    public static int[] shuffled(int[] rows, RandomGenerator random) {
        int[] order = rows.clone();
        for (int i = order.length - 1; i > 0; i--) {
            int j = below(i + 1, random);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }

    /**
     * Cuts an order into mini-batches of the given size, in turn; the last one is smaller if the rows do not come out
     * even.
     *
     * @return an immutable list of new arrays, which together are the order; none if the order is empty
     * @throws IllegalArgumentException if the size is not positive
     */
    public static List<int[]> batches(int[] order, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("the size of a mini-batch must be 1 or more, but got " + size
                    + "; for full batches give the number of rows, " + order.length);
        }
        ImmutableList.Builder<int[]> batches = ImmutableList.builder();
        for (int from = 0; from < order.length; ) {
            int to = size < order.length - from ? from + size : order.length; // no overflow near the largest int
            batches.add(Arrays.copyOfRange(order, from, to));
            from = to;
        }
        return batches.build();
    }

    /**
     * Returns a random whole number from 0 to {@code bound - 1}, each being exactly equally likely.
     *
     * <p>With {@code x} the 64 bits of {@code nextLong()}, unsigned, it is the upper half of the product {@code x *
     * bound} of 128 bits. Of the 2^64 values of {@code x}, those whose lower half is below {@code 2^64 mod bound} are
     * one too many for some result; they are drawn again (D. Lemire, Fast random integer generation in an interval, ACM
     * TOMACS 29(1), 2019, algorithm 5).
     */
    static int below(int bound, RandomGenerator random) {
        long excess = Long.remainderUnsigned(-bound, bound);
        long x = random.nextLong();
        while (Long.compareUnsigned(x * bound, excess) < 0) {
            x = random.nextLong();
        }
        // Math.multiplyHigh is signed: it takes a negative x for x - 2^64, which is put right by adding the bound.
        long upper = Math.multiplyHigh(x, bound) + (x < 0 ? bound : 0);
        return (int) upper;
    }
}
