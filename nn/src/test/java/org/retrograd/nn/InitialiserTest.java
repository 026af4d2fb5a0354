package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Tensor;

class InitialiserTest {
    private static final Map<Initialiser, Double> VARIANCES = Map.of(
            Initialiser.glorotUniform(), 2.0 / 400,
            Initialiser.glorotNormal(), 2.0 / 400,
            Initialiser.heUniform(), 2.0 / 100,
            Initialiser.heNormal(), 2.0 / 100,
            Initialiser.uniform(-0.3, 0.3), 0.6 * 0.6 / 12);

    @Test
    void drawWeightsOfTheVarianceOfThePapers() {
        VARIANCES.forEach((initialiser, variance) -> {
            Tensor w = initialiser.draw(Seeds.random(7), 100, 300, 100, 300);
            assertThat(w.shape()).hasToString("[100, 300]");
            assertThat(w.mean().item()).isCloseTo(0, within(4 * Math.sqrt(variance / w.size())));
            assertThat(w.variance(0, 0, 1).item() / variance).isCloseTo(1, within(0.04));
            assertThat(w.sameAs(initialiser.draw(Seeds.random(7), 100, 300, 100, 300)))
                    .isTrue();
            assertThat(w.sameAs(initialiser.draw(Seeds.random(8), 100, 300, 100, 300)))
                    .isFalse();
        });
    }

    @Test
    void keepWithinTheirBounds() {
        assertThat(Initialiser.glorotUniform()
                        .draw(Seeds.random(1), 100, 300, 100, 300)
                        .normInf()
                        .item())
                .isBetween(0.99 * Math.sqrt(6.0 / 400), Math.sqrt(6.0 / 400));
        assertThat(Initialiser.heUniform()
                        .draw(Seeds.random(1), 100, 300, 100, 300)
                        .normInf()
                        .item())
                .isBetween(0.99 * Math.sqrt(6.0 / 100), Math.sqrt(6.0 / 100));
    }

    @Test
    void startBiasesAtZeroUnlessUniform() {
        assertThat(Initialiser.heNormal().drawBias(Seeds.random(1), 3).toArray())
                .containsExactly(0, 0, 0);
        Tensor drawn = Initialiser.uniform(0.25, 0.5).drawBias(Seeds.random(1), 3);
        assertThat(drawn.shape()).hasToString("[3]");
        assertThat(drawn.ge(0.25).and(drawn.lt(0.5)).all()).isTrue();
        assertThat(Initialiser.zeros().draw(Seeds.random(1), 2, 1, 2, 1).toArray())
                .containsExactly(0, 0);
    }

    @Test
    void refuseBoundsThatAreNotFinite() {
        assertThatThrownBy(() -> Initialiser.uniform(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("uniform weights need finite bounds low <= high, but got 1.0 and 0.0");
        assertThatThrownBy(() -> Initialiser.uniform(0, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Initialiser.uniform(0, Double.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
