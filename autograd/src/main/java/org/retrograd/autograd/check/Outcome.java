package org.retrograd.autograd.check;

import org.retrograd.autograd.check.Report.Comparison;

/**
 * The comparison of three sources along one direction, judged.
 *
 * @param status how it ended
 * @param comparison the numbers
 * @param reverseWrong whether reverse mode contradicts the differences, or forward mode where there are none
 * @param forwardWrong whether forward mode contradicts them
 */
record Outcome(Status status, Comparison comparison, boolean reverseWrong, boolean forwardWrong) {
    /** How a comparison ended. */
    enum Status {
        AGREE,
        /** At a kink of the line; not yet judged. */
        KINK,
        /** No derivative to compare with. */
        JUMP,
        STEEP,
        UNSETTLED,
        WRONG,
        NOT_FINITE
    }

    boolean fault() {
        return status == Status.WRONG || status == Status.NOT_FINITE;
    }
}
