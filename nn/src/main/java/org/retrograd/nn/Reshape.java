package org.retrograd.nn;

import java.util.Arrays;
import org.retrograd.autograd.tensor.Tensor;

/** Functions of a network that put the entries of each example into another shape. The first axis, of examples, stays. */
public final class Reshape {
    private Reshape() {}

    /**
     * Returns the function that gives each example the given shape: [n, ..] → [n, shape]. For pixels in a row, as data files
     * have them, before a convolution: {@code Reshape.to(1, 8, 8)}.
     */
    public static Activation to(int... shape) {
        int[] copy = shape.clone();
        return Activation.of("reshape" + Arrays.toString(copy), x -> reshape(x, copy));
    }

    /** Returns the function that lays the entries of each example out in a row: [n, ..] → [n, size]. */
    public static Activation flat() {
        return Activation.of("flat", x -> {
            int size = 1;
            for (int axis = 1; axis < x.rank(); axis++) {
                size *= x.dim(axis);
            }
            return reshape(x, size);
        });
    }

    private static Tensor reshape(Tensor x, int... shape) {
        if (x.rank() == 0) {
            throw new IllegalArgumentException(
                    "examples are reshaped along a first axis, [n, ..], but got a scalar: put one in front of it");
        }
        int[] dims = new int[shape.length + 1];
        dims[0] = x.dim(0);
        System.arraycopy(shape, 0, dims, 1, shape.length);
        return x.reshape(dims);
    }
}
