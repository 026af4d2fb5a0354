package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ImplicitTest {
    @Test
    void derivativesOfSolutionsAreThoseOfDifferences() {
        Run run = Run.of("Implicit");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .filteredOn(line -> line.contains("second order within"))
                .hasSize(4);
        assertThat(run.out()).contains("a guess in place of the root: what the solver of root returned is no solution");
        assertThat(run.lastLine()).isEqualTo("all agree");
    }
}
