package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.scalar.Primitive.Interval;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Definition.Input;
import org.retrograd.autograd.tensor.Tensor;

/** Points for the examples of the catalogue. */
final class Samples {
    private Samples() {}

    /** Returns the check of an example; inputs whose interval is a single number are held constant. */
    static Setup of(Example example, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        List<Tensor> drawn = new ArrayList<>();
        List<Integer> varying = new ArrayList<>();
        ImmutableList.Builder<Tensor> point = ImmutableList.builder();
        for (Input input : example.inputs()) {
            Interval interval = input.interval();
            Tensor x = Tensor.uniform(
                    random, interval.low(), interval.high(), input.shape().toArray());
            if (interval.low() < interval.high()) {
                varying.add(drawn.size());
                point.add(x);
            }
            drawn.add(x);
        }
        Function<List<Tensor>, Tensor> function = in -> {
            List<Tensor> all = new ArrayList<>(drawn);
            for (int i = 0; i < varying.size(); i++) {
                all.set(varying.get(i), in.get(i));
            }
            return example.function().apply(all);
        };
        return Setup.of(example.call(), function).withPoint(point.build()).withSeed(seed);
    }
}
