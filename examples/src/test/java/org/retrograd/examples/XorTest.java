package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class XorTest {
    @Test
    void tenOfTenSeedsAreSolved() {
        Run run = Run.of("Xor");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lastLine()).isEqualTo("10 of 10 solved, median 134 sweeps");
        assertThat(run.lines()).hasSize(13);
    }

    @Test
    void theSeedIsTheFirstOfTen() {
        assertThat(Run.of("Xor", "--seed", "2").lines())
                .contains(Run.of("Xor").lines().get(3));
    }
}
