package org.retrograd.autograd.scalar;

import org.apache.commons.math3.Field;

/** The field of {@link Scalar}s, for the generic algorithms of Commons Math: {@code ScalarField.INSTANCE}. */
public enum ScalarField implements Field<Scalar> {
    INSTANCE;

    @Override
    public Scalar getZero() {
        return Scalar.ZERO;
    }

    @Override
    public Scalar getOne() {
        return Scalar.ONE;
    }

    @Override
    public Class<Scalar> getRuntimeClass() {
        return Scalar.class;
    }
}
