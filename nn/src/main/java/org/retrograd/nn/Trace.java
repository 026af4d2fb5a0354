package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import java.util.Objects;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * All that happened in one forward pass through a network, layer by layer.
 *
 * <p>Each value is a node of the graph, so that after {@code Gradients g = loss.backward()} the error term δ = ∂E/∂z of a
 * layer is {@link #delta delta(g, layer)}, whatever the activation and the loss.
 */
public final class Trace {
    private final ImmutableList<Step> layers;
    private final Tensor output;

    /**
     * One dense layer's part in a forward pass.
     *
     * @param dense the layer
     * @param input what the layer was given, [.., inputs]
     * @param netInput its value {@code z = input·W + b}, [.., outputs]
     * @param activation what the functions that follow made of the net input, up to the next layer with parameters
     */
    public record Step(Dense dense, Tensor input, Tensor netInput, Tensor activation) {}

    private Trace(ImmutableList<Step> layers, Tensor output) {
        this.layers = layers;
        this.output = output;
    }

    static Trace of(Network network, Tensor x) {
        ImmutableList.Builder<Step> layers = ImmutableList.builder();
        Tensor value = x;
        Step open = null;
        for (Layer layer : network.steps()) {
            boolean endsStep = layer instanceof Dense || !layer.parameters().isEmpty();
            if (open != null && endsStep) {
                layers.add(new Step(open.dense, open.input, open.netInput, value));
                open = null;
            }
            Tensor result = layer.apply(value);
            if (layer instanceof Dense dense) {
                open = new Step(dense, value, result, result);
            }
            value = result;
        }
        if (open != null) {
            layers.add(new Step(open.dense, open.input, open.netInput, value));
        }
        return new Trace(layers.build(), value);
    }

    /** Returns the value of the network. */
    public Tensor output() {
        return output;
    }

    /** Returns the dense layers' parts, from first to last; a layer that was applied twice occurs twice. */
    public ImmutableList<Step> layers() {
        return layers;
    }

    /** Returns the net inputs of the dense layers, from first to last: the values whose gradients are the deltas. */
    public ImmutableList<Tensor> netInputs() {
        return layers.stream().map(Step::netInput).collect(ImmutableList.toImmutableList());
    }

    /**
     * Returns a layer's error term δ: the gradient by its net input, of the shape of the net input.
     *
     * @param layer the position of the dense layer, counted from 0
     * @throws IndexOutOfBoundsException if there is no such layer
     * @throws IllegalArgumentException if the gradients are not of a loss of this forward pass
     */
    public Tensor delta(Gradients gradients, int layer) {
        return gradients.of(layers.get(Objects.checkIndex(layer, layers.size())).netInput());
    }

    /** Returns the layers' names. */
    @Override
    public String toString() {
        return "Trace of " + layers.stream().map(step -> step.dense.name()).toList();
    }
}
