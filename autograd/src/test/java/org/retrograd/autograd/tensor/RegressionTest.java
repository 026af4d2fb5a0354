package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.diff.Derivatives;

/** Mistakes that were made once, each in the smallest call that showed it. */
class RegressionTest {
    @Test
    void theArrayGivenToConcatMayBeChangedAfterwards() {
        Tensor x = Tensor.variable(1, 2);
        Tensor[] parts = {x, Tensor.variable(3, 4)};
        Tensor loss = Tensor.concat(0, parts).square().sum();
        parts[0] = Tensor.of(0, 0);
        assertThat(loss.backward().of(x).toArray()).containsExactly(2, 4);
    }

    @Test
    void paddingWithInfinityLeavesTheEntriesAlone() {
        Tensor x = Tensor.variable(1, -0.0);
        Tensor padded = x.pad(0, 1, 1, Double.NEGATIVE_INFINITY);
        assertThat(padded.toArray()).containsExactly(Double.NEGATIVE_INFINITY, 1, -0.0, Double.NEGATIVE_INFINITY);
        assertThat(padded.max().backward().of(x).toArray()).containsExactly(1, 0);
    }

    @Test
    void textKeepsZerosBeforeThePoint() {
        assertThat(Tensor.of(100000.4, 123450.3, 0.25)).hasToString("Tensor[3] float64 {100000, 123450, 0.25}");
    }

    @Test
    void gradientsOfNamedTargetsUnderstandAVariableGivenANewValue() {
        Tensor w = Tensor.variable(1, 2);
        Tensor u = Tensor.variable(3, 4);
        Tensor loss = w.square().mul(u).sum();
        Tensor updated = w.withValue(Tensor.of(5, 6));
        assertThat(loss.gradients(List.of(updated)).of(updated).toArray()).containsExactly(6, 16);
        Gradients others = loss.gradients(List.of(u));
        assertThat(others.has(updated)).isEqualTo(others.has(w)).isFalse();
        assertThatThrownBy(() -> others.of(updated)).hasMessageContaining("only the gradients of the named parameters");
        assertThat(loss.backward().has(updated)).isTrue();
    }

    @Test
    void croppingMoreThanThereIsIsRefused() {
        Tensor x = Tensor.of(0, 1, 2);
        assertThat(x.crop(0, 1, 2).size()).isZero();
        for (int[] widths : new int[][] {{0, 4}, {-1, 0}, {2, 2}, {0, -1}}) {
            assertThatThrownBy(() -> x.crop(0, widths[0], widths[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage(
                            "crop needs widths of at least 0 that add up to at most 3, the length of axis 0 of shape "
                                    + "[3], but got " + widths[0] + " before and " + widths[1]
                                    + " after; use pad to put entries in");
        }
    }

    @Test
    void geluTanhIsDifferentiableHoweverLarge() {
        Tensor x = Tensor.of(1e160, -1e160, 1e308, 31, -31);
        Tensor gradient = Derivatives.gradient(v -> Activations.geluTanh(v).sum(), x);
        assertThat(gradient.toArray()).containsExactly(1, 0, 1, 1, 0);
    }

    @Test
    void aProductOverAnEmptyAxisStaysTraced() {
        Tensor x = Tensor.variable(Tensor.zeros(0, 2));
        Tensor product = x.prod(0);
        assertThat(product.toArray()).containsExactly(1, 1);
        assertThat(product.sum().backward().of(x).shape()).hasToString("[0, 2]");
    }

    @Test
    void stepsBeyondTheAxisGiveOneEntry() {
        Tensor x = Tensor.of(1, 2, 3);
        assertThat(x.slice(0, 0, 3, Integer.MAX_VALUE).toArray()).containsExactly(1);
        assertThat(x.slice(0, 0, 3, Integer.MIN_VALUE).toArray()).containsExactly(3);
    }

    @Test
    void factoriesRefuseImpossibleSizes() {
        assertThatThrownBy(() -> Tensor.eye(65536)).hasMessageContaining("an array holds at most 2147483647 entries");
        assertThatThrownBy(() -> Tensor.range(-1)).hasMessageContaining("axis lengths must not be negative");
        assertThatThrownBy(() -> Tensor.linspace(0, 1, -1)).hasMessageContaining("axis lengths must not be negative");
    }

    @Test
    void oneEquallySpacedNumberIsTheFirst() {
        assertThat(Tensor.linspace(2, 3, 1).toArray()).containsExactly(2);
        assertThat(Tensor.linspace(2, 3, 3).toArray()).containsExactly(2, 2.5, 3);
    }
}
