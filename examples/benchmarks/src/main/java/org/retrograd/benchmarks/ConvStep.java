package org.retrograd.benchmarks;

import java.util.Arrays;
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
import org.retrograd.autograd.tensor.Convolutions;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Sliding;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A convolution of 32 images of 16 x 8 x 8 with 32 kernels of 3 x 3, padding 1: forward, half the sum of squares, and the
 * gradients by images and kernels.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ConvStep {
    private static final int IMAGES = 32;
    private static final int CHANNELS = 16;
    private static final int OUTPUTS = 32;
    private static final int SIDE = 8;
    private static final int SIZE = 3;
    private static final int AREA = SIDE * SIDE;
    private static final Sliding PADDED = Sliding.BY_ONE.padding(1);

    private final SplittableRandom random = new SplittableRandom(1);
    private final Tensor x = Tensor.variable(Tensor.normal(random, IMAGES, CHANNELS, SIDE, SIDE));
    private final Tensor w = Tensor.variable(Tensor.normal(random, OUTPUTS, CHANNELS, SIZE, SIZE));
    private final double[] images = x.toArray();
    private final double[] kernels = w.toArray();
    private final double[] y = new double[IMAGES * OUTPUTS * AREA];
    private final double[] byImages = new double[images.length];
    private final double[] byKernels = new double[kernels.length];

    /** Refuses to measure unless both find the same gradients. */
    @Setup
    public void check() {
        Gradients g = autograd();
        byHand();
        Baseline.requireSame("gradient by the images", g.of(x).sumSquares().item(), sumSquares(byImages));
        Baseline.requireSame("gradient by the kernels", g.of(w).sumSquares().item(), sumSquares(byKernels));
    }

    private static double sumSquares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }

    /** Forward and backward by autograd. */
    @Benchmark
    public Gradients autograd() {
        return Convolutions.conv2d(x, w, PADDED).square().sum().mul(0.5).gradients(List.of(x, w));
    }

    /** The same over plain arrays, without columns: the innermost loop is along a row. */
    @Benchmark
    public double byHand() {
        Arrays.fill(y, 0);
        Arrays.fill(byImages, 0);
        Arrays.fill(byKernels, 0);
        for (int i = 0; i < IMAGES; i++) {
            for (int o = 0; o < OUTPUTS; o++) {
                for (int c = 0; c < CHANNELS; c++) {
                    forward((i * CHANNELS + c) * AREA, (o * CHANNELS + c) * SIZE * SIZE, (i * OUTPUTS + o) * AREA);
                }
            }
        }
        // the cotangent of half the sum of squares is the value itself
        for (int i = 0; i < IMAGES; i++) {
            for (int o = 0; o < OUTPUTS; o++) {
                for (int c = 0; c < CHANNELS; c++) {
                    backward((i * CHANNELS + c) * AREA, (o * CHANNELS + c) * SIZE * SIZE, (i * OUTPUTS + o) * AREA);
                }
            }
        }
        return byKernels[0];
    }

    private void forward(int image, int kernel, int response) {
        for (int u = 0; u < SIZE; u++) {
            for (int v = 0; v < SIZE; v++) {
                double k = kernels[kernel + u * SIZE + v];
                int from = Math.max(0, 1 - v);
                int to = Math.min(SIDE, SIDE + 1 - v);
                for (int p = Math.max(0, 1 - u); p < Math.min(SIDE, SIDE + 1 - u); p++) {
                    int row = image + (p + u - 1) * SIDE + v - 1;
                    int out = response + p * SIDE;
                    for (int q = from; q < to; q++) {
                        y[out + q] += k * images[row + q];
                    }
                }
            }
        }
    }

    private void backward(int image, int kernel, int response) {
        for (int u = 0; u < SIZE; u++) {
            for (int v = 0; v < SIZE; v++) {
                double k = kernels[kernel + u * SIZE + v];
                double sum = 0;
                int from = Math.max(0, 1 - v);
                int to = Math.min(SIDE, SIDE + 1 - v);
                for (int p = Math.max(0, 1 - u); p < Math.min(SIDE, SIDE + 1 - u); p++) {
                    int row = image + (p + u - 1) * SIDE + v - 1;
                    int out = response + p * SIDE;
                    for (int q = from; q < to; q++) {
                        double g = y[out + q];
                        sum += g * images[row + q];
                        byImages[row + q] += g * k;
                    }
                }
                byKernels[kernel + u * SIZE + v] += sum;
            }
        }
    }
}
