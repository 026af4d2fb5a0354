package org.retrograd.autograd.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;

/** The family of operations that solve A X = B: quotients of matrices. */
abstract class Division extends Op {
    /** Returns the product of a change of A, as far as the operation reads it, with something shaped like X. */
    abstract Tensor multiply(Tensor a, Tensor x);

    @Override
    public final Shape shape(Tensor[] in) {
        return Matrices.solution(in[0], in[1]);
    }

    /** A solution depends on its own right side and on the whole matrix. */
    @Override
    public final Relation relation(int k, Tensor[] in, Tensor y) {
        return k == 0 ? Relation.ofBatches(in[0].shape, 2, y.shape, 2) : Relation.ofLines(in[1].shape, -2, y.shape);
    }

    /** From A X = B follows A X' = B' - A' X. */
    @Override
    public final Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Tensor a = Directions.aligned(t[0], in[0], y.rank());
        Tensor b = Directions.aligned(t[1], in[1], y.rank());
        Tensor right = b;
        if (a != null) {
            Tensor moved = multiply(a, y);
            right = b == null ? moved.neg() : b.sub(moved);
        }
        return apply(in[0], Objects.requireNonNull(right));
    }
}
