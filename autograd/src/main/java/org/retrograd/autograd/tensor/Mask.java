package org.retrograd.autograd.tensor;

import java.util.Arrays;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Primitive;

/**
 * An immutable array of truth values: the results of comparisons, the conditions of {@link Tensor#where}.
 *
 * <p>Never traced: there is no derivative by a truth value. Shapes broadcast.
 */
public final class Mask {
    /** 1 where true, 0 where false; a constant. */
    private final Tensor ones;

    /** Whether the truth values are constants, rather than the result of comparing values that vary. */
    private final boolean constant;

    private Mask(Tensor ones, boolean constant) {
        this.ones = ones;
        this.constant = constant;
    }

    /** Returns a mask with one axis. */
    public static Mask of(boolean... values) {
        double[] ones = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            ones[i] = values[i] ? 1 : 0;
        }
        return new Mask(Tensor.of(ones), true);
    }

    /** Returns where a comparison of two tensors holds. */
    static Mask compare(Primitive comparison, Tensor a, Tensor b) {
        return new Mask(Elementwise.of(comparison).apply(a.detach(), b.detach()), !a.traced() && !b.traced());
    }

    /** Returns the same truth values in another shape of the same size. */
    public Mask reshape(int... dims) {
        return new Mask(ones.reshape(dims), constant);
    }

    /** Returns where both hold. */
    public Mask and(Mask other) {
        return new Mask(ones.mul(other.ones), constant && other.constant);
    }

    /** Returns where at least one holds. */
    public Mask or(Mask other) {
        return new Mask(ones.maximum(other.ones), constant && other.constant);
    }

    /** Returns where this does not hold. */
    public Mask not() {
        return new Mask(ones.eq(0).ones, constant);
    }

    /** Returns how many entries are true. */
    public int count() {
        return (int) ones.sum().item();
    }

    /** Whether at least one entry is true. */
    public boolean any() {
        return count() > 0;
    }

    /** Whether all entries are true; so it is if there are none. */
    public boolean all() {
        return count() == ones.size();
    }

    /** Returns the entry at a row-major position. */
    public boolean get(int position) {
        return ones.data.get(position) != 0;
    }

    /** Returns the shape. */
    public Shape shape() {
        return ones.shape;
    }

    /** Returns the operation that chooses by this mask. */
    Op select() {
        return constant ? Select.BY_CONSTANT : Elementwise.of(Arithmetic.SELECT);
    }

    /** Returns 1 where true and 0 where false, as a constant. */
    public Tensor toTensor() {
        return ones;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mask mask && ones.sameAs(mask.ones);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ones.toArray());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Mask").append(ones.shape).append(" [");
        for (int i = 0; i < ones.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(get(i));
        }
        return text.append(']').toString();
    }
}
