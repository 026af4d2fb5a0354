package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FusedActivationTest {
    @Test
    void onePassAndCompositionAgree() {
        Run run = Run.of("FusedActivation");
        assertThat(run.exitCode()).isZero();
        List<String> lines = run.lines();
        assertThat(lines).filteredOn(line -> line.contains("largest gap")).hasSize(6);
        assertThat(lines)
                .filteredOn(line -> line.startsWith("time: "))
                .hasSize(2)
                .allMatch(line -> line.matches(
                        "time: gradient in one pass \\d+\\.\\d+ ms and \\d+\\.\\d MB of new arrays, composed .*"));
    }
}
