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

/** Mistakes in the rules of sums, products, maxima and scans, mostly along the last axis. */
final class ReductionFaults {
    private ReductionFaults() {}

    /** A row and a column, so that an axis of length 1 is met. */
    private static final Setting THIN = Setting.of(
            (op, in) -> op.apply(in.get(0).sin()).mul(1.5),
            Tensor.of(0.4, -1.1, 0.8).expandDims(1));

    private static final Setting TWO_ROWS =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), M23, POSITIVE);

    private static final Setting WHOLE =
            Setting.of((op, in) -> op.apply(in.get(0).mul(in.get(1))).square(), M23, X);

    static List<Fault> all() {
        return Stream.of(sums(), scans(), extrema(), thin(), precise())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Fault> sums() {
        return List.of(
                in(
                        unary("mySum", x -> x.sum(-1))
                                .backward((g, x, y) -> spread(g, x).div(x.dim(-1))),
                        FACTOR,
                        "1/n, as for the mean",
                        ROWS),
                in(
                        unary("myMean", x -> x.mean(-1)).backward((g, x, y) -> spread(g, x)),
                        FACTOR,
                        "1/n forgotten",
                        SQUARE),
                in(
                        unary("myMean", x -> x.mean(-1))
                                .backward((g, x, y) -> spread(g, x).div(x.size())),
                        FACTOR,
                        "divided by all entries",
                        ROWS),
                in(
                        unary("myMean", x -> x.mean(-1))
                                .backward((g, x, y) -> spread(g, x).mul(x.dim(-1))),
                        FACTOR,
                        "multiplied by n",
                        ALONE_MATRIX),
                in(
                        unary("columnSum", x -> x.sum(-2)).backward((g, x, y) -> spread(g, x)),
                        TRANSPOSED,
                        "spread along rows",
                        SQUARE),
                in(
                        unary("rowSum", x -> x.sum(-1))
                                .backward((g, x, y) -> g.expandDims(-2).mul(Tensor.ones(3, 1))),
                        TRANSPOSED,
                        "spread along columns",
                        SQUARE),
                in(
                        unary("total", Tensor::sum)
                                .backward((g, x, y) ->
                                        g.expandDims(-1).expandDims(-1).mul(x)),
                        FACTOR,
                        "multiplied by x",
                        WHOLE),
                in(
                        unary("firstSum", x -> x.sum(-1))
                                .backward((g, x, y) -> spread(g, x).mul(Tensor.of(1, 0, 0))),
                        PLACES,
                        "to the first entry alone",
                        ROWS),
                in(
                        unary("alternating", x -> x.mul(Tensor.of(1, -1, 1)).sum(-1))
                                .backward((g, x, y) -> spread(g, x)),
                        SIGN,
                        "signs forgotten",
                        ROWS),
                in(
                        unary("myProd", x -> x.prod(-1)).backward((g, x, y) -> spread(g.mul(y), x)),
                        FACTOR,
                        "not divided by x",
                        ROWS),
                in(
                        unary("geometricMean", x -> x.log().mean(-1).exp())
                                .backward((g, x, y) -> spread(g.mul(y), x).div(x)),
                        FACTOR,
                        "1/n forgotten",
                        Setting.alone(P33)),
                in(
                        unary("harmonicMean", x -> x.reciprocal().mean(-1).reciprocal())
                                .backward((g, x, y) ->
                                        spread(g.mul(y.square()), x).div(x.square())),
                        FACTOR,
                        "1/n forgotten",
                        Setting.alone(P33)),
                in(
                        binary("weightedMean", (x, w) -> x.mul(w).sum(-1).div(w.sum(-1)))
                                .pull(
                                        1,
                                        (g, in, y) -> spread(g, in[0])
                                                .mul(in[0])
                                                .div(in[1].sum(-1))
                                                .sum(-2)),
                        DROPPED,
                        "the derivative of the sum of weights",
                        TWO_ROWS));
    }

    private static List<Fault> scans() {
        return List.of(
                in(
                        unary("myCumSum", x -> x.cumSum(-1)).backward((g, x, y) -> g.cumSum(-1)),
                        PLACES,
                        "not reversed",
                        ROWS),
                in(
                        unary("myCumSum", x -> x.cumSum(-1))
                                .backward((g, x, y) -> g.flip(-1).cumSum(-1)),
                        PLACES,
                        "not flipped back",
                        SQUARE),
                in(
                        unary("myCumSum", x -> x.cumSum(-1))
                                .backward((g, x, y) ->
                                        g.flip(-1).cumSum(-1).flip(-1).sub(g)),
                        PLACES,
                        "off by one",
                        ROWS),
                in(
                        unary("differences", x -> x.slice(-1, 1, 3).sub(x.slice(-1, 0, 2)))
                                .backward((g, x, y) -> g.pad(-1, 1, 0)),
                        DROPPED,
                        "the subtrahend",
                        ROWS),
                in(
                        unary("decaying", x -> x.mul(Tensor.of(0.25, 0.5, 1)).cumSum(-1))
                                .backward((g, x, y) -> g.flip(-1).cumSum(-1).flip(-1)),
                        FACTOR,
                        "weights forgotten",
                        ROWS));
    }

    private static List<Fault> extrema() {
        return List.of(
                in(unary("myMax", x -> x.max(-1)).backward((g, x, y) -> spread(g, x)), BRANCH, "to all entries", ROWS),
                in(
                        unary("myMin", x -> x.min(-1))
                                .backward((g, x, y) ->
                                        Tensor.where(x.eq(x.max(Dims.KEEP, -1)), spread(g, x), Tensor.scalar(0))),
                        SWAPPED,
                        "to the largest",
                        SQUARE),
                in(
                        unary("range", x -> x.max(-1).sub(x.min(-1)))
                                .backward((g, x, y) ->
                                        Tensor.where(x.eq(x.max(Dims.KEEP, -1)), spread(g, x), Tensor.scalar(0))),
                        DROPPED,
                        "the smallest",
                        ROWS),
                in(
                        unary("myMax", x -> x.max(-1))
                                .backward((g, x, y) -> spread(g, x).div(3)),
                        FACTOR,
                        "shared by all, as for the mean",
                        ALONE_MATRIX),
                in(
                        unary("normInf", x -> x.abs().max(-1))
                                .backward((g, x, y) ->
                                        Tensor.where(x.abs().eq(y.expandDims(-1)), spread(g, x), Tensor.scalar(0))),
                        BRANCH,
                        "the sign forgotten",
                        Setting.alone(M23.neg())));
    }

    private static List<Fault> thin() {
        return List.of(
                in(
                        unary("mySum", x -> x.sum(Dims.KEEP, -1))
                                .backward((g, x, y) -> x.dim(-1) == 1 ? g.mul(0) : g.mul(Tensor.ones(x.dim(-1)))),
                        SIZE_ONE,
                        "0",
                        THIN),
                in(
                        unary("mySoftmax", Settings::stableSoftmax)
                                .backward((g, x, y) -> x.dim(-1) == 1
                                        ? g
                                        : y.mul(g.sub(g.mul(y).sum(Dims.KEEP, -1)))),
                        SIZE_ONE,
                        "passed through",
                        THIN),
                in(
                        unary("myMean", x -> x.mean(-1))
                                .backward((g, x, y) -> spread(g, x).div(Math.max(x.dim(-1), 2))),
                        SIZE_ONE,
                        "divided by at least 2",
                        THIN),
                in(
                        unary("myNorm", x -> x.square().sum(-1).sqrt())
                                .backward((g, x, y) -> x.dim(-1) == 1
                                        ? spread(g, x)
                                        : spread(g.div(y), x).mul(x)),
                        SIZE_ONE,
                        "the sign forgotten",
                        THIN),
                in(
                        binary("myMul", Tensor::mul)
                                .pull(
                                        1,
                                        (g, in, y) -> in[1].dim(-2) == 1
                                                ? g.mul(in[0]).mean(Dims.KEEP, -2)
                                                : g.mul(in[0])),
                        SIZE_ONE,
                        "mean when broadcast",
                        Setting.alone(M33, Tensor.of(0.4, -0.2, 1.1).expandDims(0))),
                in(
                        op("myAdd", in -> in[0].add(in[1]))
                                .pull(0, (g, in, y) -> in[0].dim(-1) == 1 ? g.slice(-1, 0, 1) : g),
                        SIZE_ONE,
                        "first column in place of the sum",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1)).sin(),
                                Tensor.of(0.4, -0.2, 1.1).expandDims(1),
                                M33)));
    }

    private static List<Fault> precise() {
        Tensor spoil = Tensor.concat(0, Tensor.ones(3999), Tensor.of(0.9)).reshape(50, 80);
        return List.of(
                in(
                        unary("mySum", x -> x.sum(-1))
                                .backward((g, x, y) -> spread(g, x).mul(spoil)),
                        ONE_ENTRY,
                        "the last",
                        Setting.alone(MANY.reshape(50, 80))),
                in(
                        unary("mySoftmax", Settings::stableSoftmax)
                                .backward((g, x, y) -> y.mul(g.sub(g.mul(y).sum(Dims.KEEP, -1)))
                                        .mul(spoil)),
                        ONE_ENTRY,
                        "the last",
                        Setting.alone(MANY.reshape(50, 80))),
                in(
                        unary("myMean", x -> x.mean(-1))
                                .backward((g, x, y) -> spread(g, x).mul(0.333333)),
                        Kind.SMALL,
                        "1/3 with six digits",
                        ROWS),
                in(
                        unary("myLogSumExp", x -> x.logSumExp(-1))
                                .backward((g, x, y) ->
                                        spread(g, x).mul(x.softmax(-1).mul(1 - 1e-6))),
                        Kind.SMALL,
                        "in reverse",
                        LARGE_LOGITS));
    }
}
