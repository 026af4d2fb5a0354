package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinearSystemTest {
    @Test
    void theEliminationIsDifferentiated() {
        Run run = Run.of("LinearSystem");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lastLine()).startsWith("through the elimination and by formula: 42 of 42 agree, largest gap ");
    }
}
