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
    /** The choice by a condition that is a constant: what it does not choose, the result does not depend on. */
    static final Select BY_CONSTANT = new Select(true);

    private final boolean byConstant;

    private Select(boolean byConstant) {
        super(Arithmetic.SELECT);
        this.byConstant = byConstant;
    }

    /** Returns the choice by a condition that may be another one at other points. */
    static Select byValues() {
        return new Select(false);
    }

    @Override
    public Relation relation(int k, Tensor[] in, Tensor y) {
        if (!byConstant || k == 0) {
            return super.relation(k, in, y);
        }
        Tensor numbers = Relation.numbers(in[k].shape).broadcastTo(y.shape);
        Tensor none = Tensor.scalar(0);
        return Relation.copies(k == 1 ? apply(in[0], numbers, none) : apply(in[0], none, numbers));
    }

    @Override
    public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        Tensor zero = Tensor.scalar(0);
        return switch (k) {
            case 1 -> apply(in[0].constant(), g, zero);
            case 2 -> apply(in[0].constant(), zero, g);
            default -> Tensor.zeros(g.shape);
        };
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Tensor zero = Tensor.scalar(0);
        Shape shape = y.shape;
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            shape = tangent == null ? shape : Directions.shape(tangent, in[k], y.shape);
        }
        return apply(in[0].constant(), align(t[1], in[1], y, zero), align(t[2], in[2], y, zero))
                .broadcastTo(shape);
    }

    private static Tensor align(@Nullable Tensor tangent, Tensor x, Tensor y, Tensor zero) {
        return tangent == null ? zero : Directions.align(tangent, x, y.rank());
    }

    /** A choice is linear in what it chooses from. */
    @Override
    @Nullable
    Tensor second(@Nullable Tensor[] t, Tensor[] in, Tensor y, boolean summed) {
        return null;
    }

    @Override
    @Nullable
    Tensor second(@Nullable Tensor[] t, Tensor y, boolean summed) {
        return null;
    }

    @Override
    void pull(int k, Tensor g, Tensor y, Sweep sweep, int slot) {
        sweep.add(slot, vjp(k, g, Tensor.constants(y.in), y));
    }

    @Override
    Tensor push(@Nullable Tensor[] t, Tensor y, @Nullable Partials kept) {
        return Objects.requireNonNull(jvp(t, Tensor.constants(y.in), y));
    }
}
