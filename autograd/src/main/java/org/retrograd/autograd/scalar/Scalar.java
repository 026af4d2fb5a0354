package org.retrograd.autograd.scalar;

import java.util.Arrays;
import org.apache.commons.math3.Field;
import org.apache.commons.math3.RealFieldElement;
import org.apache.commons.math3.exception.DimensionMismatchException;
import org.jspecify.annotations.Nullable;

/**
 * A number that may stand on a {@link Tape}: operations on it are then recorded. It never changes.
 *
 * <p>It is a real field element of Commons Math, so that its field ODE integrators, linear algebra and solvers are
 * differentiated as they are. Special cases are those of the {@linkplain Primitive primitives}.
 *
 * <p>Comparisons, {@link #equals} among them, are recorded as guards: a program made of the recording knows when they go the
 * other way. {@link #getReal} gives the bare number; what is decided by it, the recording cannot see.
 */
public final class Scalar implements RealFieldElement<Scalar>, Comparable<Scalar> {
    public static final Scalar ZERO = new Scalar(null, -1, 0, 0);
    public static final Scalar ONE = new Scalar(null, -1, 0, 1);

    /** The tape on which the number stands; null for a constant. */
    final @Nullable Tape tape;

    final int index;
    final int epoch;
    final double value;

    Scalar(@Nullable Tape tape, int index, int epoch, double value) {
        this.tape = tape;
        this.index = index;
        this.epoch = epoch;
        this.value = value;
    }

    /** Returns a constant. */
    public static Scalar of(double value) {
        return new Scalar(null, -1, 0, value);
    }

    /** Returns a constant for each of the values. */
    public static Scalar[] constants(double... values) {
        Scalar[] constants = new Scalar[values.length];
        for (int i = 0; i < values.length; i++) {
            constants[i] = of(values[i]);
        }
        return constants;
    }

    /** Returns the value as a constant: derivatives stop here. The recording counts as guarded: nothing is decided by it. */
    public Scalar detach() {
        return tape == null ? this : of(value);
    }

    /** Returns the number; programs recorded through this call are unguarded, as it may decide a branch unseen. */
    @Override
    public double getReal() {
        if (tape != null) {
            tape.guards.escape();
        }
        return value;
    }

    /** Returns the number, to be looked at but not to decide anything: the recording stays guarded. */
    public double value() {
        return value;
    }

    /** Whether the number stands on a tape. */
    public boolean traced() {
        return tape != null;
    }

    /** Returns a primitive of one number. */
    public Scalar apply(Primitive primitive) {
        require(primitive, 1);
        return unary(primitive, primitive.value(value));
    }

    /** Returns a primitive of this number and another one. */
    public Scalar apply(Primitive primitive, Scalar b) {
        require(primitive, 2);
        return binary(primitive, b, primitive.value(value, b.value));
    }

    /** Returns a primitive of this number and two others. */
    public Scalar apply(Primitive primitive, Scalar b, Scalar c) {
        require(primitive, 3);
        double y = primitive.value(value, b.value, c.value);
        Tape t = tape != null ? tape : b.tape != null ? b.tape : c.tape;
        return t == null ? of(y) : t.record(primitive.index(), t.operand(this), t.operand(b), t.operand(c), y);
    }

    /**
     * Returns the outputs of a function that brings its own derivative.
     *
     * @throws IllegalArgumentException if the number of arguments is not that of the function
     */
    public static Scalar[] call(LocalFunction function, Scalar... x) {
        Tape t = null;
        for (Scalar argument : x) {
            t = Tape.common(t, argument);
        }
        return t == null ? constants(values(function, x)) : t.call(function, x);
    }

    /** Returns the outputs for constants, with which nothing is recorded. */
    private static double[] values(LocalFunction function, Scalar[] x) {
        Tape.requireInputs(function, x);
        double[] point = new double[x.length];
        Arrays.setAll(point, j -> x[j].value);
        double[] y = new double[function.outputs()];
        if (function instanceof Program program) {
            program.valuesCalled(point, y);
        } else {
            function.evaluate(point, y, new double[y.length * x.length]);
        }
        return y;
    }

    private static void require(Primitive primitive, int arity) {
        if (primitive.arity() != arity) {
            throw new IllegalArgumentException(
                    primitive + " is a function of " + primitive.arity() + " numbers, but got " + arity);
        }
    }

    private Scalar unary(Primitive primitive, double y) {
        return tape == null ? of(y) : tape.record(primitive.index(), tape.operand(this), 0, y);
    }

    private Scalar binary(Primitive primitive, Scalar b, double y) {
        Tape t = tape != null ? tape : b.tape;
        return t == null ? of(y) : t.record(primitive.index(), t.operand(this), t.operand(b), y);
    }

    private Scalar binary(Primitive primitive, double b, double y) {
        return tape == null ? of(y) : tape.record(primitive.index(), tape.operand(this), tape.code.constant(b), y);
    }

    /** Returns a primitive of this number and a constant. */
    private Scalar with(Primitive primitive, double b) {
        return binary(primitive, b, primitive.value(value, b));
    }

    @Override
    public Scalar add(Scalar a) {
        return binary(Arithmetic.ADD, a, value + a.value);
    }

    @Override
    public Scalar add(double a) {
        return binary(Arithmetic.ADD, a, value + a);
    }

    @Override
    public Scalar subtract(Scalar a) {
        return binary(Arithmetic.SUB, a, value - a.value);
    }

    @Override
    public Scalar subtract(double a) {
        return binary(Arithmetic.SUB, a, value - a);
    }

    @Override
    public Scalar negate() {
        return unary(Arithmetic.NEG, -value);
    }

    @Override
    public Scalar multiply(Scalar a) {
        return binary(Arithmetic.MUL, a, value * a.value);
    }

    @Override
    public Scalar multiply(double a) {
        return binary(Arithmetic.MUL, a, value * a);
    }

    @Override
    public Scalar multiply(int n) {
        return multiply((double) n);
    }

    /** Returns the quotient, by the rules of IEEE 754 where {@code a} is 0: nothing is thrown. */
    @Override
    public Scalar divide(Scalar a) {
        return binary(Arithmetic.DIV, a, value / a.value);
    }

    @Override
    public Scalar divide(double a) {
        return binary(Arithmetic.DIV, a, value / a);
    }

    @Override
    public Scalar reciprocal() {
        return unary(Arithmetic.RECIPROCAL, 1 / value);
    }

    /** Returns the square. */
    public Scalar square() {
        return unary(Arithmetic.SQUARE, value * value);
    }

    /** Returns the IEEE 754 remainder, as Commons Math does; that of a tensor is floored. */
    @Override
    public Scalar remainder(Scalar a) {
        return apply(Piecewise.IEEE_REMAINDER, a);
    }

    @Override
    public Scalar remainder(double a) {
        return with(Piecewise.IEEE_REMAINDER, a);
    }

    @Override
    public Scalar abs() {
        return apply(Piecewise.ABS);
    }

    @Override
    public Scalar ceil() {
        return apply(Piecewise.CEIL);
    }

    @Override
    public Scalar floor() {
        return apply(Piecewise.FLOOR);
    }

    @Override
    public Scalar rint() {
        return apply(Piecewise.ROUND);
    }

    /** Returns the nearest long; programs recorded through this call are unguarded, as by {@link #getReal}. */
    @Override
    public long round() {
        return Math.round(getReal());
    }

    @Override
    public Scalar signum() {
        return apply(Piecewise.SIGN);
    }

    @Override
    public Scalar copySign(Scalar sign) {
        return apply(Piecewise.COPY_SIGN, sign);
    }

    @Override
    public Scalar copySign(double sign) {
        return with(Piecewise.COPY_SIGN, sign);
    }

    /** Returns the product with 2ⁿ, in two steps so that a factor out of range does not spoil a result within. */
    @Override
    public Scalar scalb(int n) {
        int half = Math.max(-2000, Math.min(n, 2000)) / 2;
        int rest = Math.max(-2000, Math.min(n, 2000)) - half;
        return Math.abs(n) < 1000
                ? multiply(Math.scalb(1.0, n))
                : multiply(Math.scalb(1.0, half)).multiply(Math.scalb(1.0, rest));
    }

    @Override
    public Scalar hypot(Scalar y) {
        return apply(Special.HYPOT, y);
    }

    @Override
    public Scalar sqrt() {
        return apply(Smooth.SQRT);
    }

    @Override
    public Scalar cbrt() {
        return apply(Smooth.CBRT);
    }

    /** Returns the n-th root; that of a negative number is negative if {@code n} is odd, NaN if even. */
    @Override
    public Scalar rootN(int n) {
        return switch (n) {
            case 1 -> this;
            case 2 -> sqrt();
            case 3 -> cbrt();
            default -> n % 2 == 0 ? pow(1.0 / n) : abs().pow(1.0 / n).copySign(this);
        };
    }

    @Override
    public Scalar pow(double p) {
        if (p == 0) {
            return ONE;
        }
        return p == 1 ? this : p == 2 ? square() : p == 3 ? apply(Arithmetic.CUBE) : with(Arithmetic.POW, p);
    }

    @Override
    public Scalar pow(int n) {
        return pow((double) n);
    }

    @Override
    public Scalar pow(Scalar e) {
        return apply(Arithmetic.POW, e);
    }

    @Override
    public Scalar exp() {
        return apply(Smooth.EXP);
    }

    @Override
    public Scalar expm1() {
        return apply(Smooth.EXPM1);
    }

    @Override
    public Scalar log() {
        return apply(Smooth.LOG);
    }

    @Override
    public Scalar log1p() {
        return apply(Smooth.LOG1P);
    }

    /** Returns the logarithm to base 10. */
    public Scalar log10() {
        return apply(Smooth.LOG10);
    }

    @Override
    public Scalar cos() {
        return apply(Smooth.COS);
    }

    @Override
    public Scalar sin() {
        return apply(Smooth.SIN);
    }

    @Override
    public Scalar tan() {
        return apply(Smooth.TAN);
    }

    @Override
    public Scalar acos() {
        return apply(Smooth.ACOS);
    }

    @Override
    public Scalar asin() {
        return apply(Smooth.ASIN);
    }

    @Override
    public Scalar atan() {
        return apply(Smooth.ATAN);
    }

    /** Returns the angle of the point with this ordinate and the given abscissa. */
    @Override
    public Scalar atan2(Scalar x) {
        return apply(Smooth.ATAN2, x);
    }

    @Override
    public Scalar cosh() {
        return apply(Smooth.COSH);
    }

    @Override
    public Scalar sinh() {
        return apply(Smooth.SINH);
    }

    @Override
    public Scalar tanh() {
        return apply(Smooth.TANH);
    }

    @Override
    public Scalar acosh() {
        return apply(Smooth.ACOSH);
    }

    @Override
    public Scalar asinh() {
        return apply(Smooth.ASINH);
    }

    @Override
    public Scalar atanh() {
        return apply(Smooth.ATANH);
    }

    /** Returns the logistic function 1 / (1 + e^-x). */
    public Scalar sigmoid() {
        return apply(Smooth.SIGMOID);
    }

    /** Returns ln(1 + eˣ). */
    public Scalar softplus() {
        return apply(Smooth.SOFTPLUS);
    }

    /** Returns the larger of two numbers; at a tie they share the derivative. */
    public Scalar max(Scalar b) {
        return apply(Piecewise.MAXIMUM, b);
    }

    /** Returns the smaller of two numbers; at a tie they share the derivative. */
    public Scalar min(Scalar b) {
        return apply(Piecewise.MINIMUM, b);
    }

    /** Whether this is greater than another number. */
    public boolean isGreaterThan(Scalar b) {
        return guard(Arithmetic.GREATER, this, b);
    }

    /** Whether this is greater than a number. */
    public boolean isGreaterThan(double b) {
        return isGreaterThan(of(b));
    }

    /** Whether this is less than another number. */
    public boolean isLessThan(Scalar b) {
        return guard(Arithmetic.GREATER, b, this);
    }

    /** Whether this is less than a number. */
    public boolean isLessThan(double b) {
        return isLessThan(of(b));
    }

    private static boolean guard(Primitive comparison, Scalar a, Scalar b) {
        Scalar holds = a.apply(comparison, b);
        if (holds.tape != null) {
            holds.tape.guards.add(holds.index, holds.value != 0);
        }
        return holds.value != 0;
    }

    /** Compares by value, as doubles are compared: NaN is the largest number and 0 above -0. */
    @Override
    public int compareTo(Scalar other) {
        if (guard(Arithmetic.EQUAL, this, other)) {
            return Double.compare(value, other.value);
        }
        guard(Arithmetic.GREATER, this, other);
        return Double.compare(value, other.value);
    }

    /** Whether the other object is a scalar of the same value; the tapes do not matter. */
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Scalar scalar)) {
            return false;
        }
        return guard(Arithmetic.EQUAL, this, scalar) || Double.compare(value, scalar.value) == 0;
    }

    /** Returns a hash of the value; programs recorded through this call are unguarded, as tables decide by it unseen. */
    @Override
    public int hashCode() {
        if (tape != null) {
            tape.guards.escape();
        }
        return Double.hashCode(value + 0.0);
    }

    /** Returns {@code Σ a[i] b[i]}, summed from left to right and recorded as one operation. */
    @Override
    public Scalar linearCombination(Scalar[] a, Scalar[] b) {
        return dot(a, b);
    }

    /** Returns {@code Σ a[i] b[i]}, summed from left to right and recorded as one operation. */
    public static Scalar dot(Scalar[] a, Scalar[] b) {
        if (a.length != b.length) {
            throw new DimensionMismatchException(a.length, b.length);
        }
        Tape t = null;
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum = i == 0 ? a[i].value * b[i].value : sum + a[i].value * b[i].value;
            t = Tape.common(Tape.common(t, a[i]), b[i]);
        }
        if (t == null) {
            return of(sum);
        }
        int from = t.code.pairCount;
        for (int i = 0; i < a.length; i++) {
            t.code.appendPair(t.operand(a[i]), t.operand(b[i]));
        }
        return t.record(Instructions.DOT, from, a.length, sum);
    }

    /** Returns {@code Σ a[i]²}, recorded as one operation. */
    public static Scalar sumOfSquares(Scalar... a) {
        return dot(a, a);
    }

    /** Returns {@code Σ a[i]}, recorded as one operation. */
    public static Scalar sum(Scalar... a) {
        Scalar[] ones = new Scalar[a.length];
        java.util.Arrays.fill(ones, ONE);
        return dot(ones, a);
    }

    @Override
    public Scalar linearCombination(double[] a, Scalar[] b) {
        return dot(constants(a), b);
    }

    @Override
    public Scalar linearCombination(Scalar a1, Scalar b1, Scalar a2, Scalar b2) {
        return dot(new Scalar[] {a1, a2}, new Scalar[] {b1, b2});
    }

    @Override
    public Scalar linearCombination(double a1, Scalar b1, double a2, Scalar b2) {
        return dot(constants(a1, a2), new Scalar[] {b1, b2});
    }

    @Override
    public Scalar linearCombination(Scalar a1, Scalar b1, Scalar a2, Scalar b2, Scalar a3, Scalar b3) {
        return dot(new Scalar[] {a1, a2, a3}, new Scalar[] {b1, b2, b3});
    }

    @Override
    public Scalar linearCombination(double a1, Scalar b1, double a2, Scalar b2, double a3, Scalar b3) {
        return dot(constants(a1, a2, a3), new Scalar[] {b1, b2, b3});
    }

    @Override
    public Scalar linearCombination(
            Scalar a1, Scalar b1, Scalar a2, Scalar b2, Scalar a3, Scalar b3, Scalar a4, Scalar b4) {
        return dot(new Scalar[] {a1, a2, a3, a4}, new Scalar[] {b1, b2, b3, b4});
    }

    @Override
    public Scalar linearCombination(
            double a1, Scalar b1, double a2, Scalar b2, double a3, Scalar b3, double a4, Scalar b4) {
        return dot(constants(a1, a2, a3, a4), new Scalar[] {b1, b2, b3, b4});
    }

    @Override
    public Field<Scalar> getField() {
        return ScalarField.INSTANCE;
    }

    /** Returns the value, and whether it is recorded: {@code 2.5 (operation 3)}. */
    @Override
    public String toString() {
        return tape == null ? Double.toString(value) : value + " (operation " + index + ")";
    }
}
