package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.binary;
import static org.retrograd.autograd.check.Planted.op;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of what reads, writes and rearranges entries. */
final class IndexingFaults {
    private IndexingFaults() {}

    private static final Indices TWICE = Indices.of(2, 0, 2, 1);
    private static final Indices CYCLE = Indices.of(1, 2, 0);
    private static final Tensor SIX = Tensor.of(0.3, -0.8, 1.2, 0.5, 1.6, -0.9);
    private static final Setting VECTOR =
            Setting.of((op, in) -> op.apply(in.get(0).sin()).square(), SIX);
    private static final Setting THREE =
            Setting.of((op, in) -> op.apply(in.get(0).mul(1.5)).cos(), X);
    private static final Setting IN_EXP =
            Setting.of((op, in) -> op.apply(in.get(0).mul(1.5)).exp(), X);
    private static final Setting BOTH =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1).sin()).square(), X, Tensor.of(0.4, 1.5, -0.6, 0.8));
    private static final Setting MATRIX =
            Setting.of((op, in) -> op.apply(in.get(0).tanh()).exp(), M33);

    static List<Fault> all() {
        return Stream.of(reads(), writes(), moves(), joins())
                .flatMap(List::stream)
                .toList();
    }

    /** Returns zeros like x for a cotangent that may carry directions, plus the cotangents at the positions. */
    private static Tensor scattered(Tensor g, Tensor x, Indices at) {
        Tensor zeros = x.mul(0).add(g.sum(-1).expandDims(-1).mul(0));
        return zeros.scatterAdd(-1, at, g);
    }

    private static List<Fault> reads() {
        return List.of(
                in(
                        unary("myTake", x -> x.take(TWICE, -1))
                                .backward((g, x, y) -> scattered(g.slice(-1, 1, 4), x, Indices.of(0, 2, 1))),
                        DROPPED,
                        "of a position read twice one remains",
                        THREE),
                in(
                        unary("myTake", x -> x.take(TWICE, -1))
                                .backward((g, x, y) -> scattered(g, x, TWICE).mul(Tensor.of(1, 1, 0.5))),
                        FACTOR,
                        "mean over duplicates",
                        THREE),
                in(
                        unary("myTake", x -> x.take(CYCLE, -1)).backward((g, x, y) -> g.take(CYCLE, -1)),
                        PLACES,
                        "permuted forwards again",
                        THREE),
                in(
                        unary("myTake", x -> x.take(CYCLE, -1)).backward((g, x, y) -> g),
                        PLACES,
                        "not permuted back",
                        THREE),
                in(
                        unary("myTake", x -> x.take(TWICE, -1))
                                .forward((t, x, y) -> t.take(Indices.of(2, 0, 1, 1), -1)),
                        FORWARD_ONLY,
                        "other positions",
                        THREE),
                in(
                        unary("pick", x -> x.slice(-1, 1, 2).squeeze(-1))
                                .backward((g, x, y) -> g.expandDims(-1).mul(Tensor.of(1, 0, 0))),
                        PLACES,
                        "off by one",
                        THREE),
                in(
                        unary("pick", x -> x.slice(-1, 1, 2).squeeze(-1))
                                .backward((g, x, y) -> g.expandDims(-1).mul(Tensor.ones(3))),
                        BRANCH,
                        "to all entries",
                        THREE),
                in(
                        unary("myGather", x -> x.gather(Indices.of(2, 0, 1).reshape(3, 1), -1))
                                .backward((g, x, y) ->
                                        g.mul(Tensor.of(new double[][] {{0, 1, 0}, {0, 0, 1}, {1, 0, 0}}))),
                        PLACES,
                        "positions off by one",
                        MATRIX),
                in(
                        unary("mySlice", x -> x.slice(-1, 1, 4)).backward((g, x, y) -> g.pad(-1, 0, 3)),
                        PLACES,
                        "at the beginning",
                        VECTOR),
                in(
                        unary("mySlice", x -> x.slice(-1, 1, 4)).backward((g, x, y) -> g.pad(-1, 2, 1)),
                        PLACES,
                        "off by one",
                        VECTOR),
                in(
                        unary("everySecond", x -> x.slice(-1, 0, 6, 2)).backward((g, x, y) -> g.pad(-1, 0, 3)),
                        PLACES,
                        "not spaced out again",
                        VECTOR),
                in(
                        unary("everySecond", x -> x.slice(-1, 0, 6, 2)).backward((g, x, y) -> g.repeat(-1, 2)),
                        BRANCH,
                        "also to those left out",
                        VECTOR),
                in(
                        unary("windows", x -> Tensor.stack(-2, x.slice(-1, 0, 4), x.slice(-1, 1, 5), x.slice(-1, 2, 6)))
                                .backward((g, x, y) ->
                                        g.slice(-2, 0, 1).squeeze(-2).pad(-1, 0, 2)),
                        DROPPED,
                        "overlapping windows not added",
                        VECTOR),
                in(
                        unary("windows", x -> Tensor.stack(-2, x.slice(-1, 0, 4), x.slice(-1, 2, 6)))
                                .backward((g, x, y) -> {
                                    Tensor first = g.slice(-2, 0, 1).squeeze(-2);
                                    return Tensor.concat(
                                            -1,
                                            first.slice(-1, 0, 2),
                                            g.slice(-2, 1, 2).squeeze(-2));
                                }),
                        DROPPED,
                        "the later window overwrites the earlier",
                        VECTOR),
                in(
                        unary("myDiagonal", Tensor::diagonal)
                                .backward((g, x, y) ->
                                        g.expandDims(-1).mul(Tensor.eye(3).flip(-1))),
                        PLACES,
                        "the other diagonal",
                        MATRIX),
                in(
                        unary("myDiagonal", Tensor::diagonal)
                                .backward((g, x, y) -> g.expandDims(-1).mul(Tensor.ones(3))),
                        BRANCH,
                        "to all of the row",
                        MATRIX));
    }

    private static List<Fault> writes() {
        return List.of(
                in(
                        binary("myScatterAdd", (x, s) -> x.scatterAdd(-1, TWICE, s))
                                .pull(1, (g, in, y) -> scattered(g.pad(-1, 0, 1), in[1], Indices.of(2, 0, 2, 1))),
                        PLACES,
                        "scattered in place of gathered",
                        BOTH),
                in(
                        binary("myScatterAdd", (x, s) -> x.scatterAdd(-1, TWICE, s))
                                .pull(0, (g, in, y) -> g.mul(Tensor.of(1, 1, 0))),
                        BRANCH,
                        "as if the target were overwritten",
                        BOTH),
                in(
                        binary("myScatter", (x, s) -> x.scatter(-1, Indices.of(2, 0), s.slice(-1, 0, 2)))
                                .pull(0, (g, in, y) -> g),
                        DROPPED,
                        "passed where the target was overwritten",
                        BOTH),
                in(
                        unary("mySegmentSum", x -> x.segmentSum(Indices.of(0, 1, 0, 2, 1, 0), 3))
                                .backward((g, x, y) -> g.take(Indices.of(0, 1, 0, 2, 1, 0), -1)
                                        .mul(Tensor.of(1. / 3, 0.5, 1. / 3, 1, 0.5, 1. / 3))),
                        FACTOR,
                        "divided by the counts",
                        VECTOR),
                in(
                        unary("mySegmentSum", x -> x.segmentSum(Indices.of(0, 1, 0, 2, 1, 0), 3))
                                .backward((g, x, y) -> g.take(Indices.of(0, 0, 0, 1, 1, 2), -1)),
                        PLACES,
                        "segments sorted",
                        VECTOR),
                in(
                        unary("myMask", x -> x.mul(Tensor.of(1, 0, 1))).backward((g, x, y) -> g),
                        BRANCH,
                        "the mask forgotten",
                        IN_EXP),
                in(
                        unary("fill", x -> Tensor.where(x.gt(0), x, Tensor.scalar(-1)))
                                .backward((g, x, y) -> Tensor.where(x.gt(0), Tensor.scalar(0), g)),
                        SWAPPED,
                        "the mask inverted",
                        THREE),
                in(
                        op("select", in -> Tensor.where(in[0].gt(0), in[1], in[2]))
                                .pull(2, (g, in, y) -> g),
                        BRANCH,
                        "the mask forgotten for the second",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1), in.get(2))
                                        .square(),
                                X,
                                Y,
                                POSITIVE)),
                in(
                        unary("myTril", x -> x.tril(0)).backward((g, x, y) -> g.triu(0)),
                        TRANSPOSED,
                        "the upper triangle",
                        MATRIX),
                in(
                        unary("myTril", x -> x.tril(0)).backward((g, x, y) -> g.tril(-1)),
                        PLACES,
                        "without the diagonal",
                        MATRIX),
                in(unary("toDiag", Tensor::diag).backward((g, x, y) -> g.sum(-1)), BRANCH, "row sums", IN_EXP));
    }

    private static List<Fault> moves() {
        return List.of(
                in(unary("myFlip", x -> x.flip(-1)).backward((g, x, y) -> g), PLACES, "not flipped", THREE),
                in(
                        unary("myRoll", x -> x.roll(-1, 1)).backward((g, x, y) -> g.roll(-1, 1)),
                        PLACES,
                        "rolled forwards again",
                        THREE),
                in(
                        unary("myRoll", x -> x.roll(-1, 2)).backward((g, x, y) -> g.roll(-1, -1)),
                        PLACES,
                        "rolled too little",
                        VECTOR),
                in(
                        unary("myTranspose", x -> x.transpose()).backward((g, x, y) -> g),
                        TRANSPOSED,
                        "not transposed",
                        MATRIX),
                in(
                        unary("myReshape", x -> x.reshape(3, 2)).backward((g, x, y) -> g.transpose()),
                        TRANSPOSED,
                        "transposed, not reshaped",
                        Setting.of((op, in) -> op.apply(in.get(0).sin()).exp(), M23)),
                in(
                        unary("columnMajor", x -> x.transpose().reshape(6))
                                .backward((g, x, y) -> Tensor.stack(-2, g.slice(-1, 0, 3), g.slice(-1, 3, 6))),
                        TRANSPOSED,
                        "read back by rows",
                        Setting.of((op, in) -> op.apply(in.get(0).sin()).exp(), M23)),
                in(
                        unary("myPad", x -> x.pad(-1, 1, 2)).backward((g, x, y) -> g.slice(-1, 2, 5)),
                        PLACES,
                        "widths exchanged",
                        THREE),
                in(
                        unary("myPad", x -> x.pad(-1, 1, 1)).backward((g, x, y) -> g.slice(-1, 0, 3)),
                        PLACES,
                        "off by one",
                        THREE),
                in(
                        unary("reflect", x -> x.padReflect(-1, 1, 1)).backward((g, x, y) -> g.slice(-1, 1, 4)),
                        DROPPED,
                        "what the border reads",
                        THREE),
                in(
                        unary("edge", x -> x.padEdge(-1, 2, 0)).backward((g, x, y) -> g.slice(-1, 2, 5)),
                        DROPPED,
                        "what the border reads",
                        THREE),
                in(
                        unary("myRepeat", x -> x.repeat(-1, 2))
                                .backward((g, x, y) -> g.slice(-1, 0, 3).add(g.slice(-1, 3, 6))),
                        PLACES,
                        "as for tile",
                        THREE),
                in(
                        unary("myRepeat", x -> x.repeat(-1, 2)).backward((g, x, y) -> g.slice(-1, 0, 6, 2)),
                        DROPPED,
                        "the first copy alone",
                        THREE),
                in(
                        unary("myTile", x -> x.tile(2))
                                .backward((g, x, y) -> g.slice(-1, 0, 6, 2).add(g.slice(-1, 1, 6, 2))),
                        PLACES,
                        "as for repeat",
                        THREE),
                in(
                        unary("spreadOut", x -> x.expandDims(-1).mul(Tensor.ones(3)))
                                .backward((g, x, y) -> g.sum(-2)),
                        BROADCAST,
                        "summed along the wrong axis",
                        THREE));
    }

    private static List<Fault> joins() {
        Setting two =
                Setting.of((op, in) -> op.apply(in.get(0).sin(), in.get(1)).square(), X, Y);
        Tensor spoil = Tensor.concat(0, Tensor.of(1.1), Tensor.ones(3999));
        return List.of(
                in(
                        binary("myConcat", (a, b) -> Tensor.concat(-1, a, b))
                                .pull(0, (g, in, y) -> g.slice(-1, 3, 6))
                                .pull(1, (g, in, y) -> g.slice(-1, 0, 3)),
                        SWAPPED,
                        "parts exchanged",
                        two),
                in(
                        binary("myConcat", (a, b) -> Tensor.concat(-1, a, b)).pull(1, (g, in, y) -> g.slice(-1, 2, 5)),
                        PLACES,
                        "off by one",
                        two),
                in(
                        binary("interleave", (a, b) -> Tensor.stack(-1, a, b).reshape(6))
                                .pull(0, (g, in, y) -> g.slice(-1, 0, 3))
                                .pull(1, (g, in, y) -> g.slice(-1, 3, 6)),
                        PLACES,
                        "as for concat",
                        two),
                in(
                        binary("myStack", (a, b) -> Tensor.stack(-1, a, b))
                                .pull(1, (g, in, y) -> g.slice(-1, 0, 1).squeeze(-1)),
                        PLACES,
                        "the first part's",
                        two),
                in(
                        unary("permuted", x -> x.flip(-1))
                                .backward((g, x, y) -> g.flip(-1).mul(spoil)),
                        ONE_ENTRY,
                        "the first",
                        Setting.alone(MANY)));
    }
}
