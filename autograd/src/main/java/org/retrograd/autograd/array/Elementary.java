package org.retrograd.autograd.array;

/**
 * Exponentials, logarithms and hyperbolic functions with the very bits of {@link StrictMath}, in less time.
 *
 * <p>{@link StrictMath} is defined by fdlibm, version 5.3: a fixed sequence of additions, multiplications and divisions, so
 * whoever does the same steps in the same order gets the same bits. JDK 17 calls most of these functions through JNI, and all
 * of them choose formulas by branches that depend on the argument, which a processor cannot foresee for data. Here such a
 * choice is made by masks of bits or by a small table instead. Formulas are merged where rounding makes them equal: it is the
 * same for both signs, and adding 0 or multiplying by a power of two rounds nothing. Rare arguments, at the edges, are left to
 * {@link StrictMath}.
 *
 * <p>Coefficients and steps are those of fdlibm, whose notice says: Copyright (C) 1993 by Sun Microsystems, Inc. All rights
 * reserved. Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this
 * software is freely granted, provided that this notice is preserved.
 */
public final class Elementary {
    // x = k·ln 2 + r: the upper part has enough zeros at its end that its product with k is exact
    static final double INVERSE_LN2 = 0x1.71547652b82fep0;
    static final double LN2_HIGH = 0x1.62e42feep-1;
    static final double LN2_LOW = 0x1.a39ef35793c76p-33;

    // r·(e^r + 1)/(e^r - 1) - 2 in powers of r²
    private static final double P1 = 0x1.555555555553ep-3;
    private static final double P2 = -0x1.6c16c16bebd93p-9;
    private static final double P3 = 0x1.1566aaf25de2cp-14;
    private static final double P4 = -0x1.bbd41c5d26bf1p-20;
    private static final double P5 = 0x1.6376972bea4d0p-25;

    // 6/r·((e^r + 1)/(e^r - 1) - 2/r) - 1 in powers of r²/2
    private static final double Q1 = -0x1.11111111110f4p-5;
    private static final double Q2 = 0x1.a01a019fe5585p-10;
    private static final double Q3 = -0x1.4ce199eaadbb7p-14;
    private static final double Q4 = 0x1.0cfca86e65239p-18;
    private static final double Q5 = -0x1.afdb76e09c32dp-23;

    // (ln((1 + s)/(1 - s)) - 2s)/s in powers of s²
    private static final double L1 = 0x1.5555555555593p-1;
    private static final double L2 = 0x1.999999997fa04p-2;
    private static final double L3 = 0x1.2492494229359p-2;
    private static final double L4 = 0x1.c71c51d8e78afp-3;
    private static final double L5 = 0x1.7466496cb03dep-3;
    private static final double L6 = 0x1.39a09d078c69fp-3;
    private static final double L7 = 0x1.2f112df3e5244p-3;

    private static final long SIGN = Long.MIN_VALUE;
    private static final long ONE = 0x3ffL << 52;
    private static final long TWO = 0x400L << 52;
    private static final long HALF = 0x3feL << 52;
    private static final long MANTISSA = (1L << 52) - 1;

    // upper halves of doubles, as arguments are compared by them
    static final int HIGH_HALF_LN2 = 0x3fd62e42;
    static final int HIGH_TINY = 0x3e300000; // 2^-28: below, e^x is 1 + x
    private static final int HIGH_708 = 0x40862000;
    private static final int HIGH_ONE = 0x3ff00000;

    /** By k - LEAST, the numbers in e^x - 1 = 2^k·(THEN - (e - r)) + LAST, which fdlibm writes as a formula for each range of k. */
    private static final double[] THEN = new double[75];

    private static final double[] LAST = new double[75];
    private static final int LEAST = -55;
    private static final int LARGE = 20;

    static {
        for (int k = LEAST; k < LARGE; k++) {
            THEN[k - LEAST] = k < -1 ? 1 : k < 2 ? 0 : 1 - Math.scalb(1.0, -k);
            LAST[k - LEAST] = k < -1 ? -1 : k < 0 ? -0.5 : k == 1 ? 1 : 0;
        }
    }

    private Elementary() {}

    /** Returns {@link StrictMath#exp}. */
    public static double exp(double x) {
        long bits = Double.doubleToRawLongBits(x);
        int high = (int) (bits >>> 32) & Integer.MAX_VALUE;
        if (outside(high, HIGH_TINY, HIGH_708)) {
            return StrictMath.exp(x);
        }
        // below half of ln 2, as far as the upper half of x tells, nothing is taken off
        int k = (int) (INVERSE_LN2 * x + Double.longBitsToDouble((bits & SIGN) | HALF))
                & ((HIGH_HALF_LN2 - high) >> 31);
        double above = x - k * LN2_HIGH;
        double below = k * LN2_LOW;
        double y = 1 - ((below - curved(above - below)) - above);
        return Double.longBitsToDouble(Double.doubleToRawLongBits(y) + ((long) k << 52));
    }

    /** Returns e^r - 1 - r for a number up to half of ln 2. */
    static double curved(double r) {
        double t = r * r;
        double c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
        return r * c / (2 - c);
    }

    /** Returns {@link StrictMath#expm1}. */
    public static double expm1(double x) {
        long bits = Double.doubleToRawLongBits(x);
        int high = (int) (bits >>> 32) & Integer.MAX_VALUE;
        if (outside(high, 0x3c900000, 0x40430000)) { // 2^-54, 38
            return StrictMath.expm1(x);
        }
        return expm1(x, (bits & SIGN) | HALF, (HIGH_HALF_LN2 - high) >> 31);
    }

    /**
     * Returns e^x - 1.
     *
     * @param half the bits of 0.5 with the sign of {@code x}
     * @param reduced 0 if |x| is below half of ln 2, else -1
     */
    private static double expm1(double x, long half, int reduced) {
        int k = (int) (INVERSE_LN2 * x + Double.longBitsToDouble(half)) & reduced;
        double above = x - k * LN2_HIGH;
        double below = k * LN2_LOW;
        double r = above - below;
        double c = (above - r) - below;
        double h = 0.5 * r;
        double t = r * h;
        double q = 1 + t * (Q1 + t * (Q2 + t * (Q3 + t * (Q4 + t * Q5))));
        double s = 3 - q * h;
        double e = t * ((q - s) / (6 - r * s));
        e = r * (e - c) - c - t;
        if (k == 1 && r < -0.25) {
            return -2 * (e - (r + 0.5));
        }
        if (k >= LARGE) {
            return Double.longBitsToDouble((1023L + k) << 52)
                    * (r - (e + Double.longBitsToDouble((1023L - k) << 52)) + 1);
        }
        return Double.longBitsToDouble((1023L + k) << 52) * (THEN[k - LEAST] - (e - r)) + LAST[k - LEAST];
    }

    /** Returns {@link StrictMath#tanh}. */
    public static double tanh(double x) {
        long bits = Double.doubleToRawLongBits(x);
        int high = (int) (bits >>> 32) & Integer.MAX_VALUE;
        if (outside(high, 0x3c800000, 0x40360000)) { // 2^-55, 22
            return StrictMath.tanh(x);
        }
        // with t = e^2|x| - 1: 1 - 2/(t + 2); below 1 with t = e^-2|x| - 1: -t/(t + 2), which is 0 - t/(t + 2)
        long large = (long) ((HIGH_ONE - 1 - high) >> 31);
        long sign = ~large & SIGN;
        double argument = Double.longBitsToDouble((Double.doubleToRawLongBits(2 * x) & ~SIGN) | sign);
        double t = expm1(argument, sign | HALF, (HIGH_HALF_LN2 - (1 << 20) - high) >> 31);
        double dividend = Double.longBitsToDouble((TWO & large) | (Double.doubleToRawLongBits(t) & ~large));
        double y = Double.longBitsToDouble(ONE & large) - dividend / (t + 2);
        return Double.longBitsToDouble(Double.doubleToRawLongBits(y) ^ (bits & SIGN));
    }

    /** Returns {@link StrictMath#sinh}. */
    public static double sinh(double x) {
        double a = Math.abs(x);
        if (!(a >= 0x1p-28 && a < 22)) {
            return StrictMath.sinh(x);
        }
        double t = expm1(a);
        double y = a < 1 ? 2 * t - t * t / (t + 1) : t + t / (t + 1);
        return Math.copySign(0.5, x) * y;
    }

    /** Returns {@link StrictMath#cosh}. */
    public static double cosh(double x) {
        double a = Math.abs(x);
        if (!(a >= 0.35 && a < 22)) { // half of ln 2 is 0.347
            return StrictMath.cosh(x);
        }
        double t = exp(a);
        return 0.5 * t + 0.5 / t;
    }

    /** Returns {@link StrictMath#log}. */
    public static double log(double x) {
        long bits = Double.doubleToRawLongBits(x);
        int exponent = (int) (bits >> 52);
        int upper = (int) (bits >>> 32) & 0xfffff;
        // negative, 0, subnormal, infinite, NaN, or within 2^-20 of a power of two
        if (exponent <= 0 || exponent == 0x7ff || ((upper + 2) & 0xfffff) < 3) {
            return StrictMath.log(x);
        }
        // x = 2^k·(1 + f), 1 + f from the root of one half to the root of two
        int halved = (upper + 0x95f64) >> 20;
        double f = Double.longBitsToDouble((bits & MANTISSA) | (ONE - ((long) halved << 52))) - 1;
        double k = exponent - 1023 + halved;
        double s = f / (2 + f);
        double z = s * s;
        double w = z * z;
        double odd = w * (L2 + w * (L4 + w * L6));
        double even = z * (L1 + w * (L3 + w * (L5 + w * L7)));
        // f - (f²/2 - s·(f²/2 + R)) in the middle of that interval, f - s·(f - R) at its ends
        long middle = (long) ~(((upper - 0x6147a) | (0x6b851 - upper)) >> 31);
        long square = Double.doubleToRawLongBits(0.5 * f * f) & middle;
        long rest = square | ((Double.doubleToRawLongBits(f) ^ SIGN) & ~middle);
        double inner = s * (Double.longBitsToDouble(rest) + (even + odd));
        return k * LN2_HIGH - ((Double.longBitsToDouble(square) - (inner + k * LN2_LOW)) - f);
    }

    /** Returns {@link StrictMath#log1p}. */
    public static double log1p(double x) {
        if (!(x > -1 && x < 0x1p53 && Math.abs(x) >= 0x1p-29)) {
            return StrictMath.log1p(x);
        }
        int high = (int) (Double.doubleToRawLongBits(x) >> 32);
        double f = x;
        double k = 0;
        double c = 0;
        if (high >= 0x3fda827a || (high < 0 && high > 0xbfd2bec3)) { // sqrt(2) - 1, sqrt(0.5) - 1
            // 1 + x = 2^k·(1 + f), and c what rounding 1 + x lost
            double u = 1 + x;
            long bits = Double.doubleToRawLongBits(u);
            int upper = (int) (bits >>> 32) & 0xfffff;
            int exponent = (int) (bits >> 52) - 1023;
            int halved = (upper + 0x95f62) >> 20;
            if (((upper + 3) & 0xfffff) < 4
                    || exponent + halved == 0) { // near a power of two, or just below 0.41 or -0.29
                return StrictMath.log1p(x);
            }
            c = (exponent > 0 ? 1 - (u - x) : x - (u - 1)) / u;
            f = Double.longBitsToDouble((bits & MANTISSA) | (ONE - ((long) halved << 52))) - 1;
            k = exponent + halved;
        }
        double square = 0.5 * f * f;
        double s = f / (2 + f);
        double z = s * s;
        double r = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
        return k * LN2_HIGH - ((square - (s * (square + r) + (k * LN2_LOW + c))) - f);
    }

    /** Returns the least positive number with an upper half. */
    static double upper(int high) {
        return Double.longBitsToDouble((long) high << 32);
    }

    /** Whether the upper half of a number, without its sign, is below or not below given ones. */
    private static boolean outside(int high, int least, int end) {
        return high < least || high >= end;
    }
}
