package org.retrograd.autograd.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A function evaluated once at a point, with its derivative there: a linear map from tangents of the argument to tangents
 * of the value, and its transpose from cotangents of the value to cotangents of the argument.
 *
 * <p>Argument and value may be a tensor or any {@link Structure}; tangents and cotangents have the same form. They may carry
 * several directions at once along one axis more, in front, the same for all tensors of a structure.
 *
 * @param <X> the argument
 * @param <Y> the value
 */
public final class Differential<X, Y> {
    private final Linearization at;
    private final Structure<X> in;
    private final Structure<Y> out;
    private final List<Tensor> point;

    private Differential(Linearization at, Structure<X> in, Structure<Y> out, List<Tensor> point) {
        this.at = at;
        this.in = in;
        this.out = out;
        this.point = point;
    }

    /** Evaluates {@code f}, which may capture anything. */
    static <X, Y> Differential<X, Y> of(Function<X, Y> f, X x) {
        Structure<X> in = Structure.of(x);
        List<Tensor> point = in.tensors("the argument", x);
        List<Structure<Y>> out = new ArrayList<>(1);
        Linearization at = Linearization.ofSeveral(
                variables -> {
                    Y y = f.apply(in.with(variables));
                    out.add(Structure.ofReturned("the function to differentiate", y));
                    return out.get(0).tensors("the value", y);
                },
                point);
        return new Differential<>(at, in, out.get(0), point);
    }

    /** Returns the value of the function: traced if and only if somebody else's variable was reached. */
    public Y value() {
        return out.with(at.values());
    }

    /**
     * Returns the tangent of the value, J·t; zeros where the value does not depend on the argument.
     *
     * @throws IllegalArgumentException if {@code tangent} has another form or other shapes than the argument
     */
    public Y push(X tangent) {
        return out.with(at.pushAll(in.directions("the tangent", tangent, point)));
    }

    /**
     * Returns the cotangent of the argument, Jᵀg; zeros where the value does not depend on it.
     *
     * @throws IllegalArgumentException if {@code cotangent} has another form or other shapes than the value
     */
    public X pull(Y cotangent) {
        return in.with(at.pull(out.directions("the cotangent", cotangent, at.values())));
    }

    /** Returns the same on the tensors alone. */
    Linearization tensors() {
        return at;
    }

    /** Returns the tensors of the argument. */
    List<Tensor> point() {
        return point;
    }

    /** Returns the structure of the argument. */
    Structure<X> argument() {
        return in;
    }

    /** Returns the structure of the value. */
    Structure<Y> result() {
        return out;
    }

    /** Returns the value's only tensor, whose gradient is wanted. */
    Tensor scalarValue() {
        Tensor value = at.value();
        if (value.size() != 1) {
            throw new IllegalArgumentException("a gradient is that of a scalar function, but the value has shape "
                    + value.shape() + ": reduce it, for instance by sum(), or use vjp with a cotangent");
        }
        return value;
    }
}
