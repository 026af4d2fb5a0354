package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compares the sort with the JDK's stable sort of boxed positions. */
class OrderingTest {
    private static final double[] SPECIAL = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0.0,
        -0.0,
        1,
        -1,
        Double.MIN_VALUE,
        -1e-300,
        1e300
    };

    @Test
    void argSortIsTheStableSortOfTheJdk() {
        Random random = new Random(3);
        for (int n : new int[] {0, 1, 2, 11, 12, 13, 24, 25, 100, 1000}) {
            for (int inner : new int[] {1, 3}) {
                for (boolean descending : new boolean[] {false, true}) {
                    double[] x = new double[2 * n * inner];
                    Arrays.setAll(x, i -> switch (random.nextInt(3)) {
                        case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
                        case 1 -> random.nextInt(5) - 2;
                        default -> random.nextGaussian();
                    });
                    check(x, n, inner, descending);
                }
            }
        }
    }

    private static void check(double[] x, int n, int inner, boolean descending) {
        int[] out = new int[x.length];
        Ordering.argSort(Storage.wrap(x), 2, n, inner, descending, out);
        for (int o = 0; o < 2; o++) {
            for (int i = 0; i < inner; i++) {
                int first = o * n * inner + i;
                // adding 0.0 makes the zeros equal, as they are here
                Comparator<Integer> order = Comparator.comparingDouble(j -> x[first + j * inner] + 0.0);
                int[] expected = IntStream.range(0, n)
                        .boxed()
                        .sorted(descending ? order.reversed() : order)
                        .mapToInt(j -> j)
                        .toArray();
                int[] actual =
                        IntStream.range(0, n).map(j -> out[first + j * inner]).toArray();
                assertThat(actual).isEqualTo(expected);
            }
        }
    }

    @Test
    void runsBeginWhereEntriesChange() {
        Storage sorted = Storage.wrap(new double[] {-1, -0.0, 0.0, 2, Double.NaN, Double.NaN});
        int[] starts = new int[6];
        assertThat(Ordering.runs(sorted, 1, 6, 1, starts)).isTrue();
        assertThat(starts).containsExactly(0, 1, 1, 3, 4, 4);
        assertThat(Ordering.runs(Storage.wrap(new double[] {1, 2, 2, 1}), 2, 1, 2, new int[4]))
                .isFalse();
    }

    @Test
    void meansOfRunsRepeatTheStartsAndKeepEquals() {
        int[] starts = {0, 0, 2};
        Storage out = Storage.allocate(6);
        Ordering.meansOfRuns(Storage.wrap(new double[] {1, 4, 7, 0.1, 0.1, 9}), 2, 3, 1, starts, 1, out);
        assertThat(out.toArray()).containsExactly(2.5, 2.5, 7, 0.1, 0.1, 9);
        Storage infinite = Storage.wrap(new double[] {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 1});
        Storage kept = Storage.allocate(3);
        Ordering.meansOfRuns(infinite, 1, 3, 1, starts, 1, kept);
        assertThat(kept.toArray()).isEqualTo(infinite.toArray());
    }
}
