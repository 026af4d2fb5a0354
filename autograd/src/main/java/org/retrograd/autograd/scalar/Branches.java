package org.retrograd.autograd.scalar;

/** What a program does at inputs where a comparison may go another way than when it was recorded. */
public enum Branches {
    /**
     * A comparison that goes the other way is reported by a {@link BranchException}; an unguarded program, whose comparisons
     * the recording could not see, is recorded again at each point.
     */
    REPORT,
    /** The function is recorded again where a comparison goes the other way, or always if the program is unguarded. */
    RECORD,
    /** The program runs as it was recorded, whatever comparisons say. */
    KEEP
}
