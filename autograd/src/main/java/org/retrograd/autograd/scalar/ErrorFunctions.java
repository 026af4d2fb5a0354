package org.retrograd.autograd.scalar;

import org.retrograd.autograd.array.Elementary;

/**
 * The error function and its kin, all from one well-conditioned function: {@code erfcx(x) = exp(x²)·erfc(x)}.
 *
 * <p>For {@code x >= 0}, {@code (1 + 2x)·erfcx(x)} is nearly constant (it lies between 1 and 1.26), and as a function
 * of {@code t = (x - 3)/(x + 3)}, which maps [0, ∞) to [-1, 1), a polynomial of degree 25 represents it to 1e-18 (the
 * form of M. M. Shepherd and J. G. Laframboise, Mathematics of Computation 36, 1981). {@code erfc} in its tail is then
 * a product and keeps all digits until it underflows. Definitions: NIST DLMF 7.2. The coefficients are our own:
 * Chebyshev interpolation at 80 points in 50 digits with mpmath.
 *
 * <p>The square in {@code exp(-x²)} is kept as the unevaluated sum of two doubles, because its rounding error alone
 * would cost up to 700 ulp.
 */
final class ErrorFunctions {
    /** {@code (1 + 2x)·erfcx(x) - 1} in powers of {@code t}. */
    private static final double[] ERFCX = {
        0.25300805826972966,
        -0.1356211061245812,
        -0.0475622943534492,
        0.12964515870276475,
        -0.11927366341538638,
        0.06830802734384515,
        -0.02377051491717134,
        0.0025293918180474668,
        0.0018886903449991718,
        -0.0007798322884823084,
        -0.00010515971958448065,
        0.0001250994355712812,
        4.949196649968345e-06,
        -2.0100843094844725e-05,
        -7.308281468783614e-07,
        3.473024167841533e-06,
        3.5576086684080595e-07,
        -6.175617678992323e-07,
        -1.4047654315428462e-07,
        1.0277997488271058e-07,
        4.1064013667940355e-08,
        -1.3906145791730994e-08,
        -8.217595058711455e-09,
        1.2019719440135793e-09,
        8.393734858690877e-10,
        -3.451497487664328e-11
    };

    /** {@code erf(x)/x - 1} in powers of {@code x²}, for {@code |x| <= 1/2}. */
    private static final double[] ERF = {
        0.1283791670955126,
        -0.3761263890318375,
        0.11283791670954768,
        -0.026866170644959095,
        0.005223977621195759,
        -0.0008548326417244902,
        0.00012055279938314111,
        -1.4922758356651272e-05,
        1.636605921952706e-06,
        -1.4575315476958854e-07
    };

    private static final double ONE_OVER_SQRT_PI = 0.5641895835477563;
    private static final double TWO_OVER_SQRT_PI = 2 * ONE_OVER_SQRT_PI;
    private static final double SQRT_HALF = 0.7071067811865476;

    private ErrorFunctions() {}

    static double erf(double x) {
        double a = Math.abs(x);
        if (a <= 0.5) {
            return Math.fma(x, Polynomial.value(ERF, x * x), x);
        }
        return Math.copySign(1 - erfc(a), x);
    }

    static double erfc(double x) {
        if (x < -0.5) {
            return 2 - erfc(-x);
        }
        if (x <= 0.5) {
            return 1 - erf(x);
        }
        if (x > 28) {
            return 0;
        }
        double square = x * x;
        double low = Math.fma(x, x, -square);
        double a = Elementary.exp(-square) / Math.fma(2, x, Math.fma(low, 1 + 2 * x, 1)); // divisor (1 + 2x)·exp(low)
        return Math.fma(a, erfcxExcess(x), a);
    }

    static double erfcx(double x) {
        if (Math.abs(x) <= 0.5) {
            return Elementary.exp(x * x) * (1 - erf(x));
        }
        if (x < 0) {
            if (x < -26.64) { // 2·exp(x²) overflows
                return Double.POSITIVE_INFINITY;
            }
            double square = x * x;
            double e = Elementary.exp(square);
            return 2 * Math.fma(e, Math.fma(x, x, -square), e) - erfcx(-x);
        }
        if (x > 0x1p27) {
            return ONE_OVER_SQRT_PI / x;
        }
        return (1 + erfcxExcess(x)) / (1 + 2 * x);
    }

    /** Returns {@code (1 + 2x)·erfcx(x) - 1} for {@code x >= 0}. */
    private static double erfcxExcess(double x) {
        return Polynomial.value(ERFCX, (x - 3) / (x + 3));
    }

    /**
     * Returns the inverse of erf, by Halley's method from an approximation with a relative error below 1e-2 (S.
     * Winitzki, 2008; near 0 the Taylor series). Each step cubes the error, so that two or three suffice, and the one
     * after a correction below 1e-6 would change nothing. Near ±1 the steps work on {@code 1 - |x|}, which is exact,
     * and on erfc.
     */
    static double erfInv(double x) {
        double a = Math.abs(x);
        if (!(a < 1)) {
            return a == 1 ? Math.copySign(Double.POSITIVE_INFINITY, x) : Double.NaN;
        }
        double rest = 1 - a;
        double y;
        if (a <= 0.5) {
            y = a / TWO_OVER_SQRT_PI * (1 + Math.PI / 12 * a * a);
        } else {
            double log = Elementary.log(rest * (1 + a));
            double b = 2 / (Math.PI * 0.147) + log / 2;
            y = Math.sqrt(Math.sqrt(b * b - log / 0.147) - b);
        }
        double newton;
        do {
            double excess = a <= 0.5 ? erf(y) - a : rest - erfc(y);
            newton = excess / (TWO_OVER_SQRT_PI * Elementary.exp(-y * y));
            y -= newton / (1 + y * newton);
        } while (Math.abs(newton) > 1e-6);
        return Math.copySign(y, x);
    }

    static double gelu(double x) {
        if (x < -40) {
            return -0.0;
        }
        if (x < -0.7) {
            // x/2·erfc(-x/√2) as a product of its parts: rounding the argument of erfc would be amplified by x².
            double high = 0.5 * x * x;
            double low = Math.fma(0.5 * x, x, -high);
            double root = -x * SQRT_HALF;
            double divisor = Math.fma(-2 * SQRT_HALF, x, Math.fma(low, 1 + 2 * root, 1));
            double a = 0.5 * x * Elementary.exp(-high) / divisor;
            return Math.fma(a, erfcxExcess(root), a);
        }
        return 0.5 * x * (1 + erf(x * SQRT_HALF));
    }
}
