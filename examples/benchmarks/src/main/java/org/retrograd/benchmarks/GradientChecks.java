package org.retrograd.benchmarks;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.check.Report;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.examples.Launcher;
import org.retrograd.nn.Activation;
import org.retrograd.nn.Dataset;
import org.retrograd.nn.Initialiser;
import org.retrograd.nn.Loss;
import org.retrograd.nn.Mlp;
import org.retrograd.nn.data.CsvReader;
import org.retrograd.nn.data.Preamble;

/**
 * Full checks, both modes and to second order: of single operations as in a unit test, and of a net of 64-32-10 units with
 * cross-entropy on 32 scans of handwritten digits by its input and all parameters. Their baseline is one gradient of that net.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class GradientChecks {
    private static final int EXAMPLES = 32;
    private static final int PIXELS = 64;
    private static final double INK = 16;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Tensor vector = Tensor.of(0.3, -0.8, 1.2);
    private final Tensor matrix = Tensor.uniform(random, -1, 1, 8, 8);
    private final Mlp net =
            Mlp.of(random, Initialiser.glorotUniform(), Activation.TANH, Activation.IDENTITY, PIXELS, 32, 10);
    private final Dataset scans = Dataset.of(
                    CsvReader.readResource(Launcher.class, "data/digits.csv.gz", Preamble.NONE), 0, PIXELS, PIXELS, 10)
            .rows(IntStream.range(0, EXAMPLES).toArray());
    private final Tensor images = scans.inputs().div(INK);
    private final Indices labels = scans.labels();

    private static Report passed(GradientCheck check) {
        Report report = check.check();
        if (!report.passed()) {
            throw new IllegalStateException(report.toString());
        }
        return report;
    }

    @Benchmark
    public Report tanh() {
        return passed(GradientCheck.of(Tensor::tanh).at(vector));
    }

    @Benchmark
    public Report matmul() {
        return passed(GradientCheck.of(Tensor::matmul).at(matrix, matrix));
    }

    @Benchmark
    public Report mlp() {
        return passed(GradientCheck.of("mlp", x -> Loss.crossEntropy(net.apply(x), labels))
                .parameters(net.parameters())
                .at(images));
    }

    /** One gradient of the net: what a check is a multiple of. */
    @Benchmark
    public Gradients mlpOneGradient() {
        return Loss.crossEntropy(net.apply(images), labels).backward();
    }
}
