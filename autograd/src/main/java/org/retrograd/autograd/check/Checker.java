package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.check.Finding.Kind;
import org.retrograd.autograd.check.Outcome.Status;
import org.retrograd.autograd.check.Report.Input;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/** One run of a check. */
final class Checker {
    /** So many calls are checked alone in any case, the last ones; the others if the whole is wrong. */
    private static final int ALWAYS = 200;

    private static final int MOST_SINGLE_ENTRIES = 8;

    /** How far, in units of the point, the point is moved to see whether that changes what was computed before. */
    private static final double NEAR = 0x1p-40;

    private final Setup setup;
    private final Directions random;
    private final Target target;
    private final List<Finding> findings = new ArrayList<>();
    private Verdict ofCalls = Verdict.PASS;
    private boolean all;

    Checker(Setup setup, Target target) {
        this.setup = setup;
        this.random = new Directions(setup.seed());
        this.target = target;
    }

    Report run() {
        ImmutableList<Tensor> point = target.point();
        if (point.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no point to check at: give at(..) one tensor for each argument");
        }
        Tensor plain = target.value(point);
        Tensor again = target.value(point);
        if (!plain.sameAs(again)) {
            return withFindings(Wiring.unlike(target.subject(), target.subject()));
        }
        Subject subject = target.subject();
        if (!plain.sameAs(subject.output())) {
            return withFindings(
                    Finding.of(
                            Kind.CHANGED_BY_RECORDING,
                            "the value differs when the function is recorded: it must not depend on whether its arguments are traced"));
        }
        if (plain.ne(plain).any()) {
            return outsideDomain(subject);
        }
        if (subject.recording().variables().isEmpty()) {
            return unrecorded(subject);
        }
        Optional<Call> overwritten = overwritten(subject);
        if (overwritten.isPresent()) {
            return withFindings(CallCheck.rule(
                    overwritten.get(),
                    -1,
                    Kind.ALIASED,
                    "its result changed when the function was evaluated again: it shares storage with a buffer"));
        }
        calls(last(subject));
        if (findings.stream().anyMatch(f -> f.kind() == Kind.RULE_FAILS || f.kind() == Kind.WRONG_SHAPE)) {
            return report(List.of());
        }
        List<Input> inputs = inputs(subject);
        return report(inputs);
    }

    /** The value is a constant: either it is one, or the path to every input is cut. */
    private Report unrecorded(Subject subject) {
        for (int k = 0; k < subject.point().size(); k++) {
            Finding captured = Wiring.captured(
                    target, subject, k, random.even(subject.point().get(k)), 1);
            if (captured != null) {
                return withFindings(captured);
            }
        }
        return withFindings(Finding.of(
                Kind.NOTHING_TO_CHECK,
                "nothing to check: the value does not depend on any input. If it should, look for an argument that the "
                        + "function does not use"));
    }

    /** Returns the first call whose recorded result is changed by an evaluation at another point. */
    private Optional<Call> overwritten(Subject subject) {
        List<Call> calls = last(subject);
        List<double[]> before =
                calls.stream().map(call -> call.value().toArray()).toList();
        Directions elsewhere = new Directions(setup.seed());
        evaluate(
                subject,
                subject.moved(subject.point().stream().map(elsewhere::even).toList(), NEAR));
        for (int i = 0; i < before.size(); i++) {
            if (!Arrays.equals(before.get(i), calls.get(i).value().toArray())) {
                return Optional.of(calls.get(i));
            }
        }
        return Optional.empty();
    }

    /** Evaluates the function for what that does to earlier results; that it refuses a point does not matter here. */
    @SuppressWarnings("CheckReturnValue")
    private static void evaluate(Subject subject, List<Tensor> point) {
        try {
            subject.value().apply(point);
        } catch (ArithmeticException | IllegalArgumentException outside) {
            // the point was at the edge of the domain; what was computed on the way may be in a buffer all the same
        }
    }

    private static List<Call> last(Subject subject) {
        List<Call> calls = subject.recording().calls();
        return calls.subList(Math.max(0, calls.size() - ALWAYS), calls.size());
    }

    /** Checks calls alone. */
    private void calls(List<Call> calls) {
        for (Call call : calls) {
            CallCheck.Result result = CallCheck.of(call, random, setup.order());
            findings.addAll(result.faults());
            ofCalls = ofCalls.compareTo(result.verdict()) < 0 ? result.verdict() : ofCalls;
        }
    }

    /** Checks the calls that are left out as long as the whole is right. */
    private void allCalls(Subject subject) {
        List<Call> calls = subject.recording().calls();
        if (!all && calls.size() > ALWAYS) {
            calls(calls.subList(0, calls.size() - ALWAYS));
        }
        all = true;
    }

    private List<Input> inputs(Subject subject) {
        FirstOrder first = FirstOrder.of(subject, random.cotangent(subject.output()));
        List<Input> inputs = new ArrayList<>();
        boolean smooth = true;
        for (int k = 0; k < subject.point().size(); k++) {
            Outcome outcome = worst(first, k);
            Verdict verdict = verdict(first, k, outcome);
            smooth &= outcome.status() == Status.AGREE;
            inputs.add(
                    new Input(subject.names().get(k), subject.point().get(k).shape(), verdict, outcome.comparison()));
        }
        if (setup.order() > 1 && smooth && findings.isEmpty()) {
            second(first);
        }
        return inputs;
    }

    private void second(FirstOrder first) {
        Outcome second = SecondOrder.check(first, random).outcome();
        if (second.fault()) {
            findings.add(Finding.of(
                    Kind.SECOND_ORDER,
                    "second derivatives are wrong, though those of each call alone are right\n  "
                            + second.comparison()));
        }
    }

    private Outcome worst(FirstOrder first, int k) {
        Tensor x = first.subject().point().get(k);
        Outcome worst = first.judge("along a random direction", k, random.even(x));
        for (int d = 1; d < setup.directions() && worst.status() == Status.AGREE; d++) {
            worst = worse(
                    worst,
                    first.judge("along a random direction", k, d % 2 == 1 ? random.relative(x) : random.even(x)));
        }
        boolean single = setup.exhaustive() || x.size() <= MOST_SINGLE_ENTRIES;
        for (int i = 0; single && i < x.size() && worst.status() == Status.AGREE; i++) {
            worst = worse(worst, first.judge("along entry " + i, k, Directions.entry(x, i)));
        }
        return worst;
    }

    private static Outcome worse(Outcome a, Outcome b) {
        return b.status() == Status.AGREE ? a : b;
    }

    private Verdict verdict(FirstOrder first, int k, Outcome outcome) {
        if (outcome.status() == Status.AGREE) {
            // a rule that is wrong by another input only, or at another place, does not concern this one
            return findings.stream().allMatch(f -> f.kind().shows()) ? Verdict.PASS : Verdict.FAIL;
        }
        if (outcome.fault()) {
            allCalls(first.subject());
        }
        boolean blamed = findings.stream().anyMatch(f -> f.input().isEmpty());
        Subject subject = first.subject();
        Tensor direction = random.even(subject.point().get(k));
        Finding captured =
                Wiring.captured(target, subject, k, direction, first.kinks().widest(subject.along(k, direction)));
        if (captured != null && outcome.fault()) {
            findings.add(captured);
            return captured.kind().fault() || blamed ? Verdict.FAIL : Verdict.INTENDED;
        }
        if (blamed) {
            return Verdict.FAIL;
        }
        if (ofCalls == Verdict.INTENDED) {
            return Verdict.INTENDED;
        }
        if (outcome.status() == Status.KINK) {
            return ofCalls == Verdict.NOT_CHECKABLE ? Verdict.NOT_CHECKABLE : Verdict.VALID_SUBGRADIENT;
        }
        if (!outcome.fault() || ofCalls != Verdict.PASS) {
            return Verdict.NOT_CHECKABLE;
        }
        findings.add(Finding.of(
                        Kind.COMPOSITION,
                        "every rule is right alone, and yet the whole is not\n  " + outcome.comparison())
                .by(subject.names().get(k)));
        return Verdict.FAIL;
    }

    private Report outsideDomain(Subject subject) {
        for (int k = 0; k < subject.point().size(); k++) {
            if (subject.point().get(k).ne(subject.point().get(k)).any()) {
                return withFindings(Finding.of(
                                Kind.OUTSIDE_DOMAIN,
                                "the point is outside the domain: input \""
                                        + subject.names().get(k) + "\" is NaN in "
                                        + subject.point().get(k))
                        .by(subject.names().get(k)));
            }
        }
        for (Call call : subject.recording().calls()) {
            if (call.value().ne(call.value()).any()
                    && call.inputs().stream().noneMatch(x -> x.ne(x).any())) {
                return withFindings(Finding.of(
                        Kind.OUTSIDE_DOMAIN,
                        call,
                        -1,
                        "the point is outside the domain: \"" + call.op().name() + "\""
                                + call.site().map(s -> ", called at " + s + ",").orElse("")
                                + " returns NaN for inputs " + call.inputs()));
            }
        }
        return withFindings(Finding.of(Kind.OUTSIDE_DOMAIN, "the value at the point is NaN"));
    }

    private Report withFindings(@Nullable Finding finding) {
        return new Report(
                setup.name(),
                ImmutableList.of(),
                finding == null ? ImmutableList.of() : ImmutableList.of(finding),
                setup.reproduce());
    }

    private Report report(List<Input> inputs) {
        return new Report(
                setup.name(), ImmutableList.copyOf(inputs), ImmutableList.copyOf(findings), setup.reproduce());
    }
}
