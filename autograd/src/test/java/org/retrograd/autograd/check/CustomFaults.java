package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import org.retrograd.autograd.check.Fault.Kind;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of functions that users define by {@link CustomFunction}. */
final class CustomFaults {
    private CustomFaults() {}

    /** A function that contains a custom function. */
    private interface Within {
        Tensor of(CustomFunction f, List<Tensor> in);
    }

    private static final Within CHAINED =
            (f, in) -> f.apply(in.get(0).mul(1.3).add(0.2)).square();
    private static final Within TWO = (f, in) -> f.apply(in.get(0), in.get(1)).sin();

    /** Returns a fault whose right form is the same function with its derivatives derived from its value. */
    private static Fault fault(
            CustomFunction wrong, CustomFunction right, Kind kind, String what, Within within, Tensor... inputs) {
        // as messages quote it
        String name = wrong.toString().replace("\"", "");
        return new Fault(
                name + ": " + what,
                name,
                kind,
                in -> within.of(wrong, in),
                in -> within.of(right, in),
                List.of(inputs));
    }

    static List<Fault> all() {
        CustomFunction swish =
                CustomFunction.of("customSwish", in -> in.get(0).mul(in.get(0).sigmoid()));
        CustomFunction product =
                CustomFunction.of("customProduct", in -> in.get(0).matmul(in.get(1)));
        CustomFunction scale = CustomFunction.of("customScale", in -> in.get(0).mul(in.get(1)));
        CustomFunction norm =
                CustomFunction.of("customNorm", in -> in.get(0).square().sum().sqrt());
        CustomFunction softmax =
                CustomFunction.of("customSoftmax", in -> in.get(0).softmax(-1));
        CustomFunction pool = CustomFunction.of("customMax", in -> in.get(0).max());
        CustomFunction wave = CustomFunction.of("customSin", in -> in.get(0).sin());
        return List.of(
                fault(
                        swish.vjp((g, in, y) -> List.of(g.mul(in.get(0).sigmoid()))),
                        swish,
                        DROPPED,
                        "a term of the product rule",
                        CHAINED,
                        X),
                fault(
                        swish.jvp((t, in, y) -> t.get(0).mul(in.get(0).sigmoid())),
                        swish,
                        DROPPED,
                        "a term of the product rule, forwards",
                        CHAINED,
                        X),
                fault(
                        wave.vjp((g, in, y) -> List.of(g.mul(in.get(0).cos()).neg())),
                        wave,
                        SIGN,
                        "a minus too many",
                        CHAINED,
                        X),
                fault(
                        wave.jvp((t, in, y) -> t.get(0).mul(in.get(0).cos()).mul(2)),
                        wave,
                        FACTOR,
                        "twice too large, forwards",
                        CHAINED,
                        X),
                fault(
                        wave.vjp((g, in, y) -> List.of(g.mul(in.get(0).cos())))
                                .jvp((t, in, y) -> t.get(0).mul(in.get(0).sin())),
                        wave,
                        FORWARD_ONLY,
                        "sin in place of cos",
                        CHAINED,
                        X),
                fault(
                        wave.vjp((g, in, y) -> List.of(g.mul(in.get(0).detach().cos()))),
                        wave,
                        SECOND,
                        "a detached input",
                        CHAINED,
                        X),
                fault(
                        wave.vjp((g, in, y) -> List.of(g.mul(in.get(0).cos()).mul(1 + 1e-6))),
                        wave,
                        Kind.SMALL,
                        "in both modes",
                        CHAINED,
                        X),
                fault(
                        product.vjp((g, in, y) -> List.of(
                                g.matmul(in.get(1)), in.get(0).transpose().matmul(g))),
                        product,
                        TRANSPOSED,
                        "dA = g B",
                        TWO,
                        M33,
                        N33),
                fault(
                        product.vjp((g, in, y) -> List.of(
                                g.matmul(in.get(1).transpose()), in.get(1).mul(0))),
                        product,
                        DROPPED,
                        "B taken as constant",
                        TWO,
                        M33,
                        N33),
                fault(
                        scale.vjp((g, in, y) ->
                                List.of(g.mul(in.get(1)), g.mul(in.get(0)).mean(0))),
                        scale,
                        BROADCAST,
                        "mean in place of sum",
                        TWO,
                        M33,
                        X),
                fault(
                        scale.vjp((g, in, y) ->
                                List.of(g.mul(in.get(1)), g.mul(in.get(0)).sum(1))),
                        scale,
                        BROADCAST,
                        "summed along the wrong axis",
                        TWO,
                        M33,
                        X),
                fault(
                        norm.vjp((g, in, y) -> List.of(in.get(0).mul(g))),
                        norm,
                        FACTOR,
                        "not divided by the norm",
                        CHAINED,
                        X),
                fault(softmax.vjp((g, in, y) -> List.of(g.mul(y))), softmax, DROPPED, "-y sum", CHAINED, X),
                fault(
                        pool.vjp(
                                (g, in, y) -> List.of(in.get(0).ge(y).toTensor().mul(g))),
                        pool,
                        TIES,
                        "all of it to each that ties",
                        (f, in) -> f.apply(in.get(0)),
                        Tensor.of(0.7, 0.7, 0.1)),
                fault(
                        pool.vjp((g, in, y) -> List.of(in.get(0).mul(0).add(g))),
                        pool,
                        BRANCH,
                        "to all entries",
                        CHAINED,
                        X));
    }
}
