package org.retrograd.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * One training step of a 2-3-1 sigmoid network on the four cases of exclusive or: forward, half the squared error, backward
 * and update, through autograd and by hand-written loops.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 15, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class XorStep {
    private static final double RATE = 0.1;
    private static final int CASES = 4;
    private static final int HIDDEN = 3;

    private final Tensor x = Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}});
    private final Tensor t = Tensor.of(0, 1, 1, 0).reshape(CASES, 1);
    private Tensor w1 = x;
    private Tensor b1 = x;
    private Tensor w2 = x;
    private Tensor b2 = x;

    private final double[] inputs = x.toArray();
    private final double[] targets = t.toArray();
    private double[] v1 = {};
    private double[] c1 = {};
    private double[] v2 = {};
    private double c2;
    private final double[] hidden = new double[CASES * HIDDEN];
    private final double[] dv1 = new double[2 * HIDDEN];
    private final double[] dc1 = new double[HIDDEN];
    private final double[] dv2 = new double[HIDDEN];

    /** Refuses to measure unless both networks learn the same. */
    @Setup
    public void check() {
        start();
        for (int step = 0; step < 100; step++) {
            Baseline.requireSame("loss", autograd(), byHand());
        }
    }

    /** Starts both at the same weights. */
    @Setup(Level.Iteration)
    public void start() {
        SplittableRandom random = new SplittableRandom(1);
        w1 = Tensor.variable(Tensor.uniform(random, -1, 1, 2, HIDDEN));
        b1 = Tensor.variable(Tensor.uniform(random, -1, 1, HIDDEN));
        w2 = Tensor.variable(Tensor.uniform(random, -1, 1, HIDDEN, 1));
        b2 = Tensor.variable(Tensor.uniform(random, -1, 1, 1));
        v1 = w1.toArray();
        c1 = b1.toArray();
        v2 = w2.toArray();
        c2 = b2.item();
    }

    /** One step with gradients by autograd; returns the loss before it. */
    @Benchmark
    public double autograd() {
        Tensor h = x.matmul(w1).add(b1).sigmoid();
        Tensor y = h.matmul(w2).add(b2).sigmoid();
        Tensor loss = y.sub(t).square().sum().mul(0.5);
        Gradients g = loss.gradients(List.of(w1, b1, w2, b2));
        w1 = updated(w1, g);
        b1 = updated(b1, g);
        w2 = updated(w2, g);
        b2 = updated(b2, g);
        return loss.item();
    }

    private static Tensor updated(Tensor w, Gradients g) {
        return w.withValue(w.detach().sub(g.of(w).mul(RATE)));
    }

    /** The same step with gradients derived by hand and plain loops; returns the loss before it. */
    @Benchmark
    public double byHand() {
        Arrays.fill(dv1, 0);
        Arrays.fill(dc1, 0);
        Arrays.fill(dv2, 0);
        double dc2 = 0;
        double loss = 0;
        for (int k = 0; k < CASES; k++) {
            double z = c2;
            for (int j = 0; j < HIDDEN; j++) {
                double net = inputs[2 * k] * v1[j] + inputs[2 * k + 1] * v1[HIDDEN + j] + c1[j];
                double h = sigmoid(net);
                hidden[k * HIDDEN + j] = h;
                z += h * v2[j];
            }
            double y = sigmoid(z);
            double e = y - targets[k];
            loss += 0.5 * e * e;
            double delta = e * y * (1 - y);
            dc2 += delta;
            for (int j = 0; j < HIDDEN; j++) {
                double h = hidden[k * HIDDEN + j];
                dv2[j] += delta * h;
                double hiddenDelta = delta * v2[j] * h * (1 - h);
                dc1[j] += hiddenDelta;
                dv1[j] += hiddenDelta * inputs[2 * k];
                dv1[HIDDEN + j] += hiddenDelta * inputs[2 * k + 1];
            }
        }
        for (int j = 0; j < HIDDEN; j++) {
            v1[j] -= RATE * dv1[j];
            v1[HIDDEN + j] -= RATE * dv1[HIDDEN + j];
            c1[j] -= RATE * dc1[j];
            v2[j] -= RATE * dv2[j];
        }
        c2 -= RATE * dc2;
        return loss;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + StrictMath.exp(-z));
    }
}
