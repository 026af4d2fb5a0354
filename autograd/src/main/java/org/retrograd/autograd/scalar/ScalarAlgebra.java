package org.retrograd.autograd.scalar;

/** Formulas over scalars: how the partial derivative of a primitive becomes operations on a tape. */
enum ScalarAlgebra implements Algebra<Scalar> {
    INSTANCE;

    @Override
    public Scalar constant(double value) {
        return Scalar.of(value);
    }

    @Override
    public Scalar apply(Primitive primitive, Scalar a) {
        return a.apply(primitive);
    }

    @Override
    public Scalar apply(Primitive primitive, Scalar a, Scalar b) {
        return a.apply(primitive, b);
    }

    @Override
    public Scalar apply(Primitive primitive, Scalar a, Scalar b, Scalar c) {
        return a.apply(primitive, b, c);
    }
}
