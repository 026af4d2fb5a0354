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
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in hand-written rules of normalisations, of attention and of losses. */
final class LossFaults {
    private LossFaults() {}

    private static final Tensor TARGETS = Tensor.of(new double[][] {{0, 1, 0}, {1, 0, 0}, {0, 0, 1}, {0, 1, 0}});

    private static final Setting LOSS =
            Setting.of((op, in) -> op.apply(in.get(0).matmul(in.get(1))), BATCH, M33);

    private static final Setting ATTENTION = Setting.of(
            (op, in) -> op.apply(in.get(0), in.get(1), in.get(2)).sin(),
            BATCH,
            BATCH.cos(),
            BATCH.mul(0.7).sin());

    static List<Fault> all() {
        return Stream.of(normalisations(), attention(), losses())
                .flatMap(List::stream)
                .toList();
    }

    private static Tensor standardised(Tensor x, int axis) {
        Tensor c = x.sub(x.mean(Dims.KEEP, axis));
        return c.div(c.square().mean(Dims.KEEP, axis).add(1e-5).sqrt());
    }

    private static Tensor deviation(Tensor x, int axis) {
        return x.sub(x.mean(Dims.KEEP, axis))
                .square()
                .mean(Dims.KEEP, axis)
                .add(1e-5)
                .sqrt();
    }

    private static Tensor normBackward(Tensor g, Tensor x, Tensor y, int axis, double mean, double spread) {
        return g.sub(g.mean(Dims.KEEP, axis).mul(mean))
                .sub(y.mul(g.mul(y).mean(Dims.KEEP, axis)).mul(spread))
                .div(deviation(x, axis));
    }

    private static Tensor weights(Tensor[] in) {
        return in[0].matmul(in[1].transpose()).div(Math.sqrt(3)).softmax(-1);
    }

    private static Tensor scores(Tensor g, Tensor[] in) {
        Tensor w = weights(in);
        Tensor gw = g.matmul(in[2].transpose());
        return w.mul(gw.sub(gw.mul(w).sum(Dims.KEEP, -1)));
    }

    private static Tensor expand(Tensor g) {
        return g.expandDims(-1).expandDims(-1);
    }

    private static List<Fault> normalisations() {
        Planted batch = unary("myBatchNorm", x -> standardised(x, -2));
        Planted layer = unary("myLayerNorm", x -> standardised(x, -1));
        Planted rms = unary(
                "myRmsNorm", x -> x.div(x.square().mean(Dims.KEEP, -1).add(1e-5).sqrt()));
        return List.of(
                in(
                        batch.backward((g, x, y) -> normBackward(g, x, y, -2, 0, 1)),
                        DROPPED,
                        "the mean taken as constant",
                        SCALED),
                in(
                        batch.backward((g, x, y) -> normBackward(g, x, y, -2, 1, 0)),
                        DROPPED,
                        "the variance taken as constant",
                        SCALED),
                in(
                        batch.backward((g, x, y) -> normBackward(g, x, y, -1, 1, 1)),
                        TRANSPOSED,
                        "the rule of layer normalisation",
                        SCALED),
                in(
                        layer.backward((g, x, y) -> g.div(deviation(x, -1))),
                        DROPPED,
                        "mean and variance taken as constants",
                        SCALED),
                in(
                        layer.backward((g, x, y) -> normBackward(g, x, y, -1, 1, 0)),
                        DROPPED,
                        "the variance taken as constant",
                        SCALED),
                in(
                        layer.backward((g, x, y) -> normBackward(g, x, y, -1, 1, x.dim(-1) / (x.dim(-1) - 1.0))),
                        FACTOR,
                        "n - 1 in place of n",
                        SCALED),
                in(
                        rms.backward((g, x, y) ->
                                g.div(x.square().mean(Dims.KEEP, -1).add(1e-5).sqrt())),
                        DROPPED,
                        "the scale taken as constant",
                        SCALED),
                in(
                        rms.backward((g, x, y) -> g.sub(y.mul(g.mul(y).sum(Dims.KEEP, -1)))
                                .div(x.square().mean(Dims.KEEP, -1).add(1e-5).sqrt())),
                        FACTOR,
                        "sum in place of mean",
                        SCALED),
                in(
                        op("scaleAndShift", in -> in[0].mul(in[1]).add(in[2]))
                                .pull(1, (g, in, y) -> g.mul(y).sum(-2)),
                        SWAPPED,
                        "the output in place of the normalised input",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1), in.get(2))
                                        .sin(),
                                BATCH,
                                X,
                                Y)));
    }

    private static List<Fault> attention() {
        Planted attention = op(
                "myAttention",
                in -> in[0].matmul(in[1].transpose())
                        .div(Math.sqrt(3))
                        .softmax(-1)
                        .matmul(in[2]));
        return List.of(
                in(
                        attention.pull(0, (g, in, y) -> scores(g, in).matmul(in[1])),
                        FACTOR,
                        "1/sqrt(d) forgotten in dQ",
                        ATTENTION),
                in(
                        attention.pull(
                                1, (g, in, y) -> scores(g, in).matmul(in[0]).div(Math.sqrt(3))),
                        TRANSPOSED,
                        "scores not transposed in dK",
                        ATTENTION),
                in(
                        attention.pull(2, (g, in, y) -> weights(in).matmul(g)),
                        TRANSPOSED,
                        "weights not transposed in dV",
                        ATTENTION),
                in(
                        attention.pull(
                                0,
                                (g, in, y) -> weights(in)
                                        .mul(g.matmul(in[2].transpose()))
                                        .matmul(in[1])
                                        .div(Math.sqrt(3))),
                        DROPPED,
                        "the softmax's sum in dQ",
                        ATTENTION),
                in(attention.pull(1, (g, in, y) -> g.mul(0)), DROPPED, "keys taken as constants", ATTENTION));
    }

    private static List<Fault> losses() {
        Planted entropy = unary(
                "myCrossEntropy", x -> x.logSoftmax(-1).mul(TARGETS).sum().neg().div(4));
        Planted squared = unary("mySquaredError", x -> x.sub(TARGETS).square().mean());
        Planted binary = unary(
                "myBinaryCrossEntropy", x -> x.softplus().sub(x.mul(TARGETS)).mean());
        return List.of(
                in(
                        entropy.backward(
                                (g, x, y) -> expand(g).mul(x.softmax(-1).sub(TARGETS))),
                        FACTOR,
                        "not divided by the batch",
                        LOSS),
                in(
                        entropy.backward((g, x, y) ->
                                expand(g).mul(x.softmax(-1).sub(TARGETS)).div(16)),
                        FACTOR,
                        "divided by the batch twice",
                        LOSS),
                in(
                        entropy.backward(
                                (g, x, y) -> expand(g).mul(x.softmax(-1)).div(4)),
                        DROPPED,
                        "p in place of p - t",
                        LOSS),
                in(
                        entropy.backward((g, x, y) ->
                                expand(g).mul(TARGETS.sub(x.softmax(-1))).div(4)),
                        SIGN,
                        "t - p",
                        LOSS),
                in(
                        entropy.backward((g, x, y) -> expand(g)
                                .mul(x.softmax(-1)
                                        .sub(TARGETS)
                                        .mul(x.softmax(-1))
                                        .mul(x.softmax(-1).neg().add(1)))
                                .div(4)),
                        FACTOR,
                        "an f'(z) too many",
                        LOSS),
                in(
                        squared.backward(
                                (g, x, y) -> expand(g).mul(x.sub(TARGETS)).div(x.size())),
                        FACTOR,
                        "2 forgotten",
                        LOSS),
                in(
                        squared.backward((g, x, y) ->
                                expand(g).mul(x.sub(TARGETS)).mul(2).div(x.dim(-2))),
                        FACTOR,
                        "divided by examples, not by entries",
                        LOSS),
                in(squared.backward((g, x, y) -> expand(g).mul(x).mul(2).div(x.size())), DROPPED, "the target", LOSS),
                in(
                        binary.backward(
                                (g, x, y) -> expand(g).mul(x.sub(TARGETS)).div(x.size())),
                        FACTOR,
                        "the logit in place of its sigmoid",
                        LOSS),
                in(
                        binary.backward((g, x, y) -> expand(g)
                                .mul(x.sigmoid().sub(TARGETS))
                                .div(x.size())
                                .mul(1 - 1e-6)),
                        Fault.Kind.SMALL,
                        "targets smoothed by a millionth",
                        LOSS),
                in(
                        unary(
                                        "hingeLoss",
                                        x -> x.mul(TARGETS.mul(2).sub(1))
                                                .neg()
                                                .add(1)
                                                .relu()
                                                .mean())
                                .backward((g, x, y) -> expand(g)
                                        .mul(TARGETS.mul(2).sub(1))
                                        .neg()
                                        .mul(Tensor.ones(4, 3))
                                        .div(x.size())),
                        BRANCH,
                        "also beyond the margin",
                        LOSS),
                in(
                        unary(
                                        "quantileLoss",
                                        x -> Tensor.where(x.gt(0), x.mul(0.9), x.mul(-0.1))
                                                .mean())
                                .backward((g, x, y) -> expand(g)
                                        .mul(x.gt(0).toTensor().mul(0.8).add(0.1))
                                        .div(x.size())),
                        BRANCH,
                        "sign below 0",
                        LOSS),
                in(
                        unary(
                                        "focalLoss",
                                        x -> x.sigmoid()
                                                .neg()
                                                .add(1)
                                                .square()
                                                .mul(x.neg().softplus())
                                                .mean())
                                .backward((g, x, y) -> expand(g)
                                        .mul(x.sigmoid().neg().add(1).cube().neg())
                                        .div(x.size())),
                        DROPPED,
                        "the modulating factor's derivative",
                        LOSS));
    }
}
