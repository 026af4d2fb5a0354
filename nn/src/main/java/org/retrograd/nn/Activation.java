package org.retrograd.nn;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Activations;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A named function without parameters, usually elementwise, as a layer.
 *
 * <p>One's own takes one line, and no derivative: {@code Activation.of("sin", Tensor::sin)}.
 */
public final class Activation implements Layer {
    /** The function that changes nothing. */
    public static final Activation IDENTITY = of("identity", x -> x);

    /** The logistic function 1/(1 + e^-x). */
    public static final Activation SIGMOID = of("sigmoid", Tensor::sigmoid);

    /** The hyperbolic tangent. */
    public static final Activation TANH = of("tanh", Tensor::tanh);

    /** The larger of x and 0. */
    public static final Activation RELU = of("relu", Tensor::relu);

    /** The smooth relu log(1 + e^x). */
    public static final Activation SOFTPLUS = of("softplus", Tensor::softplus);

    /** x times its sigmoid. */
    public static final Activation SILU = of("silu", Activations::silu);

    /** x times the normal distribution function. */
    public static final Activation GELU = of("gelu", Activations::gelu);

    /** The softmax along the last axis; for training give the losses its logits instead. */
    public static final Activation SOFTMAX = of("softmax", x -> x.softmax(-1));

    private final String name;
    private final UnaryOperator<Tensor> function;

    private Activation(String name, UnaryOperator<Tensor> function) {
        this.name = Objects.requireNonNull(name, "name");
        this.function = Objects.requireNonNull(function, "function");
    }

    /** Returns a function written in tensor methods as a layer. */
    public static Activation of(String name, UnaryOperator<Tensor> function) {
        return new Activation(name, function);
    }

    /** Returns the function that is x above 0 and slope times x below. */
    public static Activation leakyRelu(double slope) {
        return of("leakyRelu(" + slope + ")", x -> Activations.leakyRelu(x, slope));
    }

    /** Returns the function that is x above 0 and alpha (e^x - 1) below. */
    public static Activation elu(double alpha) {
        return of("elu(" + alpha + ")", x -> Activations.elu(x, alpha));
    }

    @Override
    public Tensor apply(Tensor x) {
        return function.apply(x);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    /** Returns this, for there is nothing to freeze. */
    @Override
    public Activation frozen() {
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    /** Returns the name. */
    @Override
    public String toString() {
        return name;
    }
}
