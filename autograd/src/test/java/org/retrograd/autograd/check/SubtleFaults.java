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
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes that show in oneMinus mode only, in second derivatives only, or in late digits and single entries. */
final class SubtleFaults {
    private SubtleFaults() {}

    static List<Fault> all() {
        return Stream.of(modes(), orders(), precise()).flatMap(List::stream).toList();
    }

    private static List<Fault> modes() {
        return List.of(
                in(
                        unary("mySin", Tensor::sin)
                                .forward((t, x, y) -> t.mul(x.cos()).neg()),
                        FORWARD_ONLY,
                        "sign",
                        ALONE),
                in(
                        unary("mySigmoid", Tensor::sigmoid).forward((t, x, y) -> t.mul(y)),
                        FORWARD_ONLY,
                        "1 - y forgotten going forwards",
                        NET),
                in(
                        unary("mySquare", Tensor::square).forward((t, x, y) -> t.mul(x)),
                        FORWARD_ONLY,
                        "2 forgotten going forwards",
                        MIDDLE),
                in(
                        unary("swish", x -> x.mul(x.sigmoid())).forward((t, x, y) -> t.mul(x.sigmoid())),
                        FORWARD_ONLY,
                        "a term dropped going forwards",
                        CHAIN),
                in(
                        unary("myExp", Tensor::exp).forward((t, x, y) -> t),
                        FORWARD_ONLY,
                        "passed through going forwards",
                        ALONE),
                in(
                        unary("mySin", Tensor::sin).backward((g, x, y) -> g.mul(x.sin())),
                        REVERSE_ONLY,
                        "that of -cos",
                        TWICE),
                in(
                        unary("myTanh", Tensor::tanh)
                                .backward(
                                        (g, x, y) -> g.mul(oneMinus(y.square())).mul(0.5)),
                        REVERSE_ONLY,
                        "half of it",
                        CHAIN),
                in(unary("myExp", Tensor::exp).backward((g, x, y) -> g), REVERSE_ONLY, "passed through", NET));
    }

    private static List<Fault> orders() {
        return List.of(
                in(
                        unary("mySin", Tensor::sin)
                                .backward((g, x, y) -> g.mul(x.detach().cos())),
                        SECOND,
                        "cos of a detached input",
                        ALONE),
                in(
                        unary("myTanh", Tensor::tanh)
                                .partial((x, y) -> oneMinus(y.detach().square())),
                        SECOND,
                        "detached output in both modes",
                        CHAIN),
                in(
                        unary("mySquare", Tensor::square)
                                .backward((g, x, y) -> g.mul(x).scaleGradient(2).mul(2)),
                        SECOND,
                        "twice the second derivative",
                        MIDDLE),
                in(
                        unary("myCube", Tensor::cube)
                                .partial((x, y) ->
                                        Tensor.of(x.toArray()).square().mul(3)),
                        SECOND,
                        "rule from a copied array",
                        ALONE),
                in(
                        unary("myExp", Tensor::exp)
                                .backward((g, x, y) -> g.mul(y.add(x.detach()).sub(x))),
                        SECOND,
                        "a term of value 0 with a slope",
                        NET));
    }

    private static List<Fault> precise() {
        Tensor spoil = Tensor.concat(0, Tensor.ones(1234), Tensor.of(1.1), Tensor.ones(2765));
        Setting many = Setting.alone(MANY);
        Setting sum = Setting.of((op, in) -> op.apply(in.get(0)).sum(), MANY);
        Setting two =
                Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin().mean(), MANY, MANY.cos());
        return List.of(
                in(
                        unary("mySquare", Tensor::square)
                                .backward((g, x, y) -> g.mul(x).mul(2).mul(spoil)),
                        ONE_ENTRY,
                        "in reverse",
                        many),
                in(
                        unary("mySquare", Tensor::square)
                                .partial((x, y) -> x.mul(2).mul(spoil)),
                        ONE_ENTRY,
                        "in both modes",
                        sum),
                in(
                        unary("mySin", Tensor::sin)
                                .forward((t, x, y) -> t.mul(x.cos()).mul(spoil)),
                        ONE_ENTRY,
                        "in forward",
                        many),
                in(
                        binary("myMul", Tensor::mul)
                                .pull(1, (g, in, y) -> g.mul(in[0]).mul(spoil)),
                        ONE_ENTRY,
                        "by the second input",
                        two),
                in(
                        unary("mySin", Tensor::sin).partial((x, y) -> x.cos().mul(1 + 1e-6)),
                        Kind.SMALL,
                        "in both modes",
                        ALONE),
                in(
                        unary("myExp", Tensor::exp)
                                .backward((g, x, y) -> g.mul(y).mul(1 - 1e-6)),
                        Kind.SMALL,
                        "in reverse",
                        NET),
                in(
                        unary("mySigmoid", Tensor::sigmoid)
                                .partial((x, y) -> y.mul(oneMinus(y)).add(1e-6)),
                        Kind.SMALL,
                        "a constant added",
                        MIDDLE),
                in(
                        unary("sqrtOfPi", x -> x.mul(Math.sqrt(Math.PI))).partial((x, y) -> Tensor.scalar(1.772453)),
                        Kind.SMALL,
                        "a constant with seven digits",
                        CHAIN),
                in(
                        unary("mySquare", Tensor::square).partial((x, y) -> x.mul(2 + 2e-6)),
                        Kind.SMALL,
                        "at large numbers",
                        LARGE),
                in(
                        op("fma", in -> in[0].mul(in[1]).add(in[2])).pull(2, (g, in, y) -> g.mul(1 + 1e-6)),
                        Kind.SMALL,
                        "by the addend",
                        Setting.alone(X, Y, POSITIVE)));
    }
}
