package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Right.all;
import static org.retrograd.autograd.check.Right.at;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Activations;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** Right functions as people train them: losses and networks. */
final class ModelFunctions {
    private ModelFunctions() {}

    private static final Indices LABELS = Indices.of(2, 0, 1, 1);

    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    private static Tensor crossEntropy(Tensor logits) {
        return logits.logSoftmax(-1).gather(LABELS.reshape(4, 1), -1).mean().neg();
    }

    static List<Right> losses() {
        Tensor logits = normal(1, 4, 3);
        Tensor targets = normal(2, 4, 3).sigmoid();
        List<Right> losses = new ArrayList<>();
        for (double scale : new double[] {1e-3, 1, 10, 100}) {
            String at = ", outputs times " + scale;
            Tensor y = logits.mul(scale);
            losses.add(Right.of("cross-entropy" + at, ModelFunctions::crossEntropy, y));
            losses.add(
                    Right.of("squared error" + at, x -> x.sub(targets).square().mean(), y));
            losses.add(Right.of(
                    "binary cross-entropy" + at,
                    x -> x.softplus().sub(x.mul(targets)).mean(),
                    y));
            losses.add(Right.of("absolute error" + at, x -> x.sub(targets).abs().mean(), y));
            losses.add(Right.of("Huber" + at, x -> x.sub(targets).huber(1).mean(), y));
            losses.add(Right.of(
                    "log cosh" + at,
                    x -> x.sub(targets).cosh().log().sum(),
                    y.minimum(80).maximum(-80)));
            losses.add(Right.of(
                    "hinge" + at, x -> x.mul(targets).neg().add(1).relu().sum(), y));
            losses.add(Right.of(
                    "divergence from targets" + at,
                    x -> targets.mul(targets.log().sub(x.logSoftmax(-1))).sum(),
                    y));
            losses.add(Right.of(
                    "entropy of a softmax" + at,
                    x -> x.softmax(-1).mul(x.logSoftmax(-1)).sum().neg(),
                    y));
            losses.add(Right.of(
                    "focal loss" + at,
                    x -> x.sigmoid()
                            .neg()
                            .add(1)
                            .square()
                            .mul(x.neg().softplus())
                            .mean(),
                    y));
            losses.add(Right.of(
                    "cosine distance" + at,
                    x -> x.mul(targets).sum(-1).div(x.norm(-1).mul(targets.norm(-1))),
                    y));
            losses.add(Right.of(
                    "contrastive loss" + at,
                    x -> x.div(x.norm(Dims.KEEP, -1))
                            .matmul(x.transpose())
                            .logSumExp(-1)
                            .sum(),
                    y));
        }
        losses.add(Right.of(
                "squared error of a perfect fit", x -> x.sub(targets).square().sum(), targets));
        losses.add(Right.of(
                "absolute error of a perfect fit", x -> x.sub(targets).abs().sum(), targets));
        losses.add(Right.of("cross-entropy of equal logits", ModelFunctions::crossEntropy, Tensor.ones(4, 3)));
        return losses;
    }

    private static Tensor mlp(List<Tensor> in, UnaryOperator<Tensor> activation) {
        Tensor hidden = activation.apply(in.get(0).matmul(in.get(1)).add(in.get(2)));
        return crossEntropy(hidden.matmul(in.get(3)).add(in.get(4)));
    }

    static List<Right> networks() {
        List<Right> networks = new ArrayList<>();
        record Named(String name, UnaryOperator<Tensor> function) {}
        List<Named> activations = List.of(
                new Named("tanh", Tensor::tanh),
                new Named("sigmoid", Tensor::sigmoid),
                new Named("relu", Tensor::relu),
                new Named("gelu", Activations::gelu),
                new Named("leakyRelu", x -> Activations.leakyRelu(x, 0.01)),
                new Named("mish", Activations::mish),
                new Named("elu", x -> Activations.elu(x, 1)));
        for (Named activation : activations) {
            for (long seed = 1; seed <= 3; seed++) {
                networks.add(all(
                        "net of " + activation.name + ", seed " + seed,
                        in -> mlp(in, activation.function),
                        normal(seed, 4, 5),
                        normal(seed + 10, 5, 6),
                        normal(seed + 20, 6),
                        normal(seed + 30, 6, 3),
                        normal(seed + 40, 3)));
            }
        }
        Tensor zeros = Tensor.zeros(6);
        networks.add(all(
                "net of relu with weights 0, on every kink",
                in -> mlp(in, Tensor::relu),
                normal(1, 4, 5),
                Tensor.zeros(5, 6),
                zeros,
                normal(2, 6, 3),
                Tensor.zeros(3)));
        networks.add(all(
                "net of saturated tanh",
                in -> mlp(in, Tensor::tanh),
                normal(1, 4, 5).mul(20),
                normal(2, 5, 6),
                zeros,
                normal(3, 6, 3),
                Tensor.zeros(3)));
        networks.add(all(
                "net of relu, 40 hidden units",
                in -> mlp(in, Tensor::relu),
                normal(1, 4, 8),
                normal(2, 8, 40),
                Tensor.zeros(40),
                normal(3, 40, 3).mul(0.2),
                Tensor.zeros(3)));
        networks.add(all(
                "recurrent net of 8 steps",
                ModelFunctions::recurrent,
                normal(1, 8, 3),
                normal(2, 3, 4),
                normal(3, 4, 4).mul(0.5)));
        networks.add(
                all("gated recurrent net", ModelFunctions::gated, normal(1, 5, 3), normal(2, 3, 3), normal(3, 3, 3)));
        networks.add(all("attention", in -> attention(in, false), normal(1, 4, 3), normal(2, 4, 3), normal(3, 4, 3)));
        networks.add(
                all("masked attention", in -> attention(in, true), normal(1, 4, 3), normal(2, 4, 3), normal(3, 4, 3)));
        networks.add(all(
                "layer normalisation", in -> layerNorm(in.get(0)).mul(in.get(1)).sin(), normal(1, 4, 5), normal(2, 5)));
        networks.add(Right.of(
                "layer normalisation of nearly equal features",
                ModelFunctions::layerNorm,
                normal(1, 4, 5).mul(1e-4).add(1)));
        networks.add(all(
                "batch normalisation",
                in -> layerNorm(in.get(0).transpose())
                        .transpose()
                        .matmul(in.get(1))
                        .tanh(),
                normal(1, 6, 4),
                normal(2, 4, 2)));
        networks.add(all("convolution, relu, max pooling", ModelFunctions::convolutional, normal(1, 12), normal(2, 3)));
        networks.add(all(
                "embedding and mean",
                in -> in.get(0).take(LABELS, 0).mean(0).matmul(in.get(1)).tanh(),
                normal(1, 5, 3),
                normal(2, 3, 2)));
        networks.add(all(
                "tied encoder and decoder",
                in -> in.get(0)
                        .matmul(in.get(1))
                        .tanh()
                        .matmul(in.get(1).transpose())
                        .sub(in.get(0))
                        .square()
                        .mean(),
                normal(1, 4, 5),
                normal(2, 5, 3)));
        networks.add(all("20 sigmoid layers", ModelFunctions::deep, normal(1, 2, 3), normal(2, 3, 3)));
        networks.add(all(
                "mixture of experts",
                in -> in.get(0)
                        .matmul(in.get(1))
                        .softmax(-1)
                        .expandDims(1)
                        .matmul(in.get(2))
                        .squeeze(1),
                normal(1, 2, 3),
                normal(2, 3, 4),
                normal(3, 4, 5)));
        networks.add(all(
                "variational loss",
                ModelFunctions::variational,
                normal(1, 4, 3),
                normal(2, 4, 3).mul(0.3)));
        return networks;
    }

    private static Tensor recurrent(List<Tensor> in) {
        Tensor h = Tensor.zeros(4);
        for (Tensor x : in.get(0).unstack(0)) {
            h = x.matmul(in.get(1)).add(h.matmul(in.get(2))).tanh();
        }
        return h.square().sum();
    }

    private static Tensor gated(List<Tensor> in) {
        Tensor h = Tensor.zeros(3);
        for (Tensor x : in.get(0).unstack(0)) {
            Tensor z = x.matmul(in.get(1)).add(h).sigmoid();
            h = z.mul(h).add(z.neg().add(1).mul(x.matmul(in.get(2)).tanh()));
        }
        return h;
    }

    private static Tensor attention(List<Tensor> in, boolean causal) {
        Tensor scores = in.get(0).matmul(in.get(1).transpose()).div(Math.sqrt(3));
        Tensor masked = causal ? Tensor.where(Tensor.ones(4, 4).tril(0).gt(0), scores, Tensor.scalar(-1e9)) : scores;
        return masked.softmax(-1).matmul(in.get(2));
    }

    private static Tensor layerNorm(Tensor x) {
        Tensor centred = x.sub(x.mean(Dims.KEEP, -1));
        return centred.div(centred.square().mean(Dims.KEEP, -1).add(1e-5).sqrt());
    }

    private static Tensor convolutional(List<Tensor> in) {
        List<Tensor> windows = new ArrayList<>();
        for (int i = 0; i + 3 <= in.get(0).size(); i++) {
            windows.add(in.get(0).slice(0, i, i + 3));
        }
        Tensor convolved = Tensor.stack(0, windows.toArray(new Tensor[0])).matmul(in.get(1));
        return convolved.relu().reshape(5, 2).max(-1);
    }

    private static Tensor deep(List<Tensor> in) {
        Tensor x = in.get(0);
        for (int i = 0; i < 20; i++) {
            x = x.matmul(in.get(1)).sigmoid();
        }
        return x;
    }

    private static Tensor variational(List<Tensor> in) {
        Tensor sample = in.get(0).add(in.get(1).exp().mul(normal(9, 4, 3)));
        Tensor divergence = in.get(0)
                .square()
                .add(in.get(1).mul(2).exp())
                .sub(1)
                .sub(in.get(1).mul(2))
                .sum()
                .mul(0.5);
        return sample.tanh().square().sum().add(divergence);
    }
}
