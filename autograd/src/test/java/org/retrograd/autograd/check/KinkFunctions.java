package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Right.all;
import static org.retrograd.autograd.check.Right.at;

import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.tensor.Activations;
import org.retrograd.autograd.tensor.Tensor;

/** Right functions on and beside kinks and jumps. */
final class KinkFunctions {
    private KinkFunctions() {}

    /** Returns functions at points where a derivative jumps; what autograd returns is a subgradient. */
    static List<Right> onKinks() {
        return List.of(
                at("relu at 0", Tensor::relu, 0),
                at("relu at 0 beside others", Tensor::relu, 0, 1.3, -0.7),
                at("relu at -0", Tensor::relu, -0.0, 0.4),
                at("relu of a sum that is 0", x -> x.sum().relu(), 0.5, -0.5),
                at("relu at 0, squared", x -> x.relu().square(), 0, 0.6),
                at("relu at 0, in a loss", x -> x.relu().add(x).sin().sum(), 0, 0.6),
                at("abs at 0", Tensor::abs, 0),
                at("abs at 0 beside others", Tensor::abs, 0, 1.3, -0.7),
                at("abs of a difference that is 0", x -> x.sub(x.detach()).abs(), 0.4, 1.3),
                at("l1 norm of a sparse vector", Tensor::norm1, 0, 1.3, 0, -0.7),
                at("leakyRelu at 0", x -> Activations.leakyRelu(x, 0.1), 0, 0.5),
                at("elu with alpha 2 at 0", x -> Activations.elu(x, 2), 0, 0.5),
                at("elu with alpha 1 at 0, where it is smooth", x -> Activations.elu(x, 1), 0, 0.5),
                at("selu at 0", Activations::selu, 0, 0.5),
                at("celu at 0", x -> Activations.celu(x, 0.7), 0, 0.5),
                at("hardTanh on its bounds", Activations::hardTanh, 1, -1, 0.2),
                at("relu6 on its bounds", Activations::relu6, 0, 6, 2),
                at("hardSigmoid on its bounds", Activations::hardSigmoid, -3, 3, 0.5),
                at("hardSwish on its bounds", Activations::hardSwish, -3, 3, 0.5),
                at("clamp on its bounds", x -> x.clamp(-1, 2), -1, 2, 0.3),
                at("huber at delta", x -> x.huber(1), 1, -1, 0.3),
                at("smoothL1 at beta", x -> x.smoothL1(0.5), 0.5, -0.5, 0.3),
                at("max of a tie", Tensor::max, 1.5, 1.5, 0.2),
                at("max of all equal", Tensor::max, 0.7, 0.7, 0.7),
                at("min of a tie", Tensor::min, -1.5, 0.2, -1.5),
                at("max of zeros", Tensor::max, 0, 0),
                Right.of(
                        "max along an axis with ties in some rows",
                        x -> x.max(-1),
                        Tensor.of(1.5, 1.5, 0.2, 0.4, 0.1, 0.9).reshape(2, 3)),
                Right.of(
                        "max pooling with ties",
                        x -> x.reshape(2, 2, 2).max(-1),
                        Tensor.of(0, 0, 1, 1, 0.5, 0.2, 0.3, 0.3)),
                all("maximum of equals", in -> in.get(0).maximum(in.get(1)), Tensor.of(0.5, 1.2), Tensor.of(0.5, 0.8)),
                all("minimum of equals", in -> in.get(0).minimum(in.get(1)), Tensor.of(0.5, 1.2), Tensor.of(0.5, 0.8)),
                at("maximum with a constant that equals", x -> x.maximum(0.5), 0.5, 1.2),
                at("largest absolute value of a tie", Tensor::normInf, 1.5, -1.5, 0.3),
                at("norm at 0", Tensor::norm, 0, 0, 0),
                at("sort of a tie", x -> x.sort(0), 0.5, 1.2, 0.5),
                at("median of a tie", x -> x.median(0), 0.5, 1.2, 0.5, 0.1),
                at("the two largest of a tie", x -> x.topK(2, 0).values(), 1.2, 0.5, 1.2, 1.2),
                Right.of(
                        "norms of rows of which one is 0",
                        x -> x.norm(-1),
                        Tensor.of(0, 0, 0.3, -0.4).reshape(2, 2)),
                at("standard deviation of equals", x -> x.standardDeviation(0), 1.2, 1.2, 1.2),
                at("hinge at its margin", x -> x.neg().add(1).relu(), 1, 0.3),
                at("|x|^1.5 at 0", x -> x.abs().pow(1.5), 0, 0.8),
                at("x|x| at 0", x -> x.mul(x.abs()), 0, 0.8),
                at("relu cubed at 0", x -> x.relu().cube(), 0, 0.8),
                at("quantile loss at 0", x -> x.mul(0.9).maximum(x.mul(-0.1)), 0, 0.4, -0.4),
                at("floor at a whole number", Tensor::floor, 2, 0.3),
                at("ceil at a whole number", Tensor::ceil, 2, 0.3),
                at("round at a half", Tensor::round, 1.5, 0.3),
                at("trunc at 1", Tensor::trunc, 1, 0.3),
                at("sign at 0", Tensor::sign, 0, 0.3),
                at("remainder at a multiple", x -> x.remainder(2), 4, 0.3),
                at("x floor(x) at a whole number", x -> x.mul(x.floor()), 3, 1.4),
                at("where on its boundary, continuous", x -> Tensor.where(x.gt(0), x.square(), x.cube()), 0, 0.4, -0.4),
                at("where on its boundary, a kink", x -> Tensor.where(x.gt(0), x.mul(3), x.mul(2)), 0, 0.4, -0.4),
                at("hypot at 0", x -> x.slice(0, 0, 1).hypot(x.slice(0, 1, 2)), 0, 0),
                at(
                        "triangle wave at its tips",
                        x -> x.sub(x.div(2).round().mul(2)).abs(),
                        1,
                        0,
                        0.3));
    }

    /** Returns functions at points so near a kink that a step of fixed size would cross it. */
    static List<Right> nearKinks() {
        List<Right> near = new ArrayList<>();
        for (double d : new double[] {3e-3, 3e-5, 3e-7, 3e-9, 3e-12, -3e-4, -3e-7, -3e-10}) {
            near.add(at("relu at " + d, Tensor::relu, d, 0.8));
            near.add(at("abs at " + d, Tensor::abs, d, 0.8));
            near.add(at("max of near ties, apart by " + d, Tensor::max, 0.8, 0.8 + d, 0.1));
            near.add(at("clamp beside its bound by " + d, x -> x.clamp(-1, 1), 1 + d, 0.3));
            near.add(at(
                    "relu of a dense unit at " + d,
                    x -> x.mul(Tensor.of(1, -1)).sum().relu(),
                    0.7 + d,
                    0.7));
            near.add(at(
                    "leakyRelu at " + d + ", in a loss",
                    x -> Activations.leakyRelu(x, 0.01).square().add(x).sum(),
                    d,
                    0.8));
            near.add(at("floor beside a whole number by " + d, x -> x.floor().add(x), 2 + d, 0.3));
        }
        return near;
    }
}
