package org.retrograd.autograd.tensor;

import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.scalar.Algebra;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Primitive;

/**
 * Tensors that carry what rounding may have done to them, in units of the unit roundoff: running error analysis (Higham,
 * Accuracy and Stability of Numerical Algorithms, section 3.3), to first order.
 *
 * <p>An operation errs by the size of its result, and passes on the errors of its operands times the sizes of its partial
 * derivatives.
 */
enum RunningError implements Algebra<RunningError.Bounded> {
    INSTANCE;

    /** A tensor, and the size of its error; null if it has none. */
    record Bounded(Tensor value, @Nullable Tensor error) {
        Tensor orZero() {
            return error == null ? Tensor.scalar(0) : error;
        }
    }

    /** Returns a tensor taken as it is. */
    static Bounded exact(Tensor value) {
        return new Bounded(value.constant(), null);
    }

    @Override
    public Bounded constant(double value) {
        return exact(Tensor.scalar(value));
    }

    @Override
    public Bounded apply(Primitive primitive, Bounded a) {
        return bounded(primitive, a);
    }

    @Override
    public Bounded apply(Primitive primitive, Bounded a, Bounded b) {
        return bounded(primitive, a, b);
    }

    @Override
    public Bounded apply(Primitive primitive, Bounded a, Bounded b, Bounded c) {
        return bounded(primitive, a, b, c);
    }

    private static Bounded bounded(Primitive primitive, Bounded... in) {
        Tensor[] x = new Tensor[3];
        for (int k = 0; k < in.length; k++) {
            x[k] = in[k].value;
        }
        Tensor y = Elementwise.of(primitive).apply(java.util.Arrays.copyOf(x, in.length));
        Tensor error = y.abs();
        for (int k = 0; k < in.length; k++) {
            Tensor passed = in[k].error;
            if (passed != null) {
                Tensor partial = primitive.partial(k).in(TensorAlgebra.INSTANCE, x[0], x[1], x[2], y);
                error = error.add(TensorAlgebra.INSTANCE.apply(Arithmetic.STRONG_MUL, passed, partial.abs()));
            }
        }
        return new Bounded(y, error);
    }
}
