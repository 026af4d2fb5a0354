package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Layers applied one after the other.
 *
 * <p>A network among them is laid out flat, since the function is the same.
 */
public final class Sequential implements Network {
    private final ImmutableList<Layer> steps;

    private Sequential(ImmutableList<Layer> steps) {
        this.steps = steps;
    }

    /** Returns the function that applies the given layers from first to last; without any, it is the identity. */
    public static Sequential of(Layer... layers) {
        return new Sequential(Stream.of(layers)
                .flatMap(layer -> layer instanceof Network network ? network.steps().stream() : Stream.of(layer))
                .collect(ImmutableList.toImmutableList()));
    }

    @Override
    public ImmutableList<Layer> steps() {
        return steps;
    }

    @Override
    public Sequential frozen() {
        return new Sequential(steps.stream().map(Layer::frozen).collect(ImmutableList.toImmutableList()));
    }

    /** Returns the names of the layers: {@code hidden1, tanh, output}. */
    @Override
    public String name() {
        return steps.stream().map(Layer::name).collect(Collectors.joining(", "));
    }

    /** Returns the layers. */
    @Override
    public String toString() {
        return "Sequential" + steps;
    }
}
