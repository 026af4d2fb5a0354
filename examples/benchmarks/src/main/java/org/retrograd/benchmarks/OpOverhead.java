package org.retrograd.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * What one recorded op costs, forward and backward together, when the tensors are so small that bookkeeping is all there is.
 *
 * <p>A chain of 1,000 ops is computed and differentiated; figures are per op. Run it with {@code -prof gc} for bytes per op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 15, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class OpOverhead {
    private static final int OPS = 1000;
    private static final int ROUNDS = OPS / 4;

    /** The number of entries of each tensor. */
    @Param({"1", "4"})
    public int size = 1;

    private Tensor x = Tensor.variable(0);
    private Tensor half = x;
    private Tensor quarter = x;
    private double[] start = {};
    private double[] tape = {};
    private double[] cotangent = {};

    /** Makes the inputs, and refuses to measure unless both ways give the same gradient. */
    @Setup
    public void prepare() {
        x = Tensor.variable(Tensor.linspace(0.2, 0.8, size));
        half = Tensor.full(0.5, size);
        quarter = Tensor.full(0.25, size);
        start = x.toArray();
        tape = new double[(OPS + 1) * size];
        cotangent = new double[size];
        Baseline.requireSame("cheap gradient", cheap().of(x).get(0), cheapByHand()[0]);
        Baseline.requireSame("transcendental gradient", transcendental().of(x).get(0), transcendentalByHand()[0]);
    }

    /** Multiplications, additions, negations and squares in turn; every gradient in between is kept. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public Gradients cheap() {
        return cheapChain().sum().backward();
    }

    /** The same chain, of which only the gradient by its start is kept. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public Tensor cheapNamedOnly() {
        return cheapChain().sum().gradients(List.of(x)).of(x);
    }

    private Tensor cheapChain() {
        Tensor y = x;
        for (int round = 0; round < ROUNDS; round++) {
            y = y.mul(half).add(quarter).neg().square();
        }
        return y;
    }

    /** Hyperbolic tangents, exponentials, logistic functions and sines in turn. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public Gradients transcendental() {
        Tensor y = x;
        for (int round = 0; round < ROUNDS; round++) {
            y = y.tanh().exp().sigmoid().sin();
        }
        return y.sum().backward();
    }

    /** The cheap chain over plain arrays: every value is stored, then the chain rule walks back. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] cheapByHand() {
        int n = size;
        System.arraycopy(start, 0, tape, 0, n);
        int at = 0;
        for (int round = 0; round < ROUNDS; round++, at += 4 * n) {
            for (int i = at; i < at + n; i++) {
                tape[i + n] = tape[i] * 0.5;
            }
            for (int i = at + n; i < at + 2 * n; i++) {
                tape[i + n] = tape[i] + 0.25;
            }
            for (int i = at + 2 * n; i < at + 3 * n; i++) {
                tape[i + n] = -tape[i];
            }
            for (int i = at + 3 * n; i < at + 4 * n; i++) {
                tape[i + n] = tape[i] * tape[i];
            }
        }
        Arrays.fill(cotangent, 1);
        for (int round = 0; round < ROUNDS; round++) {
            at -= 4 * n;
            for (int i = 0; i < n; i++) {
                cotangent[i] *= 2 * tape[at + 3 * n + i];
            }
            for (int i = 0; i < n; i++) {
                cotangent[i] = -cotangent[i];
            }
            for (int i = 0; i < n; i++) {
                cotangent[i] *= 0.5;
            }
        }
        return cotangent;
    }

    /** The transcendental chain over plain arrays, with the same {@link StrictMath} functions. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] transcendentalByHand() {
        int n = size;
        System.arraycopy(start, 0, tape, 0, n);
        int at = 0;
        for (int round = 0; round < ROUNDS; round++, at += 4 * n) {
            for (int i = at; i < at + n; i++) {
                tape[i + n] = StrictMath.tanh(tape[i]);
            }
            for (int i = at + n; i < at + 2 * n; i++) {
                tape[i + n] = StrictMath.exp(tape[i]);
            }
            for (int i = at + 2 * n; i < at + 3 * n; i++) {
                tape[i + n] = 1 / (1 + StrictMath.exp(-tape[i]));
            }
            for (int i = at + 3 * n; i < at + 4 * n; i++) {
                tape[i + n] = StrictMath.sin(tape[i]);
            }
        }
        Arrays.fill(cotangent, 1);
        for (int round = 0; round < ROUNDS; round++) {
            at -= 4 * n;
            for (int i = 0; i < n; i++) {
                cotangent[i] *= StrictMath.cos(tape[at + 3 * n + i]);
            }
            for (int i = 0; i < n; i++) {
                double y = tape[at + 3 * n + i];
                cotangent[i] *= y * (1 - y);
            }
            for (int i = 0; i < n; i++) {
                cotangent[i] *= tape[at + 2 * n + i];
            }
            for (int i = 0; i < n; i++) {
                double y = tape[at + n + i];
                cotangent[i] *= (1 - y) * (1 + y);
            }
        }
        return cotangent;
    }
}
