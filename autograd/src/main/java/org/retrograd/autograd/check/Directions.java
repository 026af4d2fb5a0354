package org.retrograd.autograd.check;

import java.util.SplittableRandom;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Random directions and cotangents.
 *
 * <p>Signs are random, and every entry weighs nearly the same, so that no entry hides behind another one (Rademacher); the
 * sizes differ a little, lest two errors of the same size cancel. All have few bits, so that a point is moved exactly.
 */
final class Directions {
    private final SplittableRandom random;

    Directions(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Returns a cotangent, 0 where the value is not finite. */
    Tensor cotangent(Tensor value) {
        double[] y = value.toArray();
        double[] g = new double[y.length];
        for (int i = 0; i < g.length; i++) {
            g[i] = Double.isFinite(y[i]) ? weight() : 0;
        }
        return tensor(g, value.shape());
    }

    /** Returns a direction in which all entries of an input move by its typical size. */
    Tensor even(Tensor x) {
        double size = size(x);
        double[] t = new double[x.size()];
        for (int i = 0; i < t.length; i++) {
            t[i] = size * weight();
        }
        return tensor(t, x.shape());
    }

    /** Returns a direction in which each entry moves by its own size. */
    Tensor relative(Tensor x) {
        double size = size(x);
        double[] t = x.toArray();
        for (int i = 0; i < t.length; i++) {
            double own = Math.abs(t[i]);
            t[i] = weight() * (own > 0 && Double.isFinite(own) ? binary(own) : size);
        }
        return tensor(t, x.shape());
    }

    /** Returns the direction of one entry. */
    static Tensor entry(Tensor x, int i) {
        double own = Math.abs(x.storage().get(i));
        double[] t = new double[x.size()];
        t[i] = own > 0 && Double.isFinite(own) ? binary(own) : size(x);
        return tensor(t, x.shape());
    }

    /** Returns a direction with all entries outside a range set to 0. */
    static Tensor within(Tensor direction, int from, int to) {
        double[] t = direction.toArray();
        for (int i = 0; i < t.length; i++) {
            t[i] = i >= from && i < to ? t[i] : 0;
        }
        return tensor(t, direction.shape());
    }

    static Tensor unit(Shape shape, int i) {
        double[] g = new double[shape.size()];
        g[i] = 1;
        return tensor(g, shape);
    }

    private double weight() {
        double size = 1 + random.nextInt(32) / 64.0;
        return random.nextBoolean() ? size : -size;
    }

    /** Returns the root mean square of the entries, rounded to a power of two; 1 for zeros. */
    static double size(Tensor x) {
        double largest = 0;
        for (double v : x.toArray()) {
            largest = Double.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
        }
        if (largest == 0) {
            return 1;
        }
        double squares = 0;
        int n = 0;
        for (double v : x.toArray()) {
            if (Double.isFinite(v) && v != 0) {
                squares += (v / largest) * (v / largest);
                n++;
            }
        }
        return binary(largest * Math.sqrt(squares / n));
    }

    private static double binary(double v) {
        return Math.max(Math.scalb(1.0, Math.getExponent(v)), 0x1p-960);
    }

    private static Tensor tensor(double[] values, Shape shape) {
        return Tensor.of(values).reshape(shape.toArray());
    }
}
