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
 * <p>The baselines {@link #gradient}, {@link #gradients}, {@link #jvps}, {@link #warmJvps} and {@link #hessian} stand beside
 * what is compared with them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HigherOrder {
    private static final int ORDER = 8;

    /**
     * How many numbers the functions take: where there are few, bookkeeping is all there is. Large is a net of 64-128-10 on
     * 128 rows, and a map of 200 numbers.
     */
    @Param({"4", "12", "32", "large"})
    public String size = "12";

    private UnaryOperator<Tensor> loss = Tensor::sum;
    private UnaryOperator<Tensor> map = UnaryOperator.identity();

    /** Argument and direction of the loss. */
    private Tensor x = Tensor.zeros(0);

    private Tensor v = x;

    /** Argument of the map, and all its directions. */
    private Tensor z = x;

    private List<Tensor> units = List.of();

    /** Makes the functions and their arguments; refuses to measure unless all ways to the same derivative agree. */
    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(5);
        boolean large = size.equals("large");
        int n = large ? 200 : Integer.parseInt(size);
        loss = large ? net(random) : HigherOrder::rosenbrock;
        x = Tensor.uniform(random, -0.5, 0.5, large ? 64 * 128 + 128 * 10 : n);
        v = Tensor.uniform(random, -1, 1, x.size());
        Tensor matrix = Tensor.uniform(random, -1, 1, n, n);
        map = u -> matrix.matmul(u.sin()).tanh().mul(u);
        z = Tensor.uniform(random, -1, 1, n);
        units = Tensor.eye(n).unstack(0);
        requireSame("product with the Hessian", hessianVector(), vectorHessian());
        requireSame(
                "Jacobian by rows",
                jacobianReverse(),
                Tensor.stack(0, gradients().toArray(new Tensor[0])));
        requireSame("Jacobian by columns", jacobianForward(), jacobianReverse());
        requireSame("Jacobian in chunks", jacobianInChunks(), jacobianReverse());
        requireSame("tangents", Tensor.stack(1, warmJvps().toArray(new Tensor[0])), jacobianReverse());
        requireSame("tangents one by one", Tensor.stack(1, jvps().toArray(new Tensor[0])), jacobianReverse());
        requireSame("diagonal of the Hessian", hessianDiagonal(), hessian().diagonal());
        requireSame("Laplacian", laplacian(), hessian().trace());
    }

    private static void requireSame(String what, Tensor found, Tensor expected) {
        double[] a = found.toArray();
        double[] b = expected.toArray();
        for (int k = 0; k < b.length; k += 1 + b.length / 100) {
            Baseline.requireSame(what + ", entry " + k, a[k], b[k]);
        }
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

    private static UnaryOperator<Tensor> net(SplittableRandom random) {
        Tensor rows = Tensor.uniform(random, 0, 1, 128, 64);
        Tensor labels = Tensor.uniform(random, 0, 1, 128, 10);
        return w -> {
            Tensor first = w.slice(0, 0, 64 * 128).reshape(64, 128);
            Tensor second = w.slice(0, 64 * 128, w.size()).reshape(128, 10);
            return rows.matmul(first).tanh().matmul(second).sub(labels).square().sum();
        };
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

    /** The same in reverse, one output at a time; at most {@link #gradients}. */
    @Benchmark
    public Tensor jacobianReverse() {
        return Derivatives.jacobian(map, z, Derivatives.Mode.REVERSE, 1);
    }

    /** Tangents along n inputs, each with an evaluation of its own: n calls of {@code jvp}. */
    @Benchmark
    public List<Tensor> jvps() {
        List<Tensor> found = new ArrayList<>();
        for (Tensor unit : units) {
            found.add(Derivatives.jvp(map, z, unit));
        }
        return found;
    }

    /** Tangents along n inputs, one after the other, the function being evaluated once. */
    @Benchmark
    public List<Tensor> warmJvps() {
        Differential<Tensor, Tensor> at = Derivatives.linearize(map, z);
        List<Tensor> found = new ArrayList<>();
        for (Tensor unit : units) {
            found.add(at.push(unit));
        }
        return found;
    }

    /** The Jacobian forwards, one input at a time; at most 1.2 times {@link #jvps}, and even {@link #warmJvps}. */
    @Benchmark
    public Tensor jacobianForward() {
        return Derivatives.jacobian(map, z, Derivatives.Mode.FORWARD, 1);
    }

    /** The Jacobian forwards in chunks; at most half of that where arrays are small. */
    @Benchmark
    public Tensor jacobianInChunks() {
        return Derivatives.jacobian(map, z, Derivatives.Mode.FORWARD);
    }

    /** Eight Taylor coefficients along a line. */
    @Benchmark
    public List<Tensor> taylor() {
        return Taylor.coefficients(loss, x, v, ORDER);
    }

    /** The second derivatives by each input twice. */
    @Benchmark
    public Tensor hessianDiagonal() {
        return Derivatives.hessianDiagonal(map.andThen(Tensor::sum), z);
    }

    /** The sum of second derivatives. */
    @Benchmark
    public Tensor laplacian() {
        return Derivatives.laplacian(map.andThen(Tensor::sum), z);
    }

    /** The baseline of the diagonal and its sum: all second derivatives. */
    @Benchmark
    public Tensor hessian() {
        return Derivatives.hessian(map.andThen(Tensor::sum), z);
    }
}
