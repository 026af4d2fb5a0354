package org.retrograd.examples;

import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Definition;
import org.retrograd.autograd.tensor.Op;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * The product of two signals summed over a sliding window, y[i] = a[i] b[i] + .. + a[i + w - 1] b[i + w - 1], as a function of
 * one's own in three ways.
 *
 * <p>It has two inputs, an attribute, the width w, and a result of another shape: {@code [.., n], [.., n] → [.., n - w + 1]}.
 */
@Command(name = "CustomFunctions", description = "A function of one's own in three ways, with a rule and without.")
final class CustomFunctions implements Example {
    private static final int WIDTH = 5;
    private static final double TOLERANCE = 1e-12;

    /** The first way: a Java method on tensors, which is differentiable as it is. */
    static Tensor slidingDot(Tensor a, Tensor b, int width) {
        return windowSums(a.mul(b), width);
    }

    private static Tensor windowSums(Tensor x, int width) {
        int length = x.dim(-1) - width + 1;
        Tensor sum = x.slice(-1, 0, length);
        for (int j = 1; j < width; j++) {
            sum = sum.add(x.slice(-1, j, j + length));
        }
        return sum;
    }

    /** The transpose of {@link #windowSums}: each entry of x goes to all entries of its window. */
    private static Tensor spread(Tensor x, int width) {
        return windowSums(x.pad(-1, width - 1, width - 1), width);
    }

    /** The second way: a value, here computed on arrays, and a rule in tensor methods. For reverse mode: */
    static CustomFunction withVjp(int width) {
        return valueOnArrays(width)
                .vjp((g, in, y) -> List.of(
                        spread(g, width).mul(in.get(1)), spread(g, width).mul(in.get(0))))
                .carryingDirections();
    }

    /** The second way with the rule of forward mode, from which that of reverse mode is derived. */
    static CustomFunction withJvp(int width) {
        return valueOnArrays(width)
                .jvp((t, in, y) ->
                        windowSums(t.get(0).mul(in.get(1)).add(in.get(0).mul(t.get(1))), width))
                .carryingDirections();
    }

    private static CustomFunction valueOnArrays(int width) {
        return CustomFunction.of("slidingDotOnArrays", in -> {
            double[] a = in.get(0).toArray();
            double[] b = in.get(1).toArray();
            double[] y = new double[a.length - width + 1];
            for (int i = 0; i < y.length; i++) {
                for (int j = i; j < i + width; j++) {
                    y[i] += a[j] * b[j];
                }
            }
            return Tensor.of(y);
        });
    }

    /** The third way: an operation with a shape rule and examples to check it by, like those of the engine. */
    static final class SlidingDot extends Op {
        static final Definition DEFINITION = Definition.of(
                "slidingDot",
                "The products of two signals summed over all windows of a width along the last axis.",
                Definition.call(
                        "slidingDot(a, b, 3)",
                        Definition.real(2, 7),
                        Definition.real(2, 7),
                        (a, b) -> new SlidingDot(3).apply(a, b)),
                Definition.call(
                        "windows of one entry",
                        Definition.real(4),
                        Definition.real(4),
                        (a, b) -> new SlidingDot(1).apply(a, b)));

        private final int width;

        SlidingDot(int width) {
            this.width = width;
        }

        @Override
        public String name() {
            return "slidingDot";
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape shape = in[0].shape();
            if (!shape.equals(in[1].shape()) || shape.rank() == 0 || width < 1 || width > shape.dim(-1)) {
                throw new IllegalArgumentException("slidingDot needs [.., n], [.., n] and a width from 1 to n, but got "
                        + shape + ", " + in[1].shape() + " and " + width);
            }
            return shape.with(-1, shape.dim(-1) - width + 1);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage a = in[0].storage();
            Storage b = in[1].storage();
            int length = out.dim(-1);
            double[] y = new double[out.size()];
            for (int i = 0; i < y.length; i++) {
                int start = i / length * (length + width - 1) + i % length;
                for (int j = start; j < start + width; j++) {
                    y[i] += a.get(j) * b.get(j);
                }
            }
            return Storage.wrap(y);
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return spread(g, width).mul(in[1 - k]);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor da = t[0];
            Tensor db = t[1];
            if (db == null) {
                return windowSums(Objects.requireNonNull(da).mul(in[1]), width);
            }
            Tensor byB = in[0].mul(db);
            return windowSums(da == null ? byB : da.mul(in[1]).add(byB), width);
        }
    }

    @Override
    public boolean run(Report out, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Tensor> x = List.of(
                Tensor.normal(random, 12).named("a"), Tensor.normal(random, 12).named("b"));
        out.line("y[i] = a[i] b[i] + .. + a[i+%d] b[i+%d] of two signals of 12 numbers", WIDTH - 1, WIDTH - 1);
        out.text("the largest differences from the method on tensors:");
        out.text("way                            value   gradient  Hessian*v  checker");
        boolean right = line(out, x, "1 a method on tensors", (a, b) -> slidingDot(a, b, WIDTH));
        right &= line(out, x, "2 CustomFunction with a vjp", withVjp(WIDTH)::apply);
        right &= line(out, x, "2 CustomFunction with a jvp", withJvp(WIDTH)::apply);
        right &= line(out, x, "3 an operation, slidingDot", new SlidingDot(WIDTH)::apply);
        out.gap();

        Tensor a = Tensor.variable(x.get(0));
        Tensor b = x.get(1);
        out.line(
                "in traces: %s, %s, %s",
                maker(slidingDot(a, b, 2)), maker(withVjp(2).apply(a, b)), maker(new SlidingDot(2).apply(a, b)));
        for (Definition.Example example : SlidingDot.DEFINITION.examples()) {
            boolean passed = GradientCheck.of(example).seed(seed).check().passed();
            out.line("checked as the built-in operations are: %s %s", example.call(), passed ? "passed" : "FAILED");
            right &= passed;
        }
        right &= once(out, b);
        out.text(right ? "all three ways agree" : "THEY DISAGREE");
        return right;
    }

    /** Writes how far value and derivatives of one way are from those of the first, and what the checker says. */
    private static boolean line(Report out, List<Tensor> x, String way, BinaryOperator<Tensor> f) {
        Tensor a = x.get(0);
        Tensor b = x.get(1);
        Function<List<Tensor>, Tensor> loss =
                in -> f.apply(in.get(0), in.get(1)).tanh().sum();
        Function<List<Tensor>, Tensor> expected =
                in -> slidingDot(in.get(0), in.get(1), WIDTH).tanh().sum();
        double value = gap(f.apply(a, b), slidingDot(a, b, WIDTH));
        double gradient = gap(Derivatives.gradient(loss, x), Derivatives.gradient(expected, x));
        List<Tensor> v = List.of(b.cos(), a.sin());
        double hessian = gap(Derivatives.hvp(loss, x, v), Derivatives.hvp(expected, x, v));
        boolean passed = GradientCheck.of(f).at(a, b).check().passed();
        out.line("%-28s  %.1e  %.1e   %.1e    %s", way, value, gradient, hessian, passed ? "passed" : "FAILED");
        return passed && Math.max(value, Math.max(gradient, hessian)) <= TOLERANCE;
    }

    private static double gap(List<Tensor> actual, List<Tensor> expected) {
        return Math.max(gap(actual.get(0), expected.get(0)), gap(actual.get(1), expected.get(1)));
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
