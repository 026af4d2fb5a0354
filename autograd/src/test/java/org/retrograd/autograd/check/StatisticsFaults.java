package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.binary;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of variances, norms and softmaxes, mostly along the last axis. */
final class StatisticsFaults {
    private StatisticsFaults() {}

    static List<Fault> all() {
        return Stream.of(moments(), norms(), exponentials())
                .flatMap(List::stream)
                .toList();
    }

    private static Tensor centred(Tensor x) {
        return x.sub(x.mean(Dims.KEEP, -1));
    }

    private static List<Fault> moments() {
        return List.of(
                in(
                        unary("myVariance", x -> centred(x).square().mean(-1))
                                .backward((g, x, y) ->
                                        spread(g, x).mul(centred(x)).mul(2)),
                        FACTOR,
                        "1/n forgotten",
                        ROWS),
                in(
                        unary("myVariance", x -> centred(x).square().mean(-1))
                                .backward((g, x, y) ->
                                        spread(g, x).mul(centred(x)).mul(2.0 / (x.dim(-1) - 1))),
                        FACTOR,
                        "n - 1 in place of n",
                        ROWS),
                in(
                        unary("myVariance", x -> centred(x).square().mean(-1))
                                .backward((g, x, y) -> spread(g, x).mul(x).mul(2.0 / x.dim(-1))),
                        DROPPED,
                        "the mean not subtracted",
                        SQUARE),
                in(
                        unary("myDeviation", x -> centred(x).square().mean(-1).sqrt())
                                .backward((g, x, y) ->
                                        spread(g, x).mul(centred(x)).mul(2.0 / x.dim(-1))),
                        FACTOR,
                        "derivative of the root forgotten",
                        ROWS),
                in(
                        unary("myDeviation", x -> centred(x).square().mean(-1).sqrt())
                                .backward((g, x, y) -> spread(g.div(y), x).mul(centred(x))),
                        FACTOR,
                        "1/n forgotten",
                        ALONE_MATRIX),
                in(
                        unary(
                                        "standardise",
                                        x -> centred(x)
                                                .div(centred(x)
                                                        .square()
                                                        .mean(Dims.KEEP, -1)
                                                        .sqrt()))
                                .backward((g, x, y) -> centred(g)
                                        .div(centred(x)
                                                .square()
                                                .mean(Dims.KEEP, -1)
                                                .sqrt())),
                        DROPPED,
                        "the deviation taken as constant",
                        ROWS),
                in(
                        unary(
                                        "standardise",
                                        x -> centred(x)
                                                .div(centred(x)
                                                        .square()
                                                        .mean(Dims.KEEP, -1)
                                                        .sqrt()))
                                .backward((g, x, y) -> g.sub(y.mul(g.mul(y).mean(Dims.KEEP, -1)))
                                        .div(centred(x)
                                                .square()
                                                .mean(Dims.KEEP, -1)
                                                .sqrt())),
                        DROPPED,
                        "the mean taken as constant",
                        ROWS),
                in(
                        unary("centre", StatisticsFaults::centred).backward((g, x, y) -> g),
                        DROPPED,
                        "the mean taken as constant",
                        SQUARE),
                in(
                        unary("centre", StatisticsFaults::centred).backward((g, x, y) -> g.sub(g.mean(Dims.KEEP, -2))),
                        TRANSPOSED,
                        "centred along the other axis",
                        SQUARE),
                in(
                        unary("meanSquare", x -> x.square().mean(-1))
                                .backward((g, x, y) -> spread(g, x).mul(x).mul(2))
                                .forward((t, x, y) -> t.mul(x).mul(2).sum(-1)),
                        FACTOR,
                        "1/n forgotten in both modes",
                        ROWS),
                in(
                        binary(
                                        "covariance",
                                        (a, b) -> centred(a).mul(centred(b)).mean(-1))
                                .pull(
                                        0,
                                        (g, in, y) ->
                                                spread(g, in[0]).mul(in[1]).div(3)),
                        DROPPED,
                        "the mean of the other not subtracted",
                        Setting.alone(M23, M23.cos())));
    }

    private static List<Fault> norms() {
        return List.of(
                in(
                        unary("myNorm", x -> x.square().sum(-1).sqrt())
                                .backward((g, x, y) -> spread(g, x).mul(x)),
                        FACTOR,
                        "not divided by the norm",
                        ROWS),
                in(
                        unary("myNorm", x -> x.square().sum(-1).sqrt())
                                .backward((g, x, y) ->
                                        spread(g.div(y.square()), x).mul(x)),
                        FACTOR,
                        "divided by its square",
                        SQUARE),
                in(
                        unary("myNorm", x -> x.square().sum(-1).sqrt())
                                .backward(
                                        (g, x, y) -> spread(g.div(y), x).mul(x).mul(2)),
                        FACTOR,
                        "twice too large",
                        ALONE_MATRIX),
                in(
                        unary("myNorm1", x -> x.abs().sum(-1)).backward((g, x, y) -> spread(g, x)),
                        BRANCH,
                        "the sign forgotten",
                        ROWS),
                in(
                        unary("cubicNorm", x -> x.abs().cube().sum(-1).cbrt())
                                .backward((g, x, y) ->
                                        spread(g.div(y.square()), x).mul(x.square())),
                        BRANCH,
                        "the sign forgotten",
                        ROWS),
                in(
                        unary(
                                        "normalise",
                                        x -> x.div(x.square().sum(Dims.KEEP, -1).sqrt()))
                                .backward((g, x, y) ->
                                        g.div(x.square().sum(Dims.KEEP, -1).sqrt())),
                        DROPPED,
                        "the projection",
                        ROWS),
                in(
                        binary(
                                        "cosine",
                                        (a, b) -> a.mul(b)
                                                .sum(-1)
                                                .div(a.square().sum(-1).sqrt())
                                                .div(b.square().sum(-1).sqrt()))
                                .pull(
                                        0,
                                        (g, in, y) -> spread(g, in[0])
                                                .mul(in[1])
                                                .div(in[0].square()
                                                        .sum(Dims.KEEP, -1)
                                                        .sqrt())
                                                .div(in[1].square()
                                                        .sum(Dims.KEEP, -1)
                                                        .sqrt())),
                        DROPPED,
                        "the norm's derivative",
                        Setting.alone(M23, M23.cos())),
                in(
                        binary("squaredDistance", (a, b) -> a.sub(b).square().sum(-1))
                                .pull(
                                        1,
                                        (g, in, y) -> spread(g, in[0])
                                                .mul(in[0].sub(in[1]))
                                                .mul(2)),
                        SIGN,
                        "by the second point",
                        Setting.alone(M23, M23.cos())));
    }

    private static List<Fault> exponentials() {
        return List.of(
                in(
                        unary("myLogSumExp", x -> x.logSumExp(-1))
                                .backward((g, x, y) -> spread(g, x).mul(x.exp())),
                        FACTOR,
                        "not normalised",
                        ROWS),
                in(
                        unary("myLogSumExp", x -> x.logSumExp(-1))
                                .backward((g, x, y) -> spread(g, x)
                                        .mul(x.sub(x.max(Dims.KEEP, -1)).exp())),
                        FACTOR,
                        "normalised by the largest alone",
                        LARGE_LOGITS),
                in(
                        unary("myLogSumExp", x -> x.logSumExp(-1))
                                .backward((g, x, y) -> spread(g, x).mul(x.softmax(-2))),
                        TRANSPOSED,
                        "softmax along the wrong axis",
                        SQUARE),
                in(
                        unary("myLogSumExp", x -> x.logSumExp(-1))
                                .backward((g, x, y) -> spread(g, x)
                                        .mul(x.softmax(-1)
                                                .add(x.ge(x.max(Dims.KEEP, -1)).toTensor()))),
                        DROPPED,
                        "the shift's two contributions do not cancel",
                        LARGE_LOGITS),
                in(
                        unary("mySoftmax", Settings::stableSoftmax).backward((g, x, y) -> g.mul(y)),
                        DROPPED,
                        "-y sum",
                        ROWS),
                in(
                        unary("mySoftmax", Settings::stableSoftmax)
                                .backward((g, x, y) -> g.mul(y).mul(y.neg().add(1))),
                        DROPPED,
                        "all but the diagonal",
                        SQUARE),
                in(
                        unary("mySoftmax", Settings::stableSoftmax)
                                .backward((g, x, y) -> y.mul(g.sub(g.sum(Dims.KEEP, -1)))),
                        FACTOR,
                        "y forgotten within the sum",
                        ROWS),
                in(
                        unary("mySoftmax", Settings::stableSoftmax)
                                .backward((g, x, y) -> y.mul(g.sub(g.mul(y).sum(Dims.KEEP, -2)))),
                        TRANSPOSED,
                        "summed along the wrong axis",
                        SQUARE),
                in(
                        unary("mySoftmax", Settings::stableSoftmax)
                                .backward((g, x, y) -> y.mul(g.add(g.mul(y).sum(Dims.KEEP, -1)))),
                        SIGN,
                        "of the sum",
                        LARGE_LOGITS),
                in(
                        unary("mySoftmax", Settings::stableSoftmax).forward((t, x, y) -> t.mul(y)),
                        FORWARD_ONLY,
                        "-y sum dropped",
                        ROWS),
                in(
                        unary("mySoftmax", Settings::stableSoftmax)
                                .backward((g, x, y) ->
                                        y.detach().mul(g.sub(g.mul(y.detach()).sum(Dims.KEEP, -1)))),
                        SECOND,
                        "detached output",
                        ROWS),
                in(
                        unary("myLogSoftmax", x -> x.logSoftmax(-1)).backward((g, x, y) -> g.sub(g.sum(Dims.KEEP, -1))),
                        FACTOR,
                        "y forgotten",
                        ROWS),
                in(
                        unary("myLogSoftmax", x -> x.logSoftmax(-1)).backward((g, x, y) -> g.sub(y.exp())),
                        DROPPED,
                        "the sum of cotangents",
                        SQUARE),
                in(
                        unary("entropy", p -> p.mul(p.log()).sum(-1).neg())
                                .backward((g, p, y) -> spread(g, p).mul(p.log()).neg()),
                        DROPPED,
                        "the 1 of ln p + 1",
                        Setting.alone(P33)),
                in(
                        binary("divergence", (p, q) -> p.mul(p.div(q).log()).sum(-1))
                                .pull(
                                        1,
                                        (g, in, y) ->
                                                spread(g, in[0]).mul(in[0]).div(in[1])),
                        SIGN,
                        "by q",
                        Setting.alone(P33, N33.square().add(0.2))));
    }
}
