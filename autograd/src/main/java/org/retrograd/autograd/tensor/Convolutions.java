package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Slide;

/**
 * Convolutions of images and of sequences with kernels.
 *
 * <p>As in all libraries of neural nets the kernel is not mirrored: an entry of the result is the sum of the products of the
 * kernel with what lies under it, over all channels of its group. A bias for each output is added by {@code
 * .add(bias.reshape(outputs, 1, 1))}. Any order of derivative is made of three kernels, see {@code
 * docs/design/0020-convolution.md}.
 */
public final class Convolutions {
    private Convolutions() {}

    static final Definition CONV2D = Definition.of(
            "conv2d",
            "The sums of products of kernels [outputs, channels / groups, kh, kw] with what lies under them in images "
                    + "[.., channels, h, w]; padding counts as 0.",
            call("conv2d(x, w)", real(2, 2, 4, 5), real(3, 2, 2, 3), Convolutions::conv2d),
            call(
                    "conv2d(x, w, stride 2 x 1)",
                    real(2, 1, 5, 4),
                    real(2, 1, 2, 2),
                    (x, w) -> conv2d(x, w, Sliding.BY_ONE.stride(2, 1))),
            call(
                    "conv2d(x, w, padding 1)",
                    real(1, 2, 3, 3),
                    real(2, 2, 3, 3),
                    (x, w) -> conv2d(x, w, Sliding.BY_ONE.padding(1))),
            call(
                    "conv2d(x, w, dilation 2)",
                    real(1, 1, 5, 6),
                    real(2, 1, 2, 3),
                    (x, w) -> conv2d(x, w, Sliding.BY_ONE.dilation(2))),
            call(
                    "conv2d(x, w, all, 2 groups)",
                    real(2, 4, 5, 4),
                    real(2, 2, 2, 2),
                    (x, w) ->
                            conv2d(x, w, Sliding.BY_ONE.stride(2).padding(1, 2).dilation(2, 1), 2)),
            call(
                    "conv2d(x, w, one group a channel)",
                    real(2, 3, 3, 3),
                    real(3, 1, 2, 2),
                    (x, w) -> conv2d(x, w, Sliding.BY_ONE, 3)),
            call("conv2d(x, w) of size 1", real(1, 1, 1, 1), real(1, 1, 1, 1), Convolutions::conv2d),
            call("conv2d(x, w) of a column", real(2, 1, 4, 1), real(2, 1, 3, 1), Convolutions::conv2d),
            call("conv2d(x, w) of one image", real(2, 3, 3), real(2, 2, 2, 2), Convolutions::conv2d),
            call("conv2d(x, w) of batches", real(2, 2, 1, 3, 3), real(2, 1, 2, 2), Convolutions::conv2d),
            call("conv2d(x, w) of no images", real(0, 2, 3, 3), real(2, 2, 2, 2), Convolutions::conv2d));

    /** Returns the convolution entry by entry, without padding: see {@link #conv2d(Tensor, Tensor, Sliding, int)}. */
    public static Tensor conv2d(Tensor x, Tensor kernels) {
        return conv2d(x, kernels, Sliding.BY_ONE);
    }

    /** Returns the convolution in one group: see {@link #conv2d(Tensor, Tensor, Sliding, int)}. */
    public static Tensor conv2d(Tensor x, Tensor kernels, Sliding sliding) {
        return conv2d(x, kernels, sliding, 1);
    }

    /**
     * Returns the convolution of images: {@code [.., channels, h, w]} and {@code [outputs, channels / groups, kh, kw]} →
     * {@code [.., outputs, ph, pw]}, where ph and pw are the numbers of positions ({@link Sliding}).
     *
     * @param groups of channels and outputs: those of a group see each other only. With as many groups as channels each
     *     channel is convolved by itself ("depthwise")
     * @throws IllegalArgumentException if the shapes do not fit each other or the groups, or if the kernel is larger than the
     *     padded image
     */
    public static Tensor conv2d(Tensor x, Tensor kernels, Sliding sliding, int groups) {
        check("conv2d", x, kernels, sliding, groups, 2);
        Shape images = x.shape.slice(x.rank() - 3, x.rank());
        Shape batch = x.shape.slice(0, x.rank() - 3);
        Slide rows = sliding.down(x.dim(-2), kernels.dim(-2));
        Slide columns = sliding.along(x.dim(-1), kernels.dim(-1));
        Correlate op = Correlate.responses(kernels.dim(0), x.dim(-3), groups, rows, columns);
        Tensor y = op.apply(x.reshape(Shape.of(batch.size()).append(images)), kernels);
        return y.reshape(batch.append(y.shape.slice(1, y.rank())));
    }

    static final Definition CONV1D = Definition.of(
            "conv1d",
            "The sums of products of kernels [outputs, channels / groups, k] with what lies under them in sequences "
                    + "[.., channels, length]; padding counts as 0.",
            call("conv1d(x, w)", real(2, 2, 5), real(3, 2, 3), Convolutions::conv1d),
            call(
                    "conv1d(x, w, all, 2 groups)",
                    real(2, 2, 7),
                    real(4, 1, 3),
                    (x, w) -> conv1d(x, w, Sliding.BY_ONE.stride(2).padding(1).dilation(2), 2)),
            call("conv1d(x, w) of one sequence", real(1, 4), real(2, 1, 2), Convolutions::conv1d),
            call("conv1d(x, w) of no sequences", real(0, 1, 4), real(2, 1, 2), Convolutions::conv1d));

    /** Returns the convolution entry by entry, without padding: see {@link #conv1d(Tensor, Tensor, Sliding, int)}. */
    public static Tensor conv1d(Tensor x, Tensor kernels) {
        return conv1d(x, kernels, Sliding.BY_ONE);
    }

    /** Returns the convolution in one group: see {@link #conv1d(Tensor, Tensor, Sliding, int)}. */
    public static Tensor conv1d(Tensor x, Tensor kernels, Sliding sliding) {
        return conv1d(x, kernels, sliding, 1);
    }

    /**
     * Returns the convolution of sequences: {@code [.., channels, length]} and {@code [outputs, channels / groups, k]} →
     * {@code [.., outputs, positions]}; otherwise like {@link #conv2d(Tensor, Tensor, Sliding, int)}.
     */
    public static Tensor conv1d(Tensor x, Tensor kernels, Sliding sliding, int groups) {
        check("conv1d", x, kernels, sliding, groups, 1);
        return conv2d(x.expandDims(-2), kernels.expandDims(-2), sliding.alongOnly(), groups)
                .squeeze(-2);
    }

    private static void check(String name, Tensor x, Tensor kernels, Sliding sliding, int groups, int axes) {
        if (x.rank() <= axes || kernels.rank() != axes + 2) {
            throw new IllegalArgumentException(name
                    + (axes == 2
                            ? " needs images [.., channels, h, w] and kernels [outputs, channels / groups, kh, kw]"
                            : " needs sequences [.., channels, length] and kernels [outputs, channels / groups, k]")
                    + ", but got " + x.shape + " and " + kernels.shape);
        }
        if (kernels.size() == 0) {
            throw new IllegalArgumentException(name + " needs kernels with at least one output, channel and entry, but "
                    + "got kernels of shape " + kernels.shape);
        }
        int channels = x.dim(-1 - axes);
        int outputs = kernels.dim(0);
        if (groups < 1 || channels % groups != 0 || outputs % groups != 0) {
            throw new IllegalArgumentException(name + " needs a number of groups that divides the channels and the "
                    + "outputs, but got " + groups + " groups for " + channels + " channels and " + outputs
                    + " outputs (" + x.shape + " and " + kernels.shape + ")");
        }
        if (kernels.dim(1) != channels / groups) {
            throw new IllegalArgumentException(name + " needs kernels [outputs, channels / groups, ..], but " + x.shape
                    + " has " + channels + " channels in " + groups + (groups == 1 ? " group" : " groups")
                    + " and the kernels " + kernels.shape + " are for " + kernels.dim(1) + " a group");
        }
        sliding.requireFits(name, "kernel", x.shape, kernels.shape, axes);
    }
}
