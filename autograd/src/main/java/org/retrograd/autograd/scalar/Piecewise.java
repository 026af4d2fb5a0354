package org.retrograd.autograd.scalar;

import static org.retrograd.autograd.scalar.Expr.constant;
import static org.retrograd.autograd.scalar.Expr.select;
import static org.retrograd.autograd.scalar.Primitive.binary;
import static org.retrograd.autograd.scalar.Primitive.ternary;
import static org.retrograd.autograd.scalar.Primitive.unary;
import static org.retrograd.autograd.scalar.Symbols.A;
import static org.retrograd.autograd.scalar.Symbols.B;
import static org.retrograd.autograd.scalar.Symbols.C;
import static org.retrograd.autograd.scalar.Symbols.ONE;
import static org.retrograd.autograd.scalar.Symbols.Y;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.retrograd.autograd.array.Elementary;
import org.retrograd.autograd.scalar.Primitive.Interval;

/**
 * The functions that are smooth in pieces, with the derivative decided where the pieces meet.
 *
 * <p>At a kink of a locally convex or concave function the derivative is the element of least norm of its subgradients
 * (supergradients); operands that tie share equally. {@code clamp} is the documented exception: it is 1 on its bounds, so
 * that a parameter that has reached one can still move.
 */
public final class Piecewise {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Expr ZERO = constant(0);

    /** Scale and slope of selu (Klambauer et al. 2017, equation 2). */
    private static final double SELU_SCALE = 1.0507009873554804934193349852946;

    private static final double SELU_ALPHA = 1.6732632423543772848170429916717;

    private Piecewise() {}

    public static final Primitive ABS = unary("abs", Math::abs)
            .doc("The absolute value.")
            .partial(() -> A.then(Piecewise.SIGN))
            .breaks(1, () -> List.of(A))
            .at(0, 0, 0)
            .build();

    public static final Primitive SIGN = steps("sign", Math::signum, "-1, 0 or 1: the sign.", () -> A);

    public static final Primitive FLOOR =
            steps("floor", Math::floor, "The largest whole number <= a.", () -> toWhole(A));

    public static final Primitive CEIL = steps("ceil", Math::ceil, "The smallest whole number >= a.", () -> toWhole(A));

    public static final Primitive ROUND =
            steps("round", Math::rint, "The nearest whole number, the even one of two.", () -> toWhole(A.add(0.5)));

    public static final Primitive TRUNC = steps(
            "trunc",
            a -> a < 0 ? Math.ceil(a) : Math.floor(a),
            "The whole number next to a towards 0.",
            () -> toWhole(A));

    public static final Primitive RELU = unary("relu", a -> Math.max(a, 0))
            .doc("max(a, 0); its derivative at 0 is 0.")
            .partial(() -> A.gt(0))
            .breaks(1, () -> List.of(A))
            .at(0, 0, 0)
            .build();

    public static final Primitive LEAKY_RELU = binary("leakyRelu", (a, slope) -> a > 0 ? a : slope * a)
            .doc("a where a > 0, else b a; its derivative at 0 is the number of least size between 1 and b.")
            .partials(() -> List.of(sided(ONE, B), select(A.gt(0), ZERO, A)))
            .samples(new Interval(-2, 2), new Interval(0.1, 0.5))
            .breaks(1, () -> List.of(A))
            .at(0, 0.2, 0, 0.2, 0)
            .at(0, 3, 0, 1, 0)
            .at(0, -1, -0.0, 0, 0)
            .build();

    public static final Primitive ELU = binary("elu", (a, alpha) -> a > 0 ? a : alpha * Elementary.expm1(a))
            .doc("a where a > 0, else b (e^a - 1) (Clevert et al. 2015); at 0 as leakyRelu, the second derivative 0.")
            .partials(() -> List.of(
                    select(A.lt(0), B.mul(A.then(Smooth.EXP)), sided(ONE, B)),
                    select(A.gt(0), ZERO, A.then(Smooth.EXPM1))))
            .samples(new Interval(-2, 2), new Interval(0.5, 1.5))
            .breaks(1, () -> List.of(A))
            .at(0, 1, 0, 1, 0)
            .at(0, 0.5, 0, 0.5, 0)
            .build();

    public static final Primitive CELU = binary("celu", (a, alpha) -> a > 0 ? a : alpha * Elementary.expm1(a / alpha))
            .doc(
                    "a where a > 0, else b (e^(a/b) - 1), smooth for every b > 0 (Barron 2017); second derivative at 0: 0.")
            .partials(() -> List.of(
                    select(A.ge(0), ONE, A.div(B).then(Smooth.EXP)),
                    select(
                            A.gt(0),
                            ZERO,
                            A.div(B)
                                    .then(Smooth.EXPM1)
                                    .sub(A.div(B).mul(A.div(B).then(Smooth.EXP))))))
            .samples(new Interval(-2, 2), new Interval(0.5, 1.5))
            .breaks(2, () -> List.of(A))
            .at(0, 2, 0, 1, 0)
            .build();

    public static final Primitive SELU = unary("selu", a -> SELU_SCALE * (a > 0 ? a : SELU_ALPHA * Elementary.expm1(a)))
            .doc("The self-normalising unit (Klambauer et al. 2017); its derivative at 0 is the right one, 1.0507.")
            .partial(() ->
                    select(A.ge(0), constant(SELU_SCALE), A.then(Smooth.EXP).mul(SELU_SCALE * SELU_ALPHA)))
            .breaks(1, () -> List.of(A))
            .at(0, 0, SELU_SCALE)
            .build();

    public static final Primitive RELU6 = unary("relu6", a -> Math.min(Math.max(a, 0), 6))
            .doc("min(max(a, 0), 6); its derivative at both ends is 0.")
            .partial(() -> A.gt(0).mul(A.lt(6)))
            .samples(-2, 8)
            .breaks(1, () -> List.of(A, A.sub(constant(6))))
            .at(0, 0, 0)
            .at(6, 6, 0)
            .build();

    public static final Primitive HARD_TANH = unary("hardTanh", a -> Math.min(Math.max(a, -1), 1))
            .doc("min(max(a, -1), 1); its derivative at both ends is 0.")
            .partial(() -> A.gt(-1).mul(A.lt(1)))
            .breaks(1, () -> List.of(A.add(1), A.sub(ONE)))
            .at(-1, -1, 0)
            .at(1, 1, 0)
            .build();

    public static final Primitive HARD_SIGMOID = unary("hardSigmoid", a -> Math.min(Math.max(a + 3, 0), 6) / 6)
            .doc("relu6(a + 3) / 6; its derivative at both ends is 0.")
            .partial(() -> A.gt(-3).mul(A.lt(3)).mul(1.0 / 6))
            .samples(-5, 5)
            .breaks(1, () -> List.of(A.add(3), A.sub(constant(3))))
            .at(-3, 0, 0)
            .at(3, 1, 0)
            .build();

    public static final Primitive HARD_SWISH = unary("hardSwish", a -> a * (Math.min(Math.max(a + 3, 0), 6) / 6))
            .doc("a hardSigmoid(a) (Howard et al. 2019); its derivative is 0 at -3 and 1 at 3.")
            .partial(() ->
                    select(A.le(-3), ZERO, select(A.ge(3), ONE, A.mul(1.0 / 3).add(0.5))))
            .samples(-5, 5)
            .breaks(1, () -> List.of(A.add(3), A.sub(constant(3))))
            .at(-3, -0.0, 0)
            .at(3, 3, 1)
            .build();

    public static final Primitive CLAMP = ternary("clamp", (a, low, high) -> Math.min(Math.max(a, low), high))
            .doc("a limited to the interval from b to c; its derivative is 1 inside and on both bounds.")
            .partials(() -> List.of(
                    A.ge(B).mul(A.le(C)),
                    A.lt(B).mul(B.le(C)),
                    A.then(Piecewise.MAXIMUM, B).gt(C)))
            .samples(new Interval(-2, 2), new Interval(-1, -0.5), new Interval(0.5, 1))
            .breaks(1, () -> List.of(A.sub(B), A.sub(C)))
            .at(-1, -1, 1, -1, 1, 0, 0)
            .at(1, -1, 1, 1, 1, 0, 0)
            .at(2, -1, 1, 1, 0, 0, 1)
            .build();

    public static final Primitive MAXIMUM = binary("maximum", Math::max)
            .doc("The larger of two numbers, NaN if one is; operands that tie share the derivative equally.")
            .partials(() -> List.of(winner(A, B), winner(B, A)))
            .breaks(1, () -> List.of(A.sub(B)))
            .at(1, 1, 1, 0.5, 0.5)
            .build();

    public static final Primitive MINIMUM = binary("minimum", Math::min)
            .doc("The smaller of two numbers, NaN if one is; operands that tie share the derivative equally.")
            .partials(() -> List.of(winner(B, A), winner(A, B)))
            .breaks(1, () -> List.of(A.sub(B)))
            .at(1, 1, 1, 0.5, 0.5)
            .build();

    public static final Primitive FMAX = binary("fmax", SpecialFunctions::fmax)
            .doc("The larger of two numbers, ignoring NaN; ties share equally, an operand that is NaN gets 0.")
            .partials(() -> List.of(ignoringNan(A, B, winner(A, B)), ignoringNan(B, A, winner(B, A))))
            .breaks(1, () -> List.of(A.sub(B)))
            .at(1, 1, 1, 0.5, 0.5)
            .at(Double.NaN, 1, 1, 0, 1)
            .at(1, Double.NaN, 1, 1, 0)
            .build();

    public static final Primitive FMIN = binary("fmin", SpecialFunctions::fmin)
            .doc("The smaller of two numbers, ignoring NaN; ties share equally, an operand that is NaN gets 0.")
            .partials(() -> List.of(ignoringNan(A, B, winner(B, A)), ignoringNan(B, A, winner(A, B))))
            .breaks(1, () -> List.of(A.sub(B)))
            .at(1, 1, 1, 0.5, 0.5)
            .at(Double.NaN, 1, 1, 0, 1)
            .build();

    public static final Primitive REMAINDER = binary("remainder", SpecialFunctions::remainder)
            .doc("a - b floor(a / b): the remainder with the sign of b, as in NumPy.")
            .partials(() -> List.of(ONE, wholeQuotient().neg()))
            .samples(new Interval(-3, 3), new Interval(0.5, 2))
            .breaks(0, () -> List.of(toWhole(A.div(B))))
            .at(5, 3, 2, 1, -1)
            .at(-5, 3, 1, 1, 2)
            .build();

    public static final Primitive FMOD = binary("fmod", SpecialFunctions::fmod)
            .doc("a - b trunc(a / b): the remainder with the sign of a, as Java's %.")
            .partials(() -> List.of(ONE, wholeQuotient().neg()))
            .samples(new Interval(-3, 3), new Interval(0.5, 2))
            .breaks(0, () -> List.of(toWhole(A.div(B))))
            .at(5, 3, 2, 1, -1)
            .at(-5, 3, -2, 1, 1)
            .build();

    public static final Primitive IEEE_REMAINDER = binary("ieeeRemainder", Math::IEEEremainder)
            .doc("a - b n with n the whole number nearest to a / b, the even one of two (IEEE 754).")
            .partials(() -> List.of(ONE, wholeQuotient().neg()))
            .samples(new Interval(-3, 3), new Interval(0.5, 2))
            .breaks(0, () -> List.of(toWhole(A.div(B).add(0.5))))
            .at(5, 3, -1, 1, -2)
            .at(-5, 3, 1, 1, 2)
            .build();

    public static final Primitive COPY_SIGN = binary("copySign", Math::copySign)
            .doc("The size of a with the sign of b, which may be that of -0.0; its derivative at a = 0 is 0.")
            .partials(() -> List.of(A.then(SIGN).mul(ONE.then(Piecewise.COPY_SIGN, B)), ZERO))
            .breaks(1, () -> List.of(A))
            .breaks(0, () -> List.of(B))
            .at(0, 1, 0, 0, 0)
            .at(2, -0.0, -2, -1, 0)
            .build();

    public static final Primitive SMOOTH_L1 = binary(
                    "smoothL1", (a, beta) -> Math.abs(a) < beta ? 0.5 * a * a / beta : Math.abs(a) - 0.5 * beta)
            .doc("a^2 / (2 b) where |a| < b, else |a| - b/2.")
            .partials(() -> List.of(
                    select(A.then(ABS).lt(B), A.div(B), A.then(SIGN)),
                    select(A.then(ABS).lt(B), A.div(B).then(Arithmetic.SQUARE).mul(-0.5), constant(-0.5))))
            .samples(new Interval(-2, 2), new Interval(0.5, 1.5))
            .breaks(2, () -> List.of(A.then(ABS).sub(B)))
            .at(0, 1, 0, 0, 0)
            .at(1, 1, 0.5, 1, -0.5)
            .at(0, 0, 0, 0, -0.5)
            .build();

    public static final Primitive HUBER = binary(
                    "huber", (a, delta) -> Math.abs(a) <= delta ? 0.5 * a * a : delta * (Math.abs(a) - 0.5 * delta))
            .doc("a^2 / 2 where |a| <= b, else b (|a| - b/2) (Huber 1964).")
            .partials(() -> List.of(
                    select(A.then(ABS).le(B), A, B.mul(A.then(SIGN))),
                    A.then(ABS).sub(B).then(RELU)))
            .samples(new Interval(-2, 2), new Interval(0.5, 1.5))
            .breaks(2, () -> List.of(A.then(ABS).sub(B)))
            .at(0, 1, 0, 0, 0)
            .at(1, 1, 0.5, 1, 0)
            .at(-1, 1, 0.5, -1, 0)
            .build();

    public static final Primitive NAN_TO_NUM = unary("nanToNum", SpecialFunctions::nanToNum)
            .doc("a, but 0 for NaN and the largest finite number for infinities; what was replaced gets derivative 0.")
            .partial(() -> A.then(ABS).lt(INF))
            .at(Double.NaN, 0, 0)
            .at(INF, Double.MAX_VALUE, 0)
            .build();

    private static Primitive steps(String name, DoubleUnaryOperator value, String doc, Supplier<Expr> margin) {
        return unary(name, value)
                .doc(doc + " Piecewise constant: its derivative is 0 everywhere.")
                .breaks(0, () -> List.of(margin.get()))
                .at(0, 0, 0)
                .build();
    }

    /** The signed distance to the nearest whole number. */
    private static Expr toWhole(Expr x) {
        return x.sub(x.then(ROUND));
    }

    /** 1 or 0 on the right of 0, on the left and at 0 {@code left} with the choice of least norm at 0 itself. */
    private static Expr sided(Expr right, Expr left) {
        Expr least = left.then(Piecewise.MINIMUM, right).then(RELU);
        return select(A.gt(0), right, select(A.lt(0), left, least));
    }

    /** 1 where the first wins, 1/2 where they tie, else 0. */
    private static Expr winner(Expr first, Expr second) {
        return select(first.eq(second), constant(0.5), first.gt(second));
    }

    private static Expr ignoringNan(Expr own, Expr other, Expr usual) {
        return select(own.eq(own), select(other.eq(other), usual, ONE), ZERO);
    }

    /** floor(a / b) or trunc(a / b), whichever gave the output: exact, where a / b itself may round to the next one. */
    private static Expr wholeQuotient() {
        return A.sub(Y).div(B).then(ROUND);
    }
}
