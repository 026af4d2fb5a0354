package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.retrograd.autograd.check.Report.Comparison;
import org.retrograd.autograd.tensor.Recording.Call;

/**
 * One thing that a check found, with the call that is to blame if there is one.
 *
 * @param kind what is wrong
 * @param input the input of the checked function by which it showed; empty if a rule is wrong by itself
 * @param op the name of the faulty operation or custom rule; empty if no single call is to blame
 * @param argument which input of that operation, counted from 0; -1 if it concerns no single one
 * @param site the source line of the call, as {@code Model.java:31}
 * @param slip the likely mistake
 * @param worst the derivative by single entries of that input, the worst ones first; empty if that is not what is wrong
 * @param text the finding in a few lines, as the report prints it
 */
public record Finding(
        Kind kind,
        String input,
        Optional<String> op,
        int argument,
        Optional<String> site,
        Optional<Slip> slip,
        ImmutableList<Comparison> worst,
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
        /**
         * The value depends on no input, in any way, so that there is nothing to compare. It is no fault: a derivative of 0
         * is right then, though an argument may have been forgotten.
         */
        NOTHING_TO_CHECK,
        /** Every rule is right alone and yet the whole is not. */
        COMPOSITION,
        /** The derivative is stated rather than true, by an operation made for that. */
        INTENDED;

        /** Whether this makes a check fail. */
        public boolean fault() {
            return this != INTENDED && this != NOTHING_TO_CHECK;
        }

        /** Whether this makes the derivative by an input differ from the differences, so that it is right where they agree. */
        boolean shows() {
            return switch (this) {
                case REVERSE_RULE, FORWARD_RULE, BOTH_RULES, NOT_FINITE, CAPTURED_VALUE, COMPOSITION, INTENDED -> true;
                default -> false;
            };
        }
    }

    /** Returns a finding that blames no single call. */
    static Finding of(Kind kind, String text) {
        return new Finding(
                kind, "", Optional.empty(), -1, Optional.empty(), Optional.empty(), ImmutableList.of(), text);
    }

    /** Returns a finding that blames a call, at one of its inputs unless {@code argument} is -1. */
    static Finding of(Kind kind, Call call, int argument, String text) {
        return new Finding(
                kind,
                "",
                Optional.of(call.op().name()),
                argument,
                call.site(),
                Optional.empty(),
                ImmutableList.of(),
                text);
    }

    /** Returns the same by the name of the input of the checked function by which it showed. */
    Finding by(String name) {
        return new Finding(kind, name, op, argument, site, slip, worst, text);
    }

    /** Returns the same with the likely mistake, of which the text tells already. */
    Finding as(Slip likely) {
        return new Finding(kind, input, op, argument, site, Optional.of(likely), worst, text);
    }

    /** Returns the same with the likely mistake, of which the text tells from now on. */
    Finding with(Likely likely) {
        return as(likely.slip()).saying("  likely slip: " + likely);
    }

    /** Returns the same with a table of the worst entries. */
    Finding with(Entries entries) {
        return new Finding(kind, input, op, argument, site, slip, entries.worst(), text).saying(entries.toString());
    }

    private Finding saying(String more) {
        return more.isEmpty() ? this : new Finding(kind, input, op, argument, site, slip, worst, text + '\n' + more);
    }

    /** Returns the text. */
    @Override
    public String toString() {
        return text;
    }
}
