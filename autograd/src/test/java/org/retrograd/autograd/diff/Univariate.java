package org.retrograd.autograd.diff;

import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A function of one number, with its derivatives at a point as Commons Math's truncated power series finds them.
 *
 * @param series value and derivatives to the order {@link #ORDER}
 */
record Univariate(String name, double x, UnaryOperator<Tensor> f, DerivativeStructure series) {
    static final int ORDER = 4;

    static final List<Univariate> ALL = List.of(
            of("sin", 0.7, v -> v.sin(), v -> v.sin()),
            of("cos", 0.7, v -> v.cos(), v -> v.cos()),
            of("tan", 0.5, v -> v.tan(), v -> v.tan()),
            of("asin", 0.3, v -> v.asin(), v -> v.asin()),
            of("acos", 0.3, v -> v.acos(), v -> v.acos()),
            of("atan", 0.8, v -> v.atan(), v -> v.atan()),
            of("sinh", 0.6, v -> v.sinh(), v -> v.sinh()),
            of("cosh", 0.6, v -> v.cosh(), v -> v.cosh()),
            of("tanh", 0.6, v -> v.tanh(), v -> v.tanh()),
            of("asinh", 0.6, v -> v.asinh(), v -> v.asinh()),
            of("acosh", 2.2, v -> v.acosh(), v -> v.acosh()),
            of("atanh", 0.3, v -> v.atanh(), v -> v.atanh()),
            of("exp", 0.4, v -> v.exp(), v -> v.exp()),
            of("expm1", 0.4, v -> v.expm1(), v -> v.expm1()),
            of("exp2", 0.4, v -> v.exp2(), v -> DerivativeStructure.pow(2, v)),
            of("log", 1.4, v -> v.log(), v -> v.log()),
            of("log1p", 0.4, v -> v.log1p(), v -> v.log1p()),
            of("log10", 1.4, v -> v.log10(), v -> v.log10()),
            of("sqrt", 1.3, v -> v.sqrt(), v -> v.sqrt()),
            of("rsqrt", 1.3, v -> v.rsqrt(), v -> v.sqrt().reciprocal()),
            of("cbrt", 1.3, v -> v.cbrt(), v -> v.cbrt()),
            of("reciprocal", 1.3, v -> v.reciprocal(), v -> v.reciprocal()),
            of("cube and exp", -0.9, v -> v.cube().add(v.exp()), v -> v.pow(3).add(v.exp())),
            of("power 2.5", 1.2, v -> v.pow(2.5), v -> v.pow(2.5)),
            of("x^x", 1.2, v -> v.pow(v), v -> v.pow(v)),
            of("abs and sin", -0.9, v -> v.abs().mul(v.sin()), v -> v.abs().multiply(v.sin())),
            of("sigmoid", 0.4, v -> v.sigmoid(), v -> v.negate().exp().add(1).reciprocal()),
            of("softplus", 0.4, v -> v.softplus(), v -> v.exp().log1p()),
            of("x log x", 1.3, v -> v.xlogy(v), v -> v.log().multiply(v)),
            of("atan2", 0.7, v -> v.sin().atan2(v.exp()), v -> v.sin().atan2(v.exp())),
            of("hypot", 0.7, v -> v.hypot(v.exp()), v -> v.hypot(v.exp())),
            of(
                    "logAddExp",
                    0.7,
                    v -> v.logAddExp(v.square()),
                    v -> v.exp().add(v.multiply(v).exp()).log()),
            of(
                    "logSumExp",
                    0.7,
                    v -> Tensor.stack(0, v, v.square(), v.sin()).logSumExp(),
                    v -> v.exp().add(v.multiply(v).exp()).add(v.sin().exp()).log()),
            of(
                    "product",
                    0.7,
                    v -> Tensor.stack(0, v, v.exp(), v.sin()).prod(),
                    v -> v.multiply(v.exp()).multiply(v.sin())),
            of(
                    "norm",
                    0.7,
                    v -> Tensor.stack(0, v, v.exp()).norm(),
                    v -> v.multiply(v).add(v.exp().multiply(v.exp())).sqrt()),
            of(
                    "bump",
                    0.5,
                    v -> v.square().neg().exp(),
                    v -> v.multiply(v).negate().exp()),
            of(
                    "rational",
                    0.5,
                    v -> v.div(v.square().add(1)),
                    v -> v.divide(v.multiply(v).add(1))),
            of("sin sin sin", 0.5, v -> v.sin().sin().sin(), v -> v.sin().sin().sin()));

    private static Univariate of(
            String name, double x, UnaryOperator<Tensor> f, UnaryOperator<DerivativeStructure> series) {
        return new Univariate(name, x, f, series.apply(new DerivativeStructure(1, ORDER, 0, x)));
    }

    @Override
    public String toString() {
        return name;
    }
}
