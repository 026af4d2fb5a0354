package org.retrograd.benchmarks;

import java.util.ArrayList;
import java.util.List;
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
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.diff.Differential;
import org.retrograd.autograd.diff.Taylor;
import org.retrograd.autograd.tensor.Tensor;

/**
 * What derivatives of second order, Jacobians and Taylor coefficients cost, in gradients and tangents of the same function.
 *
 * <p>The baselines {@code gradient}, {@code gradients} and {@code warmJvps} stand beside what is compared with them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class TransformCosts {
    private static final int ORDER = 8;

    /** Small: 20 numbers, where bookkeeping is all there is. Large: a net of 64-128-10 on 128 rows. */
    @Param({"small", "large"})
    public String size = "small";

    private UnaryOperator<Tensor> loss = Tensor::sum;
    private UnaryOperator<Tensor> map = UnaryOperator.identity();
    private Tensor x = Tensor.zeros(0);
    private Tensor v = x;
    private Tensor z = x;
    private Tensor rows = x;
    private Tensor labels = x;
    private Tensor matrix = x;

    /** Makes the functions and their arguments. */
    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(5);
        boolean small = size.equals("small");
        loss = small ? TransformCosts::rosenbrock : this::net;
        rows = Tensor.uniform(random, 0, 1, 128, 64);
        labels = Tensor.uniform(random, 0, 1, 128, 10);
        x = Tensor.uniform(random, -0.5, 0.5, small ? 20 : 64 * 128 + 128 * 10);
        v = Tensor.uniform(random, -1, 1, x.size());
        int n = small ? 12 : 60;
        matrix = Tensor.uniform(random, -1, 1, n, n);
        z = Tensor.uniform(random, -1, 1, n);
        map = u -> matrix.matmul(u.sin()).tanh().mul(u);
    }

    private static Tensor rosenbrock(Tensor u) {
        int n = u.size();
        Tensor head = u.slice(0, 0, n - 1);
        return u.slice(0, 1, n)
                .sub(head.square())
                .square()
                .mul(100)
                .add(head.neg().add(1).square())
                .sum();
    }

    private Tensor net(Tensor w) {
        Tensor first = w.slice(0, 0, 64 * 128).reshape(64, 128);
        Tensor second = w.slice(0, 64 * 128, w.size()).reshape(128, 10);
        return rows.matmul(first).tanh().matmul(second).sub(labels).square().sum();
    }

    /** The baseline of the products with Hessians. */
    @Benchmark
    public Tensor gradient() {
        return Derivatives.gradient(loss, x);
    }

    /** Forward over reverse; at most 4 gradients. */
    @Benchmark
    public Tensor hessianVector() {
        return Derivatives.hvp(loss, x, v);
    }

    /** Reverse over reverse; at most 4 gradients. */
    @Benchmark
    public Tensor vectorHessian() {
        return Derivatives.vhp(loss, x, v);
    }

    /** The gradients of n outputs, each with an evaluation of its own. */
    @Benchmark
    public List<Tensor> gradients() {
        List<Tensor> found = new ArrayList<>();
        for (int i = 0; i < z.size(); i++) {
            int k = i;
            found.add(Derivatives.gradient(u -> map.apply(u).slice(0, k, k + 1), z));
        }
        return found;
    }

    /** The same in reverse, one output at a time; at most {@code gradients}. */
    @Benchmark
    public Tensor jacobianReverse() {
        return Derivatives.jacobian(map, z, Derivatives.Mode.REVERSE, 1);
    }

    /** Tangents along n inputs, one after the other, the function being evaluated once. */
    @Benchmark
    public List<Tensor> warmJvps() {
        Differential<Tensor, Tensor> at = Derivatives.linearize(map, z);
        List<Tensor> found = new ArrayList<>();
        for (Tensor unit : Tensor.eye(z.size()).unstack(0)) {
            found.add(at.push(unit));
        }
        return found;
    }

    /** The Jacobian forwards, one input at a time; at most 1.2 times {@code warmJvps}. */
    @Benchmark
    public Tensor jacobianForward() {
        return Derivatives.jacobian(map, z, Derivatives.Mode.FORWARD, 1);
    }

    /** The Jacobian forwards in chunks; at most half of {@code warmJvps} where arrays are small. */
    @Benchmark
    public Tensor jacobianInChunks() {
        return Derivatives.jacobian(map, z, Derivatives.Mode.FORWARD);
    }

    /** Eight Taylor coefficients along a line. */
    @Benchmark
    public List<Tensor> taylor() {
        return Taylor.coefficients(loss, x, v, ORDER);
    }

    /** The sum of second derivatives. */
    @Benchmark
    public Tensor laplacian() {
        return Derivatives.laplacian(map.andThen(Tensor::sum)::apply, z);
    }
}
