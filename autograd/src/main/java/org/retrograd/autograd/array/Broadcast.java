package org.retrograd.autograd.array;

import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link Kernel} over arrays whose shapes broadcast to a common one.
 *
 * <p>Where every operand is contiguous or a single number, which is nearly always, that is one call of the kernel. Rows
 * that are added to each of many take a call for each, or for several if they are short, such as the three numbers of a bias.
 * Otherwise the kernel is called for each run of innermost axes along which every operand is contiguous or repeated.
 */
public final class Broadcast {
    /** Many rows much shorter than this would cost more by their calls than by their loops: several are run over at once. */
    private static final int LONG = 128;

    private Broadcast() {}

    /** Computes {@code loop.size()} entries of {@code out} from the operands made for the same {@code loop} shape. */
    public static void run(
            Kernel kernel,
            Shape loop,
            @Nullable Operand a,
            @Nullable Operand b,
            @Nullable Operand c,
            @Nullable Operand y,
            @Nullable Operand g,
            Storage out,
            boolean add) {
        if (loop.size() == 0) {
            return;
        }
        int period = Math.max(Math.max(period(a), period(b)), Math.max(Math.max(period(c), period(y)), period(g)));
        if (period == 0) {
            kernel.run(loop.size(), a, b, c, y, g, out.values, 0, add);
        } else if (fits(a, period) && fits(b, period) && fits(c, period) && fits(y, period) && fits(g, period)) {
            int row = 4 * period < Math.min(loop.size(), LONG) ? LONG / period * period : period;
            runByPeriods(
                    kernel,
                    loop.size(),
                    row,
                    laidOut(a, row),
                    laidOut(b, row),
                    laidOut(c, row),
                    laidOut(y, row),
                    laidOut(g, row),
                    out,
                    add);
        } else {
            runByRows(kernel, loop, new @Nullable Operand[] {a, b, c, y, g}, out, add);
        }
    }

    /** Returns after how many entries an operand starts again: 0 for never, beyond any array if that is not all it does. */
    private static int period(@Nullable Operand operand) {
        return operand == null || operand.simple() ? 0 : operand.steps() == null ? operand.period() : Integer.MAX_VALUE;
    }

    private static boolean fits(@Nullable Operand operand, int period) {
        return operand == null || operand.repeatsAfter(period);
    }

    /** Returns an operand that starts again after {@code row} entries instead of after fewer, repeated that far. */
    private static @Nullable Operand laidOut(@Nullable Operand operand, int row) {
        return operand == null || operand.period() == 0 || operand.period() == row ? operand : operand.repeated(row);
    }

    /** Calls the kernel once a row: operands without a period run on, the others start again. */
    private static void runByPeriods(
            Kernel kernel,
            int n,
            int row,
            @Nullable Operand a,
            @Nullable Operand b,
            @Nullable Operand c,
            @Nullable Operand y,
            @Nullable Operand g,
            Storage out,
            boolean add) {
        for (int at = 0; at < n; at += row) {
            kernel.run(Math.min(row, n - at), a, b, c, y, g, out.values, at, add);
            runOn(a, row);
            runOn(b, row);
            runOn(c, row);
            runOn(y, row);
            runOn(g, row);
        }
    }

    private static void runOn(@Nullable Operand operand, int period) {
        if (operand != null && operand.period() == 0) {
            operand.offset += period * operand.stride;
        }
    }

    private static void runByRows(Kernel kernel, Shape loop, @Nullable Operand[] operands, Storage out, boolean add) {
        int[] dims = loop.toArray();
        int outer = innerAxes(loop, dims, operands);
        int row = 1;
        for (int axis = outer; axis < dims.length; axis++) {
            row *= dims[axis];
        }
        for (int k = 0; k < operands.length; k++) {
            operands[k] = alongRow(operands[k], loop, dims, outer);
        }
        int[] index = new int[outer];
        for (int at = 0; at < loop.size(); at += row) {
            kernel.run(row, operands[0], operands[1], operands[2], operands[3], operands[4], out.values, at, add);
            advance(index, dims, operands);
        }
    }

    /** Returns the first of the innermost axes that one call can cover: along them all operands run on or stand still. */
    private static int innerAxes(Shape loop, int[] dims, @Nullable Operand[] operands) {
        int first = dims.length;
        for (int axis = dims.length - 1; axis >= 0; axis--) {
            if (dims[axis] == 1) {
                first = axis;
                continue;
            }
            for (Operand operand : operands) {
                if (operand != null && !runsOn(operand.stepsOver(loop), dims, axis)) {
                    return first;
                }
            }
            first = axis;
        }
        return first;
    }

    /** Whether the steps from {@code axis} inwards are those of one run of constant stride, 1 or 0. */
    private static boolean runsOn(int[] steps, int[] dims, int axis) {
        int contiguous = 1;
        boolean runs = true;
        boolean still = true;
        for (int inner = dims.length - 1; inner >= axis; inner--) {
            if (dims[inner] != 1) {
                runs &= steps[inner] == contiguous;
                still &= steps[inner] == 0;
                contiguous *= dims[inner];
            }
        }
        return runs || still;
    }

    private static @Nullable Operand alongRow(@Nullable Operand operand, Shape loop, int[] dims, int outer) {
        if (operand == null) {
            return null;
        }
        int[] steps = operand.stepsOver(loop);
        int stride = 0;
        for (int axis = outer; axis < dims.length; axis++) {
            if (dims[axis] != 1) {
                stride = steps[axis] == 0 ? 0 : 1;
            }
        }
        return operand.inner(stride, steps);
    }

    /** Moves to the next row: counts {@code index} up and shifts every operand by the steps of the axes that moved. */
    private static void advance(int[] index, int[] dims, @Nullable Operand[] operands) {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            boolean carry = ++index[axis] == dims[axis];
            int moved = carry ? 1 - dims[axis] : 1;
            if (carry) {
                index[axis] = 0;
            }
            for (Operand operand : operands) {
                int[] steps = operand == null ? null : operand.steps();
                if (operand != null && steps != null) {
                    operand.offset += moved * steps[axis];
                }
            }
            if (!carry) {
                return;
            }
        }
    }
}
