package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.SplittableRandom;

/** Functions that make learning harder, so that what was learnt holds elsewhere. */
public final class Regularisation {
    private Regularisation() {}

    static final Definition DROPOUT = Definition.of(
            "dropout",
            "Each entry set to 0 with a probability, else divided by that of staying; which ones, a key decides.",
            call("dropout(x, 0.5, 1)", real(3, 4), x -> dropout(x, 0.5, 1)),
            call("dropout(x, 0, 1)", real(2), x -> dropout(x, 0, 1)),
            call("dropout(x, 1, 1)", real(2), x -> dropout(x, 1, 1)),
            call("dropout(x, 0.5, 1) of nothing", real(0, 2), x -> dropout(x, 0.5, 1)));

    /**
     * Returns the entries, each set to 0 with probability {@code rate} and else divided by {@code 1 - rate}, which keeps the
     * expected value (Srivastava and others 2014). Rate 0 changes nothing, rate 1 leaves zeros.
     *
     * <p>It is a function without state: the same key drops the same entries of a tensor of the same shape. So derivatives
     * can be checked, and a checkpointed part that is computed twice is the same twice. Draw a key for each use: {@code
     * dropout(x, 0.5, random.nextLong())}. What was dropped has derivative 0, whatever its value.
     *
     * @param key the seed of the {@link SplittableRandom} that decides
     * @throws IllegalArgumentException if the rate is not from 0 to 1
     */
    public static Tensor dropout(Tensor x, double rate, long key) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException(
                    "dropout needs a rate from 0 (nothing is dropped) to 1 (everything is), but got " + rate);
        }
        if (rate == 0) {
            return x;
        }
        Mask kept = Tensor.uniform(new SplittableRandom(key), 0, 1, x.shape.toArray())
                .ge(rate);
        return Tensor.where(kept, x.div(1 - rate), Tensor.scalar(0));
    }
}
