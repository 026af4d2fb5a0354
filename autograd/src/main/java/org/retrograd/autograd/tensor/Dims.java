package org.retrograd.autograd.tensor;

/** What becomes of the axes over which a method reduces. */
public enum Dims {
    /** They stay, with length 1, so that the result broadcasts against the original. */
    KEEP,
    /** They vanish. */
    DROP
}
