package org.retrograd.autograd.scalar;

import org.jspecify.annotations.Nullable;

/**
 * The second partial derivatives of primitives, as formulas: the first ones differentiated by the same rules.
 *
 * <p>A formula is evaluated over pairs of formulas, its value and its derivative by one input; a derivative that is
 * {@code null} is 0 whatever the numbers.
 */
public final class SecondPartial {
    private static final Slopes SLOPES = new Slopes();

    private SecondPartial() {}

    /** A formula and its derivative. */
    private record Slope(Expr value, @Nullable Expr derivative) {}

    /** Returns the derivative by input {@code j} of the partial derivative by input {@code i}; null if it is 0. */
    public static @Nullable Expr of(Primitive primitive, int i, int j) {
        Slope[] in = {leaf(Symbols.A, j == 0), leaf(Symbols.B, j == 1), leaf(Symbols.C, j == 2)};
        return primitive
                .partial(i)
                .in(SLOPES, in[0], in[1], in[2], new Slope(Symbols.Y, factor(primitive.partial(j))))
                .derivative;
    }

    private static Slope leaf(Expr leaf, boolean varies) {
        return new Slope(leaf, varies ? Symbols.ONE : null);
    }

    /** Returns a factor, null if it is 0 everywhere. */
    private static @Nullable Expr factor(Expr partial) {
        return partial.equals(Expr.constant(0)) ? null : partial;
    }

    /** Returns a primitive with the sum of the derivatives of its inputs, each times the partial derivative by it. */
    private static Slope chain(Primitive primitive, Expr value, Slope... in) {
        Expr sum = null;
        for (int k = 0; k < in.length && !primitive.piecewiseConstant(); k++) {
            Expr derivative = in[k].derivative;
            Expr partial = derivative == null ? null : factor(at(primitive.partial(k), value, in));
            if (derivative != null && partial != null) {
                Expr term = times(partial, derivative);
                sum = sum == null ? term : sum.add(term);
            }
        }
        return new Slope(value, sum);
    }

    private static Expr at(Expr partial, Expr value, Slope[] in) {
        return partial.in(
                        SLOPES,
                        new Slope(in[0].value, null),
                        in.length > 1 ? new Slope(in[1].value, null) : null,
                        in.length > 2 ? new Slope(in[2].value, null) : null,
                        new Slope(value, null))
                .value;
    }

    /** Returns a product that is 0 where one factor is, as in the sweeps, unless a factor is the same number everywhere. */
    private static Expr times(Expr a, Expr b) {
        if (a.equals(Symbols.ONE)) {
            return b;
        }
        if (b.equals(Symbols.ONE)) {
            return a;
        }
        boolean scales = a instanceof Expr.Constant || b instanceof Expr.Constant;
        return scales ? a.mul(b) : a.then(Arithmetic.STRONG_MUL, b);
    }

    /** The chain rule on formulas. */
    private static final class Slopes implements Algebra<Slope> {
        @Override
        public Slope constant(double value) {
            return new Slope(Expr.constant(value), null);
        }

        @Override
        public Slope apply(Primitive primitive, Slope a) {
            return chain(primitive, new Expr.Apply1(primitive, a.value), a);
        }

        @Override
        public Slope apply(Primitive primitive, Slope a, Slope b) {
            return chain(primitive, new Expr.Apply2(primitive, a.value, b.value), a, b);
        }

        @Override
        public Slope apply(Primitive primitive, Slope a, Slope b, Slope c) {
            Expr value = new Expr.Apply3(primitive, a.value, b.value, c.value);
            if (primitive != Arithmetic.SELECT) {
                return chain(primitive, value, a, b, c);
            }
            Expr none = Expr.constant(0);
            return new Slope(
                    value,
                    b.derivative == null && c.derivative == null
                            ? null
                            : Expr.select(
                                    a.value,
                                    b.derivative == null ? none : b.derivative,
                                    c.derivative == null ? none : c.derivative));
        }
    }
}
