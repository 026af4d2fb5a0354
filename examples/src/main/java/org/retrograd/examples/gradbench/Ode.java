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
        double h = 2.0 / steps;
        Tensor y = Tensor.zeros(x.size());
        for (int step = 0; step < steps; step++) {
            Tensor k1 = slope(x, y);
            Tensor k2 = slope(x, y.add(k1.mul(h / 2)));
            Tensor k3 = slope(x, y.add(k2.mul(h / 2)));
            Tensor k4 = slope(x, y.add(k3.mul(h)));
            y = y.add(k1.add(k2.add(k3).mul(2)).add(k4).mul(h / 6));
        }
        return y;
    }

    private static Tensor slope(Tensor x, Tensor y) {
        return x.mul(Tensor.concat(0, Tensor.ones(1), y.slice(0, 0, y.size() - 1)));
    }
}
