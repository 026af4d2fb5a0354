package org.retrograd.autograd.scalar;

/** The leaves from which formulas of derivatives are built. */
public final class Symbols {
    private Symbols() {}

    /** The first input. */
    public static final Expr A = new Expr.Leaf("a", 0);

    /** The second input. */
    public static final Expr B = new Expr.Leaf("b", 1);

    /** The third input. */
    public static final Expr C = new Expr.Leaf("c", 2);

    /** The output, for derivatives that are simpler in it: that of {@code tanh} is {@code (1 - y) * (1 + y)}. */
    public static final Expr Y = new Expr.Leaf("y", 3);

    /** The cotangent or tangent that a partial derivative is multiplied by; not part of partial derivatives themselves. */
    static final Expr G = new Expr.Leaf("g", 4);

    /** The number 1. */
    public static final Expr ONE = new Expr.Constant(1);

    /** Not a number: the derivative outside the domain. */
    public static final Expr NAN = new Expr.Constant(Double.NaN);
}
