package org.retrograd.autograd.check;

import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/**
 * What rounding may do to a value.
 *
 * <p>An error made in a call reaches the output times the cotangent of that call: one reverse sweep gives the bound u Σ
 * |cotangent|·magnitude over all calls. The bound uses the very cotangents that are being checked, so where it decides, it
 * is held against an estimate from differences of the values alone (Moré and Wild 2011), lest a wrong rule buys itself
 * tolerance.
 */
final class Noise {
    /** One unit in the last place of 1: twice the error of a correctly rounded operation. */
    static final double UNIT = 0x1p-52;

    /** How many points are taken on either side. */
    private static final int REACH = 4;

    private static final int POINTS = 2 * REACH + 1;

    /** Distances between the points, of many bits, lest all points be rounded alike; high differences of smooth functions vanish at all of them. */
    private static final double[] SPACINGS = {
        0x1.6a09e667f3bcdp-9, 0x1.6a09e667f3bcdp-17, 0x1.6a09e667f3bcdp-25, 0x1.6a09e667f3bcdp-33
    };

    private static final int TRIALS = 3;

    /** How much larger than rounding errors the changes of the experiment are. */
    private static final double SHAKE = 0x1p5;

    private Noise() {}

    /** Returns the bound for Σ g·output from the cotangents that one reverse sweep found. */
    static double bound(Recording recording, Gradients gradients) {
        double sum = 0;
        for (Call call : recording.calls()) {
            if (gradients.has(call.value())) {
                sum += product(gradients.of(call.value()), call.magnitude());
            }
        }
        for (Tensor variable : recording.variables()) {
            if (gradients.has(variable)) {
                // the point is moved in floating point
                sum += 0.5 * product(gradients.of(variable), variable);
            }
        }
        return UNIT * sum;
    }

    /**
     * Returns what rounding may do to Σ g·output as an experiment shows it that uses no derivative: all calls are made again
     * with every result changed at random, by more than rounding does, and the change of the output is scaled down.
     */
    static double shaken(Subject subject, Tensor cotangent, Directions random) {
        try {
            return shakenBy(subject, cotangent, random);
        } catch (IllegalStateException | IllegalArgumentException | ArithmeticException refused) {
            // calls that belong to one evaluation refuse other values, and so do those at the edge of their domain
            return 0;
        }
    }

    private static double shakenBy(Subject subject, Tensor cotangent, Directions random) {
        double squares = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            Tensor output = subject.recording()
                    .replay(
                            subject.variables(),
                            subject.point().stream()
                                    .map(x -> changed(x, x.mul(0.5), random))
                                    .toList(),
                            (y, size) -> changed(y, size, random))
                    .apply(subject.recording().output());
            double[] sum = new double[2];
            FirstOrder.add(cotangent, output.detach().sub(subject.output()), sum);
            squares += Double.isFinite(sum[0]) ? sum[0] * sum[0] : 0;
        }
        return Math.sqrt(squares / TRIALS) / SHAKE;
    }

    private static Tensor changed(Tensor y, Tensor size, Directions random) {
        return y.add(random.cotangent(y).mul(size).mul(UNIT * SHAKE));
    }

    /** Returns Σ |a b|, leaving out what is not finite. */
    private static double product(Tensor a, Tensor b) {
        double sum = 0;
        double[] x = a.toArray();
        double[] y = b.toArray();
        for (int i = 0; i < x.length; i++) {
            double term = Math.abs(x[i] * y[i % y.length]);
            sum += Double.isFinite(term) ? term : 0;
        }
        return sum;
    }

    /** Returns the noise as the values on the line show it, at several distances: 4 times the largest standard deviation. */
    static double observed(Line line, double widest) {
        double most = 0;
        for (double spacing : SPACINGS) {
            if (REACH * spacing <= widest) {
                double found = observedAt(line, spacing);
                most = Double.isFinite(found) ? Math.max(most, found) : most;
            }
        }
        return 4 * most;
    }

    /** Returns the least of the estimates by the differences of order 4 to 6. */
    private static double observedAt(Line line, double spacing) {
        double[] table = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            table[i] = line.difference(0, (i - REACH) * spacing);
        }
        double least = Double.POSITIVE_INFINITY;
        double scale = 1;
        for (int order = 1; order <= 6; order++) {
            double squares = 0;
            for (int i = 0; i < POINTS - order; i++) {
                table[i] = table[i + 1] - table[i];
                squares += table[i] * table[i];
            }
            // (k!)² / (2k)!
            scale *= order / (4.0 * order - 2.0);
            if (order >= 4) {
                least = Math.min(least, Math.sqrt(scale * squares / (POINTS - order)));
            }
        }
        return least;
    }
}
