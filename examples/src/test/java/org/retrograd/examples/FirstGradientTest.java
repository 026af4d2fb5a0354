package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirstGradientTest {
    @Test
    void printsTheDerivatives() {
        Run run = Run.of("FirstGradient");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lastLine()).isEqualTo("d/da = 2  d/db = 5");
        assertThat(run.out()).contains("e = c * d     = 6").contains("de/da = de/dc * 1             = 2");
    }
}
