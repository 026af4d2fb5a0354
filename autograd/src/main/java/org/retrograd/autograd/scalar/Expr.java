package org.retrograd.autograd.scalar;

import org.jspecify.annotations.Nullable;

/**
 * A formula in the inputs and the output of a primitive, which {@link Symbols} names.
 *
 * <p>Partial derivatives are stated as such formulas, as data. One statement then gives the fused loop over doubles
 * ({@link #value}), the rule recorded for higher derivatives ({@link #in} over tensors) and the text of the reference.
 */
public sealed interface Expr {
    /** Returns the number that the formula gives for the given inputs, output, and cotangent or tangent. */
    double value(double a, double b, double c, double y, double g);

    /** Returns the formula's value in another algebra; inputs that the primitive does not have are {@code null}. */
    <V> V in(Algebra<V> algebra, V a, @Nullable V b, @Nullable V c, V y);

    /** Whether the formula refers to a leaf. */
    boolean uses(Expr leaf);

    /** Returns the formula that is always {@code value}. */
    static Expr constant(double value) {
        return new Constant(value);
    }

    /** Returns {@code then} where {@code condition} is not 0, {@code otherwise} where it is. */
    static Expr select(Expr condition, Expr then, Expr otherwise) {
        return new Apply3(Arithmetic.SELECT, condition, then, otherwise);
    }

    /** Returns this formula of a primitive of one input. */
    default Expr then(Primitive unary) {
        return new Apply1(unary, this);
    }

    /** Returns a primitive of two inputs applied to this formula and another one. */
    default Expr then(Primitive binary, Expr second) {
        return new Apply2(binary, this, second);
    }

    default Expr add(Expr other) {
        return then(Arithmetic.ADD, other);
    }

    default Expr add(double other) {
        return add(constant(other));
    }

    default Expr sub(Expr other) {
        return then(Arithmetic.SUB, other);
    }

    default Expr mul(Expr other) {
        return then(Arithmetic.MUL, other);
    }

    default Expr mul(double other) {
        return mul(constant(other));
    }

    default Expr div(Expr other) {
        return then(Arithmetic.DIV, other);
    }

    default Expr neg() {
        return then(Arithmetic.NEG);
    }

    /** Returns 1 where this is greater than {@code other}, else 0. */
    default Expr gt(Expr other) {
        return then(Arithmetic.GREATER, other);
    }

    default Expr gt(double other) {
        return gt(constant(other));
    }

    /** Returns 1 where this is greater than or equal to {@code other}, else 0. */
    default Expr ge(Expr other) {
        return then(Arithmetic.GREATER_EQUAL, other);
    }

    default Expr ge(double other) {
        return ge(constant(other));
    }

    /** Returns 1 where this is less than {@code other}, else 0. */
    default Expr lt(Expr other) {
        return other.gt(this);
    }

    default Expr lt(double other) {
        return lt(constant(other));
    }

    /** Returns 1 where this is less than or equal to {@code other}, else 0. */
    default Expr le(Expr other) {
        return other.ge(this);
    }

    default Expr le(double other) {
        return le(constant(other));
    }

    /** Returns 1 where this equals {@code other}, else 0; NaN equals nothing. */
    default Expr eq(Expr other) {
        return then(Arithmetic.EQUAL, other);
    }

    default Expr eq(double other) {
        return eq(constant(other));
    }

    /** Returns this formula where {@code condition} holds and NaN elsewhere: outside the domain. */
    default Expr where(Expr condition) {
        return select(condition, this, Symbols.NAN);
    }

    /** An input or the output. */
    record Leaf(String name, int index) implements Expr {
        @Override
        public double value(double a, double b, double c, double y, double g) {
            return switch (index) {
                case 0 -> a;
                case 1 -> b;
                case 2 -> c;
                case 3 -> y;
                default -> g;
            };
        }

        @Override
        public <V> V in(Algebra<V> algebra, V a, @Nullable V b, @Nullable V c, V y) {
            V value = switch (index) {
                case 0 -> a;
                case 1 -> b;
                case 2 -> c;
                default -> y;
            };
            if (value == null) {
                throw new IllegalStateException("a formula refers to input " + name + ", which its primitive lacks");
            }
            return value;
        }

        @Override
        public boolean uses(Expr leaf) {
            return this == leaf;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** A number. */
    record Constant(double value) implements Expr {
        @Override
        public double value(double a, double b, double c, double y, double g) {
            return value;
        }

        @Override
        public <V> V in(Algebra<V> algebra, V a, @Nullable V b, @Nullable V c, V y) {
            return algebra.constant(value);
        }

        @Override
        public boolean uses(Expr leaf) {
            return false;
        }

        @Override
        public String toString() {
            return value == Math.rint(value) && Math.abs(value) < 1e9
                    ? Long.toString((long) value)
                    : Double.toString(value);
        }
    }

    /** A primitive of one formula. */
    record Apply1(Primitive primitive, Expr first) implements Expr {
        @Override
        public double value(double a, double b, double c, double y, double g) {
            return primitive.value(first.value(a, b, c, y, g));
        }

        @Override
        public <V> V in(Algebra<V> algebra, V a, @Nullable V b, @Nullable V c, V y) {
            return algebra.apply(primitive, first.in(algebra, a, b, c, y));
        }

        @Override
        public boolean uses(Expr leaf) {
            return first.uses(leaf);
        }

        @Override
        public String toString() {
            return primitive.text(first.toString());
        }
    }

    /** A primitive of two formulas. */
    record Apply2(Primitive primitive, Expr first, Expr second) implements Expr {
        @Override
        public double value(double a, double b, double c, double y, double g) {
            return primitive.value(first.value(a, b, c, y, g), second.value(a, b, c, y, g));
        }

        @Override
        public <V> V in(Algebra<V> algebra, V a, @Nullable V b, @Nullable V c, V y) {
            return algebra.apply(primitive, first.in(algebra, a, b, c, y), second.in(algebra, a, b, c, y));
        }

        @Override
        public boolean uses(Expr leaf) {
            return first.uses(leaf) || second.uses(leaf);
        }

        @Override
        public String toString() {
            return primitive.text(first.toString(), second.toString());
        }
    }

    /** A primitive of three formulas. */
    record Apply3(Primitive primitive, Expr first, Expr second, Expr third) implements Expr {
        @Override
        public double value(double a, double b, double c, double y, double g) {
            return primitive.value(first.value(a, b, c, y, g), second.value(a, b, c, y, g), third.value(a, b, c, y, g));
        }

        @Override
        public <V> V in(Algebra<V> algebra, V a, @Nullable V b, @Nullable V c, V y) {
            return algebra.apply(
                    primitive,
                    first.in(algebra, a, b, c, y),
                    second.in(algebra, a, b, c, y),
                    third.in(algebra, a, b, c, y));
        }

        @Override
        public boolean uses(Expr leaf) {
            return first.uses(leaf) || second.uses(leaf) || third.uses(leaf);
        }

        @Override
        public String toString() {
            return primitive.text(first.toString(), second.toString(), third.toString());
        }
    }
}
