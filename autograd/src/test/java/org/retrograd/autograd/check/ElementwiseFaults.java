package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of functions of each entry. */
final class ElementwiseFaults {
    private ElementwiseFaults() {}

    private static final double LN2 = StrictMath.log(2);

    private static final double LN10 = StrictMath.log(10);

    private static final double DEGREE = Math.PI / 180;

    static List<Fault> all() {
        return Stream.of(signs(), factors(), dropped(), branches())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Fault> signs() {
        return List.of(
                in(unary("myCos", Tensor::cos).partial((x, y) -> x.sin()), SIGN, "the minus forgotten", ALONE),
                in(unary("myNeg", Tensor::neg).backward((g, x, y) -> g), SIGN, "the minus forgotten", CHAIN),
                in(
                        unary("myReciprocal", Tensor::reciprocal).partial((x, y) -> y.square()),
                        SIGN,
                        "+1/x^2",
                        POSITIVE_MIDDLE),
                in(
                        unary("decay", x -> x.neg().exp()).backward((g, x, y) -> g.mul(y)),
                        SIGN,
                        "e^-x as its own derivative",
                        NET),
                in(unary("myCosh", Tensor::cosh).partial((x, y) -> x.sinh().neg()), SIGN, "-sinh, as for cos", MIDDLE),
                in(
                        unary("myAcos", Tensor::acos)
                                .partial((x, y) -> oneMinus(x.square()).rsqrt()),
                        SIGN,
                        "that of asin",
                        UNIT_MIDDLE),
                in(
                        unary("myErfc", Tensor::erfc)
                                .backward((g, x, y) ->
                                        g.mul(x.square().neg().exp().mul(2 / Math.sqrt(Math.PI)))),
                        SIGN,
                        "that of erf",
                        CHAIN),
                in(
                        unary("myRsqrt", Tensor::rsqrt)
                                .partial((x, y) -> y.cube().mul(0.5)),
                        SIGN,
                        "+1/2 x^-3/2",
                        POSITIVE_MIDDLE),
                in(
                        unary("complement", x -> oneMinus(x.sigmoid())).partial((x, y) -> y.mul(oneMinus(y))),
                        SIGN,
                        "1 - sigmoid with the derivative of sigmoid",
                        CHAIN),
                in(
                        unary("mySin", Tensor::sin)
                                .backward((g, x, y) -> g.mul(x.cos()).neg()),
                        SIGN,
                        "a minus too many",
                        LARGE));
    }

    private static List<Fault> factors() {
        return List.of(
                in(unary("mySquare", Tensor::square).partial((x, y) -> x), FACTOR, "2 forgotten", ALONE),
                in(
                        unary("halfSquare", x -> x.square().mul(0.5)).partial((x, y) -> x.mul(2)),
                        FACTOR,
                        "1/2 forgotten",
                        NET),
                in(
                        unary("mySqrt", Tensor::sqrt).partial((x, y) -> y.reciprocal()),
                        FACTOR,
                        "1/2 forgotten",
                        POSITIVE_MIDDLE),
                in(
                        unary("myCube", Tensor::cube).backward((g, x, y) -> g.mul(x.square())),
                        FACTOR,
                        "3 forgotten",
                        MIDDLE),
                in(
                        unary("mySigmoid", Tensor::sigmoid).backward((g, x, y) -> g.mul(oneMinus(y))),
                        FACTOR,
                        "y forgotten",
                        CHAIN),
                in(unary("mySigmoid", Tensor::sigmoid).partial((x, y) -> y), FACTOR, "1 - y forgotten", NET),
                in(
                        unary("mySigmoid", Tensor::sigmoid).partial((x, y) -> x.mul(oneMinus(x))),
                        FACTOR,
                        "x(1 - x): the input taken for the output",
                        ALONE),
                in(
                        unary("myTanh", Tensor::tanh).backward((g, x, y) -> g.mul(oneMinus(y))),
                        FACTOR,
                        "1 + y forgotten",
                        NET),
                in(
                        unary("myTanh", Tensor::tanh).partial((x, y) -> oneMinus(x.square())),
                        FACTOR,
                        "1 - x^2: the input taken for the output",
                        MIDDLE),
                in(unary("myExp", Tensor::exp).backward((g, x, y) -> g.mul(x)), FACTOR, "x in place of y", CHAIN),
                in(unary("myExp2", Tensor::exp2).partial((x, y) -> y), FACTOR, "ln 2 forgotten", TWICE),
                in(
                        unary("myLog2", Tensor::log2).partial((x, y) -> x.reciprocal()),
                        FACTOR,
                        "1/ln 2 forgotten",
                        ALONE_POSITIVE),
                in(
                        unary("myLog10", Tensor::log10)
                                .backward((g, x, y) -> g.div(x).mul(LN10)),
                        FACTOR,
                        "ln 10 on the wrong side",
                        POSITIVE_MIDDLE),
                in(
                        unary("myLog1p", Tensor::log1p).partial((x, y) -> x.reciprocal()),
                        FACTOR,
                        "that of log",
                        ALONE_POSITIVE),
                in(unary("myExpm1", Tensor::expm1).partial((x, y) -> y), FACTOR, "y in place of y + 1", MIDDLE),
                in(
                        unary("sinOfDegrees", x -> x.mul(DEGREE).sin())
                                .partial((x, y) -> x.mul(DEGREE).cos()),
                        FACTOR,
                        "pi/180 forgotten",
                        ALONE),
                in(
                        unary("wave", x -> x.mul(3).sin())
                                .backward((g, x, y) -> g.mul(x.mul(3).cos())),
                        FACTOR,
                        "inner derivative 3 forgotten",
                        CHAIN),
                in(
                        unary("bell", x -> x.square().neg().exp()).partial((x, y) -> y.mul(-2)),
                        FACTOR,
                        "inner derivative x forgotten",
                        MIDDLE),
                in(
                        unary("mySoftplus", Tensor::softplus).backward((g, x, y) -> g.mul(y)),
                        FACTOR,
                        "y in place of sigmoid",
                        NET),
                in(
                        unary("myTan", Tensor::tan).partial((x, y) -> x.square().add(1)),
                        FACTOR,
                        "1 + x^2 in place of 1 + y^2",
                        UNIT_MIDDLE),
                in(
                        unary("myAtan", Tensor::atan).partial((x, y) -> x.add(1).reciprocal()),
                        FACTOR,
                        "1/(1 + x)",
                        UNIT_MIDDLE),
                in(
                        unary("pow3_5", x -> x.pow(3.5)).partial((x, y) -> y.mul(3.5)),
                        FACTOR,
                        "p x^p in place of p x^(p-1)",
                        ALONE_POSITIVE),
                in(
                        unary("mySquare", Tensor::square)
                                .backward((g, x, y) -> g.mul(x).mul(4)),
                        FACTOR,
                        "twice too large",
                        LARGE),
                in(
                        unary("myAsinh", Tensor::asinh)
                                .partial((x, y) -> x.square().add(1).reciprocal()),
                        FACTOR,
                        "the root forgotten",
                        ALONE),
                in(
                        unary("myErf", Tensor::erf)
                                .backward((g, x, y) -> g.mul(x.square().neg().exp())),
                        FACTOR,
                        "2/sqrt(pi) forgotten",
                        CHAIN),
                in(
                        unary("myExp2", Tensor::exp2).backward((g, x, y) -> g.mul(y.div(LN2))),
                        FACTOR,
                        "divided by ln 2",
                        TINY));
    }

    private static List<Fault> dropped() {
        return List.of(
                in(
                        unary("xSin", x -> x.mul(x.sin())).partial((x, y) -> x.sin()),
                        DROPPED,
                        "oneMinus term of the product rule",
                        ALONE),
                in(
                        unary("swish", x -> x.mul(x.sigmoid())).backward((g, x, y) -> g.mul(x.sigmoid())),
                        DROPPED,
                        "x sigmoid'(x)",
                        NET),
                in(unary("xExp", x -> x.mul(x.exp())).partial((x, y) -> y), DROPPED, "e^x", MIDDLE),
                in(
                        unary("rational", x -> x.div(x.square().add(1)))
                                .backward((g, x, y) -> g.div(x.square().add(1))),
                        DROPPED,
                        "the denominator's derivative",
                        CHAIN),
                in(
                        unary("selfPower", x -> x.mul(x.log()).exp()).partial((x, y) -> y.mul(x.log())),
                        DROPPED,
                        "x^x without the 1",
                        ALONE_POSITIVE),
                in(
                        unary(
                                        "gaussGate",
                                        x -> x.mul(x.mul(Math.sqrt(0.5))
                                                .erf()
                                                .add(1)
                                                .mul(0.5)))
                                .backward((g, x, y) ->
                                        g.mul(x.mul(Math.sqrt(0.5)).erf().add(1).mul(0.5))),
                        DROPPED,
                        "x times the density",
                        NET),
                in(
                        unary("myMish", x -> x.mul(x.softplus().tanh()))
                                .partial((x, y) -> x.softplus()
                                        .tanh()
                                        .add(x.mul(oneMinus(x.softplus().tanh().square())))),
                        DROPPED,
                        "the sigmoid of the inner softplus",
                        TWICE),
                in(
                        unary("logOverX", x -> x.log().div(x)).backward((g, x, y) -> g.div(x.square())),
                        DROPPED,
                        "-ln x",
                        POSITIVE_MIDDLE),
                in(
                        unary("cubicSum", x -> x.cube().add(x.mul(0.01)))
                                .partial((x, y) -> x.square().mul(3)),
                        DROPPED,
                        "a small linear term",
                        CHAIN));
    }

    private static List<Fault> branches() {
        Tensor zero = Tensor.scalar(0);
        return List.of(
                in(unary("myRelu", Tensor::relu).backward((g, x, y) -> g), BRANCH, "passes below 0", CHAIN),
                in(
                        unary("leaky", x -> Tensor.where(x.gt(0), x, x.mul(0.1)))
                                .partial((x, y) -> Tensor.where(x.gt(0), Tensor.scalar(1), zero)),
                        BRANCH,
                        "0 below 0",
                        NET),
                in(
                        unary("leaky", x -> Tensor.where(x.gt(0), x, x.mul(0.1)))
                                .partial((x, y) -> Tensor.where(x.gt(0), Tensor.scalar(0.1), Tensor.scalar(1))),
                        SWAPPED,
                        "branches exchanged",
                        ALONE),
                in(
                        unary(
                                        "myElu",
                                        x -> Tensor.where(
                                                x.gt(0), x, x.minimum(0).expm1()))
                                .backward((g, x, y) -> Tensor.where(x.gt(0), g, g.mul(y))),
                        BRANCH,
                        "y in place of y + 1 below 0",
                        NET),
                in(unary("myAbs", Tensor::abs).backward((g, x, y) -> g), BRANCH, "the sign forgotten", MIDDLE),
                in(
                        unary("mySoftsign", x -> x.div(x.abs().add(1)))
                                .partial((x, y) -> x.add(1).square().reciprocal()),
                        BRANCH,
                        "|x| forgotten",
                        ALONE),
                in(unary("logAbs", x -> x.abs().log()).partial((x, y) -> x.abs().reciprocal()), BRANCH, "1/|x|", CHAIN),
                in(
                        unary("myHuber", x -> x.huber(0.5)).backward((g, x, y) -> g.mul(x)),
                        BRANCH,
                        "x also outside",
                        ALONE),
                in(
                        unary("myHardTanh", x -> x.clamp(-0.5, 0.5)).backward((g, x, y) -> g),
                        BRANCH,
                        "passes outside",
                        NET),
                in(
                        unary("myRelu6", x -> x.mul(8).relu().minimum(6))
                                .backward((g, x, y) -> g.mul(Tensor.where(x.gt(0), Tensor.scalar(8), zero))),
                        BRANCH,
                        "passes above 6",
                        ALONE),
                in(
                        unary("signedRoot", x -> x.abs().sqrt().mul(x.sign()))
                                .partial((x, y) -> y.reciprocal().mul(0.5)),
                        BRANCH,
                        "negative below 0",
                        MIDDLE),
                in(
                        unary("myCbrt", Tensor::cbrt)
                                .backward((g, x, y) -> g.div(y.square()).div(3).mul(x.sign())),
                        BRANCH,
                        "sign too many",
                        CHAIN),
                in(
                        unary(
                                        "smoothStep",
                                        x -> x.clamp(0, 1)
                                                .square()
                                                .mul(x.clamp(0, 1).mul(-2).add(3)))
                                .partial((x, y) -> x.mul(6).mul(oneMinus(x))),
                        BRANCH,
                        "not 0 outside",
                        ALONE),
                in(
                        unary("shrink", x -> x.sub(x.clamp(-0.4, 0.4)))
                                .backward((g, x, y) -> Tensor.where(x.gt(0), g, g.neg())),
                        BRANCH,
                        "sign of the lower branch",
                        Setting.alone(X.mul(2))));
    }
}
