package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.binary;
import static org.retrograd.autograd.check.Planted.op;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.check.Fault.Kind;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of functions of each entry. */
final class ElementwiseFaults {
    private ElementwiseFaults() {}

    private static final double LN2 = StrictMath.log(2);
    private static final double LN10 = StrictMath.log(10);
    private static final double DEGREE = Math.PI / 180;
    private static final Setting PAIR = Setting.alone(POSITIVE, Tensor.of(1.3, 0.8, 2.1));
    private static final Setting PAIR_LOSS = Setting.of(
            (op, in) -> op.apply(in.get(0).add(1), in.get(1).exp()).sin().sum(), POSITIVE, Y);

    /** Two inputs of which the second is broadcast along rows, in a matrix whose sides are equal. */
    private static final Setting ROW =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).tanh(), M33, X);

    private static final Setting COLUMN =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).tanh(), M33, X.expandDims(1));
    private static final Setting SCALAR =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sum(), M23, Tensor.scalar(0.7));

    private static Tensor one(Tensor y) {
        return y.neg().add(1);
    }

    static List<Fault> all() {
        return Stream.of(signs(), factors(), dropped(), branches(), pairs(), modes(), orders(), precise())
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
                                .partial((x, y) -> one(x.square()).rsqrt()),
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
                        unary("complement", x -> one(x.sigmoid())).partial((x, y) -> y.mul(one(y))),
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
                        unary("mySigmoid", Tensor::sigmoid).backward((g, x, y) -> g.mul(one(y))),
                        FACTOR,
                        "y forgotten",
                        CHAIN),
                in(unary("mySigmoid", Tensor::sigmoid).partial((x, y) -> y), FACTOR, "1 - y forgotten", NET),
                in(
                        unary("mySigmoid", Tensor::sigmoid).partial((x, y) -> x.mul(one(x))),
                        FACTOR,
                        "x(1 - x): the input taken for the output",
                        ALONE),
                in(unary("myTanh", Tensor::tanh).backward((g, x, y) -> g.mul(one(y))), FACTOR, "1 + y forgotten", NET),
                in(
                        unary("myTanh", Tensor::tanh).partial((x, y) -> one(x.square())),
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
                        "one term of the product rule",
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
                                        .add(x.mul(one(x.softplus().tanh().square())))),
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
                                .partial((x, y) -> x.mul(6).mul(one(x))),
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

    private static List<Fault> pairs() {
        return List.of(
                in(
                        binary("myMul", Tensor::mul)
                                .pull(0, (g, in, y) -> g.mul(in[0]))
                                .pull(1, (g, in, y) -> g.mul(in[1])),
                        SWAPPED,
                        "g x to x, g y to y",
                        PAIR),
                in(binary("mySub", Tensor::sub).pull(1, (g, in, y) -> g), SIGN, "+1 for the subtrahend", PAIR),
                in(
                        binary("myDiv", Tensor::div)
                                .pull(1, (g, in, y) -> g.div(in[1]).mul(y)),
                        SIGN,
                        "+x/y^2",
                        PAIR_LOSS),
                in(
                        binary("myDiv", Tensor::div).pull(0, (g, in, y) -> g.mul(in[1])),
                        FACTOR,
                        "multiplied in place of divided",
                        PAIR),
                in(
                        binary("myPow", Tensor::pow)
                                .pull(1, (g, in, y) -> g.mul(y).mul(in[1].log())),
                        SWAPPED,
                        "ln of the exponent",
                        PAIR),
                in(
                        binary("myPow", Tensor::pow).pull(1, (g, in, y) -> g.mul(0)),
                        DROPPED,
                        "none by the exponent",
                        PAIR_LOSS),
                in(
                        binary("myAtan2", Tensor::atan2)
                                .pull(
                                        0,
                                        (g, in, y) ->
                                                g.mul(in[0]).div(in[0].square().add(in[1].square())))
                                .pull(
                                        1,
                                        (g, in, y) ->
                                                g.mul(in[1]).div(in[0].square().add(in[1].square()))),
                        SWAPPED,
                        "x and y exchanged",
                        PAIR),
                in(
                        binary("myHypot", Tensor::hypot).pull(1, (g, in, y) -> g.mul(in[1])),
                        FACTOR,
                        "not divided by the length",
                        PAIR_LOSS),
                in(
                        binary("myMax", Tensor::maximum)
                                .pull(0, (g, in, y) -> g)
                                .pull(1, (g, in, y) -> g),
                        BRANCH,
                        "both get all",
                        PAIR),
                in(
                        binary("scale", Tensor::mul)
                                .pull(1, (g, in, y) -> g.mul(in[0]).mean(-2)),
                        BROADCAST,
                        "mean in place of sum",
                        ROW),
                in(
                        binary("scale", Tensor::mul)
                                .pull(
                                        1,
                                        (g, in, y) ->
                                                g.mul(in[0]).slice(-2, 0, 1).squeeze(-2)),
                        BROADCAST,
                        "the first row alone",
                        ROW),
                in(
                        binary("scale", Tensor::mul)
                                .pull(1, (g, in, y) -> g.mul(in[0]).sum(-1)),
                        BROADCAST,
                        "summed along the wrong axis",
                        ROW),
                in(
                        binary("shift", Tensor::add)
                                .pull(1, (g, in, y) -> g.sum(-2).expandDims(-1)),
                        BROADCAST,
                        "summed along the wrong axis, then made a column",
                        COLUMN),
                in(
                        binary("shift", Tensor::add)
                                .pull(1, (g, in, y) -> g.sum(Dims.KEEP, -2).mul(Tensor.ones(3, 1))),
                        BROADCAST,
                        "summed, broadcast and summed again",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).tanh(), M33, Tensor.of(new double[][] {
                            {0.2, -0.1, 0.4}
                        }))),
                in(
                        binary("shift", Tensor::add).pull(1, (g, in, y) -> g.mean(-2, -1)),
                        BROADCAST,
                        "mean over all entries",
                        SCALAR),
                in(
                        binary("scale", Tensor::mul)
                                .pull(
                                        1,
                                        (g, in, y) ->
                                                g.mul(in[0]).slice(-1, 0, 1).sum(-2, -1)),
                        BROADCAST,
                        "the first column alone",
                        SCALAR));
    }

    private static List<Fault> modes() {
        return List.of(
                in(
                        unary("mySin", Tensor::sin)
                                .forward((t, x, y) -> t.mul(x.cos()).neg()),
                        FORWARD_ONLY,
                        "sign",
                        ALONE),
                in(
                        unary("mySigmoid", Tensor::sigmoid).forward((t, x, y) -> t.mul(y)),
                        FORWARD_ONLY,
                        "1 - y forgotten going forwards",
                        NET),
                in(
                        unary("mySquare", Tensor::square).forward((t, x, y) -> t.mul(x)),
                        FORWARD_ONLY,
                        "2 forgotten going forwards",
                        MIDDLE),
                in(
                        unary("swish", x -> x.mul(x.sigmoid())).forward((t, x, y) -> t.mul(x.sigmoid())),
                        FORWARD_ONLY,
                        "a term dropped going forwards",
                        CHAIN),
                in(
                        unary("myExp", Tensor::exp).forward((t, x, y) -> t),
                        FORWARD_ONLY,
                        "passed through going forwards",
                        ALONE),
                in(
                        unary("mySin", Tensor::sin).backward((g, x, y) -> g.mul(x.sin())),
                        REVERSE_ONLY,
                        "that of -cos",
                        TWICE),
                in(
                        unary("myTanh", Tensor::tanh)
                                .backward((g, x, y) -> g.mul(one(y.square())).mul(0.5)),
                        REVERSE_ONLY,
                        "half of it",
                        CHAIN),
                in(unary("myExp", Tensor::exp).backward((g, x, y) -> g), REVERSE_ONLY, "passed through", NET));
    }

    private static List<Fault> orders() {
        return List.of(
                in(
                        unary("mySin", Tensor::sin)
                                .backward((g, x, y) -> g.mul(x.detach().cos())),
                        SECOND,
                        "cos of a detached input",
                        ALONE),
                in(
                        unary("myTanh", Tensor::tanh)
                                .partial((x, y) -> one(y.detach().square())),
                        SECOND,
                        "detached output in both modes",
                        CHAIN),
                in(
                        unary("mySquare", Tensor::square)
                                .backward((g, x, y) -> g.mul(x).scaleGradient(2).mul(2)),
                        SECOND,
                        "twice the second derivative",
                        MIDDLE),
                in(
                        unary("myCube", Tensor::cube)
                                .partial((x, y) ->
                                        Tensor.of(x.toArray()).square().mul(3)),
                        SECOND,
                        "rule from a copied array",
                        ALONE),
                in(
                        unary("myExp", Tensor::exp)
                                .backward((g, x, y) -> g.mul(y.add(x.detach()).sub(x))),
                        SECOND,
                        "a term of value 0 with a slope",
                        NET));
    }

    private static List<Fault> precise() {
        Tensor spoil = Tensor.concat(0, Tensor.ones(1234), Tensor.of(1.1), Tensor.ones(2765));
        Setting many = Setting.alone(MANY);
        Setting sum = Setting.of((op, in) -> op.apply(in.get(0)).sum(), MANY);
        Setting two =
                Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin().mean(), MANY, MANY.cos());
        return List.of(
                in(
                        unary("mySquare", Tensor::square)
                                .backward((g, x, y) -> g.mul(x).mul(2).mul(spoil)),
                        ONE_ENTRY,
                        "in reverse",
                        many),
                in(
                        unary("mySquare", Tensor::square)
                                .partial((x, y) -> x.mul(2).mul(spoil)),
                        ONE_ENTRY,
                        "in both modes",
                        sum),
                in(
                        unary("mySin", Tensor::sin)
                                .forward((t, x, y) -> t.mul(x.cos()).mul(spoil)),
                        ONE_ENTRY,
                        "in forward",
                        many),
                in(
                        binary("myMul", Tensor::mul)
                                .pull(1, (g, in, y) -> g.mul(in[0]).mul(spoil)),
                        ONE_ENTRY,
                        "by the second input",
                        two),
                in(
                        unary("mySin", Tensor::sin).partial((x, y) -> x.cos().mul(1 + 1e-6)),
                        Kind.SMALL,
                        "in both modes",
                        ALONE),
                in(
                        unary("myExp", Tensor::exp)
                                .backward((g, x, y) -> g.mul(y).mul(1 - 1e-6)),
                        Kind.SMALL,
                        "in reverse",
                        NET),
                in(
                        unary("mySigmoid", Tensor::sigmoid)
                                .partial((x, y) -> y.mul(one(y)).add(1e-6)),
                        Kind.SMALL,
                        "a constant added",
                        MIDDLE),
                in(
                        unary("sqrtOfPi", x -> x.mul(Math.sqrt(Math.PI))).partial((x, y) -> Tensor.scalar(1.772453)),
                        Kind.SMALL,
                        "a constant with seven digits",
                        CHAIN),
                in(
                        unary("mySquare", Tensor::square).partial((x, y) -> x.mul(2 + 2e-6)),
                        Kind.SMALL,
                        "at large numbers",
                        LARGE),
                in(
                        op("fma", in -> in[0].mul(in[1]).add(in[2])).pull(2, (g, in, y) -> g.mul(1 + 1e-6)),
                        Kind.SMALL,
                        "by the addend",
                        Setting.alone(X, Y, POSITIVE)));
    }
}
