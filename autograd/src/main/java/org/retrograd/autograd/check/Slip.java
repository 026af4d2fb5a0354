package org.retrograd.autograd.check;

/** The mistakes that derivative rules are made of. */
public enum Slip {
    SIGN("the sign is wrong"),
    FACTOR("a constant factor is wrong"),
    COUNT("a factor n or 1/n, the number of entries, is missing or too many"),
    FACTOR_OF_VALUES("a factor made of input or output is missing or too many"),
    FORGOTTEN_FACTOR("a factor is forgotten"),
    WRONG_OPERAND("the derivative is taken at another value"),
    STALE("a value is used as it is after an update"),
    TRANSPOSED("the Jacobian is transposed"),
    PERMUTED("the entries are right, but in other places"),
    MISSING_TERM("a term is missing or too many"),
    ZERO("the derivative is zero: the path or the term that gives it is missing"),
    MISSING_SUM("the sum over a broadcast axis is missing or wrong"),
    DIAGONAL_ONLY(
            "only the diagonal of the Jacobian is right: entries are treated as if they did not depend on each other"),
    TIES("only entries that tie are wrong: their share"),
    SOME_ENTRIES("only some entries are wrong"),
    INACCURATE("the derivative is right up to a small relative error: a constant or an approximation is not accurate"),
    NOT_RECORDED("the rule computes with detached values, so that it is not differentiated itself"),
    SQUARED("the cotangent enters more than once, or not at all"),
    AXES_FROM_THE_FRONT("axes are counted from the front, where the axis of directions stands"),
    CAPTURED("a value was captured outside the graph"),
    RANDOM_OR_STATE("randomness, or a state that changes from call to call");

    private final String sentence;

    Slip(String sentence) {
        this.sentence = sentence;
    }

    /** Returns the mistake in words. */
    public String sentence() {
        return sentence;
    }
}
