package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The generalised delta rule of the textbook: {@code w -= η · x · δ} for every weight of every dense layer.
 *
 * <p>The error term δ = ∂E/∂z is read from the gradients, as that of the layer's net input, so that the rule holds for every
 * activation and every loss; x is what the layer was given. Only the product of the two is written here, and it is the
 * one derivative that this package writes: for the layout of the weights, [inputs, outputs], it is {@code xᵀ·δ}, summed over
 * the examples of the batch and over all layers that share the weights. The bias sees an input of 1.
 *
 * <p>So it does what {@link GradientDescent} without momentum and weight decay does, to within rounding. What it cannot
 * see are other ways from a weight to the loss, such as a penalty on the weights.
 *
 * <p>Source: Rumelhart, Hinton, Williams, Parallel Distributed Processing 1 (1986), chapter 8, eq. 9.
 */
public final class DeltaRule {
    private final ImmutableList<Dense> layers;
    private final ImmutableList<Parameter> parameters;
    private final double rate;

    private DeltaRule(ImmutableList<Dense> layers, ImmutableList<Parameter> parameters, double rate) {
        this.layers = layers;
        this.parameters = parameters;
        this.rate = rate;
    }

    /**
     * Returns the delta rule for a network whose only parameters are those of dense layers, with learning rate 0.1.
     *
     * @throws IllegalArgumentException if another layer has parameters; the message names it
     */
    public static DeltaRule of(Network network) {
        ImmutableList.Builder<Dense> layers = ImmutableList.builder();
        for (Layer layer : network.steps()) {
            if (layer instanceof Dense dense) {
                layers.add(dense);
            } else if (!layer.parameters().isEmpty()) {
                throw new IllegalArgumentException("the delta rule is for dense layers, but layer \"" + layer.name()
                        + "\" has parameters and is a " + layer.getClass().getSimpleName()
                        + ": train this network by GradientDescent");
            }
        }
        return new DeltaRule(layers.build(), Checks.trainable(network.parameters()), 0.1);
    }

    /**
     * Returns the same rule with learning rate η.
     *
     * @throws IllegalArgumentException if the rate is NaN, infinite, or not above 0
     */
    public DeltaRule rate(double newRate) {
        return new DeltaRule(layers, parameters, Checks.rate(newRate));
    }

    /**
     * Changes all weights and biases by one step. It is all or nothing, as that of an {@link Optimiser}.
     *
     * @param trace the forward pass, by this network
     * @param gradients of the loss that was computed from {@code trace.output()}: by {@code loss.backward()}, or by {@code
     *     loss.gradients(trace.netInputs())}
     * @throws IllegalArgumentException if the trace is of another network, or the gradients of another forward pass
     * @throws ArithmeticException if the sum for a weight is NaN or infinite; the message names the parameter
     */
    public void step(Trace trace, Gradients gradients) {
        List<Dense> traced = trace.layers().stream().map(Trace.Step::dense).toList();
        if (!traced.equals(layers)) {
            throw new IllegalArgumentException("the delta rule was made for the dense layers " + layers
                    + ", but the trace is of " + traced + ": trace the network that the rule was made for");
        }
        Map<Parameter, Tensor> sums = new LinkedHashMap<>();
        // From the last layer to the first, as deltas are propagated: shared weights then add up in the sweep's order.
        for (int k = layers.size() - 1; k >= 0; k--) {
            Dense dense = layers.get(k);
            Tensor input = trace.layers().get(k).input().detach();
            Tensor x = input.reshape(rows(input), dense.inputs());
            Tensor delta = trace.delta(gradients, k).detach().reshape(x.dim(0), dense.outputs());
            sums.merge(dense.weights(), x.transpose().matmul(delta), Tensor::add);
            sums.merge(dense.bias(), delta.sum(0), Tensor::add);
        }
        // A frozen weight beside a bias that is not has a sum, but is no parameter.
        sums.keySet().retainAll(parameters);
        List<Tensor> values = new ArrayList<>(sums.size());
        sums.forEach((parameter, sum) -> values.add(
                parameter.get().detach().sub(Checks.finite(sum, parameter).mul(rate))));
        Checks.setAll(List.copyOf(sums.keySet()), values);
    }

    private static int rows(Tensor input) {
        return input.size() / input.dim(-1);
    }

    /** Returns the learning rate and the layers. */
    @Override
    public String toString() {
        return "DeltaRule[rate " + rate + ", " + layers + "]";
    }
}
