package org.retrograd.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.retrograd.autograd.tensor.Normalisations;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A layer that normalises each channel over the batch and all other axes, and scales and shifts it by what it learns.
 *
 * <p>There is no mode. The layer itself is for training: its value depends on the batch and the parameters alone, the same
 * for each call, and derivatives to every order go through the statistics of the batch. Besides, each call of {@link
 * #apply} moves the {@linkplain #statistics() running statistics} towards those of its batch, which is their only use:
 * {@link #frozen()} is the other function, for inference, which normalises each example by the running statistics as they
 * then are, and changes nothing.
 *
 * <p>The statistics move once for each evaluation. A checkpoint evaluates a batch again for each derivative, with the same
 * value, and so counts it twice for one gradient: a batch late in training then weighs 0.19 in place of 0.1.
 *
 * <p>Source: Ioffe and Szegedy, Batch normalization (2015), algorithms 1 and 2.
 */
public final class BatchNorm implements Layer {
    private static final double EPSILON = 1e-5;

    private final String name;
    private final Parameter scale;
    private final Parameter shift;
    private final int channelAxis;
    private final RunningStatistics statistics;

    private BatchNorm(String name, Parameter scale, Parameter shift, int channelAxis, RunningStatistics statistics) {
        this.name = Objects.requireNonNull(name, "name");
        this.scale = scale;
        this.shift = shift;
        this.channelAxis = channelAxis;
        this.statistics = statistics;
    }

    /**
     * Returns a layer with scale 1 and shift 0, whose running statistics forget with momentum 0.1.
     *
     * @param channelAxis which axis holds the channels, counted from the end: -1 for [.., features], -3 for [.., channels,
     *     h, w], -2 for [.., channels, length]
     * @throws IllegalArgumentException if there is no channel, or the axis is not counted from the end
     */
    public static BatchNorm of(String name, int channels, int channelAxis) {
        Checks.positive("the number of channels of batch normalisation \"" + name + "\"", channels);
        if (channelAxis >= 0) {
            throw new IllegalArgumentException("batch normalisation \"" + name
                    + "\" needs the axis of its channels counted from the end, -3 for [.., channels, h, w], but got "
                    + channelAxis);
        }
        return new BatchNorm(
                name,
                new Parameter(name + ".scale", Tensor.ones(channels)),
                new Parameter(name + ".shift", Tensor.zeros(channels)),
                channelAxis,
                new RunningStatistics(channels, 0.1));
    }

    /**
     * Returns the channels normalised over this batch, scaled and shifted, and moves the running statistics.
     *
     * @throws IllegalArgumentException if there is another number of channels, or fewer than two entries for each
     */
    @Override
    public Tensor apply(Tensor x) {
        requireChannels(x);
        Tensor y;
        try {
            y = Normalisations.batchNorm(x, EPSILON, channelAxis);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("batch normalisation \"" + name + "\": " + e.getMessage(), e);
        }
        int channel = x.rank() + channelAxis;
        int[] others =
                IntStream.range(0, x.rank()).filter(axis -> axis != channel).toArray();
        Tensor batch = x.detach();
        statistics.observe(batch.mean(others), batch.variance(1, others));
        return scaled(y);
    }

    private Tensor scaled(Tensor y) {
        return y.mul(along(scale.get())).add(along(shift.get()));
    }

    private void requireChannels(Tensor x) {
        if (x.rank() < -channelAxis || x.dim(channelAxis) != scale.get().size()) {
            throw new IllegalArgumentException("batch normalisation \"" + name + "\" is for "
                    + scale.get().size() + " channels on axis " + channelAxis + ", but got " + x.shape());
        }
    }

    /** Returns one number for each channel with axes of length 1 behind it, so that it lines up with the channels. */
    private Tensor along(Tensor ofChannels) {
        int[] dims = new int[-channelAxis];
        Arrays.fill(dims, 1);
        dims[0] = ofChannels.size();
        return ofChannels.reshape(dims);
    }

    /** Returns the running statistics of the batches that this layer was applied to. */
    public RunningStatistics statistics() {
        return statistics;
    }

    @Override
    public List<Parameter> parameters() {
        return Checks.trained(scale, shift);
    }

    /** Returns the function that normalises by the present running statistics; before any batch they change nothing. */
    @Override
    public Layer frozen() {
        Tensor mean = along(statistics.mean());
        Tensor perDeviation = along(statistics.variance().add(EPSILON).rsqrt());
        BatchNorm constants = new BatchNorm(name, scale.frozen(), shift.frozen(), channelAxis, statistics);
        return Activation.of(name, x -> {
            constants.requireChannels(x);
            return constants.scaled(x.sub(mean).mul(perDeviation));
        });
    }

    @Override
    public String name() {
        return name;
    }

    /** Returns name and channels: {@code BatchNorm first, 16 channels}. */
    @Override
    public String toString() {
        return "BatchNorm " + name + ", " + scale.get().size() + " channels";
    }
}
