package org.retrograd.autograd.scalar;

/**
 * A domain in which expressions have values: numbers, tensors, text, later tape scalars and power series.
 *
 * <p>That expressions are evaluated through this interface is how one definition of a primitive serves every world.
 *
 * @param <V> the values of the domain
 */
public interface Algebra<V> {
    /** Returns the domain's value for a number. */
    V constant(double value);

    /** Returns the value of a primitive of one input. */
    V apply(Primitive primitive, V a);

    /** Returns the value of a primitive of two inputs. */
    V apply(Primitive primitive, V a, V b);

    /** Returns the value of a primitive of three inputs. */
    V apply(Primitive primitive, V a, V b, V c);
}
