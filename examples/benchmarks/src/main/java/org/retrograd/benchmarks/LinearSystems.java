package org.retrograd.benchmarks;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The gradients through the solution of linear systems and through a Cholesky factor, for one matrix of 100 x 100 and for
 * 1,000 of 3 x 3, beside the same derivatives written down for Commons Math.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LinearSystems {
    /** The number of matrices, and their size. */
    @Param({"1x100", "1000x3"})
    public String matrices = "1x100";

    private Tensor a = Tensor.variable(0);
    private Tensor b = a;
    private RealMatrix[] eachA = {};
    private RealVector[] eachB = {};

    /** Makes positive definite matrices and right sides, and refuses to measure unless both ways give the same gradient. */
    @Setup
    public void prepare() {
        int count = Integer.parseInt(matrices.substring(0, matrices.indexOf('x')));
        int n = Integer.parseInt(matrices.substring(matrices.indexOf('x') + 1));
        SplittableRandom random = new SplittableRandom(1);
        Tensor x = Tensor.normal(random, count, n, n);
        a = Tensor.variable(x.matmul(x.transpose()).add(Tensor.eye(n)));
        b = Tensor.variable(Tensor.normal(random, count, n, 1));
        eachA = a.detach().unstack(0).stream()
                .map(m -> new Array2DRowRealMatrix(
                        m.unstack(0).stream().map(Tensor::toArray).toArray(double[][]::new)))
                .toArray(RealMatrix[]::new);
        eachB = b.detach().unstack(0).stream()
                .map(v -> new ArrayRealVector(v.toArray()))
                .toArray(RealVector[]::new);
        Gradients g = solve();
        Baseline.requireSame("gradient of solve by A", g.of(a).get(0, 0, 1), solveByHand()[0].getEntry(0, 1));
        Baseline.requireSame("gradient of cholesky", cholesky().of(a).get(0, 0, 1), choleskyByHand()[0].getEntry(0, 1));
    }

    /** The sum of all solutions, differentiated by matrices and right sides. */
    @Benchmark
    public Gradients solve() {
        return a.solve(b).sum().gradients(List.of(a, b));
    }

    /** The same: -w xᵀ with w = A⁻ᵀ 1, by a second elimination, since Commons Math solves with A only. */
    @Benchmark
    public RealMatrix[] solveByHand() {
        RealMatrix[] gradients = new RealMatrix[eachA.length];
        for (int k = 0; k < gradients.length; k++) {
            RealVector x = new LUDecomposition(eachA[k]).getSolver().solve(eachB[k]);
            RealVector ones = new ArrayRealVector(eachA[k].getRowDimension(), 1.0);
            RealVector w = new LUDecomposition(eachA[k].transpose()).getSolver().solve(ones);
            gradients[k] = w.outerProduct(x).scalarMultiply(-1);
        }
        return gradients;
    }

    /** The sum of all solutions alone, of constants. */
    @Benchmark
    public Tensor solveValue() {
        return a.detach().solve(b.detach()).sum();
    }

    /** The sum of the logarithms of the factors' diagonals, half the logarithms of the determinants, by the matrices. */
    @Benchmark
    public Gradients cholesky() {
        return a.cholesky().diagonal().log().sum().gradients(List.of(a));
    }

    /** The same: A⁻¹ / 2, by the factor. */
    @Benchmark
    public RealMatrix[] choleskyByHand() {
        RealMatrix[] gradients = new RealMatrix[eachA.length];
        for (int k = 0; k < gradients.length; k++) {
            gradients[k] =
                    new CholeskyDecomposition(eachA[k]).getSolver().getInverse().scalarMultiply(0.5);
        }
        return gradients;
    }
}
