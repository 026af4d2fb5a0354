package org.retrograd.benchmarks;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Normalisations;
import org.retrograd.autograd.tensor.Tensor;

/** A layer normalisation of 256 rows of 64, a composition of about ten ops, beside loops with the rule derived by hand. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LayerNormStep {
    private static final int ROWS = 256;
    private static final int N = 64;
    private static final double EPSILON = 1e-5;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Tensor x = Tensor.variable(Tensor.normal(random, ROWS, N));
    private final Tensor weights = Tensor.normal(random, ROWS, N);
    private final double[] entries = x.toArray();
    private final double[] g = weights.toArray();
    private final double[] y = new double[ROWS * N];
    private final double[] gradient = new double[ROWS * N];

    /** Refuses to measure unless both find the same value and gradient. */
    @Setup
    public void check() {
        Baseline.requireSame(
                "value",
                Normalisations.layerNorm(x, EPSILON, -1).mul(weights).sum().item(),
                byHand());
        double sum = 0;
        for (double value : gradient) {
            sum += value * value;
        }
        Baseline.requireSame("gradient", autograd().of(x).sumSquares().item(), sum);
    }

    /** Forward and backward by autograd. */
    @Benchmark
    public Gradients autograd() {
        return Normalisations.layerNorm(x, EPSILON, -1).mul(weights).sum().gradients(List.of(x));
    }

    /** The same in one loop a row: (g - mean of g - y · mean of g·y) / deviation. */
    @Benchmark
    public double byHand() {
        double total = 0;
        for (int row = 0; row < ROWS * N; row += N) {
            double mean = 0;
            for (int i = row; i < row + N; i++) {
                mean += entries[i];
            }
            mean /= N;
            double variance = 0;
            for (int i = row; i < row + N; i++) {
                double d = entries[i] - mean;
                variance += d * d;
            }
            double scale = 1 / Math.sqrt(variance / N + EPSILON);
            double meanG = 0;
            double meanGy = 0;
            for (int i = row; i < row + N; i++) {
                y[i] = (entries[i] - mean) * scale;
                meanG += g[i];
                meanGy += g[i] * y[i];
            }
            total += meanGy;
            meanG /= N;
            meanGy /= N;
            for (int i = row; i < row + N; i++) {
                gradient[i] = scale * (g[i] - meanG - y[i] * meanGy);
            }
        }
        return total;
    }
}
