package org.retrograd.examples;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * An activation function and a loss of one's own, each written as a function of single numbers, which runs over the arrays in
 * one pass, and as a composition of tensor methods.
 */
@Command(name = "FusedActivation", description = "An activation and a loss of one's own in one pass, and composed.")
final class FusedActivation implements Example {
    private static final int ENTRIES = 50_000;
    private static final int ROUNDS = 100;

    /** The sigmoid-weighted unit with an algebraic sigmoid: 0 far to the left, v far to the right. */
    static Scalar algebraicSilu(Scalar v) {
        return v.multiply(v.divide(v.square().add(1).sqrt()).add(1)).multiply(0.5);
    }

    private static Tensor algebraicSilu(Tensor v) {
        return v.mul(v.div(v.square().add(1).sqrt()).add(1)).mul(0.5);
    }

    /** A loss that is square for small errors and linear for large ones. */
    static Scalar pseudoHuber(Scalar predicted, Scalar target) {
        return predicted.subtract(target).square().add(1).sqrt().subtract(1);
    }

    private static Tensor pseudoHuber(Tensor predicted, Tensor target) {
        return predicted.sub(target).square().add(1).sqrt().sub(1);
    }

    @Override
    public boolean run(Report out, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor x = Tensor.normal(random, ENTRIES);
        Tensor target = Tensor.normal(random, ENTRIES);

        out.text("activation v (1 + v / sqrt(1 + v^2)) / 2 as a program; its derivative is one, too:");
        Program activation = Program.record(FusedActivation::algebraicSilu);
        activation.print().lines().forEach(line -> out.text("  " + line));
        out.line("%,d entries, one pass beside the composition", ENTRIES);
        out.gap();

        boolean right = compare(
                out,
                "activation",
                (v, t) -> Tensor.map(activation, v).square().sum(),
                (v, t) -> algebraicSilu(v).square().sum(),
                x,
                target);
        Program loss = Program.record(2, FusedActivation::pseudoHuber);
        right &= compare(
                out,
                "loss",
                (v, t) -> Tensor.map(loss, v, t).mean(),
                (v, t) -> pseudoHuber(v, t).mean(),
                x,
                target);
        return right;
    }

    /** Compares two forms of a function of x to one number: its value, gradient and second derivatives. */
    private static boolean compare(
            Report out,
            String name,
            BinaryOperator<Tensor> onePass,
            BinaryOperator<Tensor> composed,
            Tensor x,
            Tensor target) {
        boolean right = near(out, name + ": value", onePass.apply(x, target), composed.apply(x, target));
        right &= near(out, name + ": gradient", gradient(onePass, x, target), gradient(composed, x, target));
        // each entry of the gradient depends on one of x: times ones, the Hessian gives its diagonal
        Tensor ones = Tensor.ones(ENTRIES);
        right &= near(
                out,
                name + ": second derivatives",
                Derivatives.hvp(v -> onePass.apply(v, target), x, ones),
                Derivatives.hvp(v -> composed.apply(v, target), x, ones));

        Cost fused = Cost.NONE;
        Cost plain = Cost.NONE;
        for (int round = 0; round < ROUNDS; round++) {
            fused = fused.orLess(() -> gradient(onePass, x, target));
            plain = plain.orLess(() -> gradient(composed, x, target));
        }
        out.line(
                "time: gradient in one pass %.2f ms and %.1f MB of new arrays, composed %.2f ms and %.1f MB",
                fused.nanos / 1e6, fused.bytes / 1e6, plain.nanos / 1e6, plain.bytes / 1e6);
        return right;
    }

    private static Tensor gradient(BinaryOperator<Tensor> f, Tensor x, Tensor target) {
        Tensor variable = Tensor.variable(x);
        return f.apply(variable, target).backward().of(variable);
    }

    private static boolean near(Report out, String what, Tensor actual, Tensor expected) {
        double gap = actual.sub(expected).abs().max().item();
        double unit = Math.ulp(expected.abs().max().item());
        out.line("%-34s largest gap %.1f ulp of the largest entry", what, gap / unit);
        return gap <= 8 * unit;
    }

    /** What a call took: time, and bytes allocated. */
    private record Cost(long nanos, long bytes) {
        static final Cost NONE = new Cost(Long.MAX_VALUE, Long.MAX_VALUE);

        Cost orLess(Supplier<Tensor> call) {
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long bytesBefore = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            Tensor result = call.get();
            long time = System.nanoTime() - start;
            long allocated = threads.getCurrentThreadAllocatedBytes() - bytesBefore;
            return result.size() == 0 ? this : new Cost(Math.min(nanos, time), Math.min(bytes, allocated));
        }
    }
}
