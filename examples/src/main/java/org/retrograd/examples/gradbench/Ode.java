package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A linear chain of ordinary differential equations, solved by the classical Runge-Kutta method.
 *
 * @param x the coefficients
 * @param steps the number of steps from 0 to 2
 */
record Ode(Tensor x, int steps) {
    static Eval eval() {
        return new Eval(
                "ode",
                ImmutableMap.of(
                        "primal", Eval.timed(Ode::of, chain -> chain.solve(chain.x)),
                        "gradient", Eval.timed(Ode::of, chain -> Derivatives.gradient(chain::last, chain.x))),
                PlainOde::of,
                () -> Input.of(
                        "x",
                        Tensor.uniform(new SplittableRandom(1), 0, 1, 10_000).toArray(),
                        "s",
                        100));
    }

    private static Ode of(Input input) {
        return new Ode(Tensor.of(input.vector("x")), input.integer("s"));
    }

    private Tensor last(Tensor x) {
        return solve(x).slice(0, x.size() - 1, x.size());
    }

    /** Returns y(2) where y(0) = 0, y₀' = x₀ and yᵢ' = xᵢ yᵢ₋₁. */
    private Tensor solve(Tensor x) {
        // steps times slopes: x by the length of a step, and by its parts
        Tensor full = x.mul(2.0 / steps);
        Tensor half = full.div(2);
        Tensor sixth = full.div(6);
        Tensor y = Tensor.zeros(x.size());
        for (int step = 0; step < steps; step++) {
            Tensor s1 = before(y);
            Tensor s2 = before(y.add(half.mul(s1)));
            Tensor s3 = before(y.add(half.mul(s2)));
            Tensor s4 = before(y.add(full.mul(s3)));
            y = y.add(sixth.mul(s1.add(s2.add(s3).mul(2)).add(s4)));
        }
        return y;
    }

    /** Returns what stands before each entry: 1 before the first one. */
    private static Tensor before(Tensor y) {
        return Tensor.concat(0, Tensor.ones(1), y.slice(0, 0, y.size() - 1));
    }
}
