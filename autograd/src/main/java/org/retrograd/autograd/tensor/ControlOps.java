package org.retrograd.autograd.tensor;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** Operations whose derivative is stated rather than true: named, so that a checker knows that it is meant so. */
final class ControlOps {
    private ControlOps() {}

    private abstract static class Stated extends Identity {
        private final String name;

        Stated(String name) {
            this.name = name;
        }

        @Override
        public final String name() {
            return name;
        }

        @Override
        public final boolean stated() {
            return true;
        }
    }

    /** The value of one tensor with the derivative of another one. */
    static final class StraightThrough extends Stated {
        private final Tensor value;

        StraightThrough(Tensor value) {
            super("straightThrough");
            this.value = value;
        }

        @Override
        public Shape shape(Tensor[] in) {
            if (!in[0].shape.equals(value.shape)) {
                throw new IllegalArgumentException("straightThrough replaces a value by one of the same shape, but got "
                        + in[0].shape + " and " + value.shape);
            }
            return value.shape;
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return value.data;
        }
    }

    /** The identity, whose derivative is multiplied by a factor. */
    static final class ScaleGradient extends Stated {
        private final double factor;

        ScaleGradient(String name, double factor) {
            super(name);
            this.factor = factor;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return g.mul(factor);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return super.jvp(t, in, y).mul(factor);
        }
    }

    /** The identity, whose cotangent is shown to a callback and replaced by what that returns. */
    static final class Watch extends Stated {
        private final UnaryOperator<Tensor> callback;

        Watch(UnaryOperator<Tensor> callback) {
            super("watch");
            this.callback = Objects.requireNonNull(callback, "callback");
        }

        @Override
        public boolean oneDirectionAtATime() {
            return true;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Tensor replaced = callback.apply(g);
            if (replaced == null || !replaced.shape.equals(g.shape)) {
                throw new IllegalStateException("the callback of watch(..) must return a gradient of shape " + g.shape
                        + ", its argument if it only looks, but returned "
                        + (replaced == null ? "null" : "shape " + replaced.shape));
            }
            return replaced;
        }
    }
}
