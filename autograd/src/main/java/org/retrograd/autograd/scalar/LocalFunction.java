package org.retrograd.autograd.scalar;

/**
 * A function of several numbers that brings its own derivative: recorded as one node for each output, whatever happens
 * inside.
 *
 * <p>Useful for what no tape can see (an external solver, an inner iteration that converges) and for preaccumulation: a long
 * computation of few inputs and outputs takes as much memory as its Jacobian.
 */
public interface LocalFunction {
    /** Returns the number of inputs. */
    int inputs();

    /** Returns the number of outputs. */
    int outputs();

    /**
     * Computes outputs and derivatives at a point.
     *
     * @param x the inputs
     * @param y receives the outputs
     * @param jacobian receives the derivative of output i by input j at {@code i * inputs() + j}
     */
    void evaluate(double[] x, double[] y, double[] jacobian);

    /**
     * Returns the derivatives as functions of the inputs, in the order of {@link #evaluate}: for second and higher
     * derivatives.
     *
     * @throws UnsupportedOperationException unless overridden: numbers alone can be differentiated only once
     */
    default Scalar[] jacobian(Scalar[] x) {
        throw new UnsupportedOperationException(this
                + " gives its Jacobian as numbers, so it can be differentiated once; for higher derivatives it must override"
                + " jacobian(Scalar[])");
    }
}
