package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConvDigitsTest {
    @Test
    void readsAtLeast97PercentOfScansItHasNotLearntFrom() {
        Run run = Run.of("ConvDigits");
        assertThat(run.exitCode()).isZero();
        Matcher last = Pattern.compile("held out: (\\d+) of 359 right \\(.*").matcher(run.lastLine());
        assertThat(last.matches()).as(run.lastLine()).isTrue();
        assertThat(Integer.parseInt(last.group(1))).isGreaterThanOrEqualTo(349);
        assertThat(run.lines())
                .filteredOn(line -> line.matches(" +\\d+  \\d\\.\\d{4} .*"))
                .hasSize(12);
    }
}
