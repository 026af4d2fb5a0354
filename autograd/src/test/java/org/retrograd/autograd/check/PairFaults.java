package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.binary;
import static org.retrograd.autograd.check.Planted.op;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of functions of two numbers, broadcast or not. */
final class PairFaults {
    private PairFaults() {}

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

    static List<Fault> all() {
        return pairs();
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
}
