package org.retrograd.autograd.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** The family of operations that return their input, but for what one of them does otherwise on purpose. */
abstract class Identity extends Op {
    @Override
    public Shape shape(Tensor[] in) {
        return in[0].shape;
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        return in[0].data;
    }

    @Override
    public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        return g;
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        return Objects.requireNonNull(t[0]);
    }

    @Override
    public final Dependence dependence() {
        return Dependence.ELEMENTWISE;
    }
}
