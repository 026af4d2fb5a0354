package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.retrograd.autograd.scalar.Mode;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape;
import org.retrograd.autograd.scalar.Tape.ValueAndGradient;

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
        Program descent = Program.record(4, Saddle::negated).withDerivatives(inner);
        return input -> {
            Scalar[] start = Scalar.constants(input.vector("start", 2));
            Tape tape = new Tape();
            return () -> {
                Scalar[] x = Minimiser.minimise(
                        at -> tape.valueAndGradient(outer, v -> saddle(v, best(descent, v, start)), at), start);
                Scalar[] y = best(descent, x, start);
                return new double[] {x[0].value(), x[1].value(), y[0].value(), y[1].value()};
            };
        };
    }

    /** Returns the y at which the function is largest for an x. */
    private static Scalar[] best(Program descent, Scalar[] x, Scalar[] start) {
        return Minimiser.minimise(
                y -> {
                    Scalar[] found = descent.call(y[0], y[1], x[0], x[1]);
                    return new ValueAndGradient(found[0], new Scalar[] {found[1], found[2]});
                },
                start);
    }

    /** Returns y² - x², of (y, x). */
    private static Scalar negated(Scalar[] yx) {
        return saddle(new Scalar[] {yx[2], yx[3]}, new Scalar[] {yx[0], yx[1]}).negate();
    }

    private static Scalar saddle(Scalar[] x, Scalar[] y) {
        return Scalar.sumOfSquares(x).subtract(Scalar.sumOfSquares(y));
    }
}
