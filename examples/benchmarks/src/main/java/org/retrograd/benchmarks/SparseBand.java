package org.retrograd.benchmarks;

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
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.diff.Sparse;
import org.retrograd.autograd.diff.SparseMatrix;
import org.retrograd.autograd.diff.SparsePlan;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The Jacobian of Broyden's tridiagonal function of 10,000 variables, beside one Jacobian-vector product of it and beside
 * loops that write its three diagonals down.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SparseBand {
    private static final int N = 10_000;

    private final Tensor x = Tensor.linspace(0.5, 1.5, N);
    private final Tensor ones = Tensor.ones(N);
    private final SparsePlan plan = Sparse.jacobianPlan(SparseBand::broyden, x);

    private static Tensor broyden(Tensor x) {
        Tensor before = x.slice(0, 0, N - 1).pad(0, 1, 0);
        Tensor behind = x.slice(0, 1, N).pad(0, 0, 1);
        return x.mul(3).sub(x.square().mul(2)).sub(before).sub(behind.mul(2)).add(1);
    }

    /** Refuses to measure unless the matrix takes one sweep of three colours and has the entries of the hand-written one. */
    @Setup
    public void prepare() {
        if (plan.sweeps() != 1 || plan.colours() != 3) {
            throw new IllegalStateException("a tridiagonal Jacobian takes one sweep of three colours, but: " + plan);
        }
        double[] byHand = jacobianByHand();
        SparseMatrix found = fromPlan();
        for (int entry = 0; entry < byHand.length; entry++) {
            Baseline.requireSame("entry " + entry, found.values().get(entry), byHand[entry]);
        }
    }

    /** Evaluation and one direction. */
    @Benchmark
    public Tensor jvp() {
        return Derivatives.jvp(SparseBand::broyden, x, ones);
    }

    /** Evaluation and all entries, pattern and colours known. */
    @Benchmark
    public SparseMatrix fromPlan() {
        return plan.at(x);
    }

    /** Evaluation, pattern, colours and all entries. */
    @Benchmark
    public SparseMatrix fromScratch() {
        return Sparse.jacobian(SparseBand::broyden, x);
    }

    /** The entries row after row. */
    @Benchmark
    public double[] jacobianByHand() {
        double[] entries = new double[3 * N - 2];
        int entry = 0;
        for (int i = 0; i < N; i++) {
            if (i > 0) {
                entries[entry++] = -1;
            }
            entries[entry++] = 3 - 4 * x.get(i);
            if (i < N - 1) {
                entries[entry++] = -2;
            }
        }
        return entries;
    }
}
