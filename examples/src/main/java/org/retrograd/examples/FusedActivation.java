package org.retrograd.examples;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/** An activation function of one's own, as a scalar program in one pass and as a composition of tensor methods. */
@Command(name = "FusedActivation", description = "An activation of one's own in one pass, beside the composition.")
final class FusedActivation implements Example {
    private static final int ENTRIES = 50_000;
    private static final int ROUNDS = 15;
    private static final Program ACTIVATION =
            Program.record(v -> v.multiply(v.multiply(v).add(1).sqrt().reciprocal().add(1)).multiply(0.5));

    /** v (1 + 1/sqrt(1 + v²)) / 2, in tensor methods. */
    private static Tensor composed(Tensor v) {
        return v.mul(v.mul(v).add(1).sqrt().reciprocal().add(1)).mul(0.5);
    }

    /** Value and gradient of the sum of squares, which is what a loss behind the activation would ask for. */
    private static Tensor[] both(UnaryOperator<Tensor> activation, Tensor x) {
        Tensor variable = Tensor.variable(x);
        Tensor y = activation.apply(variable);
        return new Tensor[] {y.detach(), y.square().sum().backward().of(variable)};
    }

    @Override
    public boolean run(Report out, long seed) {
        Tensor x = Tensor.normal(new SplittableRandom(seed), ENTRIES);
        out.text("f(v) = v (1 + 1/sqrt(1 + v^2)) / 2, the program of its derivative:");
        ACTIVATION.differentiate().print().lines().forEach(line -> out.text("  " + line));
        out.gap();

        Tensor[] fused = both(v -> Tensor.map(ACTIVATION, v), x);
        Tensor[] composed = both(FusedActivation::composed, x);
        double value = fused[0].sub(composed[0]).abs().max().item();
        double slope = fused[1].sub(composed[1]).abs().max().item();
        boolean agree = value < 1e-14 && slope < 1e-13;
        out.line("%,d entries, value and gradient both ways: %s", ENTRIES, agree ? "agree" : "DISAGREE");

        long fusedTime = Long.MAX_VALUE;
        long composedTime = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            both(v -> Tensor.map(ACTIVATION, v), x);
            long middle = System.nanoTime();
            both(FusedActivation::composed, x);
            fusedTime = Math.min(fusedTime, middle - start);
            composedTime = Math.min(composedTime, System.nanoTime() - middle);
        }
        out.line("time: one pass takes 1/%.1f of the composition", (double) composedTime / fusedTime);
        return agree;
    }
}
