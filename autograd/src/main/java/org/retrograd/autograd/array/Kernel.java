package org.retrograd.autograd.array;

import org.jspecify.annotations.Nullable;

/**
 * A loop over array elements: computes one output entry from one entry of each input, {@code n} times.
 *
 * <p>This is the only shape an elementwise loop has here, whether it walks an expression, was generated as bytecode, or
 * computes a value or a derivative. Operands that the loop does not read are {@code null}.
 */
public interface Kernel {
    /**
     * Runs the loop.
     *
     * @param n how many entries to compute
     * @param a first input
     * @param b second input
     * @param c third input
     * @param y the output of the operation, for loops that compute a derivative from it
     * @param g the cotangent or tangent that a derivative multiplies
     * @param out receives {@code n} entries, one after the other
     * @param at position in {@code out} of the first entry
     * @param add whether results are added to what {@code out} holds, or replace it
     */
    void run(
            int n,
            @Nullable Operand a,
            @Nullable Operand b,
            @Nullable Operand c,
            @Nullable Operand y,
            @Nullable Operand g,
            double[] out,
            int at,
            boolean add);
}
