package org.retrograd.nn;

import org.retrograd.autograd.tensor.Pooling;

/**
 * Pooling as functions of a network: each image, [.., h, w], or sequence, [.., length], cut into pieces, of each of which one
 * number is left.
 *
 * <p>Windows that overlap or are padded: {@code Activation.of("pool", x -> Pooling.maxPool2d(x, 3, 3, sliding))}.
 */
public final class Pool {
    private Pool() {}

    /** Returns the largest entry of each square of the given size: see {@link Pooling#maxPool2d}. */
    public static Activation max2d(int size) {
        Checks.positive("the size of a window of pooling", size);
        return Activation.of("maxPool2d(" + size + ")", x -> Pooling.maxPool2d(x, size));
    }

    /** Returns the mean of each square of the given size: see {@link Pooling#avgPool2d}. */
    public static Activation average2d(int size) {
        Checks.positive("the size of a window of pooling", size);
        return Activation.of("avgPool2d(" + size + ")", x -> Pooling.avgPool2d(x, size));
    }

    /** Returns the largest entry of each piece of the given length: see {@link Pooling#maxPool1d}. */
    public static Activation max1d(int size) {
        Checks.positive("the size of a window of pooling", size);
        return Activation.of("maxPool1d(" + size + ")", x -> Pooling.maxPool1d(x, size));
    }

    /** Returns the mean of each piece of the given length: see {@link Pooling#avgPool1d}. */
    public static Activation average1d(int size) {
        Checks.positive("the size of a window of pooling", size);
        return Activation.of("avgPool1d(" + size + ")", x -> Pooling.avgPool1d(x, size));
    }
}
