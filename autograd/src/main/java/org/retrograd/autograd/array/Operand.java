package org.retrograd.autograd.array;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One input of a {@link Kernel}: entry {@code i} of the loop reads {@code values[offset + i * stride]}.
 *
 * <p>The stride is 0 where an input is repeated by broadcasting. {@link Broadcast} moves {@link #offset} from row to row;
 * kernels only read.
 */
public sealed class Operand {
    public final double[] values;
    public final int stride;
    public int offset;

    private Operand(double[] values, int stride) {
        this.values = values;
        this.stride = stride;
    }

    /** An operand that starts again in the course of the loop; a type of its own, so that the usual one stays small. */
    private static final class Repeated extends Operand {
        private final int period;
        private final int @Nullable [] steps;

        Repeated(double[] values, int stride, int period, int @Nullable [] steps) {
            super(values, stride);
            this.period = period;
            this.steps = steps;
        }

        @Override
        int period() {
            return period;
        }

        @Override
        int @Nullable [] steps() {
            return steps;
        }
    }

    /** Returns how many entries of the loop this runs over before it starts again, if broadcasting does no more; else 0. */
    int period() {
        return 0;
    }

    /** Returns the distance between neighbours along each axis of the loop, 0 where repeated; null if it is plain. */
    int @Nullable [] steps() {
        return null;
    }

    /** Returns the operand through which a loop over {@code loop} reads an array whose shape broadcasts to it. */
    public static Operand of(Storage storage, Shape shape, Shape loop) {
        if (shape == loop || (shape.size() == loop.size() && shape.size() != 1)) {
            return new Operand(storage.values, 1);
        }
        if (shape.size() == 1) {
            return new Operand(storage.values, 0);
        }
        if (loop.endsWith(shape)) {
            return new Repeated(storage.values, 1, shape.size(), null);
        }
        int[] steps = new int[loop.rank()];
        int[] strides = shape.strides();
        int shift = loop.rank() - shape.rank();
        for (int axis = 0; axis < shape.rank(); axis++) {
            steps[shift + axis] = shape.dim(axis) == 1 ? 0 : strides[axis];
        }
        return new Repeated(storage.values, 1, 0, steps);
    }

    /** Whether one call of a kernel can run over the whole loop. */
    boolean simple() {
        return steps() == null && period() == 0;
    }

    /** Whether this runs on, stands still, or starts again after {@code n} entries. */
    boolean repeatsAfter(int n) {
        return steps() == null && (period() == 0 || period() == n);
    }

    /** Returns the same operand, with as many repetitions one after the other as make {@code n} entries. */
    Operand repeated(int n) {
        int period = period();
        double[] all = Arrays.copyOf(values, n);
        for (int i = period; i < n; i++) {
            all[i] = all[i - period];
        }
        return new Repeated(all, 1, n, null);
    }

    /** Returns the same operand for loops along the innermost axes only, which read with the given stride. */
    Operand inner(int innerStride, int[] allSteps) {
        return new Repeated(values, innerStride, 0, allSteps);
    }

    /** Returns the steps along every axis of a loop over {@code loop}, also where {@link #stride} says all. */
    int[] stepsOver(Shape loop) {
        int[] steps = steps();
        if (steps != null) {
            return steps;
        }
        int period = period();
        int[] all = stride == 1 ? loop.strides() : new int[loop.rank()];
        for (int axis = 0; period > 0 && axis < all.length; axis++) {
            all[axis] = all[axis] >= period ? 0 : all[axis];
        }
        return all;
    }
}
