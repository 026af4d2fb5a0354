package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.retrograd.autograd.scalar.Mode;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Smooth;
import org.retrograd.autograd.scalar.Tape;

/**
 * A charged particle flies between two fixed charges, of which one is shifted so that it lands at the origin.
 *
 * <p>The force is a gradient, and the shift is found by gradients of the flight: derivatives nest, in two modes each.
 *
 * @param step a step of the flight, in which the potential is differentiated
 */
record Particle(Program step) {
    private static final double STEP = 0.1;

    static Eval eval() {
        return new Eval(
                "particle",
                ImmutableMap.of(
                        "rr", of(Mode.REVERSE, Mode.REVERSE),
                        "ff", of(Mode.FORWARD, Mode.FORWARD),
                        "fr", of(Mode.FORWARD, Mode.REVERSE),
                        "rf", of(Mode.REVERSE, Mode.FORWARD)),
                PlainParticle::of,
                () -> Input.of("w", 0.0));
    }

    private static Function<Input, Supplier<Object>> of(Mode outer, Mode inner) {
        Program slope = Program.record(3, Particle::potential).differentiate(inner);
        Particle particle = new Particle(Program.recordAll(5, z -> step(slope, z)));
        return input -> {
            Scalar start = Scalar.of(input.number("w"));
            Tape tape = new Tape();
            return () ->
                    Minimiser.minimise(x -> tape.valueAndGradient(outer, w -> particle.miss(w[0]), x), start)[0]
                            .value();
        };
    }

    /** Returns the square of the place at which the particle meets the axis if one charge is shifted by {@code w}. */
    private Scalar miss(Scalar w) {
        Scalar charge = w.negate().add(10);
        Scalar[] z = Scalar.constants(0, 8, 0.75, 0);
        while (true) {
            Scalar[] next = step.call(z[0], z[1], z[2], z[3], charge);
            if (next[1].value() <= 0) {
                Scalar tau = next[1].divide(z[3]).negate();
                return next[0].add(tau.multiply(z[2])).square();
            }
            z = next;
        }
    }

    /** Returns place and velocity after a step, of place, velocity and the place of the charge that is shifted. */
    private static Scalar[] step(Program slope, Scalar[] z) {
        Scalar[] s = slope.apply(z[0], z[1], z[4]);
        return new Scalar[] {
            z[0].add(z[2].multiply(STEP)),
            z[1].add(z[3].multiply(STEP)),
            z[2].subtract(s[0].multiply(STEP)),
            z[3].subtract(s[1].multiply(STEP))
        };
    }

    /** Returns the potential at (z[0], z[1]) of a charge at (10, z[2]) and one at (10, 0). */
    private static Scalar potential(Scalar[] z) {
        Scalar dx = z[0].subtract(10);
        return inverseDistance(dx, z[1].subtract(z[2])).add(inverseDistance(dx, z[1]));
    }

    private static Scalar inverseDistance(Scalar dx, Scalar dy) {
        return Scalar.sumOfSquares(dx, dy).apply(Smooth.RSQRT);
    }
}
