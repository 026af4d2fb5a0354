package org.retrograd.examples;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Layer;
import org.retrograd.nn.Parameter;
import picocli.CommandLine.Command;

/**
 * A layer of one's own with two parameters and a derivative rule of its own, checked by inputs and parameters alike; then
 * with a broken rule, and what the report says.
 */
@Command(name = "OwnLayer", description = "A layer with parameters and its own derivative rule, checked, then broken.")
final class OwnLayer implements Example {
    /** A dense layer whose weights are split in directions (columns of length 1) and lengths (Salimans and Kingma 2016). */
    private record WeightNormalised(Parameter direction, Parameter length, CustomFunction weights) implements Layer {
        @Override
        public Tensor apply(Tensor x) {
            return x.matmul(weights.apply(direction.get(), length.get()));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(direction, length);
        }

        @Override
        public WeightNormalised frozen() {
            return new WeightNormalised(direction.frozen(), length.frozen(), weights);
        }

        @Override
        public String name() {
            return "weightNormalised";
        }
    }

    /** Returns the weights v / |v| times the length, for each column. */
    private static Tensor value(List<Tensor> in) {
        return in.get(0).div(in.get(0).norm(Dims.KEEP, -2)).mul(in.get(1));
    }

    /** Returns the cotangent of the lengths: that of the weights times the unit columns, summed along each column. */
    private static Tensor byLength(Tensor g, List<Tensor> in, Tensor y) {
        return g.mul(y.div(in.get(1))).sum(-2);
    }

    /** What points along a column changes its length alone, which is divided away: it is projected out. */
    private static final CustomFunction NORMALISE = CustomFunction.of("normalise", OwnLayer::value)
            .vjp((g, in, y) -> {
                Tensor v = in.get(0);
                Tensor length = v.norm(Dims.KEEP, -2);
                Tensor unit = v.div(length);
                Tensor across = g.sub(unit.mul(g.mul(unit).sum(Dims.KEEP, -2)));
                return List.of(across.mul(in.get(1)).div(length), byLength(g, in, y));
            });

    /** The same without the projection. */
    private static final CustomFunction BROKEN = CustomFunction.of("brokenNormalise", OwnLayer::value)
            .vjp((g, in, y) -> {
                Tensor length = in.get(0).norm(Dims.KEEP, -2);
                return List.of(g.mul(in.get(1)).div(length), byLength(g, in, y));
            });

    private static GradientCheck check(CustomFunction weights, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Layer layer = new WeightNormalised(
                new Parameter("direction", Tensor.normal(random, 4, 3)),
                new Parameter("length", Tensor.of(0.5, 1, 2)),
                weights);
        return GradientCheck.of("layer", x -> layer.apply(x).tanh())
                .parameters(layer.parameters())
                .at(Tensor.normal(random, 5, 4));
    }

    @Override
    public boolean run(Report out, long seed) {
        var right = check(NORMALISE, seed).check();
        out.text("A weight-normalised layer, by input and parameters: " + (right.passed() ? "passed" : "FAILED"));
        right.toString().lines().forEach(line -> out.text("  " + line));
        out.gap();

        out.text("The same with the projection forgotten in the rule:");
        var broken = check(BROKEN, seed).check();
        broken.toString().lines().forEach(line -> out.text("  " + line));
        out.gap();

        String named = OwnActivation.accused(broken);
        out.text("The rule to blame: " + named);
        return right.passed() && named.startsWith("brokenNormalise, OwnLayer.java:");
    }
}
