package org.retrograd.autograd.scalar;

import static org.retrograd.autograd.scalar.Expr.constant;
import static org.retrograd.autograd.scalar.Expr.select;
import static org.retrograd.autograd.scalar.Primitive.binary;
import static org.retrograd.autograd.scalar.Primitive.unary;
import static org.retrograd.autograd.scalar.Symbols.A;
import static org.retrograd.autograd.scalar.Symbols.B;
import static org.retrograd.autograd.scalar.Symbols.ONE;
import static org.retrograd.autograd.scalar.Symbols.Y;

import java.util.List;
import org.retrograd.autograd.array.Elementary;
import org.retrograd.autograd.array.Exponentials;
import org.retrograd.autograd.scalar.Primitive.Interval;

/**
 * The smooth elementary functions.
 *
 * <p>Values come from {@link StrictMath}, whose results are the same to the last bit on every JDK and compiler, unlike those
 * of {@link Math}. The formulas are those of NIST's Digital Library of Mathematical Functions, chapter 4.
 */
public final class Smooth {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double LN2 = StrictMath.log(2);
    private static final double LN10 = StrictMath.log(10);

    private Smooth() {}

    public static final Primitive SQRT = unary("sqrt", Math::sqrt)
            .doc("The square root.")
            // + 0 turns the root of -0.0 into +0.0, so that the derivative there is +inf as well
            .partial(() -> constant(0.5).div(Y.add(0)))
            .samples(0.2, 4)
            .at(0, 0, INF)
            .at(-0.0, -0.0, INF)
            .at(-1, Double.NaN, Double.NaN)
            .build();

    public static final Primitive RSQRT = unary("rsqrt", SpecialFunctions::rsqrt)
            .doc("The reciprocal of the square root.")
            .partial(() -> Y.then(Arithmetic.CUBE).mul(-0.5))
            .samples(0.2, 4)
            .at(0, INF, -INF)
            .at(-1, Double.NaN, Double.NaN)
            .build();

    public static final Primitive CBRT = unary("cbrt", StrictMath::cbrt)
            .doc("The cube root, also of negative numbers.")
            .partial(() -> constant(1.0 / 3).div(Y.then(Arithmetic.SQUARE)))
            .samples(0.2, 4)
            .at(0, 0, INF)
            .build();

    public static final Primitive EXP = unary("exp", Elementary::exp)
            .doc("The exponential function e^a.")
            .overArrays(Exponentials::of)
            .partial(() -> Y)
            .samples(-3, 3)
            .build();

    public static final Primitive EXP2 = unary("exp2", SpecialFunctions::exp2)
            .doc("The power 2^a.")
            .partial(() -> Y.mul(LN2))
            .samples(-3, 3)
            .build();

    public static final Primitive EXPM1 = unary("expm1", Elementary::expm1)
            .doc("e^a - 1, accurate near 0.")
            .partial(() -> A.then(EXP))
            .samples(-3, 3)
            .at(0, 0, 1)
            .build();

    public static final Primitive LOG = unary("log", Elementary::log)
            .doc("The natural logarithm.")
            .partial(() -> A.add(0).then(Arithmetic.RECIPROCAL).where(A.ge(0)))
            .samples(0.2, 4)
            .at(0, -INF, INF)
            .at(-0.0, -INF, INF)
            .at(-1, Double.NaN, Double.NaN)
            .build();

    public static final Primitive LOG2 = unary("log2", SpecialFunctions::log2)
            .doc("The logarithm to base 2.")
            .partial(() -> constant(1 / LN2).div(A.add(0)).where(A.ge(0)))
            .samples(0.2, 4)
            .at(0, -INF, INF)
            .at(-1, Double.NaN, Double.NaN)
            .build();

    public static final Primitive LOG10 = unary("log10", SpecialFunctions::log10)
            .doc("The logarithm to base 10.")
            .partial(() -> constant(1 / LN10).div(A.add(0)).where(A.ge(0)))
            .samples(0.2, 4)
            .at(0, -INF, INF)
            .at(-1, Double.NaN, Double.NaN)
            .build();

    public static final Primitive LOG1P = unary("log1p", Elementary::log1p)
            .doc("ln(1 + a), accurate near 0.")
            .partial(() -> ONE.add(A).then(Arithmetic.RECIPROCAL).where(A.ge(-1)))
            .samples(-0.8, 4)
            .at(-1, -INF, INF)
            .at(-2, Double.NaN, Double.NaN)
            .at(0, 0, 1)
            .build();

    public static final Primitive SIN = unary("sin", StrictMath::sin)
            .doc("The sine of an angle in radians.")
            .partial(() -> A.then(Smooth.COS))
            .build();

    public static final Primitive COS = unary("cos", StrictMath::cos)
            .doc("The cosine of an angle in radians.")
            .partial(() -> A.then(SIN).neg())
            .build();

    public static final Primitive TAN = unary("tan", StrictMath::tan)
            .doc("The tangent of an angle in radians.")
            .partial(() -> ONE.add(Y.then(Arithmetic.SQUARE)))
            .samples(-1.3, 1.3)
            .build();

    public static final Primitive ASIN = unary("asin", StrictMath::asin)
            .doc("The arc sine, in radians.")
            .partial(() -> ONE.sub(A).mul(ONE.add(A)).then(RSQRT))
            .samples(-0.9, 0.9)
            .at(1, StrictMath.asin(1), INF)
            .at(-1, StrictMath.asin(-1), INF)
            .at(2, Double.NaN, Double.NaN)
            .build();

    public static final Primitive ACOS = unary("acos", StrictMath::acos)
            .doc("The arc cosine, in radians.")
            .partial(() -> ONE.sub(A).mul(ONE.add(A)).then(RSQRT).neg())
            .samples(-0.9, 0.9)
            .at(1, 0, -INF)
            .at(-1, StrictMath.acos(-1), -INF)
            .at(2, Double.NaN, Double.NaN)
            .build();

    public static final Primitive ATAN = unary("atan", StrictMath::atan)
            .doc("The arc tangent, in radians.")
            .partial(() -> ONE.add(A.then(Arithmetic.SQUARE)).then(Arithmetic.RECIPROCAL))
            .at(INF, StrictMath.atan(INF), 0)
            .build();

    public static final Primitive SINH = unary("sinh", Elementary::sinh)
            .doc("The hyperbolic sine.")
            .partial(() -> A.then(Smooth.COSH))
            .samples(-3, 3)
            .build();

    public static final Primitive COSH = unary("cosh", Elementary::cosh)
            .doc("The hyperbolic cosine.")
            .partial(() -> A.then(SINH))
            .samples(-3, 3)
            .build();

    public static final Primitive TANH = unary("tanh", Elementary::tanh)
            .doc("The hyperbolic tangent; its derivative (1 - y)(1 + y) loses relative accuracy where y is near 1.")
            .partial(() -> ONE.sub(Y).mul(ONE.add(Y)))
            .samples(-3, 3)
            .at(INF, 1, 0)
            .at(-INF, -1, 0)
            .build();

    public static final Primitive ASINH = unary("asinh", SpecialFunctions::asinh)
            .doc("The inverse hyperbolic sine.")
            .partial(() -> A.then(Special.HYPOT, ONE).then(Arithmetic.RECIPROCAL))
            .build();

    public static final Primitive ACOSH = unary("acosh", SpecialFunctions::acosh)
            .doc("The inverse hyperbolic cosine.")
            .partial(() -> A.sub(ONE).then(SQRT).mul(A.add(ONE).then(SQRT)).then(Arithmetic.RECIPROCAL))
            .samples(1.2, 4)
            .at(1, 0, INF)
            .at(-2, Double.NaN, Double.NaN)
            .build();

    public static final Primitive ATANH = unary("atanh", SpecialFunctions::atanh)
            .doc("The inverse hyperbolic tangent.")
            .partial(() -> ONE.sub(A)
                    .mul(ONE.add(A))
                    .then(Arithmetic.RECIPROCAL)
                    .where(A.ge(-1).mul(A.le(1))))
            .samples(-0.8, 0.8)
            .at(1, INF, INF)
            .at(-1, -INF, INF)
            .at(2, Double.NaN, Double.NaN)
            .build();

    public static final Primitive SIGMOID = unary("sigmoid", SpecialFunctions::sigmoid)
            .doc(
                    "The logistic function 1 / (1 + e^-a); its derivative y(1 - y) loses relative accuracy where y is near 1.")
            .partial(() -> Y.mul(ONE.sub(Y)))
            .samples(-6, 6)
            .at(0, 0.5, 0.25)
            .at(INF, 1, 0)
            .at(-INF, 0, 0)
            .build();

    public static final Primitive SOFTPLUS = unary("softplus", SpecialFunctions::softplus)
            .doc("ln(1 + e^a), without overflow.")
            .partial(() -> A.then(SIGMOID))
            .samples(-20, 20)
            .at(INF, INF, 1)
            .at(-INF, 0, 0)
            .build();

    public static final Primitive LOG_SIGMOID = unary("logSigmoid", SpecialFunctions::logSigmoid)
            .doc("The logarithm of the logistic function, accurate in both tails.")
            .partial(() -> A.neg().then(SIGMOID))
            .samples(-20, 20)
            .at(-INF, -INF, 1)
            .build();

    public static final Primitive SILU = unary("silu", SpecialFunctions::silu)
            .doc("The sigmoid linear unit a sigmoid(a), also called swish (Elfwing et al. 2017).")
            .partial(() -> withLimits(A.then(SIGMOID).mul(ONE.add(A.mul(A.neg().then(SIGMOID))))))
            .samples(-5, 5)
            .at(INF, INF, 1)
            .at(-INF, -0.0, 0)
            .at(0, 0, 0.5)
            .build();

    public static final Primitive MISH = unary("mish", SpecialFunctions::mish)
            .doc("a tanh(softplus(a)) (Misra 2019).")
            .partial(() -> withLimits(mishDerivative()))
            .samples(-5, 5)
            .at(INF, INF, 1)
            .at(-INF, -0.0, 0)
            .build();

    public static final Primitive ATAN2 = binary("atan2", StrictMath::atan2)
            .doc("The angle in radians of the point with ordinate a and abscissa b.")
            .partials(() -> List.of(overRadius(B), overRadius(A).neg()))
            .samples(new Interval(0.3, 2), new Interval(-2, 2))
            .at(0, 0, 0, Double.NaN, Double.NaN)
            .at(0, 1, 0, 1, 0)
            .at(1e200, 1e200, StrictMath.atan2(1, 1), 0.5e-200, -0.5e-200)
            .build();

    /** With t = tanh(softplus(a)): t + a (1 - t)(1 + t) sigmoid(a). */
    private static Expr mishDerivative() {
        Expr t = A.then(SOFTPLUS).then(TANH);
        return t.add(A.mul(ONE.sub(t)).mul(ONE.add(t)).mul(A.then(SIGMOID)));
    }

    /** Returns side / (a^2 + b^2), dividing twice by the root so that the squares cannot overflow. */
    private static Expr overRadius(Expr side) {
        Expr radius = A.then(Special.HYPOT, B);
        return side.div(radius).div(radius);
    }

    /** Returns the derivative of an activation that tends to a and to 0: its limits 1 and 0 at infinity, where 0 meets ∞. */
    static Expr withLimits(Expr formula) {
        return select(A.then(Piecewise.ABS).eq(INF), A.gt(0), formula);
    }

    /** Returns {@code formula} where the output is finite, else {@code atInfinity}. */
    static Expr whereFinite(Expr formula, Expr atInfinity) {
        return select(Y.then(Piecewise.ABS).eq(INF), atInfinity, formula);
    }
}
