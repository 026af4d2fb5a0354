package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.retrograd.autograd.check.Report.Input;
import org.retrograd.autograd.tensor.Tensor;

/** One run of a check. */
final class Checker {
    private final Setup setup;
    private final Directions random;

    Checker(Setup setup) {
        this.setup = setup;
        this.random = new Directions(setup.seed());
    }

    Report run() {
        ImmutableList.Builder<String> names = ImmutableList.builder();
        for (int k = 0; k < setup.point().size(); k++) {
            names.add(setup.nameOf(k));
        }
        Subject subject = Subject.of(names.build(), setup.point(), setup.function());
        Tensor output = subject.output();
        FirstOrder first = FirstOrder.of(subject, random.cotangent(output));
        List<Input> inputs = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (int k = 0; k < subject.point().size(); k++) {
            Tensor x = subject.point().get(k);
            String name = subject.names().get(k);
            Outcome worst = first.judge("a random direction", k, random.even(x));
            Outcome other = first.judge("a random direction", k, random.relative(x));
            if (other.discrepancy() > worst.discrepancy() || other.fault()) {
                worst = other;
            }
            inputs.add(new Input(name, x.shape(), worst.fault() ? Verdict.FAIL : Verdict.PASS, worst.comparison()));
            if (worst.fault()) {
                findings.add(new Finding(
                        worst.reverseWrong() && worst.forwardWrong()
                                ? Finding.Kind.BOTH_RULES
                                : worst.reverseWrong() ? Finding.Kind.REVERSE_RULE : Finding.Kind.FORWARD_RULE,
                        name,
                        Optional.empty(),
                        -1,
                        Optional.empty(),
                        Optional.empty(),
                        worst.toString()));
            }
        }
        return new Report(setup.name(), ImmutableList.copyOf(inputs), ImmutableList.copyOf(findings), "");
    }
}
