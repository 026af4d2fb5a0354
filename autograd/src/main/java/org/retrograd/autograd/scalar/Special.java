package org.retrograd.autograd.scalar;

import static org.retrograd.autograd.scalar.Expr.constant;
import static org.retrograd.autograd.scalar.Expr.select;
import static org.retrograd.autograd.scalar.Primitive.binary;
import static org.retrograd.autograd.scalar.Primitive.unary;
import static org.retrograd.autograd.scalar.Symbols.A;
import static org.retrograd.autograd.scalar.Symbols.B;
import static org.retrograd.autograd.scalar.Symbols.NAN;
import static org.retrograd.autograd.scalar.Symbols.ONE;
import static org.retrograd.autograd.scalar.Symbols.Y;

import java.util.List;
import org.retrograd.autograd.scalar.Primitive.Interval;

/** The special functions, and the functions of two numbers that need care at the edge of their domain. */
public final class Special {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double ROOT_PI = Math.sqrt(Math.PI);

    /** Slope and cubic coefficient of the tanh form of gelu (Hendrycks and Gimpel 2016, section 2). */
    private static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);

    private static final double GELU_CUBIC = 0.044715;

    /** From here on the tanh form of gelu is a or 0. */
    private static final double GELU_SATURATED = 30;

    private Special() {}

    public static final Primitive ERF = unary("erf", SpecialFunctions::erf)
            .doc("The error function.")
            .partial(() -> gaussian(2 / ROOT_PI, 1))
            .at(0, 0, 2 / ROOT_PI)
            .build();

    public static final Primitive ERFC = unary("erfc", SpecialFunctions::erfc)
            .doc("The complementary error function 1 - erf(a), accurate in the tail.")
            .partial(() -> gaussian(-2 / ROOT_PI, 1))
            .build();

    public static final Primitive ERF_INV = unary("erfInv", SpecialFunctions::erfInv)
            .doc("The inverse of the error function.")
            .partial(() -> Y.then(Arithmetic.SQUARE).then(Smooth.EXP).mul(ROOT_PI / 2))
            .samples(-0.9, 0.9)
            .at(0, 0, ROOT_PI / 2)
            .at(1, INF, INF)
            .at(-1, -INF, INF)
            .at(2, Double.NaN, Double.NaN)
            .build();

    public static final Primitive GELU = unary("gelu", SpecialFunctions::gelu)
            .doc("The Gaussian error linear unit a Phi(a), exact form (Hendrycks and Gimpel 2016).")
            .partial(() -> Smooth.withLimits(A.mul(-Math.sqrt(0.5))
                    .then(ERFC)
                    .mul(0.5)
                    .add(A.mul(gaussian(1 / Math.sqrt(2 * Math.PI), 0.5)))))
            .samples(-5, 5)
            .at(INF, INF, 1)
            .at(-INF, -0.0, 0)
            .at(0, 0, 0.5)
            .build();

    public static final Primitive GELU_TANH = unary("geluTanh", SpecialFunctions::geluTanh)
            .doc("The tanh form of the Gaussian error linear unit (Hendrycks and Gimpel 2016, section 2).")
            .partial(Special::geluTanhDerivative)
            .samples(-5, 5)
            .at(1e160, 1e160, 1)
            .at(-1e160, -0.0, 0)
            .at(0, 0, 0.5)
            .build();

    public static final Primitive LOG_GAMMA = unary("logGamma", SpecialFunctions::logGamma)
            .doc("The logarithm of the gamma function for a > 0.")
            .partial(() -> A.then(Special.DIGAMMA))
            .samples(0.3, 5)
            .at(-0.5, Double.NaN, Double.NaN)
            .build();

    public static final Primitive DIGAMMA = unary("digamma", SpecialFunctions::digamma)
            .doc("The derivative of logGamma, for a > 0.")
            .partial(() -> ONE.then(Special.POLYGAMMA, A))
            .samples(0.3, 5)
            .at(-0.5, Double.NaN, Double.NaN)
            .build();

    public static final Primitive POLYGAMMA = binary("polygamma", (n, x) -> SpecialFunctions.polygamma((int) n, x))
            .doc("The a-th derivative of digamma at b > 0, for whole a >= 0, by which it cannot be differentiated.")
            .partials(() -> List.of(NAN, A.add(ONE).then(Special.POLYGAMMA, B)))
            .samples(new Interval(1, 1), new Interval(0.3, 5))
            .build();

    public static final Primitive SINC = unary("sinc", SpecialFunctions::sinc)
            .doc("sin(pi a) / (pi a), and 1 at 0.")
            .partial(() -> ONE.then(Special.SINC_DERIVATIVE, A))
            .samples(-3, 3)
            .at(0, 1, 0)
            .build();

    public static final Primitive SINC_DERIVATIVE = binary(
                    "sincDerivative", (n, x) -> SpecialFunctions.sincDerivative((int) n, x))
            .doc("The a-th derivative of sinc at b, for whole a >= 0, by which it cannot be differentiated.")
            .partials(() -> List.of(NAN, A.add(ONE).then(Special.SINC_DERIVATIVE, B)))
            .samples(new Interval(1, 1), new Interval(-3, 3))
            .at(1, 0, 0, Double.NaN, -Math.PI * Math.PI / 3)
            .build();

    public static final Primitive HYPOT = binary("hypot", SpecialFunctions::hypot)
            .doc("The length sqrt(a^2 + b^2), without overflow; its derivative at (0, 0) is the subgradient (0, 0).")
            .partials(() -> List.of(select(Y.eq(0), constant(0), A.div(Y)), select(Y.eq(0), constant(0), B.div(Y))))
            .samples(0.3, 2)
            .breaks(1, () -> List.of(Y))
            .at(0, 0, 0, 0, 0)
            .at(3, 4, 5, 0.6, 0.8)
            .build();

    public static final Primitive LOG_ADD_EXP = binary("logAddExp", SpecialFunctions::logAddExp)
            .doc("ln(e^a + e^b), without overflow.")
            .partials(() -> List.of(shareOfSum(A, B), shareOfSum(B, A)))
            .at(-INF, -INF, -INF, 0, 0)
            .at(INF, INF, INF, 0.5, 0.5)
            .at(INF, 0, INF, 1, 0)
            .at(-INF, 0, 0, 0, 1)
            .build();

    public static final Primitive XLOGY = binary("xlogy", SpecialFunctions::xlogy)
            .doc("a ln(b), and 0 where a is 0, whatever b >= 0.")
            .partials(() -> List.of(
                    B.then(Smooth.LOG),
                    select(B.eq(0).mul(A.eq(0)), constant(0), A.div(B).where(B.ge(0)))))
            .samples(0.2, 3)
            .at(0, 0, 0, -INF, 0)
            .at(0, 2, 0, StrictMath.log(2), 0)
            .at(1, -1, Double.NaN, Double.NaN, Double.NaN)
            .build();

    public static final Primitive XLOG1PY = binary("xlog1py", SpecialFunctions::xlog1py)
            .doc("a ln(1 + b), and 0 where a is 0, whatever b >= -1.")
            .partials(() -> List.of(
                    B.then(Smooth.LOG1P),
                    select(B.eq(-1).mul(A.eq(0)), constant(0), A.div(ONE.add(B)).where(B.ge(-1)))))
            .samples(0.2, 3)
            .at(0, -1, 0, -INF, 0)
            .at(0, 2, 0, StrictMath.log1p(2), 0)
            .build();

    /** Returns factor * exp(-rate a^2). */
    private static Expr gaussian(double factor, double rate) {
        return A.then(Arithmetic.SQUARE).mul(-rate).then(Smooth.EXP).mul(factor);
    }

    /** With u = s (a + c a^3) and t = tanh(u): (1 + t)/2 + a (1 - t)(1 + t) s (1 + 3 c a^2) / 2. */
    private static Expr geluTanhDerivative() {
        Expr square = A.then(Arithmetic.SQUARE);
        Expr t = A.add(A.then(Arithmetic.CUBE).mul(GELU_CUBIC)).mul(GELU_SLOPE).then(Smooth.TANH);
        Expr slope = ONE.add(square.mul(3 * GELU_CUBIC)).mul(0.5 * GELU_SLOPE);
        Expr formula = ONE.add(t).mul(0.5).add(A.mul(ONE.sub(t)).mul(ONE.add(t)).mul(slope));
        // tanh has long been 1 there; further out the square would overflow and meet the 0 of 1 - t
        return select(A.then(Piecewise.ABS).ge(GELU_SATURATED), A.gt(0), formula);
    }

    /** The weight of one term of logAddExp: the sigmoid of the difference, shared if both are +inf, 0 if both are -inf. */
    private static Expr shareOfSum(Expr term, Expr other) {
        Expr sigmoid = term.sub(other).then(Smooth.SIGMOID);
        Expr bothInfinite = select(Y.gt(0), constant(0.5), constant(0));
        return Smooth.whereFinite(sigmoid, select(A.eq(B), bothInfinite, sigmoid));
    }
}
