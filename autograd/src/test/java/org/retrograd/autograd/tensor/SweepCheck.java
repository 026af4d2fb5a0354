package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.array.Shape;

/**
 * Checks that all ways in which the engine sweeps over one function give one result: fused loops and recorded rules, many
 * directions at once and one at a time, to second order.
 *
 * <p>Whether that result is right is what {@link org.retrograd.autograd.check.GradientCheck} tells.
 */
final class SweepCheck {
    private static final double ROUNDING = 1e-11;

    private final String name;
    private final Function<List<Tensor>, Tensor> f;
    private final List<Tensor> point;
    private final RandomGenerator random;

    private SweepCheck(String name, Function<List<Tensor>, Tensor> f, List<Tensor> point) {
        this.name = name;
        this.f = f;
        this.point = point;
        this.random = new SplittableRandom(17);
    }

    /** Checks a function of several tensors at a point. */
    static void check(String name, Function<List<Tensor>, Tensor> f, List<Tensor> point) {
        new SweepCheck(name, f, point).run();
    }

    private void run() {
        Linearization at = Linearization.of(f, point);
        same("the value of the linearised call (expected: that of the plain one)", f.apply(point), at.value());
        List<Tensor> t = point.stream().map(x -> signs(x.shape)).toList();
        List<Tensor> u = point.stream().map(x -> normal(x.shape)).toList();
        Tensor g = signs(at.value().shape);
        Tensor h = normal(at.value().shape);
        fusedIsRecorded(at, t, g);
        fusedIsRecorded(at, pairs(t, u), Tensor.stack(0, g, h));
        atOnceIsOneByOne(at, t, u, g, h);
        secondOrder(t, u, g, h);
    }

    /** With a traced seed the rules run as recorded tensor methods: they must give the bits of the fused loops. */
    private void fusedIsRecorded(Linearization at, List<Tensor> t, Tensor g) {
        same(
                "the recorded forward derivative (expected: the fused one)",
                at.push(t),
                at.push(t.stream().map(Tensor::variable).toList()));
        List<Tensor> fused = at.pull(g);
        List<Tensor> recorded = at.pull(Tensor.variable(g));
        for (int k = 0; k < fused.size(); k++) {
            same(
                    "the recorded reverse derivative by input " + k + " (expected: the fused one)",
                    fused.get(k),
                    recorded.get(k));
        }
    }

    private void atOnceIsOneByOne(Linearization at, List<Tensor> t, List<Tensor> u, Tensor g, Tensor h) {
        near(
                "two tangents in one forward sweep (expected: one by one)",
                Tensor.stack(0, at.push(t), at.push(u)),
                at.push(pairs(t, u)));
        List<Tensor> one = at.pull(g);
        List<Tensor> other = at.pull(h);
        List<Tensor> together = at.pull(Tensor.stack(0, g, h));
        for (int k = 0; k < one.size(); k++) {
            near(
                    "two cotangents in one reverse sweep, input " + k + " (expected: one by one)",
                    Tensor.stack(0, one.get(k), other.get(k)),
                    together.get(k));
        }
    }

    /** The same rules, with their directions, differentiated once more. */
    private void secondOrder(List<Tensor> t, List<Tensor> u, Tensor g, Tensor h) {
        Tensor seeds = Tensor.stack(0, g, h);
        List<Tensor> both = pairs(t, u);
        near(
                "reverse over reverse with two cotangents (expected: one by one)",
                pulledTwice(g, t).add(pulledTwice(h, u)),
                pulledTwice(seeds, both));
        near(
                "forward over forward with two tangents (expected: one by one)",
                Tensor.stack(0, pushedTwice(t, t), pushedTwice(u, t)),
                pushedTwice(both, t));
    }

    private Tensor pulledTwice(Tensor g, List<Tensor> t) {
        return joined(Linearization.of(x -> joined(Linearization.of(f, x).pull(g)), point)
                .pull(joined(t)));
    }

    private Tensor pushedTwice(List<Tensor> first, List<Tensor> second) {
        return Linearization.of(x -> Linearization.of(f, x).push(first), point).push(second);
    }

    private static List<Tensor> pairs(List<Tensor> t, List<Tensor> u) {
        List<Tensor> pairs = new ArrayList<>();
        for (int k = 0; k < t.size(); k++) {
            pairs.add(Tensor.stack(0, t.get(k), u.get(k)));
        }
        return pairs;
    }

    /** Returns the entries of all tensors as one vector. */
    private static Tensor joined(List<Tensor> tensors) {
        return Tensor.concat(0, tensors.stream().map(Tensor::flatten).toArray(Tensor[]::new));
    }

    private Tensor signs(Shape shape) {
        return Tensor.normal(random, shape.toArray()).add(1e-300).sign();
    }

    private Tensor normal(Shape shape) {
        return Tensor.normal(random, shape.toArray()).clamp(-2, 2);
    }

    private void same(String what, Tensor expected, Tensor actual) {
        assertThat(actual.sameAs(expected))
                .as("%s: %s, expected %s, but got %s", name, what, expected, actual)
                .isTrue();
    }

    /** Compares entries, relative to the largest of the tensor or 1. */
    private void near(String what, Tensor expected, Tensor actual) {
        assertThat(actual.shape).as("%s: %s", name, what).isEqualTo(expected.shape);
        double scale = 1;
        for (double v : expected.toArray()) {
            scale = Math.max(scale, Math.abs(v));
        }
        assertThat(actual.sub(expected).abs().le(ROUNDING * scale).all())
                .as("%s: %s, expected %s, but got %s", name, what, expected, actual)
                .isTrue();
    }
}
