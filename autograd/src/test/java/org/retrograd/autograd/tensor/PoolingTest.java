package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.tensor.Pooling.avgPool2d;
import static org.retrograd.autograd.tensor.Pooling.maxPool1d;
import static org.retrograd.autograd.tensor.Pooling.maxPool2d;

import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Values of poolings against other ways to them, and the errors. Ties, NaN and padding: {@link SpecialPointsTest}. */
class PoolingTest {
    private static final Tensor X = Tensor.normal(new SplittableRandom(4), 2, 3, 6, 9);

    @Test
    void squaresSideBySideAreReductionsOfAxes() {
        Tensor blocks = X.reshape(2, 3, 2, 3, 3, 3);
        assertThat(maxPool2d(X, 3).sameAs(blocks.max(3, 5))).isTrue();
        assertThat(avgPool2d(X, 3).sub(blocks.mean(3, 5)).abs().lt(1e-15).all()).isTrue();
    }

    @Test
    void whatDoesNotFillAWindowIsLeftOut() {
        assertThat(maxPool2d(X, 4).sameAs(maxPool2d(X.slice(2, 0, 4).slice(3, 0, 8), 4)))
                .isTrue();
    }

    @Test
    void overlappingWindowsOnAPaddedImage() {
        Tensor x = Tensor.range(9).reshape(3, 3);
        Sliding sliding = Sliding.BY_ONE.stride(2).padding(1);
        assertThat(maxPool2d(x, 2, 2, sliding).toArray()).containsExactly(0, 2, 6, 8);
        assertThat(avgPool2d(x, 2, 2, sliding).toArray()).containsExactly(0, 1.5, 4.5, 6);
        assertThat(maxPool2d(x, 2, 2, Sliding.BY_ONE.dilation(2)).toArray()).containsExactly(8);
    }

    @Test
    void poolingKeepsAConstantImage() {
        Tensor seven = Tensor.full(7, 1, 5, 5);
        Sliding sliding = Sliding.BY_ONE.stride(2).padding(1);
        assertThat(avgPool2d(seven, 3, 3, sliding).sameAs(Tensor.full(7, 1, 3, 3)))
                .isTrue();
        assertThat(maxPool2d(seven, 3, 3, sliding).sameAs(Tensor.full(7, 1, 3, 3)))
                .isTrue();
    }

    @Test
    void theMarginOfAMaximumIsItsLeadOverTheRunnerUp() {
        Tensor x = Tensor.variable(1, 4, 2.5, 3, 3, 0);
        Tensor y = maxPool1d(x, 3, Sliding.BY_ONE.stride(3));
        Op.Kink kink = kinks(y).get(0);
        assertThat(kink.order()).isEqualTo(1);
        assertThat(kink.distance().toArray()).containsExactly(1.5, 0);
        assertThat(kinks(maxPool1d(x, 1)).get(0).distance().toArray()).containsOnly(Double.POSITIVE_INFINITY);
        Tensor padded = maxPool1d(x, 3, Sliding.BY_ONE.stride(6).padding(1));
        assertThat(kinks(padded).get(0).distance().toArray()).containsExactly(3);
    }

    private static List<Op.Kink> kinks(Tensor y) {
        Tensor pooled = y.in[0];
        return pooled.op().kinks(pooled.in, pooled);
    }

    private static void refuses(ThrowingCallable mistake, String message) {
        assertThatThrownBy(mistake).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void windowsThatDoNotFit() {
        refuses(() -> maxPool2d(Tensor.of(1, 2), 2), "maxPool2d needs images [.., h, w], but got [2]");
        refuses(() -> maxPool1d(Tensor.scalar(1), 2), "maxPool1d needs sequences [.., length], but got []");
        refuses(() -> maxPool2d(X, 0), "maxPool2d needs a window of at least 1 entry, but got size 0");
        refuses(
                () -> avgPool2d(X, 2, -1, Sliding.BY_ONE),
                "avgPool2d needs a window of at least 1 entry, but got size -1");
        refuses(
                () -> maxPool2d(X, 7),
                "maxPool2d: the window is larger than the padded image: it spans 7 entries ([7, 7], dilation 1) of axis "
                        + "-2, which has 6 ([2, 3, 6, 9], padding 0 on each side); give it more padding, or take a "
                        + "smaller window");
        refuses(
                () -> maxPool2d(X, 2, 2, Sliding.BY_ONE.padding(0, 2)),
                "maxPool2d: at position 0 of axis -1 a window of 2 holds padding only ([2, 3, 6, 9], padding 0 x 2); "
                        + "take less padding");
    }
}
