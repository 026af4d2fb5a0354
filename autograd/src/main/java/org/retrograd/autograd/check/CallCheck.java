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

    /** What was found of one call: its faults, one for each input by which it is wrong, and the verdict on the call. */
    record Result(List<Finding> faults, Verdict verdict) {
        static Result of(Verdict verdict) {
            return new Result(List.of(), verdict);
        }

        static Result of(Finding fault) {
            return new Result(List.of(fault), Verdict.FAIL);
        }
    }

    /** Checks rules, first and, if asked for, second derivatives of a call. */
    static Result of(Call call, Directions random, int order) {
        if (call.op().stated()) {
            return Result.of(Verdict.INTENDED);
        }
        Optional<Finding> broken = broken(call, random);
        if (broken.isPresent()) {
            return Result.of(broken.get());
        }
        if (call.value().size() == 0) {
            return Result.of(Verdict.PASS);
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
        List<Finding> faults = new ArrayList<>();
        boolean kink = false;
        for (int k = 0; k < arguments.length; k++) {
            Result result = byInput(first, k);
            faults.addAll(result.faults());
            verdict = worse(verdict, result.verdict());
            kink |= result.verdict() == Verdict.VALID_SUBGRADIENT;
        }
        if (!faults.isEmpty()) {
            return new Result(faults, Verdict.FAIL);
        }
        if (kink) {
            Result result = atKink(first);
            if (result.verdict() == Verdict.FAIL) {
                return result;
            }
            verdict = worse(verdict, result.verdict());
        }
        Finding unlinear = Linearity.check(call, first, random);
        if (unlinear != null) {
            return Result.of(unlinear);
        }
        if (order > 1 && verdict == Verdict.PASS) {
            SecondOrder.Result second = SecondOrder.check(first, random);
            if (second.outcome().fault()) {
                return Result.of(secondFault(second));
            }
        }
        return Result.of(verdict);
    }

    private static Verdict worse(Verdict one, Verdict other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    /** Judges the derivative by one input: at a kink that of the smooth entries of the result. */
    private Result byInput(FirstOrder first, int k) {
        Outcome outcome = worst(first, k);
        if (outcome.status() == Status.KINK || (outcome.fault() && KinkCheck.any(creased()))) {
            return besideKink(first, k);
        }
        if (outcome.fault()) {
            return Result.of(fault(first, k, outcome));
        }
        return Result.of(outcome.status() == Status.AGREE ? Verdict.PASS : Verdict.NOT_CHECKABLE);
    }

    private Outcome worst(FirstOrder first, int k) {
        Tensor x = subject.point().get(k);
        Outcome even = first.judge("along a random direction", k, random.even(x));
        if (even.fault() || even.status() == Status.KINK) {
            return even;
        }
        Outcome relative = first.judge("along a random direction", k, random.relative(x));
        return relative.status() == Status.AGREE ? even : relative;
    }

    private boolean[] creased() {
        if (creased == null) {
            creased = KinkCheck.creased(subject, random);
        }
        return creased;
    }

    /** Judges the smooth entries of the result together. */
    private Result besideKink(FirstOrder first, int k) {
        boolean[] creased = creased();
        double[] g = first.cotangent().toArray();
        for (int j = 0; j < g.length; j++) {
            g[j] = creased[j] ? 0 : g[j];
        }
        FirstOrder smooth =
                first.with(Tensor.of(g).reshape(subject.output().shape().toArray()));
        Outcome rest = worst(smooth, k);
        return rest.fault() ? Result.of(fault(smooth, k, rest)) : Result.of(Verdict.VALID_SUBGRADIENT);
    }

    /** Judges the entries of the result that are not smooth one by one, by all inputs together: what ties, moves together. */
    private Result atKink(FirstOrder first) {
        KinkCheck.Result result = KinkCheck.judge(first, creased(), random);
        return switch (result.verdict()) {
            case VALID -> Result.of(Verdict.VALID_SUBGRADIENT);
            case NOT_CHECKABLE -> Result.of(Verdict.NOT_CHECKABLE);
            case WRONG -> {
                int argument = arguments.length == 1 ? arguments[0] : -1;
                Outcome wrong = result.outcome();
                yield Result.of(
                        finding(kind(wrong), argument, wrong.comparison()).with(Likely.of(Slip.TIES)));
            }
        };
    }

    private Finding fault(FirstOrder first, int k, Outcome outcome) {
        if (outcome.status() == Status.NOT_FINITE) {
            return finding(Kind.NOT_FINITE, arguments[k], outcome.comparison());
        }
        Entries entries = Entries.of(first, k, outcome.reverseWrong());
        return finding(kind(outcome), arguments[k], outcome.comparison())
                .with(entries)
                .with(Slips.of(first, k, entries));
    }

    private static Kind kind(Outcome outcome) {
        return outcome.reverseWrong() && outcome.forwardWrong()
                ? Kind.BOTH_RULES
                : outcome.reverseWrong() ? Kind.REVERSE_RULE : Kind.FORWARD_RULE;
    }

    private Finding secondFault(SecondOrder.Result second) {
        Comparison numbers = second.outcome().comparison();
        boolean lost = numbers.reverse() == 0 && numbers.forward() == 0;
        Finding finding = finding(Kind.SECOND_ORDER, -1, numbers);
        FirstOrder of = second.of();
        for (int k = 0; of != null && k < arguments.length; k++) {
            Outcome alone = of.judge("", k, random.even(subject.point().get(k)));
            if (alone.status() == Status.WRONG) {
                finding =
                        finding(Kind.SECOND_ORDER, arguments[k], numbers).with(Entries.of(of, k, alone.reverseWrong()));
                break;
            }
        }
        return lost ? finding.with(Likely.of(Slip.NOT_RECORDED)) : finding;
    }

    private Finding finding(Kind kind, int argument, Comparison numbers) {
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
        return Finding.of(kind, call, argument, text.toString());
    }

    static Finding rule(Call call, int argument, Kind kind, String what) {
        return Finding.of(
                kind,
                call,
                argument,
                "faulty rule: \"" + call.op().name() + "\""
                        + call.site().map(site -> ", called at " + site).orElse("") + ": " + what);
    }
}
