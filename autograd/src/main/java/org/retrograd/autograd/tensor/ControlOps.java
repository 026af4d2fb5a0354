package org.retrograd.autograd.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** Operations whose derivative is stated rather than true: named, so that a checker knows that it is meant so. */
final class ControlOps {
    private ControlOps() {}

    /** The value of one tensor with the derivative of another one. */
    static final class StraightThrough extends Op {
        private final Tensor value;

        StraightThrough(Tensor value) {
            this.value = value;
        }

        @Override
        String name() {
            return "straightThrough";
        }

        @Override
        Shape shape(Tensor[] in) {
            if (!in[0].shape.equals(value.shape)) {
                throw new IllegalArgumentException("straightThrough replaces a value by one of the same shape, but got "
                        + in[0].shape + " and " + value.shape);
            }
            return value.shape;
        }

        @Override
        Storage compute(Tensor[] in, Shape out) {
            return value.data;
        }

        @Override
        Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return g;
        }

        @Override
        Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return Objects.requireNonNull(t[0]);
        }
    }

    /** The identity, whose derivative is multiplied by a factor. */
    static final class ScaleGradient extends Op {
        private final double factor;

        ScaleGradient(double factor) {
            this.factor = factor;
        }

        @Override
        String name() {
            return "scaleGradient";
        }

        @Override
        Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        Storage compute(Tensor[] in, Shape out) {
            return in[0].data;
        }

        @Override
        Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return g.mul(factor);
        }

        @Override
        Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return Objects.requireNonNull(t[0]).mul(factor);
        }

        @Override
        Dependence dependence() {
            return Dependence.ELEMENTWISE;
        }
    }
}
