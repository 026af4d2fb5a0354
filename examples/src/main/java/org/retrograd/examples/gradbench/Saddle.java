package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.retrograd.autograd.scalar.Mode;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape;

/** The saddle point of x² - y², found by minimising over x what maximising over y leaves: derivatives of a maximisation. */
final class Saddle {
    private Saddle() {}

    static Eval eval() {
        return new Eval(
                "saddle",
                ImmutableMap.of(
                        "rr", of(Mode.REVERSE, Mode.REVERSE),
                        "ff", of(Mode.FORWARD, Mode.FORWARD),
                        "fr", of(Mode.FORWARD, Mode.REVERSE),
                        "rf", of(Mode.REVERSE, Mode.FORWARD)),
                PlainSaddle::of,
                () -> Input.of("start", new double[] {1, 1}));
    }

    private static Function<Input, Supplier<Object>> of(Mode outer, Mode inner) {
        return input -> {
            Scalar[] start = Scalar.constants(input.vector("start", 2));
            Tape tape = new Tape();
            Minimiser overX = new Minimiser(tape, outer);
            Minimiser overY = new Minimiser(tape, inner);
            return () -> {
                Scalar[] x = overX.minimise(v -> saddle(v, best(overY, v, start)), start);
                Scalar[] y = best(overY, x, start);
                return new double[] {x[0].value(), x[1].value(), y[0].value(), y[1].value()};
            };
        };
    }

    /** Returns the y at which the function is largest for an x. */
    private static Scalar[] best(Minimiser overY, Scalar[] x, Scalar[] start) {
        return overY.minimise(y -> saddle(x, y).negate(), start);
    }

    private static Scalar saddle(Scalar[] x, Scalar[] y) {
        return Scalar.sumOfSquares(x).subtract(Scalar.sumOfSquares(y));
    }
}
