package org.retrograd.autograd.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The family of operations that are linear in each input.
 *
 * <p>The Jacobian-vector product is the operation itself with one input replaced by its tangent, summed over the inputs;
 * only the transpose has to be written.
 */
public abstract class Linear extends Op {
    /** Returns the transpose of the map from input {@code k} to the result, applied to a cotangent of the result. */
    public abstract Tensor transpose(int k, Tensor g, Tensor[] in);

    @Override
    public final Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        return transpose(k, g, in);
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Tensor sum = null;
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            if (tangent != null) {
                Tensor[] replaced = in.clone();
                replaced[k] = tangent;
                Tensor term = apply(replaced);
                sum = sum == null ? term : sum.add(term);
            }
        }
        if (sum == null) {
            throw new IllegalArgumentException("a jvp needs the tangent of at least one input");
        }
        return sum;
    }
}
