package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares products with the definition, bit by bit: fma in ascending order of the inner axis, from +0.0. */
class MatrixProductTest {
    private static final int[] LENGTHS = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 67};

    @Test
    void allSmallSizesInAllOrientations() {
        for (int m : LENGTHS) {
            for (int k : LENGTHS) {
                for (int n : LENGTHS) {
                    check(Shape.of(m, k), Shape.of(k, n), Shape.of(m, n));
                }
            }
        }
    }

    @Test
    void sizesAroundTheTiles() {
        int[][] sizes = {
            {1, 700, 300},
            {300, 700, 1},
            {5, 127, 257},
            {6, 128, 256},
            {7, 129, 255},
            {300, 257, 4},
            {2, 3, 5000},
            {5000, 2, 2},
            {40, 1, 40},
            {31, 513, 33},
            {130, 300, 520}
        };
        for (int[] s : sizes) {
            check(Shape.of(s[0], s[1]), Shape.of(s[1], s[2]), Shape.of(s[0], s[2]));
        }
    }

    @Test
    void emptyAxes() {
        check(Shape.of(0, 3), Shape.of(3, 2), Shape.of(0, 2));
        check(Shape.of(2, 3), Shape.of(3, 0), Shape.of(2, 0));
        check(Shape.of(2, 0), Shape.of(0, 3), Shape.of(2, 3));
        check(Shape.of(0, 2, 3), Shape.of(3, 2), Shape.of(0, 2, 2));
        check(Shape.of(4, 2, 0), Shape.of(0, 3), Shape.of(4, 2, 3));
    }

    @Test
    void leadingAxesAreBroadcast() {
        check(Shape.of(5, 2, 3), Shape.of(5, 3, 4), Shape.of(5, 2, 4));
        check(Shape.of(5, 2, 3), Shape.of(3, 4), Shape.of(5, 2, 4));
        check(Shape.of(2, 3), Shape.of(5, 3, 4), Shape.of(5, 2, 4));
        check(Shape.of(1, 2, 3), Shape.of(5, 3, 4), Shape.of(5, 2, 4));
        check(Shape.of(5, 2, 3), Shape.of(1, 3, 4), Shape.of(5, 2, 4));
        check(Shape.of(6, 1, 2, 3), Shape.of(5, 3, 4), Shape.of(6, 5, 2, 4));
        check(Shape.of(5, 2, 3), Shape.of(6, 1, 3, 4), Shape.of(6, 5, 2, 4));
        check(Shape.of(2, 3, 4, 20, 21), Shape.of(3, 1, 21, 22), Shape.of(2, 3, 4, 20, 22));
        check(Shape.of(1, 1, 20, 21), Shape.of(21, 22), Shape.of(1, 1, 20, 22));
        check(Shape.of(7, 20, 21), Shape.of(21, 22), Shape.of(7, 20, 22));
    }

    @Test
    void stacksOfColumns() {
        check(Shape.of(2, 3), Shape.of(5, 3, 1), Shape.of(5, 2, 1));
        check(Shape.of(1, 3, 3), Shape.of(5, 3, 1), Shape.of(5, 3, 1));
        check(Shape.of(2, 3), Shape.of(6, 5, 3, 1), Shape.of(6, 5, 2, 1));
        check(Shape.of(2, 1), Shape.of(5, 1, 1), Shape.of(5, 2, 1));
        check(Shape.of(60, 61), Shape.of(50, 61, 1), Shape.of(50, 60, 1));
        check(Shape.of(5, 2, 3), Shape.of(5, 3, 1), Shape.of(5, 2, 1));
    }

    @Test
    void specialValuesAndNegativeZeros() {
        double[] table = {
            0.0,
            -0.0,
            1,
            -1,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            0.25,
            Double.MAX_VALUE,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY
        };
        // Most columns without the last three, which would turn nearly everything to NaN.
        for (int values : new int[] {7, 8, table.length}) {
            for (int[] s : new int[][] {{1, 1, 1}, {1, 1, 9}, {3, 2, 4}, {5, 3, 9}, {20, 7, 41}, {41, 13, 9}}) {
                Random random = new Random(values);
                double[] a = random.ints((long) s[0] * s[1], 0, values)
                        .mapToDouble(i -> table[i])
                        .toArray();
                double[] b = random.ints((long) s[1] * s[2], 0, values)
                        .mapToDouble(i -> table[i])
                        .toArray();
                check(a, Shape.of(s[0], s[1]), b, Shape.of(s[1], s[2]), Shape.of(s[0], s[2]));
            }
        }
    }

    private static void check(Shape sa, Shape sb, Shape so) {
        Random random = new Random(sa.hashCode() + 31L * sb.hashCode());
        check(
                random.doubles(sa.size(), -1, 1).toArray(),
                sa,
                random.doubles(sb.size(), -1, 1).toArray(),
                sb,
                so);
    }

    private static void check(double[] a, Shape sa, double[] b, Shape sb, Shape so) {
        double[] expected = naive(a, sa, b, sb, so);
        for (int flags = 0; flags < 4; flags++) {
            boolean transposeA = (flags & 1) != 0;
            boolean transposeB = (flags & 2) != 0;
            Storage out = Storage.allocate(so.size());
            MatrixProduct.multiply(
                    Storage.wrap(transposeA ? transpose(a, sa) : a),
                    transposeA ? transpose(sa) : sa,
                    transposeA,
                    Storage.wrap(transposeB ? transpose(b, sb) : b),
                    transposeB ? transpose(sb) : sb,
                    transposeB,
                    so,
                    out);
            assertThat(out.toArray())
                    .as("%s · %s, transposed %s and %s", sa, sb, transposeA, transposeB)
                    .isEqualTo(expected);
        }
    }

    private static double[] naive(double[] a, Shape sa, double[] b, Shape sb, Shape so) {
        double[] c = new double[so.size()];
        for (int at = 0; at < c.length; at++) {
            int[] index = index(so, at);
            for (int k = 0; k < sa.dim(-1); k++) {
                int[] row = index.clone();
                row[row.length - 1] = k;
                int[] column = index.clone();
                column[column.length - 2] = k;
                c[at] = Math.fma(a[position(sa, row)], b[position(sb, column)], c[at]);
            }
        }
        return c;
    }

    private static int[] index(Shape shape, int at) {
        int[] index = new int[shape.rank()];
        for (int axis = 0; axis < index.length; axis++) {
            index[axis] = at / shape.strides()[axis] % shape.dim(axis);
        }
        return index;
    }

    /** The position of an index of the broadcast shape in an array of shape {@code shape}. */
    private static int position(Shape shape, int[] index) {
        int position = 0;
        for (int back = 1; back <= shape.rank(); back++) {
            int axis = shape.rank() - back;
            position += shape.dim(axis) == 1 ? 0 : index[index.length - back] * shape.strides()[axis];
        }
        return position;
    }

    private static Shape transpose(Shape shape) {
        int[] dims = shape.toArray();
        int last = dims.length - 1;
        dims[last] = shape.dim(-2);
        dims[last - 1] = shape.dim(-1);
        return Shape.of(dims);
    }

    private static double[] transpose(double[] x, Shape shape) {
        int rows = shape.dim(-2);
        int columns = shape.dim(-1);
        double[] swapped = new double[x.length];
        Arrays.setAll(swapped, i -> x[i / (rows * columns) * rows * columns + i % rows * columns + i / rows % columns]);
        return swapped;
    }
}
