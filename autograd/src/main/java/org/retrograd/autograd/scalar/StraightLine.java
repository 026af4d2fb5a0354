package org.retrograd.autograd.scalar;

/** A program, or a part of one, as generated code. */
interface StraightLine {
    /**
     * Computes outputs from inputs.
     *
     * @param x the inputs
     * @param y receives the outputs
     * @param scratch of the length that the writer names: first the guards, each 1 where its comparison holds, then values
     *     that one method leaves to later ones
     */
    void run(double[] x, double[] y, double[] scratch);
}
