package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Reductions;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/**
 * The leading axis by which a cotangent or tangent carries several directions at once, and the undoing of broadcasting.
 *
 * <p>A derivative value belongs to a primal value; it has the same axes, or one more in front of them.
 */
final class Directions {
    private Directions() {}

    /** Returns the leading axes that {@code derivative} has beyond those of its primal: none, or one. */
    static Shape of(Tensor derivative, Tensor primal) {
        return derivative.shape.slice(0, derivative.rank() - primal.rank());
    }

    /**
     * Returns the shape of a derivative of another value in as many directions: its shape with the leading axes that {@code
     * derivative} has beyond those of its primal. Shared where the two values have one shape.
     */
    static Shape shape(Tensor derivative, Tensor primal, Shape other) {
        int lead = derivative.rank() - primal.rank();
        return lead == 0 ? other : other == primal.shape ? derivative.shape : derivative.shape.lead(lead, other);
    }

    /** Returns the contribution of one input to the cotangents, by as many calls of the rule as it needs. */
    static Tensor vjp(Op op, int k, Tensor g, Tensor[] in, Tensor y) {
        if (g.rank() == y.rank() || !op.oneDirectionAtATime()) {
            return op.vjp(k, g, in, y);
        }
        Tensor[] each = new Tensor[g.dim(0)];
        for (int d = 0; d < each.length; d++) {
            each[d] = op.vjp(k, at(g, d), in, y);
        }
        return each.length == 0 ? none(in[k]) : Tensor.stack(0, each);
    }

    /** Returns the contributions of all inputs to the cotangents, found for one direction after the other. */
    static List<Tensor> each(Tensor g, Tensor[] in, Function<Tensor, List<Tensor>> rule) {
        List<List<Tensor>> found = new ArrayList<>();
        for (int d = 0; d < g.dim(0); d++) {
            found.add(rule.apply(at(g, d)));
        }
        List<Tensor> stacked = new ArrayList<>();
        for (int k = 0; k < in.length; k++) {
            int input = k;
            Tensor[] each = found.stream().map(one -> one.get(input)).toArray(Tensor[]::new);
            stacked.add(each.length == 0 ? none(in[k]) : Tensor.stack(0, each));
        }
        return stacked;
    }

    /** Returns the tangent of the result, by as many calls of the rule as it needs. */
    static Tensor jvp(Op op, @Nullable Tensor[] t, Tensor[] in, Tensor y) {
        int count = op.oneDirectionAtATime() ? count(t, in) : -1;
        if (count < 0) {
            return op.jvp(t, in, y);
        }
        Tensor[] each = new Tensor[count];
        for (int d = 0; d < count; d++) {
            @Nullable Tensor[] one = t.clone();
            for (int k = 0; k < one.length; k++) {
                Tensor tangent = one[k];
                one[k] = tangent == null ? null : at(tangent, d);
            }
            each[d] = op.jvp(one, in, y);
        }
        return count == 0 ? none(y) : Tensor.stack(0, each);
    }

    /** Returns the number of directions of tangents, or -1 if they have no axis of directions. */
    private static int count(@Nullable Tensor[] t, Tensor[] in) {
        for (int k = 0; k < t.length; k++) {
            Tensor tangent = t[k];
            if (tangent != null) {
                return tangent.rank() == in[k].rank() ? -1 : tangent.dim(0);
            }
        }
        return -1;
    }

    private static Tensor at(Tensor derivative, int direction) {
        return derivative.slice(0, direction, direction + 1).squeeze(0);
    }

    /** Returns the derivative value in no direction at all. */
    private static Tensor none(Tensor primal) {
        return Tensor.zeros(Shape.of(0).append(primal.shape));
    }

    /** Returns a tangent with axes of length 1 put behind its directions, so that it lines up with a value of higher rank. */
    static Tensor align(Tensor tangent, Tensor primal, int rank) {
        int lead = tangent.rank() - primal.rank();
        return lead == 0 || primal.rank() == rank
                ? tangent
                : tangent.reshape(tangent.shape.insertOnes(lead, rank - primal.rank()));
    }

    /**
     * Returns the product of the tangents of two factors, for each direction or summed over all of them; null if one factor
     * does not vary.
     */
    static @Nullable Tensor product(Op op, @Nullable Tensor[] t, int i, int j, Tensor[] in, Tensor y, boolean summed) {
        Tensor a = aligned(t[i], in[i], y.rank());
        Tensor b = aligned(t[j], in[j], y.rank());
        if (a == null || b == null) {
            return null;
        }
        Tensor product = op.apply(a, b);
        Tensor found = summed && product.rank() > y.rank() ? product.sum(0) : product;
        return i == j ? found : found.mul(2);
    }

    /** Returns all tangents lined up with a value of higher rank. */
    static @Nullable Tensor[] aligned(@Nullable Tensor[] t, Tensor[] primals, int rank) {
        @Nullable Tensor[] aligned = new @Nullable Tensor[t.length];
        for (int k = 0; k < t.length; k++) {
            aligned[k] = aligned(t[k], primals[k], rank);
        }
        return aligned;
    }

    /** Returns {@link #align} of a tangent that need not be there. */
    static @Nullable Tensor aligned(@Nullable Tensor tangent, Tensor primal, int rank) {
        return tangent == null ? null : align(tangent, primal, rank);
    }

    /**
     * Returns a cotangent summed over the axes along which {@code primal} was broadcast: the one place where broadcasting
     * is undone.
     *
     * @param lead the number of leading direction axes, which are never summed
     */
    static Tensor unbroadcast(Tensor cotangent, int lead, Shape primal) {
        Shape shape = cotangent.shape;
        if (shape == primal) {
            return cotangent;
        }
        Shape target = shape.lead(lead, primal);
        if (shape.equals(target)) {
            return cotangent;
        }
        int extra = shape.rank() - target.rank();
        if (cotangent.op == null && extra > 0 && shape.endsWith(primal)) {
            Storage sum = Storage.allocate(target.size());
            int outer = shape.slice(0, lead).size();
            Reductions.sum(
                    cotangent.data, outer, shape.slice(lead, lead + extra).size(), primal.size(), sum);
            return new Tensor(target, sum);
        }
        int[] axes = new int[shape.rank()];
        int n = 0;
        for (int axis = lead; axis < shape.rank(); axis++) {
            if (axis < lead + extra || shape.dim(axis) != target.dim(axis - extra)) {
                axes[n++] = axis;
            }
        }
        return cotangent.sum(Arrays.copyOf(axes, n)).reshape(target);
    }
}
