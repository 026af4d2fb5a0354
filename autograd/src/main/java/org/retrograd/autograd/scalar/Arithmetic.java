package org.retrograd.autograd.scalar;

import static org.retrograd.autograd.scalar.Expr.constant;
import static org.retrograd.autograd.scalar.Expr.select;
import static org.retrograd.autograd.scalar.Symbols.A;
import static org.retrograd.autograd.scalar.Symbols.B;
import static org.retrograd.autograd.scalar.Symbols.ONE;
import static org.retrograd.autograd.scalar.Symbols.Y;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.retrograd.autograd.scalar.Primitive.Interval;

/** The primitives of arithmetic, and the comparisons that formulas of derivatives choose their branch by. */
public final class Arithmetic {
    private static final double INF = Double.POSITIVE_INFINITY;

    private Arithmetic() {}

    public static final Primitive ADD = Primitive.binary("add", Double::sum)
            .doc("The sum a + b.")
            .written("(%s + %s)")
            .partials(() -> List.of(ONE, ONE))
            .build();

    public static final Primitive SUB = Primitive.binary("sub", (a, b) -> a - b)
            .doc("The difference a - b.")
            .written("(%s - %s)")
            .partials(() -> List.of(ONE, constant(-1)))
            .build();

    public static final Primitive MUL = Primitive.binary("mul", (a, b) -> a * b)
            .doc("The product a b.")
            .written("(%s * %s)")
            .partials(() -> List.of(B, A))
            .build();

    public static final Primitive DIV = Primitive.binary("div", (a, b) -> a / b)
            .doc("The quotient a / b, by the rules of IEEE 754 where b is 0.")
            .written("(%s / %s)")
            .partials(() -> List.of(B.then(Arithmetic.RECIPROCAL), Y.div(B).neg()))
            .samples(new Interval(-2, 2), new Interval(0.3, 3))
            .at(1, 0, INF, INF, -INF)
            .build();

    public static final Primitive NEG = Primitive.unary("neg", a -> -a)
            .doc("The negative -a.")
            .written("-%s")
            .partial(() -> constant(-1))
            .build();

    public static final Primitive RECIPROCAL = Primitive.unary("reciprocal", a -> 1 / a)
            .doc("The reciprocal 1 / a.")
            .written("(1 / %s)")
            .partial(() -> Y.then(Arithmetic.SQUARE).neg())
            .samples(0.3, 3)
            .at(0, INF, -INF)
            .build();

    public static final Primitive SQUARE = Primitive.unary("square", a -> a * a)
            .doc("The square a^2.")
            .written("%s^2")
            .partial(() -> A.mul(2))
            .at(0, 0, 0)
            .build();

    public static final Primitive CUBE = Primitive.unary("cube", a -> a * a * a)
            .doc("The cube a^3.")
            .written("%s^3")
            .partial(() -> A.then(SQUARE).mul(3))
            .at(0, 0, 0)
            .build();

    public static final Primitive POW = Primitive.binary("pow", StrictMath::pow)
            .doc("The power a^b; the exponents 0, 1, 2 and 3 are exact to every order, also at a = 0.")
            .written("%s^%s")
            .partials(() -> List.of(
                    select(B.eq(0), constant(0), B.mul(A.then(Arithmetic.POW, B.sub(ONE)))),
                    select(A.eq(0).mul(B.ge(0)), constant(0), Y.mul(A.then(Smooth.LOG)))))
            .samples(new Interval(0.2, 3), new Interval(-2, 2))
            .at(0, 0, 1, 0, 0)
            .at(0, 1, 0, 1, 0)
            .at(0, 2, 0, 0, 0)
            .at(0, 3, 0, 0, 0)
            .at(0, 0.5, 0, INF, 0)
            .at(0, -1, INF, -INF, -INF)
            .at(-2, 3, -8, 12, Double.NaN)
            .build();

    public static final Primitive GREATER =
            comparison("greater", "%s > %s", "1 where a > b, else 0.", (a, b) -> a > b ? 1 : 0);

    public static final Primitive GREATER_EQUAL =
            comparison("greaterEqual", "%s >= %s", "1 where a >= b, else 0.", (a, b) -> a >= b ? 1 : 0);

    public static final Primitive EQUAL =
            comparison("equal", "%s = %s", "1 where a equals b, else 0; NaN equals nothing.", (a, b) -> a == b ? 1 : 0);

    public static final Primitive SELECT = Primitive.ternary("where", (a, b, c) -> a != 0 ? b : c)
            .doc(
                    "Chooses b where the condition a holds, else c; the branch not taken contributes nothing, not even NaN.")
            .written("where(%s, %s, %s)")
            .partials(() -> List.of(constant(0), select(A.eq(0), constant(0), ONE), select(A.eq(0), ONE, constant(0))))
            .breaks(0, () -> List.of(A))
            .build();

    public static final Primitive STRONG_MUL = Primitive.binary("strongMul", Arithmetic::strongProduct)
            .doc(
                    "The product a b, but 0 where a factor is 0, whatever the other: how a cotangent meets a partial derivative.")
            .written("(%s * %s)")
            .partials(() -> List.of(B, A))
            .at(0, INF, 0, INF, 0)
            .at(0, Double.NaN, 0, Double.NaN, 0)
            .at(INF, 0, 0, 0, INF)
            .build();

    /**
     * Returns {@code g * partial}, but 0 where either is 0: a dead path contributes nothing. Strong in both factors, so that
     * it is dead in both directions of sweeping, and stays so in derivatives of the product itself.
     */
    static double strongProduct(double g, double partial) {
        return g == 0 || partial == 0 ? 0 : g * partial;
    }

    private static Primitive comparison(String name, String written, String doc, DoubleBinaryOperator value) {
        return Primitive.binary(name, value)
                .doc(doc)
                .written("(" + written + ")")
                .breaks(0, () -> List.of(A.sub(B)))
                .build();
    }
}
