package org.retrograd.autograd.check;

import java.util.List;
import org.retrograd.autograd.check.Judge.Both;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/** First derivatives of a subject, along any direction, from all three sources. */
final class FirstOrder {
    /** A guess at the rounding of what was computed without a record. */
    private static final double UNRECORDED = 16;

    private final Subject subject;
    private final Tensor cotangent;
    private final Linearization at;
    private final List<Tensor> gradient;
    private final double noise;
    private final Kinks kinks;
    private double capped = -1;

    private FirstOrder(
            Subject subject, Tensor cotangent, Linearization at, List<Tensor> gradient, double noise, Kinks kinks) {
        this.subject = subject;
        this.cotangent = cotangent;
        this.at = at;
        this.gradient = gradient;
        this.noise = noise;
        this.kinks = kinks;
    }

    /** Sweeps back once from a cotangent of the value. */
    static FirstOrder of(Subject subject, Tensor cotangent) {
        return of(subject, cotangent, Kinks.of(subject));
    }

    /** Sweeps back once from a cotangent of the value; kinks are those of a subject from which this one was derived. */
    static FirstOrder of(Subject subject, Tensor cotangent, Kinks kinks) {
        Linearization at = subject.linearized();
        return new FirstOrder(subject, cotangent, at, at.pull(cotangent), noise(subject, cotangent), kinks);
    }

    /** Returns the same with another cotangent. */
    FirstOrder with(Tensor other) {
        return new FirstOrder(subject, other, at, at.pull(other), noise(subject, other), kinks);
    }

    private static double noise(Subject subject, Tensor cotangent) {
        Tensor output = subject.recording().output();
        double[] size = new double[2];
        add(cotangent, output.detach(), size);
        if (!output.traced()) {
            return UNRECORDED * Noise.UNIT * size[1];
        }
        return Math.max(Noise.UNIT * size[1], Noise.bound(subject.recording(), output.backward(cotangent)));
    }

    Subject subject() {
        return subject;
    }

    Tensor cotangent() {
        return cotangent;
    }

    List<Tensor> gradient() {
        return gradient;
    }

    Kinks kinks() {
        return kinks;
    }

    /** Judges the derivative along a direction of one input. */
    Outcome judge(String where, int input, Tensor direction) {
        return judge(where, subject.along(input, direction));
    }

    /** Judges the derivative along a direction of all inputs at once. */
    Outcome judge(String where, List<Tensor> directions) {
        double widest = kinks.widest(directions);
        Line line = line(directions);
        return Judge.judge(
                where,
                both(directions),
                line,
                widest,
                List.of(this::cappedNoise, () -> Math.max(cappedNoise(), Noise.observed(line, widest))));
    }

    /** Returns the values along a direction with the noise that is certain. */
    Line heard(List<Tensor> directions) {
        return line(directions).withNoise(cappedNoise());
    }

    private double cappedNoise() {
        if (capped < 0) {
            capped = Judge.capped(noise, Noise.shaken(subject, cotangent, new Directions(1)));
        }
        return capped;
    }

    double noise() {
        return noise;
    }

    /** Returns the values along a direction. */
    Line line(List<Tensor> directions) {
        return new Line(h -> subject.value().apply(subject.moved(directions, h)), cotangent, noise);
    }

    /** Returns the derivative along a direction in both modes. */
    Both both(List<Tensor> directions) {
        double[] reverse = new double[2];
        for (int k = 0; k < directions.size(); k++) {
            add(gradient.get(k), directions.get(k), reverse);
        }
        double[] forward = new double[2];
        add(cotangent, at.push(directions), forward);
        return new Both(reverse[0], forward[0], Math.max(reverse[1], forward[1]));
    }

    /** Adds to an inner product and to the sum of the sizes of its terms; 0 times anything is 0. */
    static void add(Tensor a, Tensor b, double[] sumAndSize) {
        double[] x = a.toArray();
        double[] y = b.toArray();
        for (int i = 0; i < x.length; i++) {
            double term = x[i] == 0 || y[i] == 0 ? 0 : x[i] * y[i];
            sumAndSize[0] += term;
            sumAndSize[1] += Math.abs(term);
        }
    }
}
