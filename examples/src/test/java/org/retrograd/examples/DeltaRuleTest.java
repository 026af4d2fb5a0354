package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeltaRuleTest {
    private static final Run RUN = Run.of("DeltaRule");

    @Test
    void theLine() {
        assertThat(RUN.exitCode()).isZero();
        assertThat(RUN.lines())
                .contains("  step     1     2.21400000  0.60800000")
                .contains("  step     2     1.81020000  0.49100000")
                .contains("  step     3     1.88568000  0.50684000")
                .contains("  step    10     1.88272774  0.47287390")
                .contains("  step   100     1.93549770  0.28235791")
                .contains("  exact          1.95000000  0.23000000   largest gap below 1e-8");
        assertThat(RUN.lastLine()).isEqualTo("slope 1.950000 intercept 0.230000, exact 1.95 0.23");
    }

    @Test
    void andOrXor() {
        assertThat(RUN.lines())
                .contains("  step     1     0.10000000  0.10000000  0.10000000")
                .contains("  step     2     0.15000000  0.15000000  0.12000000")
                .contains("  exact          0.50000000  0.50000000 -0.25000000   largest gap below 1e-8")
                .contains("  outputs       -0.25000000  0.25000000  0.25000000  0.75000000")
                .contains("  step     1     0.20000000  0.20000000  0.30000000")
                .contains("  step     2     0.28000000  0.28000000  0.40000000")
                .contains("  exact          0.50000000  0.50000000  0.25000000   largest gap below 1e-8")
                .contains("  exact          0.00000000  0.00000000  0.50000000   largest gap below 1e-8")
                .contains("  outputs        0.50000000  0.50000000  0.50000000  0.50000000");
    }

    @Test
    void theFirstStepsAgreeWithTheHand() {
        assertThat(RUN.lines().stream().filter(line -> line.equals("  by hand      the first 3 steps: agree")))
                .hasSize(4);
        assertThat(RUN.out()).doesNotContain("WRONG").doesNotContain("TOO LARGE");
    }
}
