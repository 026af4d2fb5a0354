package org.retrograd.autograd.scalar;

import org.retrograd.autograd.array.Elementary;

/**
 * The logarithm of the gamma function and its derivatives, for positive arguments.
 *
 * <p>Below 10, rational functions; a zero of the function is a factor of its own, so that relative accuracy survives
 * next to it. From 10 on, the asymptotic series (NIST DLMF 5.11.1, 5.11.2). The higher derivatives are sums of inverse
 * powers, closed by the Euler-Maclaurin formula (NIST DLMF 5.15.1, 25.11.28). The coefficients are our own: least
 * squares at Chebyshev nodes, reweighted towards the minimax, in 50 digits with mpmath; all are positive, hence nothing
 * cancels.
 */
final class GammaFunctions {
    /** {@code log Γ(x)/((x - 1)(x - 2))} in powers of {@code x - 1/2}, for x in [1/2, 3/2], within 7e-19. */
    private static final double[] NEAR_ONE_NUMERATOR = {
        0.7631532572329335,
        4.57693607901368,
        10.619498930130787,
        12.032167481023547,
        6.916829370212411,
        1.8998963803474562,
        0.20879509751233735,
        0.005750323928056283
    };

    private static final double[] NEAR_ONE_DENOMINATOR = {
        1.0,
        6.76125541693936,
        18.13929578413987,
        24.636070966047516,
        17.93312706493614,
        6.835300896135254,
        1.2393152278942028,
        0.0861017524073729,
        0.0013035149433312662
    };

    /** {@code log Γ(x)/(x - 2)} in powers of {@code x - 3/2}, for x in [3/2, 3], within 2e-18. */
    private static final double[] NEAR_TWO_NUMERATOR = {
        0.24156447527049044,
        0.8743286633151602,
        1.010609961858218,
        0.5144338786953253,
        0.12215503432574963,
        0.012461909897140326,
        0.00040660894534804207,
        9.521431200277795e-07
    };

    private static final double[] NEAR_TWO_DENOMINATOR = {
        1.0,
        1.9215559747002122,
        1.3950308315227342,
        0.47619766058281804,
        0.07733996007739477,
        0.005302444062257615,
        0.00010617366504065482
    };

    /** {@code log Γ(x)/(x - 2)} in powers of {@code x - 3}, for x in [3, 10], within 9e-18. */
    private static final double[] FROM_THREE_NUMERATOR = {
        0.6931471805599453,
        0.9452008585811326,
        0.4922459405706362,
        0.1253198087568242,
        0.01645587792403844,
        0.0010746399468927244,
        3.060310842884637e-05,
        2.727221732646123e-07,
        1.4471676473964837e-10
    };

    private static final double[] FROM_THREE_DENOMINATOR = {
        1.0,
        1.0323402072624135,
        0.41456187377325415,
        0.08201291738450461,
        0.008358473810928016,
        0.0004188967850811934,
        8.893547902117596e-06,
        5.4336751613118124e-08
    };

    /** {@code B₂ₖ/(2k(2k - 1))}, of Stirling's series. */
    private static final double[] STIRLING = {
        0.08333333333333333,
        -0.002777777777777778,
        0.0007936507936507937,
        -0.0005952380952380953,
        0.0008417508417508417,
        -0.0019175269175269176,
        0.00641025641025641
    };

    /** {@code log(2π)/2 - 1/2}. */
    private static final double STIRLING_CONSTANT = 0.4189385332046727;

    /** The zero of digamma, as the sum of two doubles. */
    private static final double ROOT = 0x1.762d86356be3fp+0;

    private static final double ROOT_LOW = 0x1.b86a722197829p-54;

    /** The same zero less 1. */
    private static final double ROOT_FRACTION = 0x1.d8b618d5af8fep-2;

    private static final double ROOT_FRACTION_LOW = -0x1.1e563779a1f5bp-56;

    /** {@code ψ(x)/(x - root)} in powers of {@code x - 1}, for x in [1, 2], within 2e-20. */
    private static final double[] ROOT_NUMERATOR = {
        1.2503801375034054,
        1.8700254343851415,
        0.9743684058684055,
        0.21769385306497635,
        0.020181425189689087,
        0.0005913114278178185,
        1.1206127880705379e-06
    };

    private static final double[] ROOT_DENOMINATOR = {
        1.0,
        2.1791123461280257,
        1.6669914414838296,
        0.5736560892776773,
        0.09183150226006537,
        0.006177246971217323,
        0.000122741323102444
    };

    /** {@code ψ(x)} in powers of {@code x - 2}, for x in [2, 10], within 2e-17. */
    private static final double[] DIGAMMA_NUMERATOR = {
        0.42278433509846713,
        1.2424165557871374,
        1.0345451369445595,
        0.38016808670988533,
        0.06957320992963113,
        0.006398173915058837,
        0.0002749162420822052,
        4.569983650764844e-06,
        1.7988882463338045e-08
    };

    private static final double[] DIGAMMA_DENOMINATOR = {
        1.0,
        1.4132086724541422,
        0.7691288363306037,
        0.20662078813338974,
        0.02912137900437688,
        0.002110650570364853,
        7.162781211082052e-05,
        9.177695028507608e-07,
        2.5250991948476157e-09
    };

    /** {@code -B₂ₖ/2k}, of the asymptotic series of digamma. */
    private static final double[] DIGAMMA_SERIES = {
        -0.08333333333333333,
        0.008333333333333333,
        -0.003968253968253968,
        0.004166666666666667,
        -0.007575757575757576,
        0.021092796092796094,
        -0.08333333333333333,
        0.4432598039215686
    };

    /** {@code B₂ₖ/(2k)!}, of the Euler-Maclaurin formula. */
    private static final double[] EULER_MACLAURIN = {
        0.08333333333333333,
        -0.001388888888888889,
        3.306878306878307e-05,
        -8.267195767195768e-07,
        2.08767569878681e-08,
        -5.284190138687493e-10,
        1.3382536530684679e-11,
        -3.3896802963225827e-13,
        8.586062056277845e-15,
        -2.174868698558062e-16
    };

    private GammaFunctions() {}

    static double logGamma(double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        if (x < 0.5) {
            return x * (x - 1) * Polynomial.quotient(NEAR_ONE_NUMERATOR, NEAR_ONE_DENOMINATOR, x + 0.5)
                    - Elementary.log(x);
        }
        if (x <= 1.5) {
            return (1 - x) * (2 - x) * Polynomial.quotient(NEAR_ONE_NUMERATOR, NEAR_ONE_DENOMINATOR, x - 0.5);
        }
        if (x < 3) {
            return (x - 2) * Polynomial.quotient(NEAR_TWO_NUMERATOR, NEAR_TWO_DENOMINATOR, x - 1.5);
        }
        if (x < 10) {
            return (x - 2) * Polynomial.quotient(FROM_THREE_NUMERATOR, FROM_THREE_DENOMINATOR, x - 3);
        }
        double z = 1 / x;
        return (x - 0.5) * (Elementary.log(x) - 1) + (STIRLING_CONSTANT + z * Polynomial.value(STIRLING, z * z));
    }

    static double digamma(double x) {
        if (!(x > 0)) {
            return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        if (x < 1) {
            double next = ((x - ROOT_FRACTION) - ROOT_FRACTION_LOW)
                    * Polynomial.quotient(ROOT_NUMERATOR, ROOT_DENOMINATOR, x);
            return next - 1 / x;
        }
        if (x <= 2) {
            return ((x - ROOT) - ROOT_LOW) * Polynomial.quotient(ROOT_NUMERATOR, ROOT_DENOMINATOR, x - 1);
        }
        if (x < 10) {
            return Polynomial.quotient(DIGAMMA_NUMERATOR, DIGAMMA_DENOMINATOR, x - 2);
        }
        double z = 1 / x;
        return Elementary.log(x) + z * (z * Polynomial.value(DIGAMMA_SERIES, z * z) - 0.5);
    }

    /**
     * Returns the {@code n}-th derivative of digamma, {@code (-1)ⁿ⁺¹ n! Σ (x + k)⁻⁽ⁿ⁺¹⁾} over {@code k >= 0} for
     * {@code n > 0}.
     *
     * <p>Terms are added singly while {@code x + k} is below {@code n + 12}, where ten terms of Euler-Maclaurin are
     * exact to 1e-17; smallest first. Arguments are divided by a power of two near {@code n/e}, so that neither
     * {@code n!} nor the powers leave the range of double before the result does.
     */
    static double polygamma(int n, double x) {
        if (n < 0) {
            throw new IllegalArgumentException("polygamma needs an order of 0 or more, but got " + n);
        }
        if (n == 0) {
            return digamma(x);
        }
        if (!(x >= 0)) {
            return Double.NaN;
        }
        int sign = n % 2 == 0 ? -1 : 1;
        if (x == 0 || x == Double.POSITIVE_INFINITY) {
            return sign * (x == 0 ? Double.POSITIVE_INFINITY : 0);
        }
        int shift = Math.max(0, Math.getExponent(n / Math.E));
        int single = (int) Math.ceil(Math.max(0, n + 12.0 - x));
        double end = x + single;
        double factor = (n + 1.0) / end; // (n+1)(n+2)···(n+2j-1)/end²ʲ⁻¹
        double tail = 0.5;
        for (int j = 1; j <= EULER_MACLAURIN.length; j++) {
            tail = Math.fma(EULER_MACLAURIN[j - 1], factor, tail);
            factor *= (n + 2.0 * j) / end * ((n + 2.0 * j + 1) / end);
        }
        double sum = StrictMath.pow(Math.scalb(end, -shift), -n) * (1.0 / n + tail / end);
        sum = Math.fma(sum, -(double) n * lost(x, single, end) / end, sum);
        for (int k = single - 1; k > 0; k--) {
            double at = x + k;
            double term = StrictMath.pow(Math.scalb(at, -shift), -n) / at;
            sum += Math.fma(term, -(n + 1.0) * lost(x, k, at) / at, term);
        }
        if (single > 0) {
            sum += StrictMath.pow(Math.scalb(x, -shift), -n) / x;
        }
        for (int k = 1; k <= n; k++) {
            sum *= Math.scalb((double) k, -shift);
        }
        return sign * sum;
    }

    /** Returns what rounding took away from {@code x + k}, to be restored to first order: powers magnify it. */
    private static double lost(double x, int k, double rounded) {
        return x < k ? x - (rounded - k) : k - (rounded - x);
    }
}
