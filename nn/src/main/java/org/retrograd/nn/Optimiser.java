package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import org.retrograd.autograd.tensor.Gradients;

/** A rule that gives parameters new values after the gradients of a loss. */
public interface Optimiser {
    /**
     * Changes the parameters by one step.
     *
     * <p>It is all or nothing: a step that cannot be made leaves every parameter, and the optimiser's own memory, as it
     * was.
     *
     * @throws IllegalArgumentException if the loss does not depend on one of the parameters
     * @throws ArithmeticException if a gradient has an entry that is NaN or infinite; the message names the parameter
     */
    void step(Gradients gradients);

    /** Returns the parameters that this changes. */
    ImmutableList<Parameter> parameters();
}
