package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.binary;
import static org.retrograd.autograd.check.Planted.op;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in hand-written rules of the layers of neural networks, inputs and parameters alike. */
final class LayerFaults {
    private LayerFaults() {}

    private static final Tensor SIGNAL = Tensor.of(0.3, -0.8, 1.2, 0.5, 1.6, -0.9, 0.1, -0.4);

    private static final Tensor KERNEL = Tensor.of(0.6, -1.1, 0.4);

    private static final Setting DENSE = Setting.of(
            (op, in) -> op.apply(in.get(0), in.get(1), in.get(2)).square().mean(), BATCH, M33, X);

    private static final Setting CONV =
            Setting.of((op, in) -> op.apply(in.get(0).sin(), in.get(1)).tanh(), SIGNAL, KERNEL);

    static List<Fault> all() {
        return Stream.of(dense(), convolutions(), recurrent(), others())
                .flatMap(List::stream)
                .toList();
    }

    private static Planted layer() {
        return op("dense", in -> in[0].matmul(in[1]).add(in[2]).tanh());
    }

    private static Tensor delta(Tensor g, Tensor y) {
        return g.mul(y.square().neg().add(1));
    }

    private static Tensor windows(Tensor x, int width) {
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i + width <= x.dim(-1); i++) {
            parts.add(x.slice(-1, i, i + width));
        }
        return Tensor.stack(-2, parts.toArray(new Tensor[0]));
    }

    private static Tensor convolved(Tensor x, Tensor k) {
        return windows(x, 3).mul(k).sum(-1);
    }

    private static List<Fault> dense() {
        return List.of(
                in(layer().pull(1, (g, in, y) -> in[0].transpose().matmul(g)), FACTOR, "f'(z) forgotten in dW", DENSE),
                in(
                        layer().pull(0, (g, in, y) -> g.matmul(in[1].transpose())),
                        FACTOR,
                        "f'(z) forgotten in the delta below",
                        DENSE),
                in(layer().pull(0, (g, in, y) -> delta(g, y).matmul(in[1])), TRANSPOSED, "W in place of W'", DENSE),
                in(
                        layer().pull(1, (g, in, y) -> delta(g, y).transpose().matmul(in[0])),
                        TRANSPOSED,
                        "dW transposed",
                        DENSE),
                in(layer().pull(2, (g, in, y) -> delta(g, y).mean(-2)), BROADCAST, "db averaged over the batch", DENSE),
                in(
                        layer().pull(
                                        2,
                                        (g, in, y) ->
                                                delta(g, y).slice(-2, 0, 1).squeeze(-2)),
                        BROADCAST,
                        "db of the first example",
                        DENSE),
                in(layer().pull(2, (g, in, y) -> g.sum(-2)), FACTOR, "f'(z) forgotten in db", DENSE),
                in(
                        layer().pull(
                                        1,
                                        (g, in, y) -> in[0].transpose()
                                                .matmul(delta(g, y))
                                                .div(in[0].dim(-2))),
                        FACTOR,
                        "dW divided by the batch once more",
                        DENSE),
                in(
                        layer().pull(
                                        1,
                                        (g, in, y) -> in[0].transpose()
                                                .matmul(delta(g, y))
                                                .sub(in[1].mul(0.01))),
                        DROPPED,
                        "weight decay mixed in",
                        DENSE),
                in(
                        layer().pull(
                                        0,
                                        (g, in, y) -> delta(g, y)
                                                .matmul(in[1].sub(in[0].transpose()
                                                                .matmul(delta(g, y))
                                                                .mul(0.1))
                                                        .transpose())),
                        STALE,
                        "the delta below goes through updated weights",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1), in.get(2)), BATCH, M33, X)),
                in(
                        op("residual", in -> in[0].add(in[0].matmul(in[1]).tanh()))
                                .pull(0, (g, in, y) -> delta(g, y.sub(in[0])).matmul(in[1].transpose())),
                        DROPPED,
                        "the skip connection",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), BATCH, M33)));
    }

    private static List<Fault> convolutions() {
        Planted conv = binary("myConv1d", LayerFaults::convolved);
        return List.of(
                in(
                        conv.pull(
                                1,
                                (g, in, y) -> windows(in[0], 3)
                                        .mul(g.expandDims(-1))
                                        .sum(-2)
                                        .flip(-1)),
                        PLACES,
                        "the kernel's gradient flipped",
                        CONV),
                in(
                        conv.pull(
                                0,
                                (g, in, y) ->
                                        windows(g.pad(-1, 2, 2), 3).mul(in[1]).sum(-1)),
                        PLACES,
                        "the kernel not flipped on the way back",
                        CONV),
                in(
                        conv.pull(
                                1,
                                (g, in, y) ->
                                        windows(in[0], 3).mul(g.expandDims(-1)).mean(-2)),
                        FACTOR,
                        "mean over the positions",
                        CONV),
                in(
                        conv.pull(
                                1,
                                (g, in, y) -> windows(in[0], 3)
                                        .mul(g.expandDims(-1))
                                        .slice(-2, 0, 1)
                                        .squeeze(-2)),
                        DROPPED,
                        "the first of many uses alone",
                        CONV),
                in(conv.pull(0, (g, in, y) -> g.pad(-1, 1, 1).mul(in[1].sum())), FACTOR, "the sum of the kernel", CONV),
                in(
                        op("channelBias", in -> in[0].add(in[1].expandDims(-1))).pull(1, (g, in, y) -> g.mean(-1)),
                        BROADCAST,
                        "mean over the positions",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), M33, X)),
                in(
                        unary("maxPool", x -> x.reshape(4, 2).max(-1)).backward((g, x, y) -> g.repeat(-1, 2)),
                        BRANCH,
                        "to all of the window",
                        Setting.of((op, in) -> op.apply(in.get(0)).sin(), SIGNAL)),
                in(
                        unary("avgPool", x -> x.reshape(4, 2).mean(-1)).backward((g, x, y) -> g.repeat(-1, 2)),
                        FACTOR,
                        "1/n forgotten",
                        Setting.of((op, in) -> op.apply(in.get(0)).sin(), SIGNAL)),
                in(
                        unary("upsample", x -> x.repeat(-1, 2)).backward((g, x, y) -> g.slice(-1, 1, 16, 2)),
                        DROPPED,
                        "of each pair the last alone",
                        Setting.of((op, in) -> op.apply(in.get(0)).sin(), SIGNAL)));
    }

    private static List<Fault> recurrent() {
        Planted cell =
                op("cell", in -> in[0].matmul(in[2]).add(in[1].matmul(in[3])).tanh());
        Planted gate = op("gatedCell", in -> {
            Tensor z = in[0].add(in[1]).sigmoid();
            return z.mul(in[1]).add(z.neg().add(1).mul(in[0].tanh()));
        });
        Setting steps = Setting.of(
                (op, in) -> {
                    Tensor h = Tensor.zeros(1, 3);
                    for (int t = 0; t < 3; t++) {
                        h = op.apply(in.get(0).slice(0, t, t + 1), h, in.get(1), in.get(2));
                    }
                    return h.square().sum();
                },
                BATCH,
                M33,
                N33.mul(0.4));
        Setting gated = Setting.of(
                (op, in) -> op.apply(in.get(0), op.apply(in.get(1), in.get(0).sin()))
                        .square(),
                BATCH,
                BATCH.cos());
        return List.of(
                in(cell.pull(1, (g, in, y) -> g.mul(0)), DROPPED, "truncated: nothing to the state before", steps),
                in(
                        cell.pull(3, (g, in, y) -> in[0].transpose().matmul(delta(g, y))),
                        SWAPPED,
                        "the input in place of the state in dU",
                        steps),
                in(
                        cell.pull(1, (g, in, y) -> delta(g, y).matmul(in[2].transpose())),
                        SWAPPED,
                        "W in place of U",
                        steps),
                in(
                        gate.pull(1, (g, in, y) -> g.mul(in[0].add(in[1]).sigmoid())),
                        DROPPED,
                        "the gate taken as constant",
                        gated),
                in(
                        gate.pull(0, (g, in, y) -> {
                            Tensor z = in[0].add(in[1]).sigmoid();
                            Tensor one = z.neg().add(1);
                            return g.mul(z.mul(one).mul(in[1].add(in[0].tanh())))
                                    .add(g.mul(one)
                                            .mul(in[0].tanh().square().neg().add(1)));
                        }),
                        SIGN,
                        "of the gate's second use",
                        gated));
    }

    private static List<Fault> others() {
        Indices words = Indices.of(1, 3, 1, 0);
        Tensor kept = Tensor.of(new double[][] {{2, 0, 2}, {0, 2, 2}, {2, 2, 0}, {0, 2, 0}});
        return List.of(
                in(
                        unary("myEmbedding", w -> w.take(words, -2)).backward((g, w, y) -> {
                            Tensor later = g.slice(-2, 1, 4);
                            Tensor none = later.slice(-2, 0, 1).mul(0);
                            return Tensor.concat(
                                    -2, later.slice(-2, 2, 3), later.slice(-2, 1, 2), none, later.slice(-2, 0, 1));
                        }),
                        DROPPED,
                        "a word that occurs twice counted once",
                        Setting.of((op, in) -> op.apply(in.get(0)).sin(), BATCH)),
                in(
                        unary("myDropout", x -> x.mul(kept)).backward((g, x, y) -> g),
                        BRANCH,
                        "the mask not applied",
                        SCALED),
                in(
                        unary("myDropout", x -> x.mul(kept))
                                .backward((g, x, y) -> g.mul(kept).mul(0.5)),
                        FACTOR,
                        "the scale not applied",
                        SCALED),
                in(
                        op("prelu", in -> Tensor.where(in[0].gt(0), in[0], in[0].mul(in[1])))
                                .pull(
                                        1,
                                        (g, in, y) -> g.mul(in[0])
                                                .mul(in[0].lt(0).toTensor())
                                                .mean(-2)),
                        BROADCAST,
                        "mean over the batch for the slopes",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), BATCH, X)),
                in(
                        op("prelu", in -> Tensor.where(in[0].gt(0), in[0], in[0].mul(in[1])))
                                .pull(1, (g, in, y) -> g.mul(in[0]).sum(-2)),
                        BRANCH,
                        "slopes get what is above 0, too",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), BATCH, X)),
                in(
                        op("gatedLinear", in -> in[0].mul(in[1].sigmoid()))
                                .pull(
                                        1,
                                        (g, in, y) -> g.mul(in[1].sigmoid())
                                                .mul(in[1].sigmoid().neg().add(1))),
                        FACTOR,
                        "the gated value forgotten",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), BATCH, BATCH.cos())),
                in(
                        op(
                                        "weightNorm",
                                        in -> in[0].div(in[0].norm(Dims.KEEP, -2))
                                                .mul(in[1]))
                                .pull(0, (g, in, y) -> g.mul(in[1]).div(in[0].norm(Dims.KEEP, -2))),
                        DROPPED,
                        "the projection",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), M33, X)),
                in(
                        op("temperature", in -> in[0].div(in[1]).softmax(-1)).pull(1, (g, in, y) -> {
                            Tensor gz = y.mul(g.sub(g.mul(y).sum(Dims.KEEP, -1)));
                            return gz.mul(in[0]).neg().div(in[1]).sum(-2, -1);
                        }),
                        FACTOR,
                        "1/T in place of 1/T^2",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), BATCH, Tensor.scalar(1.7))),
                in(
                        op(
                                        "mixture",
                                        in -> in[0].softmax(-1)
                                                .expandDims(-1)
                                                .mul(in[1])
                                                .sum(-2))
                                .pull(
                                        0,
                                        (g, in, y) ->
                                                in[1].matmul(g.expandDims(-1)).squeeze(-1)),
                        DROPPED,
                        "the gate's softmax",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), X, M33)),
                in(
                        op("bilinearLayer", in -> in[0].matmul(in[2]).mul(in[1]).sum(-1))
                                .pull(1, (g, in, y) -> g.expandDims(-1).mul(in[0].matmul(in[2].transpose()))),
                        TRANSPOSED,
                        "W' in place of W",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1), in.get(2))
                                        .sin(),
                                BATCH,
                                BATCH.cos(),
                                M33)));
    }
}
