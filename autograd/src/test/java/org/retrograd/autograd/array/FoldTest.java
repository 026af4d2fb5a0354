package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Folds every subset of axes of many shapes and compares with collecting the terms of each output by their indices. */
class FoldTest {
    private static final int[][] SHAPES = {
        {}, {1}, {5}, {0}, {2, 3}, {1, 4}, {4, 1}, {2, 0, 3}, {2, 3, 4}, {2, 1, 3, 1}, {1, 2, 1, 3, 2}, {2, 3, 2, 2, 3}
    };

    @Test
    void everySubsetOfAxesGivesTheTermsInRowMajorOrder() {
        for (int[] dims : SHAPES) {
            for (int subset = 0; subset < 1 << dims.length; subset++) {
                int bits = subset;
                int[] axes = IntStream.range(0, dims.length)
                        .filter(axis -> (bits >> axis & 1) == 1)
                        .toArray();
                check(Shape.of(dims), axes);
            }
        }
    }

    @Test
    void neighboursAreFoldedInPlace() {
        assertThat(Fold.of(Shape.of(2, 3, 4), new int[] {1})).hasToString("[2, 3, 4] as [2, 3, 4]");
        assertThat(Fold.of(Shape.of(2, 3, 4), new int[] {0, 1})).hasToString("[2, 3, 4] as [1, 6, 4]");
        assertThat(Fold.of(Shape.of(2, 1, 4), new int[] {0, 2})).hasToString("[2, 1, 4] as [1, 8, 1]");
        assertThat(Fold.of(Shape.of(1, 3, 4), new int[] {0, 2})).hasToString("[1, 3, 4] as [3, 4, 1]");
        Storage x = Storage.allocate(8);
        assertThat(Fold.of(Shape.of(2, 1, 4), new int[] {0, 2}).prepare(x)).isSameAs(x);
    }

    @Test
    void othersAreMovedToTheEnd() {
        assertThat(Fold.of(Shape.of(2, 3, 4), new int[] {0, 2})).hasToString("[2, 3, 4] as [3, 8, 1], axes moved");
    }

    @Test
    void lengthsOfEmptyArraysDoNotOverflow() {
        Fold fold = Fold.of(Shape.of(100_000, 100_000, 0), new int[] {0, 1});
        assertThat(fold.n()).isEqualTo(Integer.MAX_VALUE);
        assertThat(fold.outer() * fold.inner()).isZero();
    }

    private static void check(Shape shape, int[] axes) {
        // Each entry is its own position, so that the terms of an output can be compared as lists.
        Storage x =
                Storage.wrap(IntStream.range(0, shape.size()).asDoubleStream().toArray());
        Shape left = shape.reduce(axes, true);
        List<List<Double>> expected = new ArrayList<>();
        for (int i = 0; i < left.size(); i++) {
            expected.add(new ArrayList<>());
        }
        for (int position = 0; position < shape.size(); position++) {
            int target = 0;
            for (int axis = 0; axis < shape.rank(); axis++) {
                int index = position / shape.strides()[axis] % shape.dim(axis);
                target += left.dim(axis) == 1 ? 0 : index * left.strides()[axis];
            }
            expected.get(target).add((double) position);
        }
        Fold fold = Fold.of(shape, axes);
        Storage prepared = fold.prepare(x);
        List<List<Double>> actual = new ArrayList<>();
        for (int at = 0; at < fold.outer() * fold.inner(); at++) {
            List<Double> terms = new ArrayList<>();
            for (int j = 0; j < fold.n(); j++) {
                terms.add(prepared.get((at / fold.inner() * fold.n() + j) * fold.inner() + at % fold.inner()));
            }
            actual.add(terms);
        }
        assertThat(actual).as("%s over %s", shape, Arrays.toString(axes)).isEqualTo(expected);
    }
}
