package org.retrograd.nn;

import com.google.common.base.Preconditions;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Tensor;

/** How the weights of a layer are drawn before training. Biases start at zero unless an initialiser says otherwise. */
@FunctionalInterface
public interface Initialiser {
    /** Returns weights of shape [inputs, outputs]. */
    Tensor draw(RandomGenerator random, int inputs, int outputs);

    /** Returns biases of shape [outputs]. */
    default Tensor drawBias(RandomGenerator random, int inputs, int outputs) {
        return Tensor.zeros(outputs);
    }

    /** Returns uniform weights within ±√(6/(inputs + outputs)) (Glorot and Bengio 2010, eq. 16): for tanh and sigmoid. */
    static Initialiser glorotUniform() {
        return (random, inputs, outputs) -> centred(random, Math.sqrt(6.0 / (inputs + outputs)), inputs, outputs);
    }

    /** Returns normal weights of variance 2/(inputs + outputs) (Glorot and Bengio 2010, eq. 12): for tanh and sigmoid. */
    static Initialiser glorotNormal() {
        return (random, inputs, outputs) ->
                Tensor.normal(random, inputs, outputs).mul(Math.sqrt(2.0 / (inputs + outputs)));
    }

    /** Returns uniform weights within ±√(6/inputs), of variance 2/inputs (He and others 2015): for relu. */
    static Initialiser heUniform() {
        return (random, inputs, outputs) -> centred(random, Math.sqrt(6.0 / inputs), inputs, outputs);
    }

    /** Returns normal weights of variance 2/inputs (He and others 2015, eq. 10): for relu. */
    static Initialiser heNormal() {
        return (random, inputs, outputs) ->
                Tensor.normal(random, inputs, outputs).mul(Math.sqrt(2.0 / inputs));
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
            public Tensor draw(RandomGenerator random, int inputs, int outputs) {
                return Tensor.uniform(random, low, high, inputs, outputs);
            }

            @Override
            public Tensor drawBias(RandomGenerator random, int inputs, int outputs) {
                return Tensor.uniform(random, low, high, outputs);
            }
        };
    }

    /** Returns weights of zero: right for a single layer, useless for hidden units, which then all stay alike. */
    static Initialiser zeros() {
        return (random, inputs, outputs) -> Tensor.zeros(inputs, outputs);
    }

    private static Tensor centred(RandomGenerator random, double bound, int inputs, int outputs) {
        return Tensor.uniform(random, -bound, bound, inputs, outputs);
    }
}
