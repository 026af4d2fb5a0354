package org.retrograd.autograd.tensor;

import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;

/**
 * The family of operations that are linear in each input.
 *
 * <p>The Jacobian-vector product is the operation itself with one input replaced by its tangent, summed over the inputs;
 * only the transpose has to be written.
 */
public abstract class Linear extends Op {
    /** Returns the transpose of the map from input {@code k} to the result, applied to a cotangent of the result. */
    public abstract Tensor transpose(int k, Tensor g, Tensor[] in);

    /**
     * Whether the operation is linear in all inputs together, like a sum, rather than in each while the others are held, like
     * a product.
     */
    public boolean together() {
        return false;
    }

    @Override
    boolean oneStatement() {
        return true;
    }

    /** Known to be 0 for what is linear in all inputs together. */
    @Override
    boolean knowsSecond(Tensor[] in) {
        return in.length == 1 || together();
    }

    @Override
    public final Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        return transpose(k, g, in);
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Tensor only = t.length == 1 ? t[0] : null;
        return only != null ? apply(only) : together() ? ofTangents(t, in) : ofEachTangent(t, in);
    }

    private Tensor ofTangents(@Nullable Tensor[] t, Tensor[] in) {
        Shape directions = Shape.SCALAR;
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            directions = tangent == null ? directions : Directions.of(tangent, in[k]);
        }
        Tensor[] tangents = new Tensor[in.length];
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            tangents[k] = tangent == null ? Tensor.zeros(directions.append(in[k].shape)) : tangent;
        }
        return apply(tangents);
    }

    private Tensor ofEachTangent(@Nullable Tensor[] t, Tensor[] in) {
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
