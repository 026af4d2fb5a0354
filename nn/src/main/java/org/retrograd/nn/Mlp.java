package org.retrograd.nn;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A multilayer perceptron: dense layers, each followed by an activation.
 *
 * <p>The dense layers are called hidden1, hidden2, … and output. Give the losses that take logits a net whose output
 * activation is {@link Activation#IDENTITY}.
 */
public final class Mlp implements Network {
    private final ImmutableList<Dense> layers;
    private final Activation hidden;
    private final Activation output;

    private Mlp(ImmutableList<Dense> layers, Activation hidden, Activation output) {
        this.layers = layers;
        this.hidden = hidden;
        this.output = output;
    }

    /**
     * Returns a net of the given sizes: {@code 64, 32, 10} has 64 inputs, one hidden layer of 32 units and 10 outputs.
     *
     * @throws IllegalArgumentException if there are fewer than two sizes, or one is below 1
     */
    public static Mlp of(RandomGenerator random, Initialiser init, Activation hidden, Activation output, int... sizes) {
        Preconditions.checkArgument(
                sizes.length >= 2,
                "a net needs the numbers of its inputs and outputs, for instance 64, 32, 10, but got %s",
                Arrays.toString(sizes));
        ImmutableList.Builder<Dense> layers = ImmutableList.builder();
        for (int k = 1; k < sizes.length; k++) {
            String name = k == sizes.length - 1 ? "output" : "hidden" + k;
            layers.add(Dense.of(name, sizes[k - 1], sizes[k], init, random));
        }
        return new Mlp(layers.build(), hidden, output);
    }

    /**
     * Returns a net over given dense layers, for instance with the weights of a textbook.
     *
     * @throws IllegalArgumentException if there is none, or if the outputs of one are not the inputs of the next
     */
    public static Mlp of(Activation hidden, Activation output, List<Dense> layers) {
        Preconditions.checkArgument(!layers.isEmpty(), "a net needs at least one dense layer, but got none");
        for (int k = 1; k < layers.size(); k++) {
            Dense from = layers.get(k - 1);
            Dense to = layers.get(k);
            Preconditions.checkArgument(
                    from.outputs() == to.inputs(),
                    "dense layer \"%s\" takes %s inputs, but \"%s\" before it has %s outputs",
                    to.name(),
                    to.inputs(),
                    from.name(),
                    from.outputs());
        }
        return new Mlp(ImmutableList.copyOf(layers), hidden, output);
    }

    /** Returns the dense layers from the first hidden one to the output. */
    public ImmutableList<Dense> layers() {
        return layers;
    }

    @Override
    public ImmutableList<Layer> steps() {
        ImmutableList.Builder<Layer> steps = ImmutableList.builder();
        for (int k = 0; k < layers.size(); k++) {
            steps.add(layers.get(k)).add(k == layers.size() - 1 ? output : hidden);
        }
        return steps.build();
    }

    @Override
    public Mlp frozen() {
        return new Mlp(layers.stream().map(Dense::frozen).collect(ImmutableList.toImmutableList()), hidden, output);
    }

    /** Returns the sizes: {@code mlp 64-32-10}. */
    @Override
    public String name() {
        return layers.stream()
                .map(layer -> Integer.toString(layer.outputs()))
                .collect(Collectors.joining("-", "mlp " + layers.get(0).inputs() + "-", ""));
    }

    /** Returns sizes and activations: {@code mlp 64-32-10, tanh, output identity}. */
    @Override
    public String toString() {
        return name() + ", " + hidden.name() + ", output " + output.name();
    }
}
