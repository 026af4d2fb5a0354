package org.retrograd.autograd.tensor;

import org.jspecify.annotations.Nullable;

/** The family of operations whose rule finds the cotangents of all inputs together, so that shared work is done once. */
abstract class Joint extends Op {
    /**
     * Returns for each input the sum so far with the contribution added; null if there is neither.
     *
     * @param sums the cotangents of the inputs as far as they have been summed, null where nothing has been
     */
    abstract @Nullable Tensor[] pull(Tensor g, Tensor[] in, Tensor y, @Nullable Tensor[] sums);

    @Override
    public final Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        Tensor contribution = pull(g, in, y, new @Nullable Tensor[in.length])[k];
        return contribution != null ? contribution : Tensor.zeros(Directions.shape(g, y, in[k].shape));
    }

    /** Whether a rule that is called with these is recorded: an enclosing differentiation watches. */
    static boolean recorded(@Nullable Tensor[]... tensors) {
        for (@Nullable Tensor[] some : tensors) {
            for (Tensor x : some) {
                if (x != null && x.op != null) {
                    return true;
                }
            }
        }
        return false;
    }
}
