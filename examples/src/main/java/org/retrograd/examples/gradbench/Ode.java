package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;

/** A linear chain of ordinary differential equations, solved by the classical Runge-Kutta method. */
final class Ode {
    private Ode() {}

    static Eval eval() {
        return new Eval(
                "ode",
                ImmutableMap.of(
                        "primal",
                        input -> {
                            Tensor x = Tensor.of(input.vector("x"));
                            int steps = input.integer("s");
                            return () -> solve(x, steps);
                        },
                        "gradient",
                        input -> {
                            Tensor x = Tensor.of(input.vector("x"));
                            int steps = input.integer("s");
                            return () ->
                                    Derivatives.gradient(at -> solve(at, steps).slice(0, x.size() - 1, x.size()), x);
                        }),
                PlainOde::of,
                () -> Input.of(
                        "x",
                        Tensor.uniform(new SplittableRandom(1), 0, 1, 10_000).toArray(),
                        "s",
                        100));
    }

    /** Returns y(2) where y(0) = 0, y₀' = x₀ and yᵢ' = xᵢ yᵢ₋₁. */
    private static Tensor solve(Tensor x, int steps) {
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
