package org.retrograd.autograd.check;

/** What a check found of the derivative by one input, from best to worst. */
public enum Verdict {
    /** Reverse mode, forward mode and differences agree. */
    PASS,
    /** The point is at a kink, and the derivative lies between those of the smooth pieces that meet there. */
    VALID_SUBGRADIENT,
    /** The derivative is another one than that of the value, and an operation on the way says that it is meant so. */
    INTENDED,
    /** The value has no derivative here to compare with: it jumps, or pieces meet that are neither convex nor concave. */
    NOT_CHECKABLE,
    /** The derivative is wrong. */
    FAIL
}
