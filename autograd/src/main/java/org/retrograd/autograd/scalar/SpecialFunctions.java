package org.retrograd.autograd.scalar;

import org.retrograd.autograd.array.Elementary;

/**
 * The mathematical functions on doubles that {@link StrictMath} lacks: values only, no derivatives.
 *
 * <p>Every result is the same to the bit on every JDK, interpreted or compiled, because only plain arithmetic,
 * {@code sqrt}, {@code fma}, {@link StrictMath} and {@link Elementary}, which has its bits, are used. An argument that is
 * NaN gives NaN unless the function says otherwise.
 *
 * <p>An accuracy is the largest error seen, rounded up, against references of 30 digits by mpmath at 5,000 to 30,000
 * points that include the edges of the domain and the neighbourhood of zeros; 1 ulp is the distance of neighbouring
 * doubles at the true value. Commons Math 3.6.1 was measured first and not used: at the same points its logGamma
 * reaches 4.7 ulp, erfInv 4.6, erf 240 (it is 0 below 1e-162), erfc 1,300; digamma is good to 1e-8 only.
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

    /**
     * Returns the logistic function {@code 1/(1 + exp(-x))}.
     *
     * <p>Relative accuracy holds in the left tail until {@code exp(x)} underflows. 0 at -∞, 1 at +∞. Within 2 ulp.
     */
    public static double sigmoid(double x) {
        double e = Elementary.exp(-Math.abs(x));
        // e where x is negative, else 1: chosen by the sign bit, since a branch cannot be foreseen for data
        long negative = Double.doubleToRawLongBits(x) >> 63;
        long dividend = (Double.doubleToRawLongBits(e) & negative) | (Double.doubleToRawLongBits(1) & ~negative);
        return Double.longBitsToDouble(dividend) / (1 + e);
    }

    /**
     * Returns {@code log(1 + exp(x))}, computed as {@code max(x, 0) + log1p(exp(-|x|))}.
     *
     * <p>0 at -∞, +∞ at +∞. Within 1.5 ulp.
     */
    public static double softplus(double x) {
        return Math.max(x, 0) + Elementary.log1p(Elementary.exp(-Math.abs(x)));
    }

    /**
     * Returns the logarithm of {@link #sigmoid}, which is {@code -softplus(-x)}.
     *
     * <p>-∞ at -∞, -0 at +∞. Within 1.5 ulp.
     */
    public static double logSigmoid(double x) {
        return -softplus(-x);
    }

    /**
     * Returns {@code x·sigmoid(x)}.
     *
     * <p>-0 at -∞, +∞ at +∞. Within 2.5 ulp. Source: S. Elfwing, E. Uchibe and K. Doya, Neural Networks 107, 2018.
     */
    public static double silu(double x) {
        return timesSigmoid(x, x, 0);
    }

    /**
     * Returns {@code x·Φ(x)}, with the normal distribution function {@code Φ(x) = erfc(-x/√2)/2}.
     *
     * <p>Relative accuracy holds in the left tail until the result underflows, below -38.5. -0 at -∞, +∞ at +∞. Within
     * 3.5 ulp. Source: D. Hendrycks and K. Gimpel, arXiv:1606.08415.
     */
    public static double gelu(double x) {
        return ErrorFunctions.gelu(x);
    }

    /**
     * Returns the tanh form of {@link #gelu}, {@code x/2·(1 + tanh(sqrt(2/π)·(x + 0.044715·x³)))}.
     *
     * <p>Relative accuracy holds in the left tail until the result underflows, below -21.5, where {@code 1 + tanh} as
     * written is 0 from -7.4 on. -0 at -∞, +∞ at +∞. Within 3 ulp of the formula with the decimal 0.044715. Source: D.
     * Hendrycks and K. Gimpel, arXiv:1606.08415, section 2.
     */
    public static double geluTanh(double x) {
        if (x < -40) {
            return -0.0;
        }
        // (1 + tanh u)/2 = sigmoid(2u). Far to the left the result is as sensitive to 2u as exp is, so 2u is kept in
        // two doubles: the square, its product with C3, the sum with C1, the product with x, each with its rounding
        // error.
        double square = x * x;
        double cubic = C3 * square;
        double cubicLow = Math.fma(C3, square, -cubic) + C3 * Math.fma(x, x, -square) + C3_LOW * square;
        double factor = C1 + cubic;
        double part = factor - C1;
        double factorLow = (C1 - (factor - part)) + (cubic - part) + cubicLow + C1_LOW;
        double high = x * factor;
        return timesSigmoid(x, high, Math.fma(x, factor, -high) + x * factorLow);
    }

    /**
     * Returns {@code x·tanh(softplus(x))}.
     *
     * <p>-0 at -∞, +∞ at +∞. Within 3 ulp. Source: D. Misra, arXiv:1908.08681.
     */
    public static double mish(double x) {
        if (x < -700) {
            return timesExp(x, x, 0);
        }
        // tanh(log(1 + e^x)) = p/(1 + p) with p = e^x + e^2x/2
        if (x < 0) {
            double e = Elementary.exp(x);
            double p = Math.fma(0.5 * e, e, e);
            return x * p / (1 + p);
        }
        double e = Elementary.exp(-x);
        return x / (1 + 2 * e * e / (1 + 2 * e));
    }

    /** Returns {@code x·sigmoid(high + low)}, where {@code low} is no more than a rounding error of {@code high}. */
    private static double timesSigmoid(double x, double high, double low) {
        if (high >= 0) {
            return x / (1 + Elementary.exp(-high));
        }
        if (high < -700) {
            return timesExp(x, high, low);
        }
        double e = Elementary.exp(high);
        return x * Math.fma(e, low, e) / (1 + e);
    }

    /**
     * Returns {@code x·exp(high + low)} for {@code high < -700}, where the exponential alone would underflow too early.
     */
    private static double timesExp(double x, double high, double low) {
        if (high < -800) {
            return -0.0;
        }
        double e = Elementary.exp(high + 64);
        return x * Math.fma(e, low, e) * EXP_MINUS_64;
    }

    /**
     * Returns the inverse of sinh.
     *
     * <p>Odd, -0 included; ±∞ at ±∞. Within 1.5 ulp. Source: NIST DLMF 4.37.16.
     */
    public static double asinh(double x) {
        double a = Math.abs(x);
        double y = a > HUGE ? Elementary.log(a) + LN2 : Elementary.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
        return Math.copySign(y, x);
    }

    /**
     * Returns the inverse of cosh for {@code x >= 1}.
     *
     * <p>NaN below 1; +∞ at +∞. Within 2.5 ulp. Source: NIST DLMF 4.37.19.
     */
    public static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        }
        if (x > HUGE) {
            return Elementary.log(x) + LN2;
        }
        double t = x - 1;
        return Elementary.log1p(t + Math.sqrt(t * (t + 2)));
    }

    /**
     * Returns the inverse of tanh for {@code |x| <= 1}.
     *
     * <p>Odd, -0 included; ±∞ at ±1, NaN beyond. Within 2 ulp. Source: NIST DLMF 4.37.24.
     */
    public static double atanh(double x) {
        double a = Math.abs(x);
        double y = 0.5 * Elementary.log1p(2 * a / (1 - a));
        return Math.copySign(y, x);
    }

    /**
     * Returns 2 to the power {@code x}.
     *
     * <p>Exact for whole {@code x}, subnormal results included. 0 at -∞, +∞ from 1024 on. Within 1 ulp.
     */
    public static double exp2(double x) {
        if (!(Math.abs(x) < 1100)) {
            return x > 0 ? Double.POSITIVE_INFINITY : x < 0 ? 0 : x;
        }
        double n = Math.rint(x);
        double f = x - n;
        double high = f * LN2;
        double low = Math.fma(f, LN2, -high) + f * LN2_LOW;
        double e = Elementary.exp(high);
        return Math.scalb(Math.fma(e, low, e), (int) n);
    }

    /**
     * Returns the logarithm of {@code x} to base 2 for {@code x >= 0}.
     *
     * <p>Exact at powers of two, subnormal ones included. -∞ at ±0, NaN below, +∞ at +∞. Within 2 ulp.
     */
    public static double log2(double x) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return Elementary.log(x);
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
        return exponent + Elementary.log(m) / LN2;
    }

    /**
     * Returns the logarithm of {@code x} to base 10 for {@code x >= 0}: {@link StrictMath#log10}.
     *
     * <p>Exact at powers of ten. -∞ at ±0, NaN below, +∞ at +∞. Within 2 ulp.
     */
    public static double log10(double x) {
        return StrictMath.log10(x);
    }

    /**
     * Returns {@code 1/sqrt(x)} for {@code x >= 0}.
     *
     * <p>+∞ at 0 and -∞ at -0 (IEEE 754), NaN below, 0 at +∞. Within 1.5 ulp.
     */
    public static double rsqrt(double x) {
        return 1 / Math.sqrt(x);
    }

    /**
     * Returns the error function, {@code 2/√π} times the integral of {@code exp(-t²)} from 0 to {@code x}.
     *
     * <p>Odd, -0 included; ±1 at ±∞. Within 1.5 ulp. Source: NIST DLMF 7.2.1; see {@link ErrorFunctions}.
     */
    public static double erf(double x) {
        return ErrorFunctions.erf(x);
    }

    /**
     * Returns {@code 1 - erf(x)}.
     *
     * <p>Relative accuracy holds in the right tail until the result underflows, at 27.2. 2 at -∞, 0 at +∞. Within 2.5
     * ulp. Source: NIST DLMF 7.2.2; see {@link ErrorFunctions}.
     */
    public static double erfc(double x) {
        return ErrorFunctions.erfc(x);
    }

    /**
     * Returns {@code exp(x²)·erfc(x)}, which falls only as {@code 1/(x√π)} where {@code erfc} underflows.
     *
     * <p>+∞ below -26.63, 0 at +∞. Within 2 ulp. Source: NIST DLMF 7.2.3 at {@code ix}; see {@link ErrorFunctions}.
     */
    public static double erfcx(double x) {
        return ErrorFunctions.erfcx(x);
    }

    /**
     * Returns the {@code y} with {@code erf(y) = x}, for {@code |x| <= 1}.
     *
     * <p>Odd, -0 included; ±∞ at ±1, NaN beyond. Within 2 ulp. Source: NIST DLMF 7.17.
     */
    public static double erfInv(double x) {
        return ErrorFunctions.erfInv(x);
    }

    /**
     * Returns the natural logarithm of the gamma function for {@code x >= 0}.
     *
     * <p>+∞ at ±0 and +∞; NaN below 0, where gamma changes sign. Within 4 ulp, also next to its zeros 1 and 2, where it
     * is exactly 0. Source: NIST DLMF 5.11.1; see {@link GammaFunctions}.
     */
    public static double logGamma(double x) {
        return GammaFunctions.logGamma(x);
    }

    /**
     * Returns {@code ψ(x)}, the derivative of {@link #logGamma}, for {@code x >= 0}.
     *
     * <p>-∞ at ±0, NaN below, +∞ at +∞. Within 4 ulp, also next to its zero 1.4616. Source: NIST DLMF 5.11.2; see
     * {@link GammaFunctions}.
     */
    public static double digamma(double x) {
        return GammaFunctions.digamma(x);
    }

    /**
     * Returns the {@code n}-th derivative of {@link #digamma} for {@code x >= 0}; digamma itself for {@code n = 0}.
     *
     * <p>For {@code n >= 1}: infinite at ±0, with the sign of {@code (-1)ⁿ⁺¹}; NaN below 0; 0 at +∞. Within 4 ulp for
     * {@code n <= 10} and 8 ulp for {@code n <= 30}; the time grows with {@code n}. Source: NIST DLMF 5.15.1 and
     * 25.11.28; see {@link GammaFunctions}.
     *
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public static double polygamma(int n, double x) {
        return GammaFunctions.polygamma(n, x);
    }

    /**
     * Returns {@code sin(πx)/(πx)}, and 1 at 0: the normalised sinc of NumPy and PyTorch.
     *
     * <p>Exactly 0 at every other whole number, and 0 at ±∞, the limit. Within 2.5 ulp, also next to its zeros.
     */
    public static double sinc(double x) {
        return Sinc.derivative(0, x);
    }

    /**
     * Returns the {@code n}-th derivative of {@link #sinc}, for any {@code n >= 0}.
     *
     * <p>At 0 it is 0 for odd {@code n} and {@code (-1)ⁿᐟ²πⁿ/(n + 1)} for even; 0 at ±∞, the limit. The error is below
     * 1e-15 for {@code n <= 10}, and 2.5e-15 for {@code n <= 30}, of the envelope {@code πⁿ/(n + 1 + π|x|)}; near the
     * derivative's zeros relative accuracy is not claimed. Source: {@code y·g(y) = sin y}, differentiated; see
     * {@link Sinc}.
     *
     * @throws IllegalArgumentException if {@code n} is negative
     */
    public static double sincDerivative(int n, double x) {
        return Sinc.derivative(n, x);
    }

    /**
     * Returns {@code sqrt(x² + y²)} without overflow or underflow in between: {@link StrictMath#hypot}.
     *
     * <p>+∞ if either is infinite, even if the other is NaN. Within 1 ulp.
     */
    public static double hypot(double x, double y) {
        return StrictMath.hypot(x, y);
    }

    /**
     * Returns {@code log(exp(a) + exp(b))}, computed as {@code max(a, b) + log1p(exp(-|a - b|))}.
     *
     * <p>-∞ if both are -∞, +∞ if either is +∞ and neither NaN. Within 2 ulp of the largest of {@code |a|}, {@code |b|}
     * and |result|: relative accuracy is lost only where the result passes through 0.
     */
    public static double logAddExp(double a, double b) {
        if (a == b) {
            return a + LN2; // also for equal infinities, whose difference would be NaN
        }
        return Math.max(a, b) + Elementary.log1p(Elementary.exp(-Math.abs(a - b)));
    }

    /**
     * Returns {@code x·log(y)} for {@code y >= 0}, and 0 where {@code x} is 0 (also {@code 0·log 0} and
     * {@code 0·log ∞}).
     *
     * <p>NaN for negative {@code y}, and if either is NaN, whatever {@code x} is. Within 2 ulp.
     */
    public static double xlogy(double x, double y) {
        return x == 0 && y >= 0 ? 0 : x * Elementary.log(y);
    }

    /**
     * Returns {@code x·log(1 + y)} for {@code y >= -1}, and 0 where {@code x} is 0, as {@link #xlogy}.
     *
     * <p>NaN for {@code y} below -1, and if either is NaN. Within 2 ulp.
     */
    public static double xlog1py(double x, double y) {
        return x == 0 && y >= -1 ? 0 : x * Elementary.log1p(y);
    }

    /**
     * Returns {@code x - y·floor(x/y)}, which has the sign of {@code y}: {@code %} in Python and NumPy's remainder.
     *
     * <p>A zero result has the sign of {@code y}. NaN if {@code y} is 0 or {@code x} infinite. For infinite {@code y}:
     * {@code x} if the signs agree, {@code y} otherwise. Exact, but for the rounding of {@code x % y + y} where the
     * signs of {@code x} and {@code y} differ; it may reach {@code y} itself.
     */
    public static double remainder(double x, double y) {
        double r = x % y;
        if (r == 0) {
            return Math.copySign(0, y);
        }
        return (r < 0) == (y < 0) ? r : r + y;
    }

    /**
     * Returns {@code x - y·trunc(x/y)}, which has the sign of {@code x}: Java's {@code %}, exact.
     *
     * <p>NaN if {@code y} is 0 or {@code x} infinite; {@code x} if only {@code y} is infinite.
     */
    public static double fmod(double x, double y) {
        return x % y;
    }

    /** Returns the nearest whole number, the even one of two: {@link Math#rint}. */
    public static double roundHalfEven(double x) {
        return Math.rint(x);
    }

    /** Returns the greater argument; a NaN is ignored unless both are, and 0 is greater than -0. */
    public static double fmax(double x, double y) {
        return Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.max(x, y);
    }

    /** Returns the lesser argument; a NaN is ignored unless both are, and -0 is less than 0. */
    public static double fmin(double x, double y) {
        return Double.isNaN(x) ? y : Double.isNaN(y) ? x : Math.min(x, y);
    }

    /** Returns {@code x} if it is finite, 0 for NaN, and the largest finite double of its sign for an infinity. */
    public static double nanToNum(double x) {
        return Double.isNaN(x) ? 0 : Math.max(-Double.MAX_VALUE, Math.min(x, Double.MAX_VALUE));
    }
}
