package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HessianNewtonTest {
    @Test
    void everyOptimizerFindsTheMinimum() {
        Run run = Run.of("HessianNewton");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                // the second step leads far off, the third back
                .contains("   2   0.763115  -3.175034   1.37e+03")
                .anyMatch(line -> line.matches("   7   1\\.000000   1\\.000000   0\\.00e\\+00"))
                .anyMatch(line -> line.matches("conjugate gradient .* evaluations: \\(1\\.000000, 1\\.000000\\)"))
                .anyMatch(line -> line.matches("Levenberg-Marquardt .* evaluations: \\(1\\.000000, 1\\.000000\\)"));
        assertThat(run.lastLine()).isEqualTo("all three found the minimum at (1, 1)");
    }
}
