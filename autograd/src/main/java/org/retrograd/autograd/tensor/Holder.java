package org.retrograd.autograd.tensor;

import java.util.function.Supplier;

/** A named place that holds a variable which can be given another value: a parameter of a layer. */
public interface Holder extends Supplier<Tensor> {
    /** Returns the name by which reports call it. */
    String name();

    /** Returns the present value. */
    @Override
    Tensor get();

    /** Gives the variable another value of the same shape. */
    void set(Tensor value);
}
