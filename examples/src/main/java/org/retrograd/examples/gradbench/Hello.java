package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Tensor;

/** The square of a number, and its derivative. */
final class Hello {
    private Hello() {}

    static Eval eval() {
        return new Eval(
                "hello",
                ImmutableMap.of(
                        "square", input -> () -> square(input.number()),
                        "double", input -> () -> twice(input.number())),
                input -> () -> input.number() * input.number(),
                () -> Input.of((Object) 3.0));
    }

    private static Object square(double x) {
        return Tensor.scalar(x).square().item();
    }

    private static Object twice(double x) {
        return Derivatives.gradient(Tensor::square, Tensor.scalar(x)).item();
    }
}
