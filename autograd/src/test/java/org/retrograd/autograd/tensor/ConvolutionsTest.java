package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.tensor.Convolutions.conv1d;
import static org.retrograd.autograd.tensor.Convolutions.conv2d;

import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.diff.Derivatives;

/** Values of convolutions that can be told without them, and the errors. Derivatives are the catalogue's. */
class ConvolutionsTest {
    private static Tensor normal(int... shape) {
        return Tensor.normal(new SplittableRandom(3), shape);
    }

    private static Sliding by(int stride) {
        return Sliding.BY_ONE.stride(stride);
    }

    @Test
    void aSequenceByHand() {
        Tensor x = Tensor.of(1, 2, 3, 4, 5).reshape(1, 5);
        Tensor w = Tensor.of(1, 10, 100).reshape(1, 1, 3);
        assertThat(conv1d(x, w).toArray()).containsExactly(321, 432, 543);
        assertThat(conv1d(x, w, by(2)).toArray()).containsExactly(321, 543);
        assertThat(conv1d(x, w, by(2).padding(1)).toArray()).containsExactly(210, 432, 54);
        assertThat(conv1d(x, w, Sliding.BY_ONE.dilation(2)).toArray()).containsExactly(531);
        // over sequences the second of each pair counts, and the first does not
        assertThat(conv1d(x, w, Sliding.BY_ONE.stride(7, 2).padding(5, 1)).toArray())
                .containsExactly(210, 432, 54);
    }

    @Test
    void ofOneEntryItIsAMatrixProductOverTheChannels() {
        Tensor x = normal(2, 3, 4, 5);
        Tensor w = normal(6, 3, 1, 1);
        Tensor expected = w.reshape(6, 3).matmul(x.reshape(2, 3, 20)).reshape(2, 6, 4, 5);
        assertThat(conv2d(x, w).sameAs(expected)).isTrue();
    }

    @Test
    void groupsAreConvolutionsOfTheirOwn() {
        Tensor x = normal(2, 4, 5, 5);
        Tensor w = normal(6, 2, 3, 3);
        Tensor expected = Tensor.concat(
                1,
                conv2d(x.slice(1, 0, 2), w.slice(0, 0, 3), by(2)),
                conv2d(x.slice(1, 2, 4), w.slice(0, 3, 6), by(2)));
        assertThat(conv2d(x, w, by(2), 2).sameAs(expected)).isTrue();
    }

    @Test
    void eachImageIsConvolvedByItself() {
        Tensor x = normal(9, 2, 8, 8);
        Tensor w = normal(3, 2, 3, 3);
        Tensor all = conv2d(x, w);
        assertThat(conv2d(x.slice(0, 7, 8).squeeze(0), w)
                        .sameAs(all.slice(0, 7, 8).squeeze(0)))
                .isTrue();
        assertThat(conv2d(x.reshape(3, 3, 2, 8, 8), w).sameAs(all.reshape(3, 3, 3, 6, 6)))
                .isTrue();
        assertThat(conv2d(Tensor.zeros(0, 2, 8, 8), w).shape()).hasToString("[0, 3, 6, 6]");
    }

    @Test
    void theTransposeByTheImagesPutsTheKernelWhereItLay() {
        Tensor w = normal(1, 1, 2, 3);
        Tensor g = Derivatives.vjp(
                x -> conv2d(x, w, by(2)),
                Tensor.zeros(1, 1, 4, 5),
                Tensor.of(0, 1, 0, 0).reshape(1, 1, 2, 2));
        Tensor expected = w.pad(3, 2, 0).pad(2, 0, 2);
        assertThat(g.sameAs(expected)).isTrue();
    }

    private static void refuses(ThrowingCallable mistake, String message) {
        assertThatThrownBy(mistake).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void shapesThatDoNotFit() {
        Tensor x = Tensor.zeros(2, 6, 5, 5);
        refuses(
                () -> conv2d(Tensor.zeros(5, 5), Tensor.zeros(1, 1, 3, 3)),
                "conv2d needs images [.., channels, h, w] and kernels [outputs, channels / groups, kh, kw], but got "
                        + "[5, 5] and [1, 1, 3, 3]");
        refuses(
                () -> conv1d(Tensor.zeros(5), Tensor.zeros(1, 1, 3)),
                "conv1d needs sequences [.., channels, length] and kernels [outputs, channels / groups, k], but got "
                        + "[5] and [1, 1, 3]");
        refuses(
                () -> conv2d(x, Tensor.zeros(4, 3, 3, 3)),
                "conv2d needs kernels [outputs, channels / groups, ..], but [2, 6, 5, 5] has 6 channels in 1 group and "
                        + "the kernels [4, 3, 3, 3] are for 3 a group");
        refuses(
                () -> conv2d(x, Tensor.zeros(4, 3, 3, 3), Sliding.BY_ONE, 3),
                "conv2d needs a number of groups that divides the channels and the outputs, but got 3 groups for 6 "
                        + "channels and 4 outputs ([2, 6, 5, 5] and [4, 3, 3, 3])");
        refuses(
                () -> conv2d(x, Tensor.zeros(4, 3, 3, 3), Sliding.BY_ONE, 0),
                "conv2d needs a number of groups that divides the channels and the outputs, but got 0 groups for 6 "
                        + "channels and 4 outputs ([2, 6, 5, 5] and [4, 3, 3, 3])");
        refuses(
                () -> conv2d(x, Tensor.zeros(0, 6, 3, 3)),
                "conv2d needs kernels with at least one output, channel and entry, but got kernels of shape [0, 6, 3, 3]");
    }

    @Test
    void aKernelLargerThanThePaddedImage() {
        refuses(
                () -> conv2d(Tensor.zeros(1, 1, 4, 5), Tensor.zeros(1, 1, 7, 3), Sliding.BY_ONE.padding(1)),
                "conv2d: the kernel is larger than the padded image: it spans 7 entries ([1, 1, 7, 3], dilation 1) of "
                        + "axis -2, which has 6 ([1, 1, 4, 5], padding 1 on each side); give it more padding, or take "
                        + "a smaller kernel");
        refuses(
                () -> conv1d(Tensor.zeros(1, 4), Tensor.zeros(1, 1, 3), Sliding.BY_ONE.dilation(2)),
                "conv1d: the kernel is larger than the padded sequence: it spans 5 entries ([1, 1, 3], dilation 2) of "
                        + "axis -1, which has 4 ([1, 4], padding 0 on each side); give it more padding, or take a "
                        + "smaller kernel");
    }

    @Test
    void slidingByNothingOrBackwards() {
        refuses(() -> Sliding.BY_ONE.stride(0), "the stride of a window must be at least 1, but got 0");
        refuses(() -> Sliding.BY_ONE.dilation(-1), "the dilation of a window must be at least 1, but got -1");
        refuses(() -> Sliding.BY_ONE.padding(0, -2), "the padding of a window must be at least 0, but got 0 and -2");
    }

    @Test
    void slidingTellsWhatIsUnusual() {
        assertThat(List.of(Sliding.BY_ONE, by(2).padding(0, 1), Sliding.BY_ONE.dilation(3, 2)))
                .hasToString("[stride 1, stride 2, padding 0 x 1, dilation 3 x 2]");
        assertThat(by(2).padding(1))
                .isEqualTo(Sliding.BY_ONE.padding(1).stride(2))
                .isNotEqualTo(by(2));
        assertThat(by(2).hashCode()).isEqualTo(by(2).hashCode());
    }
}
