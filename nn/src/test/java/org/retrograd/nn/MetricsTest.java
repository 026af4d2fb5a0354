package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

class MetricsTest {
    private static final Tensor LOGITS = Tensor.of(new double[][] {{3, 1, 0}, {0, 2, 1}, {1, 5, 2}, {0, -1, -2}});
    private static final Indices LABELS = Indices.of(0, 1, 2, 1);

    @Test
    void countWhatWasTakenForWhat() {
        assertThat(Metrics.accuracy(LOGITS, LABELS)).isEqualTo(0.5);
        Confusion confusion = Metrics.confusion(LOGITS, LABELS);
        assertThat(confusion.classes()).isEqualTo(3);
        assertThat(confusion.count(2, 1)).isEqualTo(1);
        assertThat(confusion.count(1, 2)).isZero();
        assertThat(confusion.accuracy()).isEqualTo(0.5);
        assertThat(confusion.recall(1)).isEqualTo(0.5);
        assertThat(confusion.precision(0)).isEqualTo(0.5);
        assertThat(confusion.precision(2)).isNaN();
        assertThat(confusion.toString().lines())
                .containsExactly("   | 0 1 2", " 0 | 1 0 0", " 1 | 1 1 0", " 2 | 0 1 0");
        assertThatThrownBy(() -> confusion.count(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> confusion.count(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void ofNothingAreNotANumber() {
        assertThat(Metrics.accuracy(Tensor.zeros(0, 3), Indices.of())).isNaN();
    }

    @Test
    void refuseLabelsOutsideTheClasses() {
        assertThatThrownBy(() -> Metrics.accuracy(LOGITS, Indices.of(0, 1, 3, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("accuracy got label 3 at position 2, which is outside the classes 0 to 2");
        assertThatThrownBy(() -> Metrics.confusion(LOGITS, Indices.of(0)))
                .hasMessageStartingWith("confusion needs logits [.., classes] and one label for each row");
    }
}
