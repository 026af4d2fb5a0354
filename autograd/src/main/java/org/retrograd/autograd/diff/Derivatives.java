package org.retrograd.autograd.diff;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Derivatives as functions of functions: each a few lines over {@link Linearization}.
 *
 * <p>All nest in one another to any order. Functions may capture anything; a result is traced if and only if the function
 * or the point depends on variables of somebody else, so that a derivative inside a loss is itself differentiated.
 */
public final class Derivatives {
    private Derivatives() {}

    /** A value together with the gradient that was computed along with it. */
    public record ValueAndGradient(Tensor value, Tensor gradient) {}

    /** A value together with a directional derivative that was computed along with it. */
    public record ValueAndTangent(Tensor value, Tensor tangent) {}

    /**
     * Returns the gradient of a scalar function: [..] → [..], the shape of {@code x}.
     *
     * @throws IllegalArgumentException if the value of {@code f} has more than one entry
     */
    public static Tensor gradient(UnaryOperator<Tensor> f, Tensor x) {
        return valueAndGradient(f, x).gradient();
    }

    /** Returns value and gradient of a scalar function. */
    public static ValueAndGradient valueAndGradient(UnaryOperator<Tensor> f, Tensor x) {
        Linearization at = linearize(f, x);
        return new ValueAndGradient(at.value(), at.pull(scalarSeed(at)).get(0));
    }

    /** Returns the gradients of a scalar function of several tensors, in the order of the arguments. */
    public static List<Tensor> gradients(Function<List<Tensor>, Tensor> f, List<Tensor> arguments) {
        Linearization at = Linearization.of(f, arguments);
        return at.pull(scalarSeed(at));
    }

    /** Returns the vector-Jacobian product Jᵀg: the gradient of Σ g·f. */
    public static Tensor vjp(UnaryOperator<Tensor> f, Tensor x, Tensor g) {
        return linearize(f, x).pull(g).get(0);
    }

    /** Returns the Jacobian-vector product J·t: the derivative of {@code f} in direction {@code t}, in forward mode. */
    public static Tensor jvp(UnaryOperator<Tensor> f, Tensor x, Tensor t) {
        return linearize(f, x).push(List.of(t));
    }

    /** Returns value and Jacobian-vector product. */
    public static ValueAndTangent valueAndJvp(UnaryOperator<Tensor> f, Tensor x, Tensor t) {
        Linearization at = linearize(f, x);
        return new ValueAndTangent(at.value(), at.push(List.of(t)));
    }

    /** Returns the product of a scalar function's Hessian with a vector: the derivative of the gradient along {@code v}. */
    public static Tensor hvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        return jvp(at -> gradient(f, at), x, v);
    }

    private static Linearization linearize(UnaryOperator<Tensor> f, Tensor x) {
        return Linearization.of(in -> f.apply(in.get(0)), List.of(x));
    }

    private static Tensor scalarSeed(Linearization at) {
        Tensor value = at.value();
        if (value.size() != 1) {
            throw new IllegalArgumentException("a gradient is that of a scalar function, but the value has shape "
                    + value.shape() + ": reduce it, for instance by sum(), or use vjp with a cotangent");
        }
        return Tensor.ones(value.shape().toArray());
    }
}
