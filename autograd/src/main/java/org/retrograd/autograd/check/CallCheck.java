package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.check.Finding.Kind;
import org.retrograd.autograd.check.Outcome.Status;
import org.retrograd.autograd.check.Report.Comparison;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/** A check of one recorded call alone, at its recorded inputs: what names the faulty rule. */
final class CallCheck {
    private final Call call;
    private final Subject subject;
    private final Directions random;
    private final int[] arguments;
    private boolean @Nullable [] creased;

    private CallCheck(Call call, Directions random) {
        this.call = call;
        this.subject = Subject.of(call);
        this.random = random;
        this.arguments = java.util.stream.IntStream.range(0, call.inputs().size())
                .filter(k -> call.inputs().get(k).traced())
                .toArray();
    }

    /** What was found of one call: a fault, if there is one, and whether it stands at a kink or is not checkable. */
    record Result(@Nullable Finding fault, Verdict verdict) {}

    /** Checks rules, first and, if asked for, second derivatives of a call. */
    static Result of(Call call, Directions random, int order) {
        if (call.op().stated()) {
            return new Result(null, Verdict.INTENDED);
        }
        Optional<Finding> broken = broken(call, random);
        if (broken.isPresent()) {
            return new Result(broken.get(), Verdict.FAIL);
        }
        if (call.value().size() == 0) {
            return new Result(null, Verdict.PASS);
        }
        return new CallCheck(call, random).run(order);
    }

    /** Returns what is wrong with rules that cannot even be swept: exceptions, null, shapes. */
    static Optional<Finding> broken(Call call, Directions random) {
        Tensor g = random.cotangent(call.value());
        List<@Nullable Tensor> t = new ArrayList<>();
        for (int k = 0; k < call.inputs().size(); k++) {
            Tensor x = call.inputs().get(k);
            t.add(x.traced() ? random.even(x) : null);
            if (x.traced()) {
                try {
                    Tensor contribution = call.vjp(k, g);
                    Optional<Finding> wrong = contribution == null
                            ? Optional.of(rule(call, k, Kind.RULE_FAILS, "its vjp returned null"))
                            : fits(contribution.shape(), x.shape())
                                    ? Optional.empty()
                                    : Optional.of(rule(
                                            call,
                                            k,
                                            Kind.WRONG_SHAPE,
                                            "its vjp returned a cotangent of shape " + contribution.shape()
                                                    + " for input " + k + " of shape " + x.shape()));
                    if (wrong.isPresent()) {
                        return wrong;
                    }
                } catch (RuntimeException e) {
                    return Optional.of(rule(call, k, kind(e), "its vjp failed: " + e.getMessage()));
                }
            }
        }
        try {
            Tensor tangent = call.jvp(t);
            if (tangent == null) {
                return Optional.of(rule(call, -1, Kind.RULE_FAILS, "its jvp returned null"));
            }
            if (!tangent.shape().equals(call.value().shape())) {
                return Optional.of(rule(
                        call,
                        -1,
                        Kind.WRONG_SHAPE,
                        "its jvp returned a tangent of shape " + tangent.shape() + " for a value of shape "
                                + call.value().shape()));
            }
        } catch (RuntimeException e) {
            return Optional.of(rule(call, -1, kind(e), "its jvp failed: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private static Kind kind(RuntimeException e) {
        String message = e.getMessage();
        return message != null && message.contains("returned shape") ? Kind.WRONG_SHAPE : Kind.RULE_FAILS;
    }

    /** Whether a derivative has the shape of its input, or one to which that is broadcast, so that the sweep sums it. */
    private static boolean fits(Shape derivative, Shape input) {
        try {
            return Shape.broadcast(input, derivative).equals(derivative);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Result run(int order) {
        FirstOrder first = FirstOrder.of(subject, random.cotangent(subject.output()));
        Verdict verdict = Verdict.PASS;
        for (int k = 0; k < arguments.length; k++) {
            Outcome outcome = worst(first, k);
            if (outcome.status() == Status.KINK || (outcome.fault() && KinkCheck.any(creased()))) {
                Result atKink = atKink(first, k);
                if (atKink.fault() != null) {
                    return atKink;
                }
                verdict = verdict.compareTo(atKink.verdict()) < 0 ? atKink.verdict() : verdict;
            } else if (outcome.fault()) {
                return new Result(fault(first, k, outcome), Verdict.FAIL);
            } else if (outcome.status() != Status.AGREE) {
                verdict = Verdict.NOT_CHECKABLE;
            }
        }
        Finding unlinear = Linearity.check(call, first, random);
        if (unlinear != null) {
            return new Result(unlinear, Verdict.FAIL);
        }
        if (order > 1 && verdict == Verdict.PASS) {
            Outcome second = SecondOrder.check(first, random);
            if (second.fault()) {
                return new Result(secondFault(second), Verdict.FAIL);
            }
        }
        return new Result(null, verdict);
    }

    private Outcome worst(FirstOrder first, int k) {
        Tensor x = subject.point().get(k);
        Outcome even = first.judge("a random direction", k, random.even(x));
        if (even.fault() || even.status() == Status.KINK) {
            return even;
        }
        Outcome relative = first.judge("a random direction", k, random.relative(x));
        return relative.status() == Status.AGREE ? even : relative;
    }

    private boolean[] creased() {
        if (creased == null) {
            creased = KinkCheck.creased(subject, random);
        }
        return creased;
    }

    /** Judges the smooth entries of the result together, the others one by one. */
    private Result atKink(FirstOrder first, int k) {
        boolean[] creased = creased();
        double[] g = first.cotangent().toArray();
        for (int j = 0; j < g.length; j++) {
            g[j] = creased[j] ? 0 : g[j];
        }
        FirstOrder smooth =
                first.with(Tensor.of(g).reshape(subject.output().shape().toArray()));
        Outcome rest = worst(smooth, k);
        if (rest.fault()) {
            return new Result(fault(smooth, k, rest), Verdict.FAIL);
        }
        KinkCheck.Result result = KinkCheck.judge(first, creased, random);
        return switch (result.verdict()) {
            case VALID -> new Result(null, Verdict.VALID_SUBGRADIENT);
            case NOT_CHECKABLE -> new Result(null, Verdict.NOT_CHECKABLE);
            case WRONG ->
                new Result(
                        finding(
                                kind(result.outcome()),
                                arguments.length == 1 ? arguments[0] : -1,
                                result.outcome().comparison(),
                                Optional.of(Slip.TIES)),
                        Verdict.FAIL);
        };
    }

    private Finding fault(FirstOrder first, int k, Outcome outcome) {
        Kind kind = outcome.status() == Status.NOT_FINITE ? Kind.NOT_FINITE : kind(outcome);
        Optional<Slip> slip = outcome.reverseWrong() ? Slips.of(first, k) : Optional.empty();
        return finding(kind, arguments[k], outcome.comparison(), slip);
    }

    private static Kind kind(Outcome outcome) {
        return outcome.reverseWrong() && outcome.forwardWrong()
                ? Kind.BOTH_RULES
                : outcome.reverseWrong() ? Kind.REVERSE_RULE : Kind.FORWARD_RULE;
    }

    private Finding secondFault(Outcome outcome) {
        boolean lost =
                outcome.comparison().reverse() == 0 && outcome.comparison().forward() == 0;
        return finding(
                Kind.SECOND_ORDER, -1, outcome.comparison(), lost ? Optional.of(Slip.NOT_RECORDED) : Optional.empty());
    }

    private Finding finding(Kind kind, int argument, Comparison numbers, Optional<Slip> slip) {
        String which = switch (kind) {
            case REVERSE_RULE -> "vjp";
            case FORWARD_RULE -> "jvp";
            case SECOND_ORDER -> "second derivative";
            default -> "derivative";
        };
        StringBuilder text = new StringBuilder("faulty rule: ")
                .append(which)
                .append(" of \"")
                .append(call.op().name())
                .append('"');
        if (argument >= 0) {
            text.append(" by its input ").append(argument);
        }
        call.site().ifPresent(site -> text.append(", called at ").append(site));
        if (kind == Kind.BOTH_RULES) {
            text.append(
                    call.shared()
                            ? "; reverse and forward mode follow from one shared definition"
                            : "; reverse and forward mode agree with each other");
        }
        text.append("\n  ").append(numbers);
        slip.ifPresent(s -> text.append("\n  likely slip: ").append(s.sentence()));
        return new Finding(kind, "", Optional.of(call.op().name()), argument, call.site(), slip, text.toString());
    }

    static Finding rule(Call call, int argument, Kind kind, String what) {
        return new Finding(
                kind,
                "",
                Optional.of(call.op().name()),
                argument,
                call.site(),
                Optional.empty(),
                "faulty rule: \"" + call.op().name() + "\""
                        + call.site().map(site -> ", called at " + site).orElse("") + ": " + what);
    }
}
