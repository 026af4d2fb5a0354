package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OdeFitTest {
    @Test
    void theRateIsFoundThroughTheIntegrator() {
        Run run = Run.of("OdeFit");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines()).contains("dy/dk backwards through the integrator and in closed form: agree");
        assertThat(run.lastLine()).isEqualTo("k = 0.800000000: found");
    }
}
