package org.retrograd.examples;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Definition;
import org.retrograd.autograd.tensor.Linear;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * The energy of a signal in a sliding window, y[i] = x[i]² + .. + x[i + w - 1]², as a function of one's own in three ways.
 *
 * <p>It has an attribute, the width w, and a result of another shape: {@code [.., n] → [.., n - w + 1]}.
 */
@Command(name = "CustomFunctions", description = "A function of one's own in three ways, with a rule and without.")
final class CustomFunctions implements Example {
    private static final int WIDTH = 5;
    private static final double TOLERANCE = 1e-12;

    /** The first way: a Java method on tensors, which is differentiable as it is. */
    static Tensor energy(Tensor x, int width) {
        return windows(x.square(), width);
    }

    private static Tensor windows(Tensor x, int width) {
        int length = x.dim(-1) - width + 1;
        Tensor sum = x.slice(-1, 0, length);
        for (int j = 1; j < width; j++) {
            sum = sum.add(x.slice(-1, j, j + length));
        }
        return sum;
    }

    /** The second way: a value, here computed on arrays by a running sum, and a rule in tensor methods. */
    static CustomFunction withRule(int width) {
        return CustomFunction.of("energy", in -> runningEnergy(in.get(0), width))
                .vjp((g, in, y) -> List.of(windows(g.pad(-1, width - 1, width - 1), width)
                        .mul(in.get(0))
                        .mul(2)))
                .carryingDirections();
    }

    private static Tensor runningEnergy(Tensor x, int width) {
        double[] squares = x.square().toArray();
        double[] y = new double[squares.length - width + 1];
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < width; j++) {
                y[i] += squares[i + j];
            }
        }
        return Tensor.of(y);
    }

    /**
     * The third way: an operation with a shape rule, like those of the engine. The sum over windows is linear, so that only
     * its transpose is written, which is a sum over windows too.
     */
    static final class WindowSum extends Linear {
        static final Definition DEFINITION = Definition.of(
                "windowSum",
                "The sums over all windows of a width along the last axis.",
                Definition.call("windowSum(x, 3)", Definition.real(2, 7), x -> new WindowSum(3).apply(x)),
                Definition.call("windows of one entry", Definition.real(4), x -> new WindowSum(1).apply(x)));

        private final int width;

        WindowSum(int width) {
            this.width = width;
        }

        @Override
        public String name() {
            return "windowSum";
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape shape = in[0].shape();
            if (shape.rank() == 0 || width < 1 || width > shape.dim(-1)) {
                throw new IllegalArgumentException(
                        "windowSum needs [.., n] and a width from 1 to n, but got " + shape + " and " + width);
            }
            return shape.with(-1, shape.dim(-1) - width + 1);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage x = in[0].storage();
            int length = out.dim(-1);
            double[] y = new double[out.size()];
            for (int i = 0; i < y.length; i++) {
                int start = i / length * (length + width - 1) + i % length;
                for (int j = 0; j < width; j++) {
                    y[i] += x.get(start + j);
                }
            }
            return Storage.wrap(y);
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return apply(g.pad(-1, width - 1, width - 1));
        }
    }

    @Override
    public boolean run(Report out, long seed) {
        Tensor x = Tensor.normal(new SplittableRandom(seed), 12).named("x");
        CustomFunction rule = withRule(WIDTH);
        out.line(
                "y[i] = x[i]^2 + .. + x[i+%d]^2 of %d numbers; largest differences from the composition",
                WIDTH - 1, x.size());
        out.text("way                            value   gradient  Hessian*v  checker");
        boolean right = line(out, x, "1 a method on tensors", v -> energy(v, WIDTH));
        right &= line(out, x, "2 CustomFunction with a vjp", rule::apply);
        right &= line(out, x, "3 an operation, windowSum", v -> new WindowSum(WIDTH).apply(v.square()));
        out.gap();

        Tensor traced = Tensor.variable(x);
        out.line(
                "in traces: %s, %s, %s",
                maker(energy(traced, 2)), maker(rule.apply(traced)), maker(new WindowSum(2).apply(traced)));
        for (Definition.Example example : WindowSum.DEFINITION.examples()) {
            boolean passed = GradientCheck.of(example).seed(seed).check().passed();
            out.line("checked as the built-in operations are: %s %s", example.call(), passed ? "passed" : "FAILED");
            right &= passed;
        }
        right &= once(out, x);
        out.text(right ? "all three ways agree" : "THEY DISAGREE");
        return right;
    }

    /** Writes how far value and derivatives of one way are from those of the composition, and what the checker says. */
    private static boolean line(Report out, Tensor x, String way, UnaryOperator<Tensor> f) {
        Function<Tensor, Tensor> loss = v -> f.apply(v).tanh().sum();
        Function<Tensor, Tensor> expected = v -> energy(v, WIDTH).tanh().sum();
        double value = gap(f.apply(x), energy(x, WIDTH));
        double gradient = gap(Derivatives.gradient(loss, x), Derivatives.gradient(expected, x));
        Tensor v = x.cos();
        double hessian = gap(Derivatives.hvp(loss, x, v), Derivatives.hvp(expected, x, v));
        boolean passed = GradientCheck.of(f).at(x).check().passed();
        out.line("%-28s  %.1e  %.1e   %.1e    %s", way, value, gradient, hessian, passed ? "passed" : "FAILED");
        return passed && Math.max(value, Math.max(gradient, hessian)) <= TOLERANCE;
    }

    private static double gap(Tensor actual, Tensor expected) {
        return actual.sub(expected).abs().max().item();
    }

    private static String maker(Tensor y) {
        String text = y.toString();
        return text.substring(text.lastIndexOf("from"));
    }

    /** A rule that computes on arrays says so; whoever asks for a second derivative is told. */
    private static boolean once(Report out, Tensor x) {
        CustomFunction cube = CustomFunction.of("cube", in -> in.get(0).cube())
                .vjp((g, in, y) ->
                        List.of(Tensor.of(byHand(g.toArray(), in.get(0).toArray()))))
                .onceDifferentiable();
        Function<Tensor, Tensor> loss = v -> cube.apply(v).sum();
        boolean right = gap(Derivatives.gradient(loss, x), x.square().mul(3)) <= TOLERANCE;
        try {
            Derivatives.hvp(loss, x, x);
            return false;
        } catch (IllegalStateException e) {
            out.text("second derivative of a rule on arrays: " + e.getMessage());
            return right;
        }
    }

    private static double[] byHand(double[] g, double[] x) {
        double[] cotangent = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            cotangent[i] = 3 * x[i] * x[i] * g[i];
        }
        return cotangent;
    }
}
