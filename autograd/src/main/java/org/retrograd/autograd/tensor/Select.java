package org.retrograd.autograd.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.scalar.Arithmetic;

/**
 * Chooses entries of two tensors by a condition: {@code where(condition, a, b)}.
 *
 * <p>It differs from the rest of its family in that the rules choose as well, and never multiply: what was not chosen
 * contributes an exact 0 even if the cotangent is infinite or NaN.
 */
final class Select extends Elementwise {
    Select() {
        super(Arithmetic.SELECT);
    }

    @Override
    public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        Tensor zero = Tensor.scalar(0);
        return switch (k) {
            case 1 -> apply(in[0].detach(), g, zero);
            case 2 -> apply(in[0].detach(), zero, g);
            default -> Tensor.zeros(g.shape);
        };
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Tensor zero = Tensor.scalar(0);
        Shape shape = y.shape;
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            shape = tangent == null ? shape : Directions.of(tangent, in[k]).append(y.shape);
        }
        return apply(in[0].detach(), align(t[1], in[1], y, zero), align(t[2], in[2], y, zero))
                .broadcastTo(shape);
    }

    private static Tensor align(@Nullable Tensor tangent, Tensor x, Tensor y, Tensor zero) {
        return tangent == null ? zero : Directions.align(tangent, x, y.rank());
    }

    @Override
    void pull(int k, Tensor g, Tensor y, Sweep sweep, int slot) {
        sweep.add(slot, vjp(k, g, Tensor.detached(y.in), y));
    }

    @Override
    Tensor push(@Nullable Tensor[] t, Tensor y) {
        return Objects.requireNonNull(jvp(t, Tensor.detached(y.in), y));
    }
}
