package org.retrograd.nn;

import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Regularisation;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A layer that sets entries to 0 at random while training: see {@link Regularisation#dropout}. Frozen it is the identity.
 *
 * <p>Each call draws one key from the generator that the layer was given, so two calls drop different entries. Where a
 * function must be the same at each call, as for checking derivatives or inside a checkpoint, give it a generator that
 * always says the same: {@code Dropout.of(0.5, () -> 7)}. For other entries in each batch draw the key outside of the
 * function and make the layer, which costs nothing, inside: {@code Dropout.of(0.5, () -> key)}.
 */
public final class Dropout implements Layer {
    private final double rate;
    private final RandomGenerator random;

    private Dropout(double rate, RandomGenerator random) {
        this.rate = rate;
        this.random = Objects.requireNonNull(random, "random");
    }

    /**
     * Returns a layer that drops each entry with the given probability.
     *
     * @throws IllegalArgumentException if the rate is not from 0 to 1
     */
    public static Dropout of(double rate, RandomGenerator random) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException(
                    "the rate of dropout must be from 0 (nothing is dropped) to 1 (everything " + "is), but got " + rate
                            + "; 0.5 is usual");
        }
        return new Dropout(rate, random);
    }

    @Override
    public Tensor apply(Tensor x) {
        return Regularisation.dropout(x, rate, random.nextLong());
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }

    /** Returns the identity. */
    @Override
    public Layer frozen() {
        return Activation.of(name(), x -> x);
    }

    /** Returns the rate: {@code dropout(0.5)}. */
    @Override
    public String name() {
        return "dropout(" + rate + ")";
    }

    /** Returns the rate. */
    @Override
    public String toString() {
        return name();
    }
}
