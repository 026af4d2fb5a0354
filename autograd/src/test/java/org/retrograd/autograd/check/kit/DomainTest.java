package org.retrograd.autograd.check.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.array.Shape;

class DomainTest {
    @Test
    void roundNumbersComeFirst() {
        assertThat(Domain.REAL.roundestFirst()).startsWith(0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 1.5, -1.5, 0.25);
        assertThat(Domain.REAL.roundestFirst()).hasSize(257).contains(63 / 64.0);
        assertThat(Domain.POSITIVE.roundestFirst()).startsWith(1.0, 2.0, 3.0, 4.0, 1.5, 0.5, 2.5);
        assertThat(Domain.UNIT_INTERVAL.roundestFirst()).startsWith(0.5, 0.75, 0.25);
    }

    @Test
    void drawsAreTheSameForOneSeed() {
        for (Domain domain : Domain.values()) {
            assertThat(domain.draw(new SplittableRandom(3), 3, 3).sameAs(domain.draw(new SplittableRandom(3), 3, 3)))
                    .isTrue();
            assertThat(domain.draw(new SplittableRandom(3), 3, 3).sameAs(domain.draw(new SplittableRandom(4), 3, 3)))
                    .isFalse();
        }
    }

    @Test
    void shapesThatADomainDoesNotHaveAreRefused() {
        assertThatThrownBy(() -> Domain.SIMPLEX.draw(new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SIMPLEX has no tensors of shape []: it needs a last axis that is not empty");
        assertThatThrownBy(() -> Domain.SIMPLEX.draw(new SplittableRandom(1), 2, 0))
                .hasMessageStartingWith("SIMPLEX has no tensors of shape [2, 0]");
        assertThatThrownBy(() -> Domain.POSITIVE_DEFINITE.draw(new SplittableRandom(1), 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "POSITIVE_DEFINITE has no tensors of shape [2, 3]: it needs two last axes of one length, as in [3, 3]");
    }

    @Test
    void whereAnyShapeWillDoTheDomainMakesItFit() {
        assertThat(Domain.REAL.fit(Shape.SCALAR)).isEqualTo(Shape.SCALAR);
        assertThat(Domain.SIMPLEX.fit(Shape.SCALAR)).isEqualTo(Shape.of(1));
        assertThat(Domain.POSITIVE_DEFINITE.fit(Shape.of(2, 3))).isEqualTo(Shape.of(2, 3, 3));
        assertThat(Domain.POSITIVE_DEFINITE.fit(Shape.SCALAR)).isEqualTo(Shape.of(1, 1));
    }

    @Test
    void specialNumbersAreFiniteAndTie() {
        double[] drawn = Domain.SPECIAL.draw(new SplittableRandom(1), 200).toArray();
        assertThat(Arrays.stream(drawn).allMatch(Double::isFinite)).isTrue();
        assertThat(Arrays.stream(drawn).boxed()).contains(0.0, -0.0, 1.0, -1.0, 1e-8, 1e8, 1e-150);
    }
}
