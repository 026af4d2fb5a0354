package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final double ULP = Math.ulp(1.0);

    @Test
    void fourUlpOfTheLargestTermAreAllowed() {
        Comparison comparison = new Comparison();
        assertThat(comparison.add(1, ULP, 1 + 4 * ULP, 1)).isTrue();
        assertThat(comparison.agrees()).isTrue();
        assertThat(comparison.add(1, ULP, 1 + 5 * ULP, 1)).isFalse();
        assertThat(comparison.agrees()).isFalse();
        assertThat(comparison.largestGap()).isEqualTo(5);
        assertThat(comparison.verdict())
                .isEqualTo("1 of 2 agree, the rest is WRONG; largest gap 5 ulp; numeric within 1.1e-15");
    }

    @Test
    void aSumThatCancelsIsMeasuredByItsTerms() {
        assertThat(new Comparison().add(1e-10, ULP, 1e-10 + ULP, 1e-10)).isTrue();
        assertThat(new Comparison().add(1e-10, Math.ulp(1e-10), 1e-10 + ULP, 1e-10))
                .isFalse();
    }

    @Test
    void wrongDerivativesAreFound() {
        assertThat(new Comparison().add(0.5, ULP, 0.5 * 1.001, 0.5)).isFalse();
        assertThat(new Comparison().add(0.5, ULP, -0.5, -0.5)).isFalse();
        assertThat(new Comparison().add(0.5, ULP, 0.5, 0.5 * 1.001)).isFalse();
        assertThat(new Comparison().add(Double.NaN, ULP, Double.NaN, Double.NaN))
                .isFalse();
        assertThat(new Comparison().agrees()).isFalse();
    }
}
