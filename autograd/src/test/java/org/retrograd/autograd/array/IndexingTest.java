package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares the loops with their index formulas. */
class IndexingTest {
    private static final int[] LENGTHS = {1, 2, 5, 17};

    @Test
    void takeAndScatterAddFollowTheirFormulas() {
        for (int outer : LENGTHS) {
            for (int n : LENGTHS) {
                for (int inner : new int[] {0, 1, 3, 17}) {
                    for (int m : new int[] {0, 1, 4, 23}) {
                        checkTake(outer, n, inner, m);
                    }
                }
            }
        }
    }

    private static void checkTake(int outer, int n, int inner, int m) {
        int[] index = positions(m, n);
        double[] x = random(outer * n * inner);
        double[] g = random(outer * m * inner);
        double[] taken = new double[g.length];
        double[] added = x.clone();
        for (int t = 0; t < g.length; t++) {
            int o = t / (m * inner);
            int p = (o * n + index[t / inner % m]) * inner + t % inner;
            taken[t] = x[p];
            added[p] += g[t];
        }
        Storage out = Storage.allocate(g.length);
        Indexing.take(Storage.wrap(x), outer, n, inner, index, out);
        assertThat(out.toArray()).isEqualTo(taken);
        Storage sum = Storage.wrap(x.clone());
        Indexing.scatterAdd(Storage.wrap(g), outer, n, inner, index, sum);
        assertThat(sum.toArray()).isEqualTo(added);
    }

    @Test
    void takeAlongAndItsReverseRepeatTheIndexBlocks() {
        for (int indexOuter : LENGTHS) {
            for (int repeats : new int[] {0, 1, 3}) {
                for (int n : LENGTHS) {
                    for (int inner : new int[] {0, 1, 3, 17}) {
                        for (int m : new int[] {0, 1, 4}) {
                            checkTakeAlong(repeats * indexOuter, n, inner, m, indexOuter);
                        }
                    }
                }
            }
        }
    }

    private static void checkTakeAlong(int outer, int n, int inner, int m, int indexOuter) {
        int[] index = positions(indexOuter * m * inner, n);
        double[] x = random(outer * n * inner);
        double[] g = random(outer * m * inner);
        double[] taken = new double[g.length];
        double[] added = x.clone();
        for (int t = 0; t < g.length; t++) {
            int o = t / (m * inner);
            int p = (o * n + index[t % index.length]) * inner + t % inner;
            taken[t] = x[p];
            added[p] += g[t];
        }
        Storage out = Storage.allocate(g.length);
        Indexing.takeAlong(Storage.wrap(x), outer, n, inner, index, m, indexOuter, out);
        assertThat(out.toArray()).isEqualTo(taken);
        Storage sum = Storage.wrap(x.clone());
        Indexing.scatterAddAlong(Storage.wrap(g), outer, n, inner, index, m, indexOuter, sum);
        assertThat(sum.toArray()).isEqualTo(added);
    }

    @Test
    void scatterAddAddsInAscendingOrder() {
        // 1e16 + 1 + 1 rounds to 1e16, in any other order it does not.
        Storage out = Storage.allocate(2);
        Indexing.scatterAdd(Storage.wrap(new double[] {1e16, 1, 1}), 1, 2, 1, new int[] {1, 1, 1}, out);
        assertThat(out.toArray()).containsExactly(0, 1e16);
    }

    @Test
    void copyLaysRowsSideBySide() {
        for (int rowSize : new int[] {0, 1, 3, 40}) {
            double[] x = random(3 * rowSize);
            Storage out = Storage.allocate(3 * (rowSize + 5));
            Indexing.copy(Storage.wrap(x), 3, rowSize, out, rowSize + 5, 2);
            for (int i = 0; i < out.size(); i++) {
                int column = i % (rowSize + 5) - 2;
                boolean inside = column >= 0 && column < rowSize;
                assertThat(out.get(i)).isEqualTo(inside ? x[i / (rowSize + 5) * rowSize + column] : 0);
            }
        }
    }

    private static int[] positions(int size, int n) {
        return new Random(3).ints(size, 0, n).toArray();
    }

    private static double[] random(int size) {
        return new Random(size).doubles(size, -1, 1).toArray();
    }
}
