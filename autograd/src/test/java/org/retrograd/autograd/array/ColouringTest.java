package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What the colourings promise, on random patterns. */
class ColouringTest {
    private static Sparsity random(int rows, int columns, double density, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        IndexSets singles = IndexSets.singletons(columns, 0, columns);
        return singles.unions(
                        rows,
                        row -> random.ints(columns, 0, 1_000_000)
                                .filter(i -> i < density * 1_000_000)
                                .map(i -> random.nextInt(columns))
                                .toArray())
                .toSparsity();
    }

    @Property(tries = 200)
    void noRowHasTwoEntriesOfOneColour(
            @ForAll @IntRange(max = 12) int rows,
            @ForAll @IntRange(min = 1, max = 12) int columns,
            @ForAll @DoubleRange(max = 0.5) double density,
            @ForAll long seed) {
        Sparsity sparsity = random(rows, columns, density, seed);
        Colouring colouring = Colouring.ofColumns(sparsity);
        assertThat(colouring.count()).isBetween(sparsity.fullestRow(), columns);
        for (int row = 0; row < rows; row++) {
            List<Integer> seen = new ArrayList<>();
            for (int p = sparsity.start(row); p < sparsity.start(row + 1); p++) {
                seen.add(colouring.of(sparsity.column(p)));
            }
            assertThat(seen).doesNotHaveDuplicates().doesNotContain(-1);
        }
    }

    @Property(tries = 300)
    void noPathOfFourColumnsHasTwoColours(
            @ForAll @IntRange(min = 1, max = 12) int n,
            @ForAll @DoubleRange(max = 0.4) double density,
            @ForAll long seed) {
        Sparsity half = random(n, n, density, seed);
        Sparsity symmetric = half.union(half.transpose());
        assertThat(symmetric.transpose()).isEqualTo(symmetric);
        Colouring star = Colouring.star(symmetric);
        for (int w = 0; w < n; w++) {
            for (int x : neighbours(symmetric, w)) {
                assertThat(star.of(w)).isNotEqualTo(star.of(x));
                for (int v : neighbours(symmetric, w)) {
                    for (int y : neighbours(symmetric, x)) {
                        boolean path = v != x && y != w && v != y;
                        assertThat(path && star.of(v) == star.of(x) && star.of(w) == star.of(y))
                                .as("path %d %d %d %d", v, w, x, y)
                                .isFalse();
                    }
                }
            }
        }
        everyEntryStandsAlone(symmetric);
    }

    /** Adds up columns of one colour and finds each entry, or its mirror image, as the only one that contributes. */
    private static void everyEntryStandsAlone(Sparsity symmetric) {
        Compression compression = Compression.ofSymmetric(symmetric);
        int[] rowOf = symmetric.rowOfEntries();
        for (int entry = 0; entry < symmetric.entries(); entry++) {
            int row = compression.place(entry);
            int contributing = -1;
            for (int p = symmetric.start(row); p < symmetric.start(row + 1); p++) {
                if (compression.colouring().of(symmetric.column(p)) == compression.colour(entry)) {
                    assertThat(contributing).isEqualTo(-1);
                    contributing = symmetric.column(p);
                }
            }
            assertThat(List.of(row, contributing)).containsExactlyInAnyOrder(rowOf[entry], symmetric.column(entry));
        }
    }

    private static List<Integer> neighbours(Sparsity symmetric, int v) {
        List<Integer> found = new ArrayList<>();
        for (int p = symmetric.start(v); p < symmetric.start(v + 1); p++) {
            if (symmetric.column(p) != v) {
                found.add(symmetric.column(p));
            }
        }
        return found;
    }
}
