package org.retrograd.autograd.array;

/**
 * How a window slides along one axis of an image: entry q of the window at position p lies on entry
 * {@code stride * p + dilation * q - padding} of the axis, which is padding where there is no such entry.
 *
 * @param length the length of the axis, 0 or more
 * @param window the number of entries of the window, at least 1
 * @param stride the step from one position to the next, at least 1
 * @param padding the number of entries thought before the axis, and as many after it, 0 or more
 * @param dilation the distance of neighbouring entries of the window, at least 1
 */
public record Slide(int length, int window, int stride, int padding, int dilation) {
    /** Returns the number of entries that the window spans, the gaps of dilation included. */
    public long span() {
        return dilation * (window - 1L) + 1;
    }

    /** Returns the number of positions; not positive if the window is longer than the padded axis. */
    public int positions() {
        return (int) Math.floorDiv(length + 2L * padding - span(), (long) stride) + 1;
    }

    /** Returns the entry of the axis on which entry {@code q} of the window at position {@code p} lies; maybe outside. */
    int at(int p, int q) {
        return stride * p + dilation * q - padding;
    }

    /** Returns the first position at which entry {@code q} of the window does not lie before the axis. */
    int first(int q) {
        return Math.min(Math.max(-Math.floorDiv(dilation * q - padding, stride), 0), positions());
    }

    /** Returns the position after the last one at which entry {@code q} of the window does not lie behind the axis. */
    int end(int q) {
        int end = Math.floorDiv(length - 1 - (dilation * q - padding), stride) + 1;
        return Math.min(Math.max(end, first(q)), positions());
    }

    /** Returns how many entries of the window at position {@code p} lie on the axis. */
    public int entries(int p) {
        int count = 0;
        for (int q = 0; q < window; q++) {
            count += at(p, q) >= 0 && at(p, q) < length ? 1 : 0;
        }
        return count;
    }
}
