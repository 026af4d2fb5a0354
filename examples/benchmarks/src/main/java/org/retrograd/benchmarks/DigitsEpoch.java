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
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/**
 * One epoch of the digits example, 64 inputs, 32 tanh units, 10 classes, in batches of 32 of 1,438 rows.
 *
 * <p>The rows are random numbers of the same size and range, since the time does not depend on what they show.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 15, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DigitsEpoch {
    private static final int ROWS = 1438;
    private static final int INPUTS = 64;
    private static final int HIDDEN = 32;
    private static final int CLASSES = 10;
    private static final int BATCH = 32;
    private static final double RATE = 0.1;
    private static final double MOMENTUM = 0.9;

    private double[] pixels = {};
    private int[] digits = {};
    private Tensor inputs = Tensor.scalar(0);
    private Tensor[] weights = {};
    private Tensor[] steps = {};
    private PlainNet plain = new PlainNet(0, 0, 0, 0);

    /** Refuses to measure unless both nets learn the same. */
    @Setup
    public void check() {
        start();
        for (int epoch = 0; epoch < 3; epoch++) {
            Baseline.requireSame("loss", autograd(), byHand());
        }
    }

    /** Starts both at the same weights. */
    @Setup(Level.Iteration)
    public void start() {
        SplittableRandom random = new SplittableRandom(1);
        pixels = random.doubles((long) ROWS * INPUTS).toArray();
        digits = random.ints(ROWS, 0, CLASSES).toArray();
        inputs = Tensor.of(pixels).reshape(ROWS, INPUTS);
        weights = new Tensor[] {
            Tensor.variable(Tensor.uniform(random, -0.25, 0.25, INPUTS, HIDDEN)),
            Tensor.variable(Tensor.zeros(HIDDEN)),
            Tensor.variable(Tensor.uniform(random, -0.38, 0.38, HIDDEN, CLASSES)),
            Tensor.variable(Tensor.zeros(CLASSES))
        };
        steps = Arrays.stream(weights).map(w -> Tensor.zeros(w.shape())).toArray(Tensor[]::new);
        double[][] copies = Arrays.stream(weights).map(Tensor::toArray).toArray(double[][]::new);
        plain = new PlainNet(INPUTS, HIDDEN, CLASSES, BATCH, copies);
    }

    /** One epoch with gradients by autograd and nothing but tensor methods; returns the loss summed over the batches. */
    @Benchmark
    public double autograd() {
        double sum = 0;
        for (int from = 0; from < ROWS; from += BATCH) {
            int to = Math.min(from + BATCH, ROWS);
            Indices batch = Indices.of(Arrays.copyOfRange(digits, from, to)).reshape(to - from, 1);
            Tensor h =
                    inputs.slice(0, from, to).matmul(weights[0]).add(weights[1]).tanh();
            Tensor logits = h.matmul(weights[2]).add(weights[3]);
            Tensor loss = logits.logSoftmax(1).gather(batch, 1).mean().neg();
            Gradients g = loss.gradients(List.of(weights));
            for (int k = 0; k < weights.length; k++) {
                steps[k] = steps[k].mul(MOMENTUM).sub(g.of(weights[k]).mul(RATE));
                weights[k] = weights[k].withValue(weights[k].detach().add(steps[k]));
            }
            sum += loss.item();
        }
        return sum;
    }

    /** The same epoch over plain arrays, with deltas derived by hand; returns the loss summed over the batches. */
    @Benchmark
    public double byHand() {
        double sum = 0;
        for (int from = 0; from < ROWS; from += BATCH) {
            sum += plain.step(pixels, digits, from, Math.min(from + BATCH, ROWS), RATE, MOMENTUM);
        }
        return sum;
    }
}
