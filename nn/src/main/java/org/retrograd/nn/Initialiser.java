package org.retrograd.nn;

import com.google.common.base.Preconditions;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Tensor;

/**
 * How the weights of a layer are drawn before training. Biases start at zero unless an initialiser says otherwise.
 *
 * <p>What counts for their size is how many inputs a unit sums (the fan in) and how many units an input reaches (the fan
 * out): the numbers of inputs and outputs of a dense layer; the same times the entries of a window for a convolution.
 */
@FunctionalInterface
public interface Initialiser {
    /** Returns weights of the given shape. */
    Tensor draw(RandomGenerator random, int fanIn, int fanOut, int... shape);

    /** Returns biases, one for each output. */
    default Tensor drawBias(RandomGenerator random, int outputs) {
        return Tensor.zeros(outputs);
    }

    /** Returns uniform weights within ±√(6/(in + out)) (Glorot and Bengio 2010, eq. 16): for tanh and sigmoid. */
    static Initialiser glorotUniform() {
        return (random, in, out, shape) -> centred(random, Math.sqrt(6.0 / (in + out)), shape);
    }

    /** Returns normal weights of variance 2/(in + out) (Glorot and Bengio 2010, eq. 12): for tanh and sigmoid. */
    static Initialiser glorotNormal() {
        return (random, in, out, shape) -> Tensor.normal(random, shape).mul(Math.sqrt(2.0 / (in + out)));
    }

    /** Returns uniform weights within ±√(6/in), of variance 2/in (He and others 2015): for relu. */
    static Initialiser heUniform() {
        return (random, in, out, shape) -> centred(random, Math.sqrt(6.0 / in), shape);
    }

    /** Returns normal weights of variance 2/in (He and others 2015, eq. 10): for relu. */
    static Initialiser heNormal() {
        return (random, in, out, shape) -> Tensor.normal(random, shape).mul(Math.sqrt(2.0 / in));
    }

    /**
     * Returns weights and biases drawn uniformly from [low, high), as in the textbooks.
     *
     * @throws IllegalArgumentException unless low is at most high and both are finite
     */
    static Initialiser uniform(double low, double high) {
        Preconditions.checkArgument(
                low <= high && Double.isFinite(high - low),
                "uniform weights need finite bounds low <= high, but got %s and %s",
                low,
                high);
        return new Initialiser() {
            @Override
            public Tensor draw(RandomGenerator random, int fanIn, int fanOut, int... shape) {
                return Tensor.uniform(random, low, high, shape);
            }

            @Override
            public Tensor drawBias(RandomGenerator random, int outputs) {
                return Tensor.uniform(random, low, high, outputs);
            }
        };
    }

    /** Returns weights of zero: right for a single layer, useless for hidden units, which then all stay alike. */
    static Initialiser zeros() {
        return (random, in, out, shape) -> Tensor.zeros(shape);
    }

    private static Tensor centred(RandomGenerator random, double bound, int... shape) {
        return Tensor.uniform(random, -bound, bound, shape);
    }
}
