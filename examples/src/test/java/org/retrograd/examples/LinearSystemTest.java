package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinearSystemTest {
    @Test
    void theEliminationIsDifferentiated() {
        Run run = Run.of("LinearSystem");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .anyMatch(line -> line.matches("dx\\[0]/dA and dx\\[0]/db: 42 of them, largest gap \\S+: agree"))
                .anyMatch(line -> line.matches("ddet/dA: +36 of them, largest gap \\S+: agree"));
    }
}
