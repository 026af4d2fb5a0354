package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SparseJacobianTest {
    @Test
    void newtonConvergesWithOneSweepAStep() {
        Run run = Run.of("SparseJacobian");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .contains("  x x . . x . . . . . . . . . . .")
                .contains("  . . x . . x x x . . x . . . . .")
                .contains("sparse Jacobian 1600 x 1600 with 7840 entries (0.31 %): 7 column colours, 1 sweep forward")
                .anyMatch(line -> line.matches("largest difference from the dense Jacobian: 0.0e\\+00"))
                .contains("u in the middle of the square: 0.0780");
        assertThat(run.lastLine()).isEqualTo("Newton converged, sparse and dense agree");
    }
}
