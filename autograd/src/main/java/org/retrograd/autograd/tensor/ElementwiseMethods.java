package org.retrograd.autograd.tensor;

import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Piecewise;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.Smooth;
import org.retrograd.autograd.scalar.Special;

/**
 * The methods of {@link Tensor} that act on each entry, two tensors broadcast against each other.
 *
 * <p>Each is one line: what the function is, its derivatives and its special points stand with the primitive it names.
 */
public sealed interface ElementwiseMethods permits Tensor {
    private Tensor map(Primitive primitive) {
        return Elementwise.of(primitive).apply((Tensor) this);
    }

    private Tensor map(Primitive primitive, Tensor other) {
        return Elementwise.of(primitive).apply((Tensor) this, other);
    }

    private Mask compare(Primitive comparison, Tensor other) {
        return Mask.compare(comparison, (Tensor) this, other);
    }

    /** Returns -x: {@link Arithmetic#NEG}. */
    default Tensor neg() {
        return map(Arithmetic.NEG);
    }

    /** Returns 1 / x: {@link Arithmetic#RECIPROCAL}. */
    default Tensor reciprocal() {
        return map(Arithmetic.RECIPROCAL);
    }

    /** Returns x²: {@link Arithmetic#SQUARE}. */
    default Tensor square() {
        return map(Arithmetic.SQUARE);
    }

    /** Returns x³: {@link Arithmetic#CUBE}. */
    default Tensor cube() {
        return map(Arithmetic.CUBE);
    }

    /** Returns the square root; its derivative at 0 is +inf: {@link Smooth#SQRT}. */
    default Tensor sqrt() {
        return map(Smooth.SQRT);
    }

    /** Returns the reciprocal of the square root: {@link Smooth#RSQRT}. */
    default Tensor rsqrt() {
        return map(Smooth.RSQRT);
    }

    /** Returns the cube root: {@link Smooth#CBRT}. */
    default Tensor cbrt() {
        return map(Smooth.CBRT);
    }

    /** Returns eˣ: {@link Smooth#EXP}. */
    default Tensor exp() {
        return map(Smooth.EXP);
    }

    /** Returns 2ˣ: {@link Smooth#EXP2}. */
    default Tensor exp2() {
        return map(Smooth.EXP2);
    }

    /** Returns eˣ - 1, accurate near 0: {@link Smooth#EXPM1}. */
    default Tensor expm1() {
        return map(Smooth.EXPM1);
    }

    /** Returns the natural logarithm; NaN, with its derivative, below 0: {@link Smooth#LOG}. */
    default Tensor log() {
        return map(Smooth.LOG);
    }

    /** Returns the logarithm to base 2: {@link Smooth#LOG2}. */
    default Tensor log2() {
        return map(Smooth.LOG2);
    }

    /** Returns the logarithm to base 10: {@link Smooth#LOG10}. */
    default Tensor log10() {
        return map(Smooth.LOG10);
    }

    /** Returns ln(1 + x), accurate near 0: {@link Smooth#LOG1P}. */
    default Tensor log1p() {
        return map(Smooth.LOG1P);
    }

    /** Returns the sine of an angle in radians: {@link Smooth#SIN}. */
    default Tensor sin() {
        return map(Smooth.SIN);
    }

    /** Returns the cosine of an angle in radians: {@link Smooth#COS}. */
    default Tensor cos() {
        return map(Smooth.COS);
    }

    /** Returns the tangent of an angle in radians: {@link Smooth#TAN}. */
    default Tensor tan() {
        return map(Smooth.TAN);
    }

    /** Returns the arc sine in radians: {@link Smooth#ASIN}. */
    default Tensor asin() {
        return map(Smooth.ASIN);
    }

    /** Returns the arc cosine in radians: {@link Smooth#ACOS}. */
    default Tensor acos() {
        return map(Smooth.ACOS);
    }

    /** Returns the arc tangent in radians: {@link Smooth#ATAN}. */
    default Tensor atan() {
        return map(Smooth.ATAN);
    }

    /** Returns the hyperbolic sine: {@link Smooth#SINH}. */
    default Tensor sinh() {
        return map(Smooth.SINH);
    }

    /** Returns the hyperbolic cosine: {@link Smooth#COSH}. */
    default Tensor cosh() {
        return map(Smooth.COSH);
    }

    /** Returns the hyperbolic tangent: {@link Smooth#TANH}. */
    default Tensor tanh() {
        return map(Smooth.TANH);
    }

    /** Returns the inverse hyperbolic sine: {@link Smooth#ASINH}. */
    default Tensor asinh() {
        return map(Smooth.ASINH);
    }

    /** Returns the inverse hyperbolic cosine: {@link Smooth#ACOSH}. */
    default Tensor acosh() {
        return map(Smooth.ACOSH);
    }

    /** Returns the inverse hyperbolic tangent: {@link Smooth#ATANH}. */
    default Tensor atanh() {
        return map(Smooth.ATANH);
    }

    /** Returns the logistic function 1 / (1 + e⁻ˣ): {@link Smooth#SIGMOID}. */
    default Tensor sigmoid() {
        return map(Smooth.SIGMOID);
    }

    /** Returns ln(1 + eˣ), without overflow: {@link Smooth#SOFTPLUS}. */
    default Tensor softplus() {
        return map(Smooth.SOFTPLUS);
    }

    /** Returns the logarithm of the logistic function, accurate in both tails: {@link Smooth#LOG_SIGMOID}. */
    default Tensor logSigmoid() {
        return map(Smooth.LOG_SIGMOID);
    }

    /** Returns the error function: {@link Special#ERF}. */
    default Tensor erf() {
        return map(Special.ERF);
    }

    /** Returns 1 - erf(x), accurate in the tail: {@link Special#ERFC}. */
    default Tensor erfc() {
        return map(Special.ERFC);
    }

    /** Returns the inverse of the error function: {@link Special#ERF_INV}. */
    default Tensor erfInv() {
        return map(Special.ERF_INV);
    }

    /** Returns the logarithm of the gamma function for x > 0: {@link Special#LOG_GAMMA}. */
    default Tensor logGamma() {
        return map(Special.LOG_GAMMA);
    }

    /** Returns the derivative of logGamma for x > 0: {@link Special#DIGAMMA}. */
    default Tensor digamma() {
        return map(Special.DIGAMMA);
    }

    /** Returns sin(πx) / (πx), and 1 at 0: {@link Special#SINC}. */
    default Tensor sinc() {
        return map(Special.SINC);
    }

    /** Returns the absolute value; its derivative at 0 is 0: {@link Piecewise#ABS}. */
    default Tensor abs() {
        return map(Piecewise.ABS);
    }

    /** Returns -1, 0 or 1; piecewise constant: {@link Piecewise#SIGN}. */
    default Tensor sign() {
        return map(Piecewise.SIGN);
    }

    /** Returns the largest whole number not above x; piecewise constant: {@link Piecewise#FLOOR}. */
    default Tensor floor() {
        return map(Piecewise.FLOOR);
    }

    /** Returns the smallest whole number not below x; piecewise constant: {@link Piecewise#CEIL}. */
    default Tensor ceil() {
        return map(Piecewise.CEIL);
    }

    /** Returns the nearest whole number, the even one of two; piecewise constant: {@link Piecewise#ROUND}. */
    default Tensor round() {
        return map(Piecewise.ROUND);
    }

    /** Returns the whole number next to x towards 0; piecewise constant: {@link Piecewise#TRUNC}. */
    default Tensor trunc() {
        return map(Piecewise.TRUNC);
    }

    /** Returns max(x, 0); its derivative at 0 is 0: {@link Piecewise#RELU}. */
    default Tensor relu() {
        return map(Piecewise.RELU);
    }

    /** Returns x, but 0 for NaN and the largest finite number for infinities: {@link Piecewise#NAN_TO_NUM}. */
    default Tensor nanToNum() {
        return map(Piecewise.NAN_TO_NUM);
    }

    /** Returns the sum: {@link Arithmetic#ADD}. */
    default Tensor add(Tensor other) {
        return map(Arithmetic.ADD, other);
    }

    /** Returns the sum: {@link Arithmetic#ADD}. */
    default Tensor add(double other) {
        return map(Arithmetic.ADD, Tensor.scalar(other));
    }

    /** Returns the difference: {@link Arithmetic#SUB}. */
    default Tensor sub(Tensor other) {
        return map(Arithmetic.SUB, other);
    }

    /** Returns the difference: {@link Arithmetic#SUB}. */
    default Tensor sub(double other) {
        return map(Arithmetic.SUB, Tensor.scalar(other));
    }

    /** Returns the product: {@link Arithmetic#MUL}. */
    default Tensor mul(Tensor other) {
        return map(Arithmetic.MUL, other);
    }

    /** Returns the product: {@link Arithmetic#MUL}. */
    default Tensor mul(double other) {
        return map(Arithmetic.MUL, Tensor.scalar(other));
    }

    /** Returns the quotient, by the rules of IEEE 754 where the divisor is 0: {@link Arithmetic#DIV}. */
    default Tensor div(Tensor other) {
        return map(Arithmetic.DIV, other);
    }

    /** Returns the quotient, by the rules of IEEE 754 where the divisor is 0: {@link Arithmetic#DIV}. */
    default Tensor div(double other) {
        return map(Arithmetic.DIV, Tensor.scalar(other));
    }

    /** Returns this to the power of the other: {@link Arithmetic#POW}. */
    default Tensor pow(Tensor other) {
        return map(Arithmetic.POW, other);
    }

    /** Returns this to the power of the other: {@link Arithmetic#POW}. */
    default Tensor pow(double exponent) {
        return map(Arithmetic.POW, Tensor.scalar(exponent));
    }

    /** Returns the angle in radians of the point with this as ordinate and the other as abscissa: {@link Smooth#ATAN2}. */
    default Tensor atan2(Tensor other) {
        return map(Smooth.ATAN2, other);
    }

    /** Returns the length √(x² + y²); its derivative at (0, 0) is (0, 0): {@link Special#HYPOT}. */
    default Tensor hypot(Tensor other) {
        return map(Special.HYPOT, other);
    }

    /** Returns ln(eˣ + eʸ), without overflow: {@link Special#LOG_ADD_EXP}. */
    default Tensor logAddExp(Tensor other) {
        return map(Special.LOG_ADD_EXP, other);
    }

    /** Returns x ln(y), and 0 where x is 0: {@link Special#XLOGY}. */
    default Tensor xlogy(Tensor other) {
        return map(Special.XLOGY, other);
    }

    /** Returns x ln(1 + y), and 0 where x is 0: {@link Special#XLOG1PY}. */
    default Tensor xlog1py(Tensor other) {
        return map(Special.XLOG1PY, other);
    }

    /** Returns the larger of the two; ties share the derivative equally, also with a constant: {@link Piecewise#MAXIMUM}. */
    default Tensor maximum(Tensor other) {
        return map(Piecewise.MAXIMUM, other);
    }

    /** Returns the larger of the two; ties share the derivative equally, also with a constant: {@link Piecewise#MAXIMUM}. */
    default Tensor maximum(double other) {
        return map(Piecewise.MAXIMUM, Tensor.scalar(other));
    }

    /** Returns the smaller of the two; ties share the derivative equally, also with a constant: {@link Piecewise#MINIMUM}. */
    default Tensor minimum(Tensor other) {
        return map(Piecewise.MINIMUM, other);
    }

    /** Returns the smaller of the two; ties share the derivative equally, also with a constant: {@link Piecewise#MINIMUM}. */
    default Tensor minimum(double other) {
        return map(Piecewise.MINIMUM, Tensor.scalar(other));
    }

    /** Returns the larger of the two, ignoring NaN: {@link Piecewise#FMAX}. */
    default Tensor fmax(Tensor other) {
        return map(Piecewise.FMAX, other);
    }

    /** Returns the smaller of the two, ignoring NaN: {@link Piecewise#FMIN}. */
    default Tensor fmin(Tensor other) {
        return map(Piecewise.FMIN, other);
    }

    /** Returns the remainder with the sign of the divisor, as in NumPy: {@link Piecewise#REMAINDER}. */
    default Tensor remainder(Tensor other) {
        return map(Piecewise.REMAINDER, other);
    }

    /** Returns the remainder with the sign of the divisor, as in NumPy: {@link Piecewise#REMAINDER}. */
    default Tensor remainder(double other) {
        return map(Piecewise.REMAINDER, Tensor.scalar(other));
    }

    /** Returns the remainder with the sign of the dividend, as Java's %: {@link Piecewise#FMOD}. */
    default Tensor fmod(Tensor other) {
        return map(Piecewise.FMOD, other);
    }

    /** Returns the remainder with the sign of the dividend, as Java's %: {@link Piecewise#FMOD}. */
    default Tensor fmod(double other) {
        return map(Piecewise.FMOD, Tensor.scalar(other));
    }

    /** Returns x²/2 where |x| ≤ δ, else δ(|x| - δ/2): {@link Piecewise#HUBER}. */
    default Tensor huber(double delta) {
        return map(Piecewise.HUBER, Tensor.scalar(delta));
    }

    /** Returns x²/(2β) where |x| < β, else |x| - β/2: {@link Piecewise#SMOOTH_L1}. */
    default Tensor smoothL1(double beta) {
        return map(Piecewise.SMOOTH_L1, Tensor.scalar(beta));
    }

    /** Returns the n-th derivative of {@link #digamma}, for n &gt;= 0 and entries &gt; 0: {@link Special#POLYGAMMA}. */
    default Tensor polygamma(int n) {
        if (n < 0) {
            throw new IllegalArgumentException("polygamma needs n >= 0, but got " + n);
        }
        return Elementwise.of(Special.POLYGAMMA).apply(Tensor.scalar(n), (Tensor) this);
    }

    /**
     * Returns the entries limited to an interval; the derivative is 1 inside and on both bounds: {@link Piecewise#CLAMP}.
     *
     * @throws IllegalArgumentException if {@code low > high}
     */
    default Tensor clamp(double low, double high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("clamp needs low <= high, but got " + low + " and " + high);
        }
        return clamp(Tensor.scalar(low), Tensor.scalar(high));
    }

    /** Returns the entries limited to intervals; where {@code low > high} the result is {@code high}. */
    default Tensor clamp(Tensor low, Tensor high) {
        return Elementwise.of(Piecewise.CLAMP).apply((Tensor) this, low, high);
    }

    /** Returns where this is greater than another tensor; false where one is NaN. Never traced. */
    default Mask gt(Tensor other) {
        return compare(Arithmetic.GREATER, other);
    }

    /** Returns where this is greater than a number; false where this is NaN. Never traced. */
    default Mask gt(double other) {
        return gt(Tensor.scalar(other));
    }

    /** Returns where this is greater than or equal to another tensor; false where one is NaN. Never traced. */
    default Mask ge(Tensor other) {
        return compare(Arithmetic.GREATER_EQUAL, other);
    }

    /** Returns where this is greater than or equal to a number; false where this is NaN. Never traced. */
    default Mask ge(double other) {
        return ge(Tensor.scalar(other));
    }

    /** Returns where this is less than another tensor; false where one is NaN. Never traced. */
    default Mask lt(Tensor other) {
        return other.gt((Tensor) this);
    }

    /** Returns where this is less than a number; false where this is NaN. Never traced. */
    default Mask lt(double other) {
        return lt(Tensor.scalar(other));
    }

    /** Returns where this is less than or equal to another tensor; false where one is NaN. Never traced. */
    default Mask le(Tensor other) {
        return other.ge((Tensor) this);
    }

    /** Returns where this is less than or equal to a number; false where this is NaN. Never traced. */
    default Mask le(double other) {
        return le(Tensor.scalar(other));
    }

    /** Returns where this is equal to another tensor; false where one is NaN. Never traced. */
    default Mask eq(Tensor other) {
        return compare(Arithmetic.EQUAL, other);
    }

    /** Returns where this is equal to a number; false where this is NaN. Never traced. */
    default Mask eq(double other) {
        return eq(Tensor.scalar(other));
    }

    /** Returns where this differs from another tensor; true where one is NaN. Never traced. */
    default Mask ne(Tensor other) {
        return eq(other).not();
    }

    /** Returns where this differs from a number; true where this is NaN. Never traced. */
    default Mask ne(double other) {
        return eq(other).not();
    }
}
