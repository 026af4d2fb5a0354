package org.retrograd.autograd.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Tensor;

/** The checker against both corpora: every fault found, its operation named, no right function rejected. */
class CorpusTest {
    /** Another seed, given on the command line, draws other directions. */
    private static final long SEED = Long.getLong("corpus.seed", 17);

    private static Report check(String name, Function<List<Tensor>, Tensor> f, List<Tensor> inputs) {
        return GradientCheck.ofSeveral(name, f)
                .at(inputs.toArray(new Tensor[0]))
                .seed(SEED)
                .check();
    }

    private static boolean names(Report report, String op) {
        return report.findings().stream()
                .flatMap(finding -> finding.op().stream())
                .anyMatch(op.replace("\"", "")::equals);
    }

    @Test
    void everyFaultIsFoundAndItsOperationNamedAndUndoneItPasses() {
        List<String> missed = new ArrayList<>();
        List<String> unnamed = new ArrayList<>();
        List<String> rejected = new ArrayList<>();
        List<Fault> all = FaultCorpus.all();
        for (Fault fault : all) {
            Report report = check(fault.name(), fault.faulty(), fault.inputs());
            if (report.passed()) {
                missed.add(fault.name());
            } else if (!names(report, fault.op())) {
                unnamed.add(report.toString());
            }
            Report right = check(fault.name(), fault.right(), fault.inputs());
            if (!right.passed()) {
                rejected.add(right.toString());
            }
        }
        assertThat(missed).as("faults missed").isEmpty();
        assertThat(rejected).as("faults undone, yet rejected").isEmpty();
        assertThat(unnamed).as("faults found, but not named").hasSizeLessThanOrEqualTo(all.size() / 20);
    }

    @Test
    void noRightFunctionIsRejected() {
        List<String> rejected = new ArrayList<>();
        RightCorpus.families().values().stream().flatMap(List::stream).forEach(right -> {
            Report report = check(right.name(), right.function(), right.inputs());
            if (!report.passed()) {
                rejected.add(report.toString());
            }
        });
        assertThat(rejected).isEmpty();
    }
}
