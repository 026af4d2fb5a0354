package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The squared error of a polynomial that fits the sign function at equidistant points.
 *
 * @param x the coefficients
 * @param n the number of points
 */
record Llsq(Tensor x, int n) {
    /** The coefficients are taken in blocks of so many. */
    private static final int BLOCK = 16;

    static Eval eval() {
        return new Eval(
                "llsq",
                ImmutableMap.of(
                        "primal", Eval.timed(Llsq::of, fit -> fit.objective(fit.x)),
                        "gradient", Eval.timed(Llsq::of, fit -> Derivatives.gradient(fit::objective, fit.x))),
                PlainLlsq::of,
                () -> Input.of(
                        "x", Tensor.uniform(new SplittableRandom(1), 0, 1, 128).toArray(), "n", 8196));
    }

    private static Llsq of(Input input) {
        return new Llsq(Tensor.of(input.vector("x")), input.integer("n"));
    }

    private Tensor objective(Tensor x) {
        Tensor t = Tensor.linspace(-1, 1, n);
        return t.sign().sub(polynomial(x, t)).square().sum().mul(0.5);
    }

    /**
     * Returns Σ xⱼ tʲ at each t. With j = 16 a + b that is Σₐ t¹⁶ᵃ Σᵦ tᵇ x₁₆ₐ₊ᵦ: a product of the first sixteen powers with the
     * matrix of coefficients, and few other powers, rather than all powers (Paterson and Stockmeyer 1973). Powers are
     * constants, and nothing of them is recorded.
     */
    private static Tensor polynomial(Tensor x, Tensor t) {
        int blocks = (x.size() + BLOCK - 1) / BLOCK;
        Tensor coefficients = x.pad(0, 0, blocks * BLOCK - x.size()).reshape(blocks, BLOCK);
        Tensor inner = powers(t, BLOCK).matmul(coefficients.transpose());
        return inner.mul(powers(
                        powers(t, BLOCK).slice(1, BLOCK - 1, BLOCK).squeeze(1).mul(t), blocks))
                .sum(1);
    }

    /** Returns the powers 0 to {@code count - 1} of each entry, side by side. */
    private static Tensor powers(Tensor t, int count) {
        Tensor[] powers = new Tensor[count];
        powers[0] = Tensor.ones(t.size());
        for (int k = 1; k < count; k++) {
            powers[k] = powers[k - 1].mul(t);
        }
        return Tensor.stack(1, powers);
    }
}
