package org.retrograd.examples;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * An activation function with a derivative rule of its own, checked; then with a broken rule, and what the report says.
 */
@Command(name = "OwnActivation", description = "An activation with its own derivative rule, checked, then broken.")
final class OwnActivation implements Example {
    private static Tensor value(List<Tensor> in) {
        return in.get(0).mul(in.get(0).sigmoid());
    }

    /** The derivative of x s is s + x s (1 - s), where s = sigmoid(x). */
    private static final CustomFunction SWISH = CustomFunction.of("swish", OwnActivation::value)
            .vjp((g, in, y) -> {
                Tensor s = in.get(0).sigmoid();
                return List.of(g.mul(s.add(y.mul(s.neg().add(1)))));
            });

    /** The same with one term of the product rule forgotten. */
    private static final CustomFunction BROKEN = CustomFunction.of("brokenSwish", OwnActivation::value)
            .vjp((g, in, y) -> List.of(g.mul(in.get(0).sigmoid())));

    static Tensor swish(Tensor x) {
        return SWISH.apply(x);
    }

    static Tensor brokenSwish(Tensor x) {
        return BROKEN.apply(x);
    }

    /** Returns the check of an activation as it is used: between the layers of a net. */
    private static GradientCheck check(UnaryOperator<Tensor> activation, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        return GradientCheck.of("net", (x, w) -> activation.apply(x.matmul(w)).logSumExp(-1))
                .at(Tensor.normal(random, 4, 3), Tensor.normal(random, 3, 5))
                .named("x", "w");
    }

    @Override
    public boolean run(Report out, long seed) {
        var right = check(OwnActivation::swish, seed).check();
        out.text("swish, with a rule of its own, in a net: " + (right.passed() ? "passed" : "FAILED"));
        right.toString().lines().forEach(line -> out.text("  " + line));
        out.gap();

        out.text("The same with the term x s (1 - s) of the derivative forgotten:");
        var broken = check(OwnActivation::brokenSwish, seed).check();
        broken.toString().lines().forEach(line -> out.text("  " + line));
        out.gap();

        String named = accused(broken);
        out.text("The rule to blame: " + named);
        return right.passed() && named.startsWith("brokenSwish, OwnActivation.java:");
    }

    /** Returns operation and source line that a report accuses. */
    static String accused(org.retrograd.autograd.check.Report report) {
        return report.findings().stream()
                .filter(finding -> finding.kind().fault())
                .map(finding ->
                        finding.op().orElse("no call") + ", " + finding.site().orElse("no line"))
                .findFirst()
                .orElse("nothing");
    }
}
