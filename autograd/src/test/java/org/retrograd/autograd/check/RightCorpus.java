package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.scalar.Primitive.Interval;
import org.retrograd.autograd.tensor.Catalogue;
import org.retrograd.autograd.tensor.Definition;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Definition.Input;
import org.retrograd.autograd.tensor.Tensor;

/** Functions that a checker must not reject, by what is awkward about them. */
final class RightCorpus {
    private RightCorpus() {}

    /** The family that is read off the definitions. */
    static final String CATALOGUE = "examples of the catalogue, at random points";

    private static final ImmutableMap<String, Supplier<List<Right>>> FAMILIES =
            ImmutableMap.<String, Supplier<List<Right>>>builder()
                    .put(CATALOGUE, RightCorpus::catalogue)
                    .put("in other units, 1e-8 to 1e8", ScaledFunctions::scaled)
                    .put("large and small numbers", ScaledFunctions::units)
                    .put("ill-conditioned", ScaledFunctions::illConditioned)
                    .put("on kinks, ties and jumps", KinkFunctions::onKinks)
                    .put("beside kinks and jumps", KinkFunctions::nearKinks)
                    .put("near singularities", AwkwardFunctions::nearSingularities)
                    .put("saturated, steep, oscillating", AwkwardFunctions::extremes)
                    .put("noise of single precision", AwkwardFunctions::noisy)
                    .put("odd shapes, constants", AwkwardFunctions::shapes)
                    .put("functions with rules of their own", AwkwardFunctions::custom)
                    .put("losses", ModelFunctions::losses)
                    .put("networks", ModelFunctions::networks)
                    .put("formulas and simulations", FormulaFunctions::formulas)
                    .buildOrThrow();

    /** Returns the functions of each family. */
    static ImmutableMap<String, List<Right>> families() {
        ImmutableMap.Builder<String, List<Right>> families = ImmutableMap.builder();
        FAMILIES.forEach((name, functions) -> families.put(name, functions.get()));
        return families.buildOrThrow();
    }

    /** Returns the examples of all definitions, each at a point drawn from its intervals: near kinks as it happens. */
    private static List<Right> catalogue() {
        List<Right> all = new ArrayList<>();
        for (Definition definition : Catalogue.definitions()) {
            int number = 0;
            for (Example example : definition.examples()) {
                all.add(drawn(
                        definition.name() + ", " + example.call() + ", example " + ++number, example, all.size()));
            }
        }
        return all;
    }

    /** Returns an example as a function of the inputs that may vary; the others are held where they are. */
    private static Right drawn(String name, Example example, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        List<Tensor> point = new ArrayList<>();
        List<Integer> varying = new ArrayList<>();
        for (Input input : example.inputs()) {
            Interval interval = input.interval();
            if (interval.low() < interval.high()) {
                varying.add(point.size());
            }
            point.add(Tensor.uniform(
                    random, interval.low(), interval.high(), input.shape().toArray()));
        }
        Function<List<Tensor>, Tensor> function = in -> {
            List<Tensor> all = new ArrayList<>(point);
            for (int i = 0; i < in.size(); i++) {
                all.set(varying.get(i), in.get(i));
            }
            return example.function().apply(all);
        };
        return new Right(name, function, varying.stream().map(point::get).toList());
    }
}
