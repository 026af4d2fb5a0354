package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;

/** The logarithm of a sum of exponentials, from exponential, sum and logarithm. */
final class Lse {
    private Lse() {}

    static Eval eval() {
        return new Eval(
                "lse",
                ImmutableMap.of(
                        "primal", Eval.timed(Lse::read, Lse::logSumExp),
                        "gradient", Eval.timed(Lse::read, x -> Derivatives.gradient(Lse::logSumExp, x))),
                PlainLse::of,
                () -> Input.of(
                        "x",
                        Tensor.uniform(new SplittableRandom(1), 0, 1, 640_000).toArray()));
    }

    private static Tensor read(Input input) {
        return Tensor.of(input.vector("x"));
    }

    /** The largest entry only guards against overflow: the result does not depend on it, so neither does the derivative. */
    static Tensor logSumExp(Tensor x) {
        Tensor largest = x.detach().max();
        return x.sub(largest).exp().sum().log().add(largest);
    }
}
