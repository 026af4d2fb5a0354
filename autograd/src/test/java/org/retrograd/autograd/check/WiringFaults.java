package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Fault.wiring;
import static org.retrograd.autograd.check.Planted.op;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Mistakes that are in no operation, or in what an operation remembers: values that left the graph and came back as
 * constants, state of earlier calls, gradients for what is not used.
 *
 * <p>The operation to accuse is the one that takes in the value that should have been traced.
 */
final class WiringFaults {
    private WiringFaults() {}

    static List<Fault> all() {
        return Stream.of(captured(), parts(), stale(), unused())
                .flatMap(List::stream)
                .toList();
    }

    private static Tensor copy(Tensor x) {
        return Tensor.of(x.toArray()).reshape(x.shape());
    }

    private static List<Fault> captured() {
        return List.of(
                wiring(
                        "mul",
                        CAPTURED,
                        "by a number read with item()",
                        in -> in.get(0).mul(in.get(0).sum().item()),
                        in -> in.get(0).mul(in.get(0).sum()),
                        X),
                wiring(
                        "div",
                        CAPTURED,
                        "by the largest entry, read with item()",
                        in -> in.get(0).exp().div(in.get(0).max().item()),
                        in -> in.get(0).exp().div(in.get(0).max()),
                        POSITIVE),
                wiring(
                        "sub",
                        CAPTURED,
                        "of a detached mean",
                        in -> in.get(0).sub(in.get(0).mean().detach()).square(),
                        in -> in.get(0).sub(in.get(0).mean()).square(),
                        X),
                wiring(
                        "mul",
                        CAPTURED,
                        "by a copied array",
                        in -> copy(in.get(0)).sin().mul(in.get(0)),
                        in -> in.get(0).sin().mul(in.get(0)),
                        X),
                wiring(
                        "add",
                        CAPTURED,
                        "of a term computed in plain Java",
                        in -> in.get(0).square().add(StrictMath.exp(in.get(0).get(0))),
                        in -> in.get(0).square().add(in.get(0).slice(0, 0, 1).exp()),
                        X),
                wiring(
                        "pow",
                        CAPTURED,
                        "an exponent read from the input",
                        in -> in.get(0).pow(in.get(0).get(1)),
                        in -> in.get(0).pow(in.get(0).slice(0, 1, 2)),
                        POSITIVE),
                wiring(
                        "matmul",
                        CAPTURED,
                        "with a detached factor",
                        in -> in.get(0).matmul(in.get(0).detach().transpose()).tanh(),
                        in -> in.get(0).matmul(in.get(0).transpose()).tanh(),
                        M23),
                wiring(
                        "matmul",
                        CAPTURED,
                        "with a matrix built of numbers",
                        in -> {
                            double a = in.get(0).item();
                            Tensor turn = Tensor.of(new double[][] {
                                {StrictMath.cos(a), -StrictMath.sin(a)}, {StrictMath.sin(a), StrictMath.cos(a)}
                            });
                            return turn.matmul(in.get(1)).mul(in.get(0));
                        },
                        in -> {
                            Tensor a = in.get(0).expandDims(0);
                            Tensor turn = Tensor.stack(
                                    0, Tensor.concat(0, a.cos(), a.sin().neg()), Tensor.concat(0, a.sin(), a.cos()));
                            return turn.matmul(in.get(1)).mul(in.get(0));
                        },
                        Tensor.scalar(0.6),
                        Tensor.of(1.1, -0.4)),
                wiring(
                        "add",
                        CAPTURED,
                        "a regulariser of detached weights",
                        in -> in.get(0)
                                .matmul(in.get(1))
                                .square()
                                .sum()
                                .add(in.get(1).detach().square().sum()),
                        in -> in.get(0)
                                .matmul(in.get(1))
                                .square()
                                .sum()
                                .add(in.get(1).square().sum()),
                        M23,
                        X),
                wiring(
                        "mul",
                        CAPTURED,
                        "by detached attention weights",
                        in -> in.get(0).softmax(-1).detach().mul(in.get(0)).sum(-1),
                        in -> in.get(0).softmax(-1).mul(in.get(0)).sum(-1),
                        M23),
                wiring(
                        "concat",
                        CAPTURED,
                        "with a detached part",
                        in -> Tensor.concat(
                                0, in.get(0).sin(), in.get(0).detach().cos()),
                        in -> Tensor.concat(0, in.get(0).sin(), in.get(0).cos()),
                        X),
                wiring(
                        "div",
                        CAPTURED,
                        "by a norm computed in a loop",
                        in -> {
                            double sum = 0;
                            for (double x : in.get(0).toArray()) {
                                sum += x * x;
                            }
                            return in.get(0).div(Math.sqrt(sum));
                        },
                        in -> in.get(0).div(in.get(0).norm()),
                        X),
                wiring(
                        "where",
                        CAPTURED,
                        "a branch made of numbers",
                        in -> Tensor.where(
                                in.get(0).gt(0), in.get(0), copy(in.get(0)).mul(0.1)),
                        in -> Tensor.where(in.get(0).gt(0), in.get(0), in.get(0).mul(0.1)),
                        X),
                wiring(
                        "sub",
                        CAPTURED,
                        "Newton's step with a detached slope",
                        in -> in.get(0)
                                .sub(in.get(0)
                                        .square()
                                        .sub(2)
                                        .div(in.get(0).detach().mul(2))),
                        in -> in.get(0)
                                .sub(in.get(0).square().sub(2).div(in.get(0).mul(2))),
                        POSITIVE));
    }

    /** Parts of the graph that are cut where layers are put together. */
    private static List<Fault> parts() {
        Tensor w = M33.mul(0.4);
        return List.of(
                wiring(
                        "matmul",
                        CAPTURED,
                        "tied weights of which one use is detached",
                        in -> in.get(0)
                                .matmul(in.get(1))
                                .tanh()
                                .matmul(in.get(1).detach().transpose()),
                        in -> in.get(0)
                                .matmul(in.get(1))
                                .tanh()
                                .matmul(in.get(1).transpose()),
                        M23,
                        M32),
                wiring(
                        "matmul",
                        CAPTURED,
                        "a recurrent state cut after two steps",
                        in -> recurrent(in, 2),
                        in -> recurrent(in, -1),
                        M33,
                        w,
                        N33.mul(0.3)),
                wiring(
                        "add",
                        CAPTURED,
                        "a detached skip connection",
                        in -> in.get(0).matmul(in.get(1)).tanh().add(in.get(0).detach()),
                        in -> in.get(0).matmul(in.get(1)).tanh().add(in.get(0)),
                        M33,
                        w),
                wiring(
                        "div",
                        CAPTURED,
                        "batch normalisation by a detached deviation",
                        in -> normalised(in.get(0), true),
                        in -> normalised(in.get(0), false),
                        M33),
                wiring(
                        "mul",
                        CAPTURED,
                        "a gate computed on a detached input",
                        in -> in.get(0).mul(in.get(0).detach().mul(2).sigmoid()),
                        in -> in.get(0).mul(in.get(0).mul(2).sigmoid()),
                        M23),
                wiring(
                        "add",
                        CAPTURED,
                        "an average with a target network of the same weights",
                        in -> in.get(0)
                                .mul(0.9)
                                .add(in.get(0).detach().mul(0.1))
                                .sin(),
                        in -> in.get(0).mul(0.9).add(in.get(0).mul(0.1)).sin(),
                        X));
    }

    private static Tensor normalised(Tensor x, boolean cut) {
        Tensor d = x.standardDeviation(0, Dims.KEEP, 0).add(0.1);
        return x.sub(x.mean(Dims.KEEP, 0)).div(cut ? d.detach() : d).square();
    }

    private static Tensor recurrent(List<Tensor> in, int cut) {
        Tensor h = Tensor.zeros(3);
        for (int t = 0; t < 3; t++) {
            h = t == cut ? h.detach() : h;
            h = h.matmul(in.get(2))
                    .add(in.get(0).slice(0, t, t + 1).squeeze(0).matmul(in.get(1)))
                    .tanh();
        }
        return h;
    }

    /** A variable of a layer that is overwritten by each call, as in layers that remember their input for the way back. */
    private static final class Field {
        private Tensor value = Tensor.scalar(1);

        Tensor set(Tensor newValue) {
            value = newValue.detach();
            return newValue;
        }

        /** Returns the value, once the field has been set if it was not before. */
        Tensor setOnce(Tensor newValue) {
            return value.rank() == 0 ? set(newValue).detach() : value;
        }

        /** Returns the sum of all tensors of this shape that were added so far. */
        Tensor accumulate(Tensor term) {
            value = value.shape().equals(term.shape()) ? value.add(term.detach()) : term.detach();
            return value;
        }
    }

    private static List<Fault> stale() {
        Field input = new Field();
        Field output = new Field();
        Field mask = new Field();
        Field partial = new Field();
        Field sum = new Field();
        Field valueWeights = new Field();
        Field ruleWeights = new Field();
        int[] calls = {0};
        double[] running = {0};
        Setting two = Setting.of(
                (op, in) -> op.apply(op.apply(in.get(0), in.get(1)).tanh(), in.get(2))
                        .sin(),
                M33,
                N33,
                M33.cos());
        return List.of(
                in(
                        unary("lastInput", x -> input.set(x).square())
                                .backward((g, x, y) -> g.mul(input.value).mul(2)),
                        STALE,
                        "the rule reads the input of the last call",
                        TWICE),
                in(
                        unary("lastOutput", x -> output.set(x.sigmoid()))
                                .backward((g, x, y) -> g.mul(output.value)
                                        .mul(output.value.neg().add(1))),
                        STALE,
                        "the rule reads the output of the last call",
                        TWICE),
                in(
                        unary("lastMask", x -> x.mul(mask.set(x.gt(0).toTensor())))
                                .backward((g, x, y) -> g.mul(mask.value)),
                        STALE,
                        "the rule reads the mask of the last call",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0))
                                        .add(op.apply(in.get(0).neg()).mul(0.3)),
                                X)),
                in(
                        unary("cachedPartial", Tensor::sin).backward((g, x, y) -> g.mul(partial.setOnce(x.cos()))),
                        STALE,
                        "the partial derivative of the first call",
                        TWICE),
                in(
                        unary("accumulating", Tensor::exp).backward((g, x, y) -> sum.accumulate(g.mul(y))),
                        STALE,
                        "adds to the cotangent of earlier sweeps",
                        ALONE),
                in(
                        op("cachedWeights", in -> in[0].matmul(in[1]))
                                .pull(
                                        0,
                                        (g, in, y) -> g.matmul(
                                                ruleWeights.setOnce(in[1]).transpose())),
                        STALE,
                        "the rule keeps the weights of its first call",
                        two),
                new Fault(
                        "cachedValue: the value keeps the weights of its first call",
                        "cachedValue",
                        STALE,
                        in -> op("cachedValue", x -> x[0].matmul(valueWeights.setOnce(x[1])))
                                .pull(0, (g, x, y) -> g.matmul(x[1].transpose()))
                                .pull(1, (g, x, y) -> x[0].transpose().matmul(g))
                                .apply(in.get(0), in.get(1)),
                        in -> op("cachedValue", x -> x[0].matmul(x[1])).apply(in.get(0), in.get(1)),
                        List.of(M33, N33)),
                wiring(
                        "mul",
                        STALE,
                        "by the number of the call",
                        in -> in.get(0).mul(1 + 1e-3 * calls[0]++),
                        in -> in.get(0),
                        X),
                wiring(
                        "sub",
                        STALE,
                        "of a running mean",
                        in -> {
                            running[0] =
                                    0.9 * running[0] + 0.1 * in.get(0).mean().item();
                            return in.get(0).sub(running[0]);
                        },
                        in -> in.get(0).sub(in.get(0).mean().mul(0.1)),
                        X));
    }

    private static List<Fault> unused() {
        Setting two = Setting.alone(X, Y);
        return List.of(
                in(
                        op("first", in -> in[0].sin().add(in[1].mul(0))).pull(1, (g, in, y) -> g),
                        UNUSED,
                        "passes to the second",
                        two),
                in(
                        op("first", in -> in[0].sin().add(in[1].mul(0))).pull(1, (g, in, y) -> g.mul(1e-4)),
                        UNUSED,
                        "a little to the second",
                        two),
                in(
                        op("constant", in -> in[0].mul(0).add(1)).pull(0, (g, in, y) -> g.mul(in[0])),
                        UNUSED,
                        "of a constant",
                        ALONE),
                in(
                        unary("signs", Tensor::sign).backward((g, x, y) -> g),
                        UNUSED,
                        "straight through a sign, undeclared",
                        MIDDLE),
                in(
                        unary("rounded", x -> x.mul(3).round()).backward((g, x, y) -> g.mul(3)),
                        UNUSED,
                        "straight through rounding, undeclared",
                        ALONE),
                in(
                        op("routed", in -> in[0].slice(-1, 0, 2).mul(in[1].slice(-1, 0, 2)))
                                .pull(
                                        0,
                                        (g, in, y) -> g.mul(in[1].slice(-1, 0, 2))
                                                .pad(-1, 0, 1)
                                                .add(Tensor.of(0, 0, 0.5))),
                        UNUSED,
                        "for the entry left out",
                        two));
    }
}
