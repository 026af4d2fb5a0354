package org.retrograd.autograd.tensor;

import java.util.Arrays;
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

    /** Returns a tangent with axes of length 1 put behind its directions, so that it lines up with a value of higher rank. */
    static Tensor align(Tensor tangent, Tensor primal, int rank) {
        int lead = tangent.rank() - primal.rank();
        return lead == 0 || primal.rank() == rank
                ? tangent
                : tangent.reshape(tangent.shape.insertOnes(lead, rank - primal.rank()));
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
        Shape target = shape.slice(0, lead).append(primal);
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
