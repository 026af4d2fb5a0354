package org.retrograd.autograd.tensor;

import org.retrograd.autograd.scalar.Piecewise;
import org.retrograd.autograd.scalar.Smooth;
import org.retrograd.autograd.scalar.Special;

/** The activation functions that are not methods of {@link Tensor}, as functions of each entry. */
public final class Activations {
    private Activations() {}

    /** Returns x sigmoid(x), also called swish: {@link Smooth#SILU}. */
    public static Tensor silu(Tensor x) {
        return Elementwise.of(Smooth.SILU).apply(x);
    }

    /** Returns x tanh(softplus(x)): {@link Smooth#MISH}. */
    public static Tensor mish(Tensor x) {
        return Elementwise.of(Smooth.MISH).apply(x);
    }

    /** Returns x Φ(x), exact: {@link Special#GELU}. */
    public static Tensor gelu(Tensor x) {
        return Elementwise.of(Special.GELU).apply(x);
    }

    /** Returns the tanh form of gelu: {@link Special#GELU_TANH}. */
    public static Tensor geluTanh(Tensor x) {
        return Elementwise.of(Special.GELU_TANH).apply(x);
    }

    /** Returns the self-normalising unit: {@link Piecewise#SELU}. */
    public static Tensor selu(Tensor x) {
        return Elementwise.of(Piecewise.SELU).apply(x);
    }

    /** Returns min(max(x, 0), 6): {@link Piecewise#RELU6}. */
    public static Tensor relu6(Tensor x) {
        return Elementwise.of(Piecewise.RELU6).apply(x);
    }

    /** Returns min(max(x, -1), 1): {@link Piecewise#HARD_TANH}. */
    public static Tensor hardTanh(Tensor x) {
        return Elementwise.of(Piecewise.HARD_TANH).apply(x);
    }

    /** Returns relu6(x + 3) / 6: {@link Piecewise#HARD_SIGMOID}. */
    public static Tensor hardSigmoid(Tensor x) {
        return Elementwise.of(Piecewise.HARD_SIGMOID).apply(x);
    }

    /** Returns x hardSigmoid(x): {@link Piecewise#HARD_SWISH}. */
    public static Tensor hardSwish(Tensor x) {
        return Elementwise.of(Piecewise.HARD_SWISH).apply(x);
    }

    /** Returns x where positive, else slope x: {@link Piecewise#LEAKY_RELU}. */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return leakyRelu(x, Tensor.scalar(slope));
    }

    /** Returns x where positive, else slope x, with slope a tensor that may be learnt: {@link Piecewise#LEAKY_RELU}. */
    public static Tensor leakyRelu(Tensor x, Tensor slope) {
        return Elementwise.of(Piecewise.LEAKY_RELU).apply(x, slope);
    }

    /** Returns x where positive, else alpha (eˣ - 1): {@link Piecewise#ELU}. */
    public static Tensor elu(Tensor x, double alpha) {
        return elu(x, Tensor.scalar(alpha));
    }

    /** Returns x where positive, else alpha (eˣ - 1), with alpha a tensor that may be learnt: {@link Piecewise#ELU}. */
    public static Tensor elu(Tensor x, Tensor alpha) {
        return Elementwise.of(Piecewise.ELU).apply(x, alpha);
    }

    /** Returns x where positive, else alpha (e^(x/alpha) - 1): {@link Piecewise#CELU}. */
    public static Tensor celu(Tensor x, double alpha) {
        return celu(x, Tensor.scalar(alpha));
    }

    /** Returns x where positive, else alpha (e^(x/alpha) - 1), with alpha a tensor that may be learnt: {@link Piecewise#CELU}. */
    public static Tensor celu(Tensor x, Tensor alpha) {
        return Elementwise.of(Piecewise.CELU).apply(x, alpha);
    }
}
