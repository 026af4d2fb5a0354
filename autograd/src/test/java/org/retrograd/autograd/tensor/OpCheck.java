package org.retrograd.autograd.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.scalar.Primitive.Interval;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Definition.Input;

/**
 * Checks the derivatives of a function of tensors at one point, in both modes and to second order.
 *
 * <p>Three sources that know nothing of each other must agree: the reverse sweep, the forward sweep, and differences of
 * values. Directions are random and drawn from a seed, which every message names, so that a failure can be repeated.
 */
final class OpCheck {
    /** Widest step of the difference quotients; three halvings follow. */
    private static final double STEP = 4e-3;

    /** How near a kink a point may be: further than any step can reach. */
    private static final double MARGIN = 0.1;

    private static final int LEVELS = 4;
    private static final double DIFFERENCE_TOLERANCE = 1e-7;
    private static final double ROUNDING_TOLERANCE = 1e-11;
    private static final int TRIES = 1000;

    private final String op;
    private final String call;
    private final Function<List<Tensor>, Tensor> function;
    private final List<Tensor> point;
    private final long seed;
    private final RandomGenerator random;

    private OpCheck(String op, String call, Function<List<Tensor>, Tensor> function, List<Tensor> point, long seed) {
        this.op = op;
        this.call = call;
        this.function = function;
        this.point = point;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /** Checks an example at a point drawn from its intervals, away from kinks; inputs that cannot vary are held constant. */
    static void check(String op, Example example, long seed) {
        List<Tensor> drawn = draw(example, seed);
        List<Integer> varying = new ArrayList<>();
        List<Tensor> point = new ArrayList<>();
        for (int k = 0; k < drawn.size(); k++) {
            Interval interval = example.inputs().get(k).interval();
            if (interval.low() < interval.high()) {
                varying.add(k);
                point.add(drawn.get(k));
            }
        }
        Function<List<Tensor>, Tensor> function = in -> {
            List<Tensor> all = new ArrayList<>(drawn);
            for (int i = 0; i < varying.size(); i++) {
                all.set(varying.get(i), in.get(i));
            }
            return example.function().apply(all);
        };
        check(op, example.call(), function, point, seed);
    }

    /** Checks a function of several tensors at a given point. */
    static void check(String op, String call, Function<List<Tensor>, Tensor> function, List<Tensor> point, long seed) {
        new OpCheck(op, call, function, point, seed).run();
    }

    /** Checks a function of one tensor at a given point. */
    static void check(String op, UnaryOperator<Tensor> function, Tensor point, long seed) {
        check(op, op, in -> function.apply(in.get(0)), List.of(point), seed);
    }

    private void run() {
        valueIsThatOfTheUnrecordedCall();
        for (int trial = 0; trial < 2; trial++) {
            Linearization at = Linearization.of(function, point);
            List<Tensor> t = directions(trial, point);
            List<Tensor> u = directions(1 - trial, point);
            Tensor g = direction(trial, at.value().shape);
            firstOrder(at, t, g);
            fusedIsRecorded(at, t, g);
            batched(at, t, u, g);
            secondOrder(t, u, g);
        }
    }

    private void valueIsThatOfTheUnrecordedCall() {
        Tensor plain = function.apply(point);
        Tensor recorded = function.apply(point.stream().map(Tensor::variable).toList());
        same("the value of the recorded call", List.of(), plain, recorded);
        same(
                "the value of the linearised call",
                List.of(),
                plain,
                Linearization.of(function, point).value());
    }

    private void firstOrder(Linearization at, List<Tensor> t, Tensor g) {
        Tensor forward = at.push(t);
        List<Tensor> reverse = at.pull(g);
        Tensor differences = differences(function, point, t);
        near("the forward derivative (expected: differences)", t, differences, forward, DIFFERENCE_TOLERANCE);
        near(
                "the reverse derivative (expected: differences), <g, J t> =",
                t,
                inner(List.of(g), List.of(differences)),
                inner(reverse, t),
                DIFFERENCE_TOLERANCE);
        near(
                "the adjoint identity <Jᵀ g, t> (expected: <g, J t>)",
                t,
                inner(List.of(g), List.of(forward)),
                inner(reverse, t),
                ROUNDING_TOLERANCE);
        for (int k = 0; k < reverse.size(); k++) {
            shape("the cotangent of input " + k, point.get(k).shape, reverse.get(k).shape);
        }
    }

    /** With a traced seed the rules run as recorded tensor methods: they must give the bits of the fused loops. */
    private void fusedIsRecorded(Linearization at, List<Tensor> t, Tensor g) {
        Tensor forward = at.push(t);
        Tensor recordedForward = at.push(t.stream().map(Tensor::variable).toList());
        same("the recorded forward derivative (expected: the fused one)", t, forward, recordedForward);
        List<Tensor> reverse = at.pull(g);
        List<Tensor> recorded = at.pull(Tensor.variable(g));
        for (int k = 0; k < reverse.size(); k++) {
            same(
                    "the recorded reverse derivative by input " + k + " (expected: the fused one)",
                    t,
                    reverse.get(k),
                    recorded.get(k));
        }
    }

    private void batched(Linearization at, List<Tensor> t, List<Tensor> u, Tensor g) {
        Tensor h = direction(1, g.shape);
        List<Tensor> both = pairs(t, u);
        Tensor seeds = Tensor.stack(0, g, h);
        Tensor looped = Tensor.stack(0, at.push(t), at.push(u));
        near("two tangents in one forward sweep (expected: one by one)", t, looped, at.push(both), ROUNDING_TOLERANCE);
        same(
                "two tangents recorded (expected: fused)",
                t,
                at.push(both),
                at.push(both.stream().map(Tensor::variable).toList()));
        List<Tensor> one = at.pull(g);
        List<Tensor> other = at.pull(h);
        List<Tensor> together = at.pull(seeds);
        List<Tensor> recorded = at.pull(Tensor.variable(seeds));
        for (int k = 0; k < one.size(); k++) {
            near(
                    "two cotangents in one reverse sweep, input " + k + " (expected: one by one)",
                    t,
                    Tensor.stack(0, one.get(k), other.get(k)),
                    together.get(k),
                    ROUNDING_TOLERANCE);
            same("two cotangents recorded, input " + k + " (expected: fused)", t, together.get(k), recorded.get(k));
        }
        // the same rules, with their directions, differentiated once more
        Tensor pulled =
                joined(Linearization.of(x -> joined(pull(x, seeds)), point).pull(joined(pairs(t, u))));
        Tensor single = joined(Linearization.of(x -> joined(pull(x, g)), point).pull(joined(t)))
                .add(joined(Linearization.of(x -> joined(pull(x, h)), point).pull(joined(u))));
        near("reverse over reverse with two cotangents (expected: one by one)", t, single, pulled, ROUNDING_TOLERANCE);
        Tensor pushed = Linearization.of(x -> push(x, both), point).push(t);
        near(
                "forward over forward with two tangents (expected: one by one)",
                t,
                Tensor.stack(
                        0,
                        Linearization.of(x -> push(x, t), point).push(t),
                        Linearization.of(x -> push(x, u), point).push(t)),
                pushed,
                ROUNDING_TOLERANCE);
    }

    private void secondOrder(List<Tensor> t, List<Tensor> u, Tensor g) {
        Function<List<Tensor>, Tensor> gradient = x -> joined(pull(x, g));
        Function<List<Tensor>, Tensor> tangent = x -> push(x, t);
        Linearization ofGradient = Linearization.of(gradient, point);
        Linearization ofTangent = Linearization.of(tangent, point);
        Tensor forwardReverse = ofGradient.push(u);
        Tensor reverseReverse = joined(ofGradient.pull(joined(u)));
        Tensor reverseForward = joined(ofTangent.pull(g));
        Tensor forwardForward = ofTangent.push(u);
        Tensor differences = differences(gradient, point, u);
        near(
                "second order, forward over reverse (expected: differences of the gradient)",
                u,
                differences,
                forwardReverse,
                DIFFERENCE_TOLERANCE);
        near(
                "second order, forward over forward (expected: differences of the tangent)",
                u,
                differences(tangent, point, u),
                forwardForward,
                DIFFERENCE_TOLERANCE);
        near(
                "second order, reverse over reverse (expected: forward over reverse; the Hessian is symmetric)",
                u,
                forwardReverse,
                reverseReverse,
                ROUNDING_TOLERANCE);
        near(
                "second order, reverse over forward against forward over forward",
                u,
                inner(List.of(g), List.of(forwardForward)),
                inner(List.of(reverseForward), List.of(joined(u))),
                ROUNDING_TOLERANCE);
        near(
                "second order, reverse over forward against forward over reverse (<H u, t> = <H t, u>)",
                u,
                inner(List.of(forwardReverse), List.of(joined(t))),
                inner(List.of(reverseForward), List.of(joined(u))),
                ROUNDING_TOLERANCE);
    }

    private List<Tensor> pull(List<Tensor> x, Tensor g) {
        return Linearization.of(function, x).pull(g);
    }

    private Tensor push(List<Tensor> x, List<Tensor> t) {
        return Linearization.of(function, x).push(t);
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

    /** Returns the derivative along a direction by central differences, extrapolated to step 0 (Richardson 1911). */
    static Tensor differences(Function<List<Tensor>, Tensor> f, List<Tensor> point, List<Tensor> t) {
        Tensor[] row = new Tensor[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            double h = STEP / (1 << level);
            Tensor up = f.apply(moved(point, t, h));
            row[level] = up.sub(f.apply(moved(point, t, -h))).div(2 * h).detach();
        }
        double factor = 1;
        for (int order = 1; order < LEVELS; order++) {
            factor *= 4;
            for (int level = LEVELS - 1; level >= order; level--) {
                Tensor finer = row[level];
                row[level] = finer.add(finer.sub(row[level - 1]).div(factor - 1));
            }
        }
        return row[LEVELS - 1];
    }

    private static List<Tensor> moved(List<Tensor> point, List<Tensor> t, double h) {
        List<Tensor> moved = new ArrayList<>();
        for (int k = 0; k < point.size(); k++) {
            moved.add(point.get(k).add(t.get(k).mul(h)));
        }
        return moved;
    }

    private List<Tensor> directions(int kind, List<Tensor> like) {
        return like.stream().map(x -> direction(kind, x.shape)).toList();
    }

    /** Returns signs (Rademacher), in which every entry weighs the same, or normal numbers cut off at 2. */
    private Tensor direction(int kind, Shape shape) {
        int[] dims = shape.toArray();
        Tensor drawn = Tensor.normal(random, dims);
        return kind == 0 ? drawn.add(1e-300).sign() : drawn.clamp(-2, 2);
    }

    /** Returns Σ <a, b> beside the sum of the sizes of its terms, as the entries of a vector. */
    private static Tensor inner(List<Tensor> a, List<Tensor> b) {
        double sum = 0;
        for (int k = 0; k < a.size(); k++) {
            sum += a.get(k).detach().mul(b.get(k).detach()).sum().item();
        }
        return Tensor.scalar(sum);
    }

    // --- points ---

    /** Draws a point from an example's intervals at which no operation of the call is near a kink or jump. */
    static List<Tensor> draw(Example example, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        for (int tries = 0; tries < TRIES; tries++) {
            List<Tensor> point = new ArrayList<>();
            for (Input input : example.inputs()) {
                Interval interval = input.interval();
                point.add(Tensor.uniform(
                        random, interval.low(), interval.high(), input.shape().toArray()));
            }
            Tensor y = example.function()
                    .apply(point.stream().map(Tensor::variable).toList());
            if (awayFromKinks(calls(y))) {
                return point;
            }
        }
        throw new AssertionError("no point of " + example.call() + " was found away from kinks in " + TRIES + " tries");
    }

    /** Returns the recorded calls that a value depends on, itself included. */
    static Set<Tensor> calls(Tensor y) {
        Set<Tensor> found = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Tensor> open = new ArrayDeque<>(List.of(y));
        while (!open.isEmpty()) {
            Tensor t = open.pop();
            if (t.traced() && found.add(t)) {
                open.addAll(Arrays.asList(t.in));
            }
        }
        return found;
    }

    private static boolean awayFromKinks(Set<Tensor> calls) {
        return calls.stream()
                .filter(y -> y.in.length > 0)
                .flatMap(y -> y.op().kinks(y.in, y).stream())
                .noneMatch(kink -> kink.distance().traced()
                        && kink.distance().abs().le(MARGIN).any());
    }

    // --- comparisons ---

    private void shape(String what, Shape expected, Shape actual) {
        if (!expected.equals(actual)) {
            throw failure(what + " has another shape", List.of(), expected.toString(), actual.toString());
        }
    }

    /** Compares to the last bit. */
    private void same(String what, List<Tensor> direction, Tensor expected, Tensor actual) {
        if (!expected.sameAs(actual)) {
            throw failure(what + " differs in its bits", direction, text(expected), text(actual));
        }
    }

    /** Compares entries, relative to the largest of the tensor or 1. */
    private void near(String what, List<Tensor> direction, Tensor expected, Tensor actual, double tolerance) {
        shape(what, expected.shape, actual.shape);
        double[] e = expected.toArray();
        double[] a = actual.toArray();
        double scale = 1;
        for (double v : e) {
            scale = Math.max(scale, Math.abs(v));
        }
        for (int i = 0; i < e.length; i++) {
            if (!(Math.abs(e[i] - a[i]) <= tolerance * scale)) {
                throw failure(
                        String.format(
                                Locale.ROOT,
                                "%s is off by %.3g at entry %d (tolerance %.1g)",
                                what,
                                Math.abs(e[i] - a[i]),
                                i,
                                tolerance * scale),
                        direction,
                        text(expected),
                        text(actual));
            }
        }
    }

    private AssertionError failure(String what, List<Tensor> direction, String expected, String actual) {
        StringBuilder text = new StringBuilder(op).append(": ").append(what);
        text.append("\n  call      ").append(call);
        for (Tensor x : point) {
            text.append("\n  point     ").append(text(x));
        }
        for (Tensor t : direction) {
            text.append("\n  direction ").append(text(t));
        }
        return new AssertionError(text.append("\n  expected  ")
                .append(expected)
                .append("\n  actual    ")
                .append(actual)
                .append("\n  seed      ")
                .append(seed)
                .toString());
    }

    private static String text(Tensor x) {
        return x.shape + " " + Arrays.toString(x.toArray());
    }
}
