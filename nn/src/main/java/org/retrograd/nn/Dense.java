package org.retrograd.nn;

import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A fully connected layer: the net input {@code z = x·W + b}, {@code [.., inputs] → [.., outputs]}, without activation.
 *
 * <p>The weights are {@code [inputs, outputs]}: {@code W[i, j]} leads from input i to unit j, and an example is a row.
 */
public final class Dense implements Layer {
    private final String name;
    private final Parameter weights;
    private final Parameter bias;

    private Dense(String name, Parameter weights, Parameter bias) {
        this.name = Objects.requireNonNull(name, "name");
        this.weights = weights;
        this.bias = bias;
    }

    /**
     * Returns a layer with parameters {@code name.weights} and {@code name.bias} as the initialiser draws them, the
     * weights first.
     *
     * @throws IllegalArgumentException if there is no input or no output
     */
    public static Dense of(String name, int inputs, int outputs, Initialiser init, RandomGenerator random) {
        Checks.positive("the number of inputs of dense layer \"" + name + "\"", inputs);
        Checks.positive("the number of outputs of dense layer \"" + name + "\"", outputs);
        Parameter weights = new Parameter(name + ".weights", init.draw(random, inputs, outputs, inputs, outputs));
        return of(name, weights, new Parameter(name + ".bias", init.drawBias(random, outputs)));
    }

    /**
     * Returns a layer over given parameters, which other layers may share.
     *
     * @param weights of shape [inputs, outputs]
     * @param bias of shape [outputs]
     * @throws IllegalArgumentException if the shapes are others
     */
    public static Dense of(String name, Parameter weights, Parameter bias) {
        Tensor w = weights.get();
        Tensor b = bias.get();
        if (w.rank() != 2 || b.rank() != 1 || b.dim(0) != w.dim(1)) {
            throw new IllegalArgumentException("dense layer \"" + name
                    + "\" needs weights [inputs, outputs] and a bias [outputs], but got " + w.shape() + " and "
                    + b.shape());
        }
        return new Dense(name, weights, bias);
    }

    /**
     * Returns the net input {@code x·W + b}.
     *
     * @throws IllegalArgumentException if the last axis of {@code x} is not as long as there are inputs
     */
    @Override
    public Tensor apply(Tensor x) {
        if (x.rank() == 0 || x.dim(-1) != inputs()) {
            throw new IllegalArgumentException("dense layer \"" + name + "\" takes [.., " + inputs() + "], but got "
                    + x.shape() + ": the last axis must hold its " + inputs() + " inputs");
        }
        return x.matmul(weights.get()).add(bias.get());
    }

    /** Returns the weights, [inputs, outputs]. */
    public Parameter weights() {
        return weights;
    }

    /** Returns the bias, [outputs]. */
    public Parameter bias() {
        return bias;
    }

    /** Returns the number of inputs. */
    public int inputs() {
        return weights.get().dim(0);
    }

    /** Returns the number of outputs. */
    public int outputs() {
        return weights.get().dim(1);
    }

    @Override
    public List<Parameter> parameters() {
        return Checks.trained(weights, bias);
    }

    @Override
    public Dense frozen() {
        return new Dense(name, weights.frozen(), bias.frozen());
    }

    @Override
    public String name() {
        return name;
    }

    /** Returns name and sizes: {@code Dense hidden1 64 -> 32}. */
    @Override
    public String toString() {
        return "Dense " + name + " " + inputs() + " -> " + outputs();
    }
}
