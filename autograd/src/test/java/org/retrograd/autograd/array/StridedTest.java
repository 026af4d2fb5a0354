package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compares views with the sum of index times stride, taken entry by entry. */
class StridedTest {
    @Test
    void everyPermutation() {
        int[][] shapes = {{5}, {2, 3}, {37, 53}, {4, 64}, {64, 4}, {2, 3, 4}, {17, 5, 33}, {2, 1, 3, 4}, {5, 6, 7, 8}};
        for (int[] dims : shapes) {
            permutations(new int[dims.length], 0, dims);
        }
    }

    private static void permutations(int[] order, int length, int[] dims) {
        if (length == dims.length) {
            Shape shape = Shape.of(dims);
            int[] strides =
                    Arrays.stream(order).map(axis -> shape.strides()[axis]).toArray();
            int[] target = Arrays.stream(order).map(axis -> dims[axis]).toArray();
            checkBoth(1, shape.size(), 0, strides, target);
            checkBoth(3, shape.size(), 0, strides, target);
            return;
        }
        for (int axis = 0; axis < dims.length; axis++) {
            int candidate = axis;
            if (IntStream.range(0, length).noneMatch(i -> order[i] == candidate)) {
                order[length] = axis;
                permutations(order, length + 1, dims);
            }
        }
    }

    @Test
    void slicesFlipsAndDiagonals() {
        checkBoth(1, 20, 0, new int[] {}, new int[] {});
        checkBoth(2, 20, 7, new int[] {}, new int[] {});
        checkBoth(2, 20, 3, new int[] {1}, new int[] {4});
        checkBoth(2, 20, 19, new int[] {-1}, new int[] {20});
        checkBoth(2, 20, 1, new int[] {3}, new int[] {6});
        checkBoth(2, 20, 15, new int[] {-5, 1}, new int[] {4, 5});
        checkBoth(2, 20, 19, new int[] {-5, -1}, new int[] {4, 5});
        checkBoth(2, 400, 380, new int[] {1, -20}, new int[] {20, 20});
        checkBoth(2, 400, 0, new int[] {21}, new int[] {20});
        checkBoth(2, 400, 42, new int[] {60, 2}, new int[] {6, 9});
        checkBoth(2, 4000, 1, new int[] {400, 1, 40}, new int[] {9, 30, 10});
    }

    @Test
    void repetition() {
        checkView(1, 1, 0, new int[] {0}, new int[] {50});
        checkView(2, 3, 0, new int[] {0, 1}, new int[] {4, 3});
        checkView(2, 3, 0, new int[] {1, 0}, new int[] {3, 40});
        checkView(2, 3, 2, new int[] {0, -1, 0}, new int[] {4, 3, 5});
        checkView(2, 30, 0, new int[] {5, 0, 1}, new int[] {6, 7, 5});
        checkView(2, 30, 0, new int[] {1, 0, 5}, new int[] {5, 7, 6});
        checkView(1, 10, 4, new int[] {0, 0, 0}, new int[] {2, 3, 4});
    }

    @Test
    void overlappingWindows() {
        checkView(2, 20, 0, new int[] {1, 1}, new int[] {16, 5});
        checkView(2, 20, 0, new int[] {2, 3}, new int[] {4, 5});
    }

    @Test
    void emptyViewsAndAxesOfLengthOne() {
        checkBoth(0, 20, 0, new int[] {1}, new int[] {4});
        checkBoth(2, 20, 0, new int[] {5, 1}, new int[] {0, 5});
        checkBoth(2, 20, 0, new int[] {5, 1}, new int[] {4, 0});
        checkBoth(2, 20, 3, new int[] {99, 5, -99, 1, 99}, new int[] {1, 3, 1, 2, 1});
        checkBoth(1, 0, 0, new int[] {0, 1}, new int[] {3, 0});
    }

    private static void checkBoth(int batch, int sourceSize, int offset, int[] strides, int[] target) {
        checkView(batch, sourceSize, offset, strides, target);
        checkPlace(batch, sourceSize, offset, strides, target);
    }

    private static void checkView(int batch, int sourceSize, int offset, int[] strides, int[] target) {
        double[] x = new Random(1).doubles((long) batch * sourceSize).toArray();
        int[] positions = positions(batch, sourceSize, offset, strides, target);
        double[] expected = Arrays.stream(positions).mapToDouble(p -> x[p]).toArray();
        Storage out = Storage.allocate(expected.length);
        Strided.view(Storage.wrap(x), batch, sourceSize, offset, strides, Shape.of(target), out);
        assertThat(out.toArray()).isEqualTo(expected);
    }

    private static void checkPlace(int batch, int targetSize, int offset, int[] strides, int[] source) {
        int[] positions = positions(batch, targetSize, offset, strides, source);
        double[] g = new Random(2).doubles(positions.length).toArray();
        double[] expected = new double[batch * targetSize];
        for (int i = 0; i < g.length; i++) {
            expected[positions[i]] = g[i];
        }
        Storage out = Storage.allocate(expected.length);
        Strided.place(Storage.wrap(g), batch, targetSize, offset, strides, Shape.of(source), out);
        assertThat(out.toArray()).isEqualTo(expected);
    }

    /** The positions in the viewed array of the view's entries, in row-major order. */
    private static int[] positions(int batch, int blockSize, int offset, int[] strides, int[] dims) {
        Shape shape = Shape.of(dims);
        int[] positions = new int[batch * shape.size()];
        for (int i = 0; i < positions.length; i++) {
            int position = i / shape.size() * blockSize + offset;
            for (int axis = 0; axis < dims.length; axis++) {
                position += i % shape.size() / shape.strides()[axis] % dims[axis] * strides[axis];
            }
            positions[i] = position;
        }
        return positions;
    }
}
