package org.retrograd.autograd.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.scalar.Primitive.Interval;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Definition.Input;

/**
 * An example of the catalogue at a point away from kinks, as a function of those inputs that may vary.
 *
 * @param drawn all inputs
 * @param point those that may vary
 * @param function the call, the other inputs held constant
 */
record ExamplePoint(List<Tensor> drawn, List<Tensor> point, Function<List<Tensor>, Tensor> function) {
    /** How near a kink a point may be. */
    private static final double MARGIN = 0.1;

    private static final int TRIES = 1000;

    /** Draws a point from the intervals of an example. */
    static ExamplePoint of(Example example, long seed) {
        List<Tensor> drawn = draw(example, seed);
        List<Integer> varying = new ArrayList<>();
        for (int k = 0; k < drawn.size(); k++) {
            Interval interval = example.inputs().get(k).interval();
            if (interval.low() < interval.high()) {
                varying.add(k);
            }
        }
        return new ExamplePoint(drawn, varying.stream().map(drawn::get).toList(), in -> {
            List<Tensor> all = new ArrayList<>(drawn);
            for (int i = 0; i < varying.size(); i++) {
                all.set(varying.get(i), in.get(i));
            }
            return example.function().apply(all);
        });
    }

    /** Returns all inputs, drawn from the intervals of an example so that no operation is near a kink or jump. */
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

    /** Returns the recorded values that a value depends on, itself included. */
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
}
