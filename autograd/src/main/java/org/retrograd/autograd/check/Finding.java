package org.retrograd.autograd.check;

import java.util.Optional;

/**
 * One thing that a check found, with the call that is to blame if there is one.
 *
 * @param kind what is wrong
 * @param input the input of the checked function by which it showed
 * @param op the name of the faulty operation or custom rule; empty if no single call is to blame
 * @param argument which input of that operation, counted from 0; -1 if it concerns no single one
 * @param site the source line of the call, as {@code Model.java:31}
 * @param slip the likely mistake
 * @param text the finding in a few lines, as the report prints it
 */
public record Finding(
        Kind kind,
        String input,
        Optional<String> op,
        int argument,
        Optional<String> site,
        Optional<Slip> slip,
        String text) {

    /** What is wrong. */
    public enum Kind {
        /** The derivative in reverse mode alone is wrong: a vjp. */
        REVERSE_RULE,
        /** The derivative in forward mode alone is wrong: a jvp. */
        FORWARD_RULE,
        /** Both modes agree with each other and contradict the differences: both rules, or one shared definition. */
        BOTH_RULES,
        /** First derivatives are right, second ones are not: a rule is not differentiated rightly itself. */
        SECOND_ORDER,
        /** A derivative is NaN or infinite where the differences are finite. */
        NOT_FINITE,
        /** A rule threw an exception or returned null. */
        RULE_FAILS,
        /** A rule returned a derivative of the wrong shape. */
        WRONG_SHAPE,
        /** A rule is not linear in its cotangent, or not zero for a cotangent of zero. */
        NOT_LINEAR,
        /** A rule gives another result, or none, for several directions at once than for each of them. */
        DIRECTIONS,
        /** A value that depends on the input was used as a constant: detached, captured, or taken out and put in again. */
        CAPTURED_VALUE,
        /** Two evaluations at one point differ: randomness, or a state that changes. */
        NOT_REPEATABLE,
        /** The value differs between a recorded and an unrecorded evaluation. */
        CHANGED_BY_RECORDING,
        /** A value that had been computed was changed afterwards: storage is shared with a buffer. */
        ALIASED,
        /** The value at the point is NaN: it is outside the domain. */
        OUTSIDE_DOMAIN,
        /** The function failed by itself. */
        FUNCTION_FAILS,
        /** The value depends on no input, so that there is nothing to compare: it is right, or an argument was forgotten. */
        NOTHING_TO_CHECK,
        /** Every rule is right alone and yet the whole is not. */
        COMPOSITION,
        /** The derivative is stated rather than true, by an operation made for that. */
        INTENDED;

        /** Whether this makes a check fail. */
        public boolean fault() {
            return this != INTENDED && this != NOTHING_TO_CHECK;
        }
    }

    /** Returns the same with the likely mistake. */
    Finding withSlip(Slip likely) {
        return new Finding(
                kind, input, op, argument, site, Optional.of(likely), text + "\n  likely slip: " + likely.sentence());
    }

    /** Returns the text. */
    @Override
    public String toString() {
        return text;
    }
}
