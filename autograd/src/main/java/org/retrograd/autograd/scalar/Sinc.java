package org.retrograd.autograd.scalar;

/**
 * The derivatives of {@code sin(πx)/(πx)}.
 *
 * <p>With {@code y = πx} and {@code g(y) = sin(y)/y}, differentiating {@code y·g(y) = sin(y)} gives
 * {@code y·g⁽ᵏ⁾ + k·g⁽ᵏ⁻¹⁾ = sin⁽ᵏ⁾(y)}. Solved for {@code g⁽ᵏ⁾} it divides earlier errors by {@code y/k}, solved for
 * {@code g⁽ᵏ⁻¹⁾} by {@code k/y}: so it is climbed while {@code k} is below {@code |y|} and descended otherwise, and no
 * digits are lost. The descent starts so high that the neglected start value has been divided away (J. C. P. Miller's
 * method, NIST DLMF 3.6(iii)); at 0 it yields the Taylor coefficients.
 */
final class Sinc {
    private static final double PI_LOW = 0x1.1a62633145c07p-53;

    private Sinc() {}

    /** Returns the {@code n}-th derivative at {@code x}, the value itself for {@code n = 0}. */
    static double derivative(int n, double x) {
        if (n < 0) {
            throw new IllegalArgumentException("sincDerivative needs an order of 0 or more, but got " + n);
        }
        if (Double.isInfinite(x)) {
            return 0;
        }
        double y = Math.PI * x;
        double r = x - 2 * Math.rint(x / 2); // exact; sin(πx) = sin(πr), |r| <= 1
        double sin = sinPi(r);
        double cos = sinPi(0.5 - Math.abs(r));
        double[] cycle = {sin, cos, -sin, -cos};
        double scale = StrictMath.pow(Math.PI, n);
        if (Math.abs(y) >= Math.max(n, 1)) {
            double g = sin / y;
            for (int k = 1; k <= n; k++) {
                g = (cycle[k & 3] - k * g) / y;
            }
            return scale * g;
        }
        int top = n + 1;
        for (double left = 1; left > 1e-18; top++) {
            left *= Math.abs(y) / (top + 1);
        }
        double g = 0;
        for (int k = top; k > n + 1; k--) {
            g = (cycle[k & 3] - y * g) / k;
        }
        return scale * (cycle[n + 1 & 3] - y * g) / (n + 1);
    }

    /** Returns {@code sin(πr)} for {@code |r| <= 1}. */
    private static double sinPi(double r) {
        double near = Math.abs(r) > 0.5 ? Math.copySign(1 - Math.abs(r), r) : r;
        double high = near * Math.PI;
        double low = Math.fma(near, Math.PI, -high) + near * PI_LOW;
        return Math.fma(StrictMath.cos(high), low, StrictMath.sin(high));
    }
}
