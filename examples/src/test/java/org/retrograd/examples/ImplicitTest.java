package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ImplicitTest {
    @Test
    void everyDerivativeIsThatOfTheUnrolledSolverAndOfDifferences() {
        Run run = Run.of("Implicit");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .filteredOn(line -> line.matches("(root|fixed point|arg-min|linear system|ODE at rest): .*"))
                .hasSize(5);
        assertThat(run.lines())
                .filteredOn(line -> line.matches("  d[A-z0-9]+/d[A-z0-9]+( +-?[0-9]\\.[0-9]{14}){3}"))
                .hasSize(2 + 4 + 4 + 6 + 4);
        assertThat(run.lines()).filteredOn(line -> line.startsWith("  gaps")).hasSize(5);
        assertThat(run.out()).contains("a guess in place of the root: what the solver of root returned is no solution");
        assertThat(run.lastLine()).isEqualTo("all agree");
    }
}
