package org.retrograd.autograd.scalar;

/** A comparison of a recorded program went another way than when it was recorded. */
public final class BranchException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    BranchException(String message) {
        super(message);
    }
}
