package org.retrograd.nn;

import java.util.Objects;
import org.retrograd.autograd.tensor.Holder;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A named tensor that training changes: with {@link RunningStatistics} the one thing here that has a state.
 *
 * <p>Its value is a free variable, so that {@code gradients.of(parameter)} is the gradient by the value that the
 * parameter had in the forward pass, also after {@link #set}. Layers may share a parameter; its gradient is then the sum
 * over all its uses. A parameter is not for several threads at once.
 */
public final class Parameter implements Holder {
    private final String name;
    private final boolean frozen;
    private Tensor value;

    /** Creates a parameter with an initial value, which is cut from its graph. */
    public Parameter(String name, Tensor initial) {
        this(name, Tensor.variable(initial).named(name), false);
    }

    private Parameter(String name, Tensor value, boolean frozen) {
        this.name = Objects.requireNonNull(name, "name");
        this.value = value;
        this.frozen = frozen;
    }

    /** Returns the name, by which messages and reports call the parameter. */
    @Override
    public String name() {
        return name;
    }

    /** Returns the present value: a free variable, or a constant if the parameter is frozen. */
    @Override
    public Tensor get() {
        return value;
    }

    /**
     * Gives the parameter a new value, which is cut from its graph.
     *
     * @throws IllegalArgumentException if the shape differs from that of the present value
     * @throws IllegalStateException if the parameter is frozen
     */
    @Override
    public void set(Tensor newValue) {
        if (frozen) {
            throw new IllegalStateException("parameter \"" + name
                    + "\" is frozen and keeps its value; set the parameter of the network it was frozen from");
        }
        if (!Checks.sameShape(value, newValue)) {
            throw new IllegalArgumentException("parameter \"" + name + "\" has shape " + value.shape()
                    + ", but the new value has " + newValue.shape() + "; a parameter keeps its shape");
        }
        value = value.withValue(newValue);
    }

    /** Returns a parameter that keeps the present value for ever and records nothing. */
    public Parameter frozen() {
        return frozen ? this : new Parameter(name, value.detach(), true);
    }

    /** Whether this keeps its value, so that there is nothing to train. */
    public boolean isFrozen() {
        return frozen;
    }

    /** Returns name and value. */
    @Override
    public String toString() {
        return "Parameter " + name + " = " + value;
    }
}
