package org.retrograd.autograd.tensor;

import java.util.Objects;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Slide;

/**
 * How a window slides over images: stride, padding and dilation, each downwards and along a row.
 *
 * <p>Start from {@link #BY_ONE}: {@code Sliding.BY_ONE.stride(2).padding(1)}. Over sequences, which have one axis, the second
 * of each pair counts. The window covers {@code (length + 2 padding - dilation (window - 1) - 1) / stride + 1} positions of
 * an axis, rounded down: what is left at its end is not looked at.
 */
public final class Sliding {
    /** Entry by entry: stride 1, no padding, dilation 1. */
    public static final Sliding BY_ONE = new Sliding(new Steps(1, 0, 1), new Steps(1, 0, 1));

    private final Steps down;
    private final Steps along;

    private record Steps(int stride, int padding, int dilation) {}

    private Sliding(Steps down, Steps along) {
        this.down = down;
        this.along = along;
    }

    /** Returns the same with the given step from one position to the next, on both axes. */
    public Sliding stride(int stride) {
        return stride(stride, stride);
    }

    /**
     * Returns the same with the given steps from one position to the next.
     *
     * @throws IllegalArgumentException if one is below 1
     */
    public Sliding stride(int downwards, int alongRows) {
        requireAtLeast(1, "stride", downwards, alongRows);
        return new Sliding(
                new Steps(downwards, down.padding, down.dilation), new Steps(alongRows, along.padding, along.dilation));
    }

    /** Returns the same with so many entries thought on each of the four sides. */
    public Sliding padding(int padding) {
        return padding(padding, padding);
    }

    /**
     * Returns the same with so many entries thought above and below, and left and right.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Sliding padding(int aboveAndBelow, int leftAndRight) {
        requireAtLeast(0, "padding", aboveAndBelow, leftAndRight);
        return new Sliding(
                new Steps(down.stride, aboveAndBelow, down.dilation),
                new Steps(along.stride, leftAndRight, along.dilation));
    }

    /** Returns the same with the entries of the window so far apart, on both axes. */
    public Sliding dilation(int dilation) {
        return dilation(dilation, dilation);
    }

    /**
     * Returns the same with the entries of the window so far apart.
     *
     * @throws IllegalArgumentException if one is below 1
     */
    public Sliding dilation(int downwards, int alongRows) {
        requireAtLeast(1, "dilation", downwards, alongRows);
        return new Sliding(
                new Steps(down.stride, down.padding, downwards), new Steps(along.stride, along.padding, alongRows));
    }

    private static void requireAtLeast(int least, String what, int first, int second) {
        if (Math.min(first, second) < least) {
            throw new IllegalArgumentException("the " + what + " of a window must be at least " + least + ", but got "
                    + first + (first == second ? "" : " and " + second));
        }
    }

    /** Returns how a window slides downwards. */
    Slide down(int length, int window) {
        return new Slide(length, window, down.stride, down.padding, down.dilation);
    }

    /** Returns how a window slides along a row, or a sequence. */
    Slide along(int length, int window) {
        return new Slide(length, window, along.stride, along.padding, along.dilation);
    }

    /** Returns the same along sequences, which have no other axis. */
    Sliding alongOnly() {
        return new Sliding(BY_ONE.down, along);
    }

    /** Refuses a window, given by the last axes of a shape, that has no position over the last axes of another one. */
    void requireFits(String name, String window, Shape image, Shape windows, int axes) {
        for (int back = 1; back <= axes; back++) {
            Slide slide = back == 1
                    ? along(image.dim(-back), windows.dim(-back))
                    : down(image.dim(-back), windows.dim(-back));
            if (slide.positions() < 1) {
                throw new IllegalArgumentException(name + ": the " + window + " is larger than the padded "
                        + (axes == 1 ? "sequence" : "image") + ": it spans " + slide.span() + " entries (" + windows
                        + ", dilation " + slide.dilation() + ") of axis " + -back + ", which has "
                        + (slide.length() + 2L * slide.padding()) + " (" + image + ", padding " + slide.padding()
                        + " on each side); give it more padding, or take a smaller " + window);
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sliding sliding && down.equals(sliding.down) && along.equals(sliding.along);
    }

    @Override
    public int hashCode() {
        return Objects.hash(down, along);
    }

    /** Returns what differs from {@link #BY_ONE}: {@code stride 2, padding 0 x 1}. */
    @Override
    public String toString() {
        String text = part("stride", 1, down.stride, along.stride)
                + part("padding", 0, down.padding, along.padding)
                + part("dilation", 1, down.dilation, along.dilation);
        return text.isEmpty() ? "stride 1" : text.substring(2);
    }

    private static String part(String what, int usual, int first, int second) {
        return first == usual && second == usual
                ? ""
                : ", " + what + " " + first + (first == second ? "" : " x " + second);
    }
}
