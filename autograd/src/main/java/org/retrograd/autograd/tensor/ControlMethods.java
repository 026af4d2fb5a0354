package org.retrograd.autograd.tensor;

import java.util.function.UnaryOperator;

/**
 * The methods of {@link Tensor} that leave the value as it is and say what its derivative shall be, besides {@link
 * Tensor#detach}, which says that it shall be none.
 *
 * <p>Each is an operation of its own name, which says of itself that its derivative is {@link Op#stated}: a checker does not
 * complain.
 */
public sealed interface ControlMethods permits Tensor {
    /**
     * Returns {@code value} with the derivative of this: a gradient passes straight through rounding, for instance (Bengio,
     * Léonard and Courville 2013).
     *
     * @param value a tensor of this shape, taken as a constant
     * @throws IllegalArgumentException if it has another shape
     */
    default Tensor straightThrough(Tensor value) {
        return new ControlOps.StraightThrough(value.constant()).apply((Tensor) this);
    }

    /**
     * Returns the same value, whose derivative is multiplied by a factor in both modes.
     *
     * @throws IllegalArgumentException if the factor is not finite
     */
    default Tensor scaleGradient(double factor) {
        if (!Double.isFinite(factor)) {
            throw new IllegalArgumentException(
                    "scaleGradient needs a finite factor, but got " + factor + "; 0 stops the gradient");
        }
        return new ControlOps.ScaleGradient("scaleGradient", factor).apply((Tensor) this);
    }

    /**
     * Returns the same value, whose derivative has the opposite sign: what comes before it learns the opposite of what
     * comes after it (Ganin and Lempitsky 2015). Followed by {@link #scaleGradient} it takes a weight.
     */
    default Tensor reverseGradient() {
        return new ControlOps.ScaleGradient("reverseGradient", -1).apply((Tensor) this);
    }

    /**
     * Returns the same value, whose gradient is given to a callback on its way back, and replaced by what that returns.
     *
     * <p>The callback gets the complete gradient by the value returned here, of its shape: once in each sweep, or once for
     * each direction of a sweep with several. If an enclosing differentiation is watching, the gradient is traced, and what
     * the callback does with it in tensor methods is differentiated. In forward mode there is no gradient: the callback is
     * not called, and tangents pass unchanged. A function that is evaluated again for its derivatives calls it again.
     *
     * @param callback returns its argument to only look at it; an error if it returns null or another shape
     */
    default Tensor watch(UnaryOperator<Tensor> callback) {
        return new ControlOps.Watch(callback).apply((Tensor) this);
    }
}
