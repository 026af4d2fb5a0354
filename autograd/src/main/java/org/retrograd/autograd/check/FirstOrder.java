package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.check.Judge.Both;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/** First derivatives of a subject, along any direction, from all three sources. */
final class FirstOrder {
    private final Subject subject;
    private final Tensor cotangent;
    private final Linearization at;
    private final List<Tensor> gradient;
    private final double noise;
    private final Kinks kinks;

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
        Linearization at = subject.linearized();
        return new FirstOrder(subject, cotangent, at, at.pull(cotangent), noise(subject, cotangent), Kinks.of(subject));
    }

    /** Returns the same with another cotangent. */
    FirstOrder with(Tensor other) {
        return new FirstOrder(subject, other, at, at.pull(other), noise(subject, other), kinks);
    }

    private static double noise(Subject subject, Tensor cotangent) {
        Tensor output = subject.recording().output();
        if (!output.traced()) {
            return 0;
        }
        Gradients gradients = output.backward(cotangent);
        return Noise.bound(subject.recording(), gradients);
    }

    List<Tensor> gradient() {
        return gradient;
    }

    double noise() {
        return noise;
    }

    Kinks kinks() {
        return kinks;
    }

    /** Judges the derivative along a direction of one input. */
    Outcome judge(String where, int input, Tensor direction) {
        List<Tensor> directions = new ArrayList<>();
        for (Tensor x : subject.point()) {
            directions.add(Tensor.zeros(x.shape()));
        }
        directions.set(input, direction);
        return judge(where, directions);
    }

    /** Judges the derivative along a direction of all inputs at once. */
    Outcome judge(String where, List<Tensor> directions) {
        return Judge.judge(where, both(directions), line(directions), kinks.widest(directions));
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
