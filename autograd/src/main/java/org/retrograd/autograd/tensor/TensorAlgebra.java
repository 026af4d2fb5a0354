package org.retrograd.autograd.tensor;

import org.retrograd.autograd.scalar.Algebra;
import org.retrograd.autograd.scalar.Primitive;

/** Formulas over tensors: how the partial derivative of a primitive becomes a recorded rule. */
enum TensorAlgebra implements Algebra<Tensor> {
    INSTANCE;

    @Override
    public Tensor constant(double value) {
        return Tensor.scalar(value);
    }

    @Override
    public Tensor apply(Primitive primitive, Tensor a) {
        return Elementwise.of(primitive).apply(a);
    }

    @Override
    public Tensor apply(Primitive primitive, Tensor a, Tensor b) {
        // what is constant between jumps has no derivative to record: the comparisons that choose a branch
        return primitive.piecewiseConstant()
                ? Elementwise.of(primitive).apply(a.constant(), b.constant())
                : Elementwise.of(primitive).apply(a, b);
    }

    @Override
    public Tensor apply(Primitive primitive, Tensor a, Tensor b, Tensor c) {
        return Elementwise.of(primitive).apply(a, b, c);
    }
}
