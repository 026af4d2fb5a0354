package org.retrograd.nn;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Convolutions;
import org.retrograd.autograd.tensor.Sliding;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A layer whose units look at a window of the input, all with the same weights: {@code [.., channels, h, w] → [.., outputs,
 * ph, pw]} over images, {@code [.., channels, length] → [.., outputs, positions]} over sequences, without activation.
 *
 * <p>Stride, padding and dilation are set by methods that return a layer over the same parameters: {@code
 * Convolution.conv2d("first", 1, 16, 3, init, random).padding(1)}.
 */
public final class Convolution implements Layer {
    private final String name;
    private final Parameter kernels;
    private final @Nullable Parameter bias;
    private final Sliding sliding;
    private final int groups;

    private Convolution(String name, Parameter kernels, @Nullable Parameter bias, Sliding sliding, int groups) {
        this.name = Objects.requireNonNull(name, "name");
        this.kernels = kernels;
        this.bias = bias;
        this.sliding = sliding;
        this.groups = groups;
    }

    /**
     * Returns a layer over images, by square kernels of the given size: one group, stride 1, no padding.
     *
     * @throws IllegalArgumentException if a number is below 1
     */
    public static Convolution conv2d(
            String name, int channels, int outputs, int size, Initialiser init, RandomGenerator random) {
        return drawn(name, channels, outputs, init, random, size, size);
    }

    /** Returns a layer over sequences, by kernels of the given length; otherwise like {@link #conv2d}. */
    public static Convolution conv1d(
            String name, int channels, int outputs, int size, Initialiser init, RandomGenerator random) {
        return drawn(name, channels, outputs, init, random, size);
    }

    private static Convolution drawn(
            String name, int channels, int outputs, Initialiser init, RandomGenerator random, int... window) {
        Checks.positive("the number of channels of convolution \"" + name + "\"", channels);
        Checks.positive("the number of outputs of convolution \"" + name + "\"", outputs);
        Checks.positive("the size of the kernels of convolution \"" + name + "\"", window[0]);
        int area = window.length == 1 ? window[0] : window[0] * window[1];
        int[] shape = window.length == 1
                ? new int[] {outputs, channels, window[0]}
                : new int[] {outputs, channels, window[0], window[1]};
        Tensor drawn = init.draw(random, channels * area, outputs * area, shape);
        return of(
                name,
                new Parameter(name + ".kernels", drawn),
                new Parameter(name + ".bias", init.drawBias(random, outputs)));
    }

    /**
     * Returns a layer over given parameters, which other layers may share.
     *
     * @param kernels [outputs, channels / groups, kh, kw] for images, [outputs, channels / groups, k] for sequences
     * @param bias [outputs]
     * @throws IllegalArgumentException if the shapes are others
     */
    public static Convolution of(String name, Parameter kernels, Parameter bias) {
        Tensor k = kernels.get();
        Tensor b = bias.get();
        if (k.rank() < 3 || k.rank() > 4 || k.size() == 0 || b.rank() != 1 || b.dim(0) != k.dim(0)) {
            throw new IllegalArgumentException("convolution \"" + name
                    + "\" needs kernels [outputs, channels / groups, kh, kw], or [.., k] for sequences, and a bias "
                    + "[outputs], but got " + k.shape() + " and " + b.shape());
        }
        return new Convolution(name, kernels, bias, Sliding.BY_ONE, 1);
    }

    private Convolution sliding(UnaryOperator<Sliding> change) {
        return new Convolution(name, kernels, bias, change.apply(sliding), groups);
    }

    /** Returns the same layer with the given step from one position of the window to the next. */
    public Convolution stride(int stride) {
        return sliding(s -> s.stride(stride));
    }

    /** Returns the same layer with so many zeros thought around the input; (size - 1) / 2 keep its size. */
    public Convolution padding(int padding) {
        return sliding(s -> s.padding(padding));
    }

    /** Returns the same layer with the entries of the window so far apart. */
    public Convolution dilation(int dilation) {
        return sliding(s -> s.dilation(dilation));
    }

    /** Returns the same layer with a window that slides as given. */
    public Convolution sliding(Sliding newSliding) {
        return sliding(s -> newSliding);
    }

    /**
     * Returns a layer over the same kernels, which takes so many times as many channels: outputs of a group see the channels
     * of their group only.
     *
     * @throws IllegalArgumentException if the groups do not divide the outputs
     */
    public Convolution groups(int newGroups) {
        if (newGroups < 1 || outputs() % newGroups != 0) {
            throw new IllegalArgumentException("the groups of convolution \"" + name + "\" must divide its " + outputs()
                    + " outputs, but got " + newGroups + " groups");
        }
        return new Convolution(name, kernels, bias, sliding, newGroups);
    }

    /** Returns the same layer without a bias, as before a normalisation, which would take it away again. */
    public Convolution withoutBias() {
        return new Convolution(name, kernels, null, sliding, groups);
    }

    /**
     * Returns the sums over the window, plus the bias.
     *
     * @throws IllegalArgumentException if the input has another number of channels, or is smaller than the kernel
     */
    @Override
    public Tensor apply(Tensor x) {
        boolean images = kernels.get().rank() == 4;
        if (x.rank() < (images ? 3 : 2) || x.dim(images ? -3 : -2) != channels()) {
            throw new IllegalArgumentException("convolution \"" + name + "\" takes [.., " + channels()
                    + (images ? ", h, w]" : ", length]") + ", but got " + x.shape());
        }
        Tensor y;
        try {
            y = images
                    ? Convolutions.conv2d(x, kernels.get(), sliding, groups)
                    : Convolutions.conv1d(x, kernels.get(), sliding, groups);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("convolution \"" + name + "\": " + e.getMessage(), e);
        }
        if (bias == null) {
            return y;
        }
        return y.add(images ? bias.get().reshape(outputs(), 1, 1) : bias.get().reshape(outputs(), 1));
    }

    /** Returns the kernels, [outputs, channels / groups, kh, kw] or [outputs, channels / groups, k]. */
    public Parameter kernels() {
        return kernels;
    }

    /** Returns the number of channels of the input. */
    public int channels() {
        return kernels.get().dim(1) * groups;
    }

    /** Returns the number of channels of the output. */
    public int outputs() {
        return kernels.get().dim(0);
    }

    @Override
    public List<Parameter> parameters() {
        return Checks.trained(kernels, bias);
    }

    @Override
    public Convolution frozen() {
        return new Convolution(name, kernels.frozen(), bias == null ? null : bias.frozen(), sliding, groups);
    }

    @Override
    public String name() {
        return name;
    }

    /** Returns name, channels and window: {@code Convolution first 1 -> 16, 3 x 3, padding 1}. */
    @Override
    public String toString() {
        Tensor k = kernels.get();
        String window = k.rank() == 4 ? k.dim(2) + " x " + k.dim(3) : "" + k.dim(2);
        return "Convolution " + name + " " + channels() + " -> " + outputs() + ", " + window + ", " + sliding
                + (groups == 1 ? "" : ", " + groups + " groups") + (bias == null ? ", no bias" : "");
    }
}
