package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VanishingDeltaTest {
    @Test
    void deltasFadeAlongTheChain() {
        Run run = Run.of("VanishingDelta");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lastLine()).isEqualTo("first/last delta 1.24e-06 (sigmoid) 4.69e-02 (tanh)");
        assertThat(run.lines())
                .anyMatch(line -> line.startsWith("y          0.659046172"))
                .anyMatch(line -> line.startsWith("E          0.217170928"))
                .contains("delta 10     1.480905e-01   3.110370e-01")
                .contains("delta 1      1.835290e-07   1.457492e-02")
                .anyMatch(line -> line.startsWith("sigmoid: 10 of 10 agree; "))
                .anyMatch(line -> line.startsWith("tanh:    10 of 10 agree; "));
    }
}
