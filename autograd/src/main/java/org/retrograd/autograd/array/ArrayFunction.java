package org.retrograd.autograd.array;

/** A function of one number, applied to many that follow each other. */
@FunctionalInterface
public interface ArrayFunction {
    /** Writes the values for {@code n} numbers of {@code x}; both arrays may be the same at the same place. */
    void apply(double[] x, int from, int n, double[] out, int at);
}
