package org.retrograd.autograd.check;

import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The values of Σ g·f on a line through the point: what differences are taken of.
 *
 * <p>Values are subtracted entry by entry before they are weighted and summed, so that the sum adds no rounding of its own.
 */
final class Line {
    private static final double[] REFUSED = {};

    private final DoubleFunction<Tensor> values;
    private final double[] weights;
    private final double noise;
    private final Map<Double, double[]> seen = new HashMap<>();

    /**
     * Makes the line.
     *
     * @param values the value of the function at a distance from the point
     * @param weights the cotangent
     * @param noise what rounding may do to the weighted sum at the point
     */
    Line(DoubleFunction<Tensor> values, Tensor weights, double noise) {
        this.values = values;
        this.weights = weights.toArray();
        this.noise = noise;
    }

    private Line(Line other, double noise) {
        this.values = other.values;
        this.weights = other.weights;
        this.noise = noise;
        this.seen.putAll(other.seen);
    }

    /** Returns the same line with another idea of its noise. */
    Line withNoise(double other) {
        return new Line(this, other);
    }

    double noise() {
        return noise;
    }

    private double[] at(double h) {
        return seen.computeIfAbsent(h, this::evaluated);
    }

    /** Returns the values at a distance, none where the function refuses a point as outside its domain. */
    private double[] evaluated(double h) {
        try {
            return values.apply(h).toArray();
        } catch (ArithmeticException | IllegalArgumentException outside) {
            return REFUSED;
        }
    }

    /** Returns the value at {@code to} minus that at {@code from}; NaN if one is not finite or does not exist. */
    double difference(double from, double to) {
        double[] a = at(from);
        double[] b = at(to);
        if (a == REFUSED || b == REFUSED || a.length != weights.length || b.length != weights.length) {
            return Double.NaN;
        }
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] != 0) {
                sum += weights[i] * (b[i] - a[i]);
            }
        }
        return sum;
    }

    /**
     * Returns what rounding may do to a difference of the values at two distances: the noise at both ends, more where the
     * values are larger, and the error of the step itself, which numbers of the size of the point know to u/h only.
     */
    double noise(double from, double to) {
        return 2 * noise + moved(from) + moved(to);
    }

    private double moved(double h) {
        if (h == 0) {
            return 0;
        }
        return Noise.UNIT * (Math.max(0, size(h) - size(0)) + Math.abs(difference(0, h) / h));
    }

    private double size(double h) {
        double[] y = at(h);
        double size = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] != 0) {
                size += Math.abs(weights[i] * y[i]);
            }
        }
        return size;
    }
}
