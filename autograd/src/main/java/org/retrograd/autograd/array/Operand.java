package org.retrograd.autograd.array;

import org.jspecify.annotations.Nullable;

/**
 * One input of a {@link Kernel}: entry {@code i} of the loop reads {@code values[offset + i * stride]}.
 *
 * <p>The stride is 0 where an input is repeated by broadcasting. {@link Broadcast} moves {@link #offset} from row to row;
 * kernels only read.
 */
public final class Operand {
    public final double[] values;
    public final int stride;
    public int offset;

    /** Distance between neighbours along each axis of the loop, 0 where repeated; null if {@link #stride} says all. */
    final int @Nullable [] steps;

    private Operand(double[] values, int stride, int @Nullable [] steps) {
        this.values = values;
        this.stride = stride;
        this.steps = steps;
    }

    /** Returns the operand through which a loop over {@code loop} reads an array whose shape broadcasts to it. */
    public static Operand of(Storage storage, Shape shape, Shape loop) {
        if (shape == loop || (shape.size() == loop.size() && shape.size() != 1)) {
            return new Operand(storage.values, 1, null);
        }
        if (shape.size() == 1) {
            return new Operand(storage.values, 0, null);
        }
        int[] steps = new int[loop.rank()];
        int[] strides = shape.strides();
        int shift = loop.rank() - shape.rank();
        for (int axis = 0; axis < shape.rank(); axis++) {
            steps[shift + axis] = shape.dim(axis) == 1 ? 0 : strides[axis];
        }
        return new Operand(storage.values, 1, steps);
    }

    boolean simple() {
        return steps == null;
    }

    /** Returns the same operand for loops along the innermost axes only, which read with the given stride. */
    Operand inner(int innerStride, int[] allSteps) {
        return new Operand(values, innerStride, allSteps);
    }

    /** Returns the steps along every axis of a loop over {@code loop}, also where {@link #stride} says all. */
    int[] stepsOver(Shape loop) {
        return steps != null ? steps : stride == 1 ? loop.strides() : new int[loop.rank()];
    }
}
