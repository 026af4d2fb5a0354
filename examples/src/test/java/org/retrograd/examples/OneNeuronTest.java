package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneNeuronTest {
    @Test
    void everyProductOfTheChain() {
        Run run = Run.of("OneNeuron");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .contains("  z = w1 x1 + w2 x2 + b = 2 * -1 + -3 * -2 + -3 = 1.000000000")
                .contains("  y = sigmoid(z)        = 0.731058579")
                .contains("  dy/dz                 = y (1 - y)       =  0.196611933")
                .contains("  delta = dE/dz         = dE/dy * dy/dz   = -0.052877093")
                .anyMatch(line -> line.matches("w1 +0\\.05287709278\\d +0\\.05287709278\\d +0\\.05287709\\d+ .*"))
                .anyMatch(line -> line.matches("w2 +0\\.10575418556\\d +0\\.10575418556\\d +0\\.10575418\\d+ .*"));
        assertThat(run.lastLine()).isEqualTo("dE/dw agrees by hand, autograd, numeric: 3 of 3");
    }
}
