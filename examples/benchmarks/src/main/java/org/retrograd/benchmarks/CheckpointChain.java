package org.retrograd.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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
import org.retrograd.autograd.diff.Checkpoint;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The gradient through 10,000 steps, stored or computed again, by the start and by two vectors that every step uses.
 *
 * <p>{@code main} measures memory in place of time: the largest heap in use after a collection, over moments at which most is
 * held: the ends of the parts into which the loop is cut, on the way forward and again on the way back.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class CheckpointChain {
    private static final int STEPS = 10_000;
    private static final int ENTRIES = 1_000;

    /** Memory for which the loop is cut twice: three levels. */
    private static final int LITTLE = 66;

    private record Chain(Tensor start, Tensor drift, Tensor scale) {}

    private final Chain chain = new Chain(
            Tensor.linspace(-1, 1, ENTRIES), Tensor.linspace(0.1, 0.2, ENTRIES), Tensor.linspace(0.9, 1.1, ENTRIES));

    /** The steps in an innermost part of the loop, after which memory is looked at. */
    private int part = 100;

    private Runnable atEndOfPart = () -> {};

    private Tensor step(int i, Tensor x, Chain c) {
        Tensor next = x.add(x.mul(c.scale).sin().mul(c.drift));
        if (i % part == part - 1) {
            atEndOfPart.run();
        }
        return next;
    }

    private Chain gradient(Function<Chain, Tensor> loop) {
        return Derivatives.gradient((Chain c) -> loop.apply(c).sum(), chain);
    }

    /** Every step is stored. */
    @Benchmark
    public Object plain() {
        return gradient(c -> {
            Tensor x = c.start;
            for (int i = 0; i < STEPS; i++) {
                x = step(i, x, c);
            }
            return x;
        });
    }

    /** Two levels: each step is computed once more. */
    @Benchmark
    public Object squareRoot() {
        return gradient(c -> Checkpoint.loop((i, x) -> step(i, x, c), c.start, STEPS));
    }

    /** Three levels: each step is computed twice more. */
    @Benchmark
    public Object cubeRoot() {
        return gradient(c -> Checkpoint.loop((i, x) -> step(i, x, c), c.start, STEPS, LITTLE));
    }

    /** Refuses to measure unless all three gradients have the same bits. */
    @Setup
    public void prepare() {
        Chain expected = (Chain) plain();
        for (Object found : new Object[] {squareRoot(), cubeRoot()}) {
            Chain actual = (Chain) found;
            if (!actual.start.sameAs(expected.start)
                    || !actual.drift.sameAs(expected.drift)
                    || !actual.scale.sameAs(expected.scale)) {
                throw new IllegalStateException("the gradient by recomputation differs from the plain one");
            }
        }
    }

    /** Prints the most memory that each of the three needs beyond what is there before. */
    public static void main(String[] args) {
        CheckpointChain bench = new CheckpointChain();
        bench.prepare();
        long plain = bench.peak(100, bench::plain);
        print("plain", plain, plain);
        print("square root", bench.peak(100, bench::squareRoot), plain);
        print("cube root", bench.peak(22, bench::cubeRoot), plain);
    }

    private static void print(String what, long bytes, long plain) {
        System.out.printf(Locale.ROOT, "%-12s %7.2f MB, 1/%.0f of plain%n", what, bytes / 1e6, 1.0 * plain / bytes);
    }

    private long peak(int stepsOfPart, Runnable run) {
        part = stepsOfPart;
        long before = live();
        long[] most = new long[1];
        atEndOfPart = () -> most[0] = Math.max(most[0], live() - before);
        run.run();
        atEndOfPart = () -> {};
        return most[0];
    }

    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
