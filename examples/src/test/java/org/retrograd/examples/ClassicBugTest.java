package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClassicBugTest {
    @Test
    void theMistakeIsCaughtAndShown() {
        Run run = Run.of("ClassicBug");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lastLine()).isEqualTo("w1 0.149817639, should be 0.149780716: WRONG (hidden delta)");
        assertThat(run.out())
                .contains("0.291027924 with the bug, 0.291027774 without")
                .contains("0.015912196 0.984065734 with the bug, 0.015913620 0.984064274 without")
                .contains(" 0.000035101878 without");
        assertThat(run.lines().stream().filter(line -> line.endsWith("right agrees, bug caught")))
                .hasSize(2);
    }
}
