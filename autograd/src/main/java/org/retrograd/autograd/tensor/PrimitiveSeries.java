package org.retrograd.autograd.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Expr;
import org.retrograd.autograd.scalar.Primitive;

/** A primitive of series: its value, and how to find later coefficients. */
abstract class PrimitiveSeries extends Series {
    final Primitive primitive;
    final List<Series> in;
    private final @Nullable Tensor value;

    PrimitiveSeries(Primitive primitive, List<Series> in, @Nullable Tensor value) {
        super(shape(in));
        this.primitive = primitive;
        this.in = in;
        this.value = value;
    }

    @Override
    final @Nullable Tensor next(int k) {
        if (k > 0) {
            return later(k);
        }
        return value != null
                ? value
                : Elementwise.of(primitive).apply(in.stream().map(Series::value).toArray(Tensor[]::new));
    }

    abstract @Nullable Tensor later(int k);

    /** Returns the series of a primitive of series; its value may be known. */
    static Series of(Primitive primitive, List<Series> in, @Nullable Tensor value, SeriesSweep sweep) {
        if (primitive == Arithmetic.SELECT) {
            return new Choice(in, value);
        }
        if (primitive.piecewiseConstant() || in.stream().allMatch(Series::constant)) {
            return new Jumps(primitive, in, value);
        }
        if (primitive == Arithmetic.MUL || primitive == Arithmetic.STRONG_MUL) {
            return new Product(primitive, in, value);
        }
        return primitive == Arithmetic.DIV ? new Quotient(in, value) : new Formulas(primitive, in, value, sweep);
    }

    /** What does not vary near the point: a function constant between its jumps, or one of constants. */
    private static final class Jumps extends PrimitiveSeries {
        Jumps(Primitive primitive, List<Series> in, @Nullable Tensor value) {
            super(primitive, in, value);
        }

        @Override
        boolean constant() {
            return true;
        }

        @Override
        @Nullable
        Tensor later(int k) {
            return null;
        }
    }

    /** A choice by a condition, which is decided at the point. */
    private static final class Choice extends PrimitiveSeries {
        Choice(List<Series> in, @Nullable Tensor value) {
            super(Arithmetic.SELECT, in, value);
        }

        @Override
        boolean constant() {
            return in.get(1).constant() && in.get(2).constant();
        }

        @Override
        @Nullable
        Tensor later(int k) {
            Tensor then = in.get(1).at(k);
            Tensor otherwise = in.get(2).at(k);
            Tensor zero = Tensor.scalar(0);
            return then == null && otherwise == null
                    ? null
                    : Elementwise.of(primitive)
                            .apply(
                                    in.get(0).value().constant(),
                                    then == null ? zero : then,
                                    otherwise == null ? zero : otherwise);
        }
    }

    /** The product a b, by convolution. */
    private static final class Product extends PrimitiveSeries {
        Product(Primitive primitive, List<Series> in, @Nullable Tensor value) {
            super(primitive, in, value);
        }

        @Override
        @Nullable
        Tensor later(int k) {
            Tensor sum = null;
            for (int i = 0; i <= k; i++) {
                sum = plus(sum, times(in.get(0).at(i), in.get(1).at(k - i)));
            }
            return sum;
        }
    }

    /** The quotient y = a / b, from a = y b. */
    private static final class Quotient extends PrimitiveSeries {
        private @Nullable Tensor reciprocal;

        Quotient(List<Series> in, @Nullable Tensor value) {
            super(Arithmetic.DIV, in, value);
        }

        @Override
        @Nullable
        Tensor later(int k) {
            Tensor rest = null;
            for (int i = 1; i <= k; i++) {
                rest = plus(rest, times(in.get(1).at(i), at(k - i)));
            }
            Tensor a = in.get(0).at(k);
            Tensor numerator = rest == null ? a : a == null ? rest.neg() : a.sub(rest);
            if (reciprocal == null) {
                reciprocal = in.get(1).value().reciprocal();
            }
            return times(numerator, reciprocal);
        }
    }

    /** Any other primitive, from its partial derivatives. */
    private static final class Formulas extends PrimitiveSeries {
        private final SeriesSweep sweep;
        private @Nullable Series @Nullable [] partials;

        Formulas(Primitive primitive, List<Series> in, @Nullable Tensor value, SeriesSweep sweep) {
            super(primitive, in, value);
            this.sweep = sweep;
        }

        @Override
        @Nullable
        Tensor later(int k) {
            if (partials == null) {
                partials = partials();
            }
            Tensor sum = null;
            Tensor linear = null;
            for (int j = 0; j < partials.length; j++) {
                Series partial = partials[j];
                if (partial == null) {
                    continue;
                }
                if (primitive.partial(j) instanceof Expr.Constant constant && Double.isFinite(constant.value())) {
                    Tensor x = in.get(j).at(k);
                    double factor = constant.value();
                    linear = plus(linear, x == null || factor == 0 ? null : factor == 1 ? x : x.mul(factor));
                    continue;
                }
                for (int i = 0; i < k; i++) {
                    sum = plus(sum, times(partial.at(i), in.get(j).slope(k - 1 - i)));
                }
            }
            return plus(sum == null || k == 1 ? sum : sum.div(k), linear);
        }

        /** Returns the series of the partial derivatives; none for inputs that do not vary. */
        private @Nullable Series[] partials() {
            @Nullable Series[] found = new @Nullable Series[in.size()];
            Series b = in.size() > 1 ? in.get(1) : null;
            Series c = in.size() > 2 ? in.get(2) : null;
            for (int j = 0; j < found.length; j++) {
                if (!in.get(j).constant()) {
                    found[j] = j == 0 && b != null && divides()
                            ? sweep.apply(Arithmetic.MUL, b, sweep.apply(Arithmetic.DIV, this, in.get(0)))
                            : primitive.partial(j).in(sweep, in.get(0), b, c, this);
                }
            }
            return found;
        }

        /**
         * Whether the derivative b a^(b-1) of a power is found as b y / a. That is one more series, while the formula as it
         * is stated needs another power for each order, but it does not hold where a is 0.
         */
        private boolean divides() {
            return primitive == Arithmetic.POW && !in.get(0).value().eq(0).any();
        }
    }

    /** Returns a product in which what is exactly 0 stays 0, as in the other sweeps; null is zero. */
    private static @Nullable Tensor times(@Nullable Tensor a, @Nullable Tensor b) {
        return a == null || b == null
                ? null
                : Elementwise.of(Arithmetic.STRONG_MUL).apply(a, b);
    }

    private static Shape shape(List<Series> in) {
        Shape shape = in.get(0).shape;
        for (Series x : in.subList(1, in.size())) {
            shape = Shape.broadcast(shape, x.shape);
        }
        return shape;
    }
}
