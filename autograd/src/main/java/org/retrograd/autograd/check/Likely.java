package org.retrograd.autograd.check;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A likely mistake, and what exactly it is like here.
 *
 * @param slip the mistake
 * @param detail the factor, the count, the entries: empty if there is nothing to add
 */
record Likely(Slip slip, String detail) {
    static Likely of(Slip slip) {
        return new Likely(slip, "");
    }

    /** Returns a number with at most so many digits, without zeros at its end. */
    static String number(double v, int digits) {
        if (!Double.isFinite(v) || v == 0) {
            return v == 0 ? "0" : Double.toString(v);
        }
        BigDecimal rounded = new BigDecimal(v).round(new MathContext(digits)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        return exponent >= -5 && exponent < digits
                ? rounded.toPlainString()
                : rounded.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
    }

    /** Returns the mistake in words. */
    @Override
    public String toString() {
        return detail.isEmpty() ? slip.sentence() : slip.sentence() + ": " + detail;
    }
}
