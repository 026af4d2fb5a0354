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

/**
 * Mistakes at points where functions have a kink or entries tie: what is returned is not a subgradient, or the mistake lies
 * beside a kink that is no excuse for it.
 */
final class KinkFaults {
    private KinkFaults() {}

    private static final Setting AT_ZERO = Setting.alone(Tensor.of(0.7, 0, -1.3));
    private static final Setting ZERO_IN_LOSS =
            Setting.of((op, in) -> op.apply(in.get(0).mul(in.get(1))).mul(1.5).sum(), Tensor.of(0.7, 0, -1.3), Y);
    private static final Setting TIED = Setting.alone(Tensor.of(new double[][] {{1.5, 0.2, 1.5}, {0.4, -0.3, -0.8}}));
    private static final Setting ALL_TIED =
            Setting.of((op, in) -> op.apply(in.get(0)).mul(2), Tensor.ones(2, 3).mul(0.6));
    private static final Setting TIED_PAIR = Setting.alone(Tensor.of(0.5, 1.2, -0.4), Tensor.of(0.5, 0.8, 0.3));
    private static final Setting ON_BOUND = Setting.alone(Tensor.of(1, 0.3, -1));
    private static final Setting NEAR_ZERO = Setting.alone(Tensor.of(3e-7, -2e-6, 0.8));
    private static final Setting CLOSE =
            Setting.alone(Tensor.of(new double[][] {{1.5, 1.5 + 1e-7, 0.2}, {0.4, -0.3, 0.4 - 1e-8}}));

    static List<Fault> all() {
        return Stream.of(zero(), ties(), bounds(), near(), beside())
                .flatMap(List::stream)
                .toList();
    }

    private static Tensor share(Tensor g, Tensor x, Tensor winner, double factor) {
        return Tensor.where(x.eq(winner), g.mul(factor), Tensor.scalar(0));
    }

    private static Tensor rows(Tensor g, Tensor x) {
        return g.expandDims(-1).mul(Tensor.ones(x.dim(-1)));
    }

    private static Tensor at(Tensor x, double value, Tensor there, Tensor elsewhere) {
        return Tensor.where(x.eq(value), there, elsewhere);
    }

    private static List<Fault> zero() {
        return List.of(
                in(
                        unary("myRelu", Tensor::relu)
                                .partial((x, y) ->
                                        at(x, 0, Tensor.scalar(2), x.gt(0).toTensor())),
                        TIES,
                        "2 at 0",
                        AT_ZERO),
                in(
                        unary("myRelu", Tensor::relu)
                                .backward((g, x, y) -> g.mul(
                                        at(x, 0, Tensor.scalar(-0.5), x.gt(0).toTensor()))),
                        TIES,
                        "-1/2 at 0",
                        ZERO_IN_LOSS),
                in(
                        unary("myRelu", Tensor::relu)
                                .partial((x, y) ->
                                        at(x, 0, Tensor.scalar(1.1), x.gt(0).toTensor())),
                        TIES,
                        "1.1 at 0",
                        AT_ZERO),
                in(
                        unary("myAbs", Tensor::abs).partial((x, y) -> at(x, 0, Tensor.scalar(1.5), x.sign())),
                        TIES,
                        "1.5 at 0",
                        AT_ZERO),
                in(
                        unary("myAbs", Tensor::abs).backward((g, x, y) -> g.mul(at(x, 0, Tensor.scalar(-3), x.sign()))),
                        TIES,
                        "-3 at 0",
                        ZERO_IN_LOSS),
                in(
                        unary("leaky", x -> Tensor.where(x.gt(0), x, x.mul(0.1)))
                                .partial((x, y) -> Tensor.where(
                                        x.gt(0), Tensor.scalar(1), at(x, 0, Tensor.scalar(0), Tensor.scalar(0.1)))),
                        TIES,
                        "0 at 0, where slopes are 0.1 and 1",
                        AT_ZERO),
                in(
                        unary("myNorm", x -> x.norm(-1)).backward((g, x, y) -> {
                            Tensor length = y.expandDims(-1);
                            return Tensor.where(
                                    length.gt(0), rows(g, x).mul(x).div(length.maximum(1e-300)), rows(g, x));
                        }),
                        TIES,
                        "all ones at 0",
                        Setting.alone(Tensor.of(new double[][] {{0, 0, 0}, {0.3, -0.4, 1.2}}))));
    }

    private static List<Fault> ties() {
        Setting cancelled = Setting.of(
                (op, in) -> op.apply(in.get(0)).sub(in.get(0).mean(-1)),
                Tensor.of(new double[][] {{0.9, 0.9}, {0.1, 0.5}}));
        return List.of(
                in(
                        unary("myMax", x -> x.max(-1)).backward((g, x, y) -> share(rows(g, x), x, y.expandDims(-1), 1)),
                        TIES,
                        "all of it to each that ties",
                        TIED),
                in(
                        unary("myMin", x -> x.min(-1)).backward((g, x, y) -> share(rows(g, x), x, y.expandDims(-1), 1)),
                        TIES,
                        "all of it to each that ties",
                        ALL_TIED),
                in(
                        unary("myMax", x -> x.max(-1))
                                .backward((g, x, y) -> rows(g, x)
                                        .mul(0)
                                        .add(share(rows(g, x), x, y.expandDims(-1), 1)
                                                .mul(x.eq(y.expandDims(-1))
                                                        .toTensor()
                                                        .sum(Dims.KEEP, -1)
                                                        .eq(1)
                                                        .toTensor()))),
                        TIES,
                        "nothing to those that tie",
                        TIED),
                in(
                        unary("myMax", x -> x.max(-1))
                                .backward((g, x, y) -> share(rows(g, x), x, y.expandDims(-1), 1)
                                        .div(3)),
                        TIES,
                        "divided by n, not by the number of ties",
                        TIED),
                in(
                        unary("normInf", x -> x.abs().max(-1))
                                .backward((g, x, y) -> share(rows(g, x), x.abs(), y.expandDims(-1), 1)
                                        .mul(x.sign())),
                        TIES,
                        "all of it to each that ties",
                        Setting.alone(Tensor.of(new double[][] {{1.5, 0.2, -1.5}, {0.4, -0.3, -0.8}}))),
                in(
                        binary("myMaximum", Tensor::maximum)
                                .pull(0, (g, in, y) -> g.mul(in[0].ge(in[1]).toTensor()))
                                .pull(1, (g, in, y) -> g.mul(in[1].ge(in[0]).toTensor())),
                        TIES,
                        "all of it to both that tie",
                        TIED_PAIR),
                in(
                        binary("myMinimum", Tensor::minimum)
                                .pull(0, (g, in, y) -> g.mul(in[0].lt(in[1]).toTensor()))
                                .pull(1, (g, in, y) -> g.mul(in[1].lt(in[0]).toTensor())),
                        TIES,
                        "nothing to both that tie",
                        TIED_PAIR),
                in(
                        unary("myMax", x -> x.max(-1)).backward((g, x, y) -> share(rows(g, x), x, y.expandDims(-1), 1)),
                        TIES,
                        "ties within another function",
                        cancelled),
                in(
                        unary("poolMax", x -> x.reshape(2, 2).max(-1))
                                .backward((g, x, y) -> g.repeat(-1, 2)
                                        .mul(x.eq(y.repeat(-1, 2)).toTensor())),
                        TIES,
                        "all of it to each that ties",
                        Setting.alone(Tensor.of(0, 0, 0.3, 0.7))));
    }

    private static List<Fault> bounds() {
        return List.of(
                in(
                        unary("myClamp", x -> x.clamp(-1, 1))
                                .partial((x, y) -> at(
                                        x.abs(),
                                        1,
                                        Tensor.scalar(2),
                                        x.abs().lt(1).toTensor())),
                        TIES,
                        "2 on the bounds",
                        ON_BOUND),
                in(
                        unary("myClamp", x -> x.clamp(-1, 1))
                                .backward((g, x, y) -> g.mul(at(
                                        x, -1, Tensor.scalar(-1), x.abs().le(1).toTensor()))),
                        TIES,
                        "-1 on the lower bound",
                        ON_BOUND),
                in(
                        unary("hinge", x -> x.neg().add(1).relu())
                                .partial((x, y) -> at(
                                        x,
                                        1,
                                        Tensor.scalar(1),
                                        x.lt(1).toTensor().neg())),
                        TIES,
                        "+1 on the margin",
                        ON_BOUND),
                in(
                        unary("myRelu6", x -> x.clamp(0, 6))
                                .partial((x, y) -> at(
                                        x,
                                        6,
                                        Tensor.scalar(6),
                                        x.gt(0).and(x.lt(6)).toTensor())),
                        TIES,
                        "6 at 6",
                        Setting.alone(Tensor.of(6, 2, -1))),
                in(
                        unary("myHuber", x -> x.huber(1)).partial((x, y) -> at(x.abs(), 1, x.mul(0.5), x.clamp(-1, 1))),
                        TIES,
                        "half of it at delta, where it is smooth",
                        ON_BOUND));
    }

    /** Kinks so near that a step of fixed size would cross them. */
    private static List<Fault> near() {
        return List.of(
                in(
                        unary("myRelu", Tensor::relu)
                                .backward((g, x, y) -> g.mul(x.gt(1e-6).toTensor())),
                        BRANCH,
                        "0 at 3e-7",
                        NEAR_ZERO),
                in(
                        unary("myRelu", Tensor::relu)
                                .partial((x, y) -> x.abs()
                                        .lt(1e-5)
                                        .toTensor()
                                        .mul(0.5)
                                        .add(x.gt(1e-5).toTensor())),
                        BRANCH,
                        "1/2 near 0",
                        NEAR_ZERO),
                in(
                        unary("myAbs", Tensor::abs)
                                .partial((x, y) -> x.div(x.abs().add(1e-6))),
                        BRANCH,
                        "smoothed near 0",
                        NEAR_ZERO),
                in(
                        unary("myMax", x -> x.max(-1)).backward((g, x, y) -> {
                            Tensor near = x.gt(y.expandDims(-1).sub(1e-6)).toTensor();
                            return rows(g, x).mul(near).div(near.sum(Dims.KEEP, -1));
                        }),
                        BRANCH,
                        "shared by near ties",
                        CLOSE));
    }

    /** A kink in one entry, the mistake in another. */
    private static List<Fault> beside() {
        return List.of(
                in(
                        unary("myRelu", Tensor::relu)
                                .partial((x, y) -> x.gt(0).toTensor().mul(1.01)),
                        BRANCH,
                        "1.01 above 0, beside a kink",
                        AT_ZERO),
                in(
                        unary("myAbs", Tensor::abs)
                                .backward((g, x, y) -> g.mul(x.sign().abs())),
                        BRANCH,
                        "the sign forgotten, beside a kink",
                        AT_ZERO),
                in(
                        unary("mySquare", Tensor::square).partial((x, y) -> x),
                        FACTOR,
                        "2 forgotten, on the output of a relu at 0",
                        Setting.of((op, in) -> op.apply(in.get(0).relu().add(in.get(1))), Tensor.of(0.7, 0, -1.3), X)),
                in(
                        unary("mySin", Tensor::sin)
                                .backward((g, x, y) -> g.mul(x.cos()).neg()),
                        SIGN,
                        "below a tied max",
                        Setting.of(
                                (op, in) -> Tensor.concat(
                                        0, op.apply(in.get(0)), in.get(0).max().expandDims(0)),
                                Tensor.of(0.7, 0.7, -1.3))),
                in(
                        unary("myMax", x -> x.max(-1))
                                .backward((g, x, y) -> share(rows(g, x), x, y.expandDims(-1), 0.5)),
                        FACTOR,
                        "half to the winner, beside a tie",
                        TIED));
    }
}
