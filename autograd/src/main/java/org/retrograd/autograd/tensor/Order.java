package org.retrograd.autograd.tensor;

/** The direction of a sort. NaN counts as larger than any number: last when ascending, first when descending. */
public enum Order {
    /** The smallest entry first. */
    ASCENDING,
    /** The largest entry first. */
    DESCENDING
}
