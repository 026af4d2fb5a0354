package org.retrograd.autograd.scalar;

/** Polynomials given by their coefficients, the constant term first. */
final class Polynomial {
    private Polynomial() {}

    /** Returns the polynomial's value at {@code x}, by Horner's rule with one rounding per coefficient. */
    static double value(double[] coefficients, double x) {
        double sum = 0;
        for (int k = coefficients.length - 1; k >= 0; k--) {
            sum = Math.fma(sum, x, coefficients[k]);
        }
        return sum;
    }

    /**
     * Returns the quotient of two polynomials at {@code x}. Where all coefficients are positive and {@code x >= 0}
     * nothing cancels, and the result is within about 1.5 ulp of the quotient.
     */
    static double quotient(double[] numerator, double[] denominator, double x) {
        return value(numerator, x) / value(denominator, x);
    }
}
