package org.retrograd.autograd.check;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A function whose derivatives are right, at a point, which may be an awkward one.
 *
 * @param name the formula and the point
 * @param function the function
 * @param inputs the point
 */
record Right(String name, Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
    /** Returns a function of one tensor. */
    static Right of(String name, UnaryOperator<Tensor> function, Tensor x) {
        return new Right(name, in -> function.apply(in.get(0)), List.of(x));
    }

    /** Returns a function of one tensor at a vector of numbers. */
    static Right at(String name, UnaryOperator<Tensor> function, double... x) {
        return of(name, function, Tensor.of(x));
    }

    /** Returns a function of several tensors. */
    static Right all(String name, Function<List<Tensor>, Tensor> function, Tensor... inputs) {
        return new Right(name, function, List.of(inputs));
    }

    @Override
    public String toString() {
        return name;
    }
}
