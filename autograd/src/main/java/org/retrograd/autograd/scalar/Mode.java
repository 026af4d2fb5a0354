package org.retrograd.autograd.scalar;

/** The direction in which derivatives are carried through a program. */
public enum Mode {
    /** Tangents are pushed from the inputs to the outputs: one direction for each input. */
    FORWARD,
    /** Adjoints are pulled from the outputs to the inputs: one direction for each output. */
    REVERSE
}
