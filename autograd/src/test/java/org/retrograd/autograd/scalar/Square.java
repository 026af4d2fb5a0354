package org.retrograd.autograd.scalar;

/** A function that brings its derivative as numbers. */
final class Square implements LocalFunction {
    @Override
    public int inputs() {
        return 1;
    }

    @Override
    public int outputs() {
        return 1;
    }

    @Override
    public void evaluate(double[] x, double[] y, double[] jacobian) {
        y[0] = x[0] * x[0];
        jacobian[0] = 2 * x[0];
    }

    @Override
    public String toString() {
        return "square";
    }
}
