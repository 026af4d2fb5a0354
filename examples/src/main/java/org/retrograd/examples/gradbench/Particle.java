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
 */
record Particle(Program force) {
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
        return input -> {
            Scalar start = Scalar.of(input.number("w"));
            Tape tape = new Tape();
            Particle particle =
                    new Particle(Program.record(3, Particle::potential).differentiate(inner));
            return () ->
                    Minimiser.minimise(x -> tape.valueAndGradient(outer, w -> particle.miss(w[0]), x), start)[0]
                            .value();
        };
    }

    /** Returns the square of the place at which the particle meets the axis if one charge is shifted by {@code w}. */
    private Scalar miss(Scalar w) {
        Scalar charge = w.negate().add(10);
        Scalar zx = Scalar.ZERO;
        Scalar zy = Scalar.of(8);
        Scalar vx = Scalar.of(0.75);
        Scalar vy = Scalar.ZERO;
        while (true) {
            Scalar[] slope = force.apply(zx, zy, charge);
            zx = zx.add(vx.multiply(STEP));
            zy = zy.add(vy.multiply(STEP));
            if (zy.value() <= 0) {
                Scalar tau = zy.divide(vy).negate();
                return zx.add(tau.multiply(vx)).square();
            }
            vx = vx.subtract(slope[0].multiply(STEP));
            vy = vy.subtract(slope[1].multiply(STEP));
        }
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
