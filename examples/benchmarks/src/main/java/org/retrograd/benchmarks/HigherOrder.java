package org.retrograd.benchmarks;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
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
import org.openjdk.jmh.infra.Blackhole;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.diff.Differential;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Hessian-vector products beside the gradient, and Jacobians beside as many single gradients or Jacobian-vector products as
 * they have rows or columns.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HigherOrder {
    /** The function whose derivatives are measured. */
    public enum Problem {
        /** The loss of logistic regression on 1,000 rows of 100 numbers. */
        LOGISTIC,
        /** The chained Rosenbrock function of 10 numbers. */
        ROSENBROCK
    }

    @Param
    public Problem problem = Problem.LOGISTIC;

    private Tensor x = Tensor.zeros(0);
    private Tensor v = Tensor.zeros(0);
    private UnaryOperator<Tensor> loss = UnaryOperator.identity();
    private UnaryOperator<Tensor> map = UnaryOperator.identity();

    /** Refuses to measure unless both products and both Jacobians agree. */
    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(1);
        int n = problem == Problem.LOGISTIC ? 100 : 10;
        x = Tensor.normal(random, n).mul(0.1);
        v = Tensor.normal(random, n);
        if (problem == Problem.LOGISTIC) {
            Tensor rows = Tensor.normal(random, 1000, n);
            Tensor square = Tensor.normal(random, n, n);
            loss = w -> rows.matmul(w).softplus().mean();
            map = w -> square.matmul(w).sigmoid();
        } else {
            loss = HigherOrder::rosenbrock;
            map = w -> w.square().sub(w.roll(0, 1)).mul(10);
        }
        requireSame(hvp(), vhp());
        requireSame(hvp(), Derivatives.hessian(loss, x).matmul(v));
        requireSame(jacobianReverse().matmul(v), jacobianForward().matmul(v));
    }

    private static void requireSame(Tensor found, Tensor expected) {
        double[] a = found.toArray();
        double[] b = expected.toArray();
        for (int k = 0; k < a.length; k++) {
            Baseline.requireSame("entry " + k, a[k], b[k]);
        }
    }

    private static Tensor rosenbrock(Tensor w) {
        int n = w.size();
        Tensor front = w.slice(0, 0, n - 1);
        Tensor back = w.slice(0, 1, n);
        return back.sub(front.square())
                .square()
                .mul(100)
                .add(front.neg().add(1).square())
                .sum();
    }

    /** What the products are compared with. */
    @Benchmark
    public Tensor gradient() {
        return Derivatives.gradient(loss, x);
    }

    /** Forward over reverse. */
    @Benchmark
    public Tensor hvp() {
        return Derivatives.hvp(loss, x, v);
    }

    /** Reverse over reverse. */
    @Benchmark
    public Tensor vhp() {
        return Derivatives.vhp(loss, x, v);
    }

    /** All rows, several in a sweep. */
    @Benchmark
    public Tensor jacobianReverse() {
        return Derivatives.jacobian(map, x, Derivatives.Mode.REVERSE);
    }

    /** All columns, several in a sweep. */
    @Benchmark
    public Tensor jacobianForward() {
        return Derivatives.jacobian(map, x, Derivatives.Mode.FORWARD);
    }

    /** All columns, one in a sweep. */
    @Benchmark
    public Tensor jacobianForwardOneByOne() {
        return Derivatives.jacobian(map, x, Derivatives.Mode.FORWARD, 1);
    }

    /** As many gradients as the function has values, each with an evaluation of its own. */
    @Benchmark
    public void gradientsOneByOne(Blackhole sink) {
        for (int k = 0; k < x.size(); k++) {
            int row = k;
            sink.consume(Derivatives.gradient(w -> map.apply(w).slice(0, row, row + 1).sum(), x));
        }
    }

    /** As many pushes as the function has arguments, after one evaluation. */
    @Benchmark
    public void warmJvps(Blackhole sink) {
        Differential<Tensor, Tensor> at = Derivatives.linearize(map, x);
        for (int k = 0; k < x.size(); k++) {
            sink.consume(at.push(v));
        }
    }
}
