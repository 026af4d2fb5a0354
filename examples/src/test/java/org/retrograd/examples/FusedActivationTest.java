package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FusedActivationTest {
    @Test
    void onePassAndCompositionAgree() {
        Run run = Run.of("FusedActivation");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines()).contains("50,000 entries, value and gradient both ways: agree");
        assertThat(run.lastLine()).matches("time: one pass takes 1/\\d+\\.\\d of the composition");
    }
}
