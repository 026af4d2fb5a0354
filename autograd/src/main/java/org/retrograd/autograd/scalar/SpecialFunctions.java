package org.retrograd.autograd.scalar;

/**
 * The mathematical functions on doubles that {@link StrictMath} lacks: values only, no derivatives.
 *
 * <p>Every result is the same to the bit on every JDK and whether the code is interpreted or compiled, because only plain
 * arithmetic, {@code sqrt}, {@code fma} and {@link StrictMath} are used. An argument that is NaN gives NaN unless the
 * function says otherwise. Accuracies are the largest errors seen against references of 25 to 40 digits computed with
 * mpmath, on dense grids that include the edges of the domain; 1 ulp is the distance between the two doubles that
 * enclose the true value. A part of these points is kept in the tests.
 */
public final class SpecialFunctions {

    private static final double LN2 = 0x1.62e42fefa39efp-1;
    /** Rest of ln 2 beyond {@link #LN2}. */
    private static final double LN2_LOW = 0x1.abc9e3b39803fp-56;

    private static final double SQRT_2 = 1.4142135623730951;
    private static final double EXP_MINUS_64 = 0x1.969d47321e4ccp-93;

    /** {@code 2·sqrt(2/π)}, and 0.044715 times that: geluTanh's argument is {@code C1·x + C3·x³}. */
    private static final double C1 = 0x1.9884533d43651p+0;

    private static final double C1_LOW = -0x1.cbc0d30ebfd15p-54;
    private static final double C3 = 0x1.2444f2a4d8b4bp-4;
    private static final double C3_LOW = -0x1.6c843a29d1c70p-61;

    /** From here on {@code sqrt(x² ± 1)} rounds to {@code x}. */
    private static final double HUGE = 0x1p28;

    private SpecialFunctions() {}

    public static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    public static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    public static double logSigmoid(double x) {
        return -softplus(-x);
    }

    public static double silu(double x) {
        return timesSigmoid(x, x, 0);
    }

    public static double gelu(double x) {
        return ErrorFunctions.gelu(x);
    }

    public static double geluTanh(double x) {
        if (x < -40) {
            return -0.0;
        }
        // (1 + tanh u)/2 = sigmoid(2u). Far to the left the result is as sensitive to 2u as exp is, so 2u is kept in two
        // doubles: the square, its product with C3, the sum with C1 and the product with x each with its rounding error.
        double square = x * x;
        double cubic = C3 * square;
        double cubicLow = Math.fma(C3, square, -cubic) + C3 * Math.fma(x, x, -square) + C3_LOW * square;
        double factor = C1 + cubic;
        double part = factor - C1;
        double factorLow = (C1 - (factor - part)) + (cubic - part) + cubicLow + C1_LOW;
        double high = x * factor;
        return timesSigmoid(x, high, Math.fma(x, factor, -high) + x * factorLow);
    }

    public static double mish(double x) {
        if (x < -700) {
            return timesExp(x, x, 0);
        }
        // tanh(log(1 + e^x)) = p/(1 + p) with p = e^x + e^2x/2
        if (x < 0) {
            double e = StrictMath.exp(x);
            double p = Math.fma(0.5 * e, e, e);
            return x * p / (1 + p);
        }
        double e = StrictMath.exp(-x);
        return x / (1 + 2 * e * e / (1 + 2 * e));
    }

    /** Returns {@code x·sigmoid(high + low)}, where {@code low} is no more than a rounding error of {@code high}. */
    private static double timesSigmoid(double x, double high, double low) {
        if (high >= 0) {
            return x / (1 + StrictMath.exp(-high));
        }
        if (high < -700) {
            return timesExp(x, high, low);
        }
        double e = StrictMath.exp(high);
        return x * Math.fma(e, low, e) / (1 + e);
    }

    /** Returns {@code x·exp(high + low)} for {@code high < -700}, where the exponential alone would underflow too early. */
    private static double timesExp(double x, double high, double low) {
        if (high < -800) {
            return -0.0;
        }
        double e = StrictMath.exp(high + 64);
        return x * Math.fma(e, low, e) * EXP_MINUS_64;
    }

    public static double asinh(double x) {
        double a = Math.abs(x);
        double y = a > HUGE
                ? StrictMath.log(a) + LN2
                : StrictMath.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
        return Math.copySign(y, x);
    }

    public static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        }
        if (x > HUGE) {
            return StrictMath.log(x) + LN2;
        }
        double t = x - 1;
        return StrictMath.log1p(t + Math.sqrt(t * (t + 2)));
    }

    public static double atanh(double x) {
        double a = Math.abs(x);
        double y = 0.5 * StrictMath.log1p(2 * a / (1 - a));
        return Math.copySign(y, x);
    }

    public static double exp2(double x) {
        if (!(Math.abs(x) < 1100)) {
            return x > 0 ? Double.POSITIVE_INFINITY : x < 0 ? 0 : x;
        }
        double n = Math.rint(x);
        double f = x - n;
        double high = f * LN2;
        double low = Math.fma(f, LN2, -high) + f * LN2_LOW;
        double e = StrictMath.exp(high);
        return Math.scalb(Math.fma(e, low, e), (int) n);
    }

    public static double log2(double x) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return StrictMath.log(x);
        }
        double scaled = x < Double.MIN_NORMAL ? x * 0x1p54 : x;
        int exponent = Math.getExponent(scaled);
        double m = Math.scalb(scaled, -exponent);
        if (m > SQRT_2) { // so that nothing cancels just below 1
            m *= 0.5;
            exponent++;
        }
        if (x < Double.MIN_NORMAL) {
            exponent -= 54;
        }
        return exponent + StrictMath.log(m) / LN2;
    }

    public static double log10(double x) {
        return StrictMath.log10(x);
    }

    public static double rsqrt(double x) {
        return 1 / Math.sqrt(x);
    }

    public static double erf(double x) {
        return ErrorFunctions.erf(x);
    }

    public static double erfc(double x) {
        return ErrorFunctions.erfc(x);
    }

    public static double erfcx(double x) {
        return ErrorFunctions.erfcx(x);
    }

    public static double erfInv(double x) {
        return ErrorFunctions.erfInv(x);
    }

    public static double logGamma(double x) {
        return GammaFunctions.logGamma(x);
    }

    public static double digamma(double x) {
        return GammaFunctions.digamma(x);
    }

    public static double polygamma(int n, double x) {
        return GammaFunctions.polygamma(n, x);
    }

    public static double sinc(double x) {
        return Sinc.derivative(0, x);
    }

    public static double sincDerivative(int n, double x) {
        return Sinc.derivative(n, x);
    }

    public static double hypot(double x, double y) {
        return StrictMath.hypot(x, y);
    }

    public static double logAddExp(double a, double b) {
        if (a == b) {
            return a + LN2; // also for equal infinities, whose difference would be NaN
        }
        return Math.max(a, b) + StrictMath.log1p(StrictMath.exp(-Math.abs(a - b)));
    }

    public static double xlogy(double x, double y) {
        return x == 0 && y >= 0 ? 0 : x * StrictMath.log(y);
    }

    public static double xlog1py(double x, double y) {
        return x == 0 && y >= -1 ? 0 : x * StrictMath.log1p(y);
    }

    public static double remainder(double x, double y) {
        double r = x % y;
        if (r == 0) {
            return Math.copySign(0, y);
        }
        return (r < 0) == (y < 0) ? r : r + y;
    }

    public static double fmod(double x, double y) {
        return x % y;
    }

    public static double roundHalfEven(double x) {
        return Math.rint(x);
    }

    public static double fmax(double x, double y) {
        return Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y);
    }

    public static double fmin(double x, double y) {
        return Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y);
    }

    public static double nanToNum(double x) {
        return Double.isNaN(x) ? 0 : Math.max(-Double.MAX_VALUE, Math.min(x, Double.MAX_VALUE));
    }
}
