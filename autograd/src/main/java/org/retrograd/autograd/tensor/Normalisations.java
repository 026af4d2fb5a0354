package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Normalisations: entries brought to mean 0 and variance 1, or to a mean square of 1, over some axes.
 *
 * <p>All are compositions. Scale and shift are factors and summands of the result, which a layer learns. With ε = 0 the
 * functions jump where there is no spread: there value and derivative are 0. With ε above 0 they are smooth everywhere.
 */
public final class Normalisations {
    private Normalisations() {}

    static final Definition LAYER_NORM = Definition.of(
            "layerNorm",
            "(x - mean) / sqrt(variance + epsilon) over axes; without epsilon constant entries give 0 with derivative 0.",
            call("layerNorm(x, 1e-5, -1)", real(2, 4), x -> layerNorm(x, 1e-5, -1)),
            call("layerNorm(x, 0, -1)", real(2, 4), x -> layerNorm(x, 0, -1)),
            call("layerNorm(x, 0.1, 1, 2)", real(2, 2, 3), x -> layerNorm(x, 0.1, 1, 2)),
            call("layerNorm(x, 0.1, -1) of size 1", real(2, 1), x -> layerNorm(x, 0.1, -1)),
            call("layerNorm(x, 0.1, -1) of no rows", real(0, 3), x -> layerNorm(x, 0.1, -1)));

    /**
     * Returns {@code (x - mean) / sqrt(variance + epsilon)}, mean and variance (divided by n) taken over the given axes.
     *
     * @param epsilon 0 or more; 1e-5 is usual
     * @throws IllegalArgumentException if there are no axes, or no entries along them
     */
    public static Tensor layerNorm(Tensor x, double epsilon, int... axes) {
        return standardised("layerNorm", x, epsilon, axes);
    }

    static final Definition BATCH_NORM = Definition.of(
            "batchNorm",
            "(x - mean) / sqrt(variance + epsilon) for each channel, over all other axes.",
            call("batchNorm(x, 1e-5, -1)", real(4, 3), x -> batchNorm(x, 1e-5, -1)),
            call("batchNorm(x, 1e-5, 1)", real(2, 3, 2, 2), x -> batchNorm(x, 1e-5, 1)),
            call("batchNorm(x, 0, -1)", real(3, 2), x -> batchNorm(x, 0, -1)));

    /**
     * Returns {@code (x - mean) / sqrt(variance + epsilon)} for each channel, mean and variance (divided by n) taken over
     * all other axes (Ioffe and Szegedy 2015, algorithm 1).
     *
     * @param epsilon 0 or more; 1e-5 is usual
     * @param channelAxis the axis of the channels: 1 for [n, channels, h, w]
     * @throws IllegalArgumentException if a channel has fewer than two entries: its variance would say nothing, and the
     *     result not depend on the input
     */
    public static Tensor batchNorm(Tensor x, double epsilon, int channelAxis) {
        int channel = x.shape.axis(channelAxis);
        int[] others =
                IntStream.range(0, x.rank()).filter(axis -> axis != channel).toArray();
        int n = Arrays.stream(others).map(x::dim).reduce(1, (a, b) -> a * b);
        if (n < 2) {
            throw new IllegalArgumentException(
                    "batchNorm needs at least 2 entries for each channel, but shape " + x.shape
                            + " gives " + n + " along the axes other than " + channelAxis
                            + ": take larger batches, or the statistics of earlier ones");
        }
        return standardised("batchNorm", x, epsilon, others);
    }

    private static Tensor standardised(String name, Tensor x, double epsilon, int... axes) {
        requireSane(name, x, epsilon, axes);
        Tensor centred = ReductionOps.centred(x, Axes.of(x.shape, Dims.KEEP, axes));
        return overRoot(centred, centred.square().mean(Dims.KEEP, axes), epsilon);
    }

    static final Definition RMS_NORM = Definition.of(
            "rmsNorm",
            "x / sqrt(mean of squares + epsilon) over axes; without epsilon zeros give 0 with derivative 0.",
            call("rmsNorm(x, 1e-5, -1)", real(2, 4), x -> rmsNorm(x, 1e-5, -1)),
            call("rmsNorm(x, 0, 0, 1)", real(2, 3), x -> rmsNorm(x, 0, 0, 1)));

    /**
     * Returns {@code x / sqrt(mean of x² + epsilon)}, the mean taken over the given axes (Zhang and Sennrich 2019, eq. 4).
     *
     * @param epsilon 0 or more; 1e-5 is usual
     * @throws IllegalArgumentException if there are no axes, or no entries along them
     */
    public static Tensor rmsNorm(Tensor x, double epsilon, int... axes) {
        requireSane("rmsNorm", x, epsilon, axes);
        return overRoot(x, x.square().mean(Dims.KEEP, axes), epsilon);
    }

    private static Tensor overRoot(Tensor x, Tensor square, double epsilon) {
        if (epsilon > 0) {
            return x.mul(square.add(epsilon).rsqrt());
        }
        return Tensor.where(square.eq(0), Tensor.scalar(0), x.mul(square.rsqrt()));
    }

    private static void requireSane(String name, Tensor x, double epsilon, int... axes) {
        if (!(epsilon >= 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException(
                    name + " needs a finite epsilon of at least 0, but got " + epsilon + "; 1e-5 is usual");
        }
        if (axes.length == 0) {
            throw new IllegalArgumentException(name + " needs at least one axis to normalise over, but got none for "
                    + "shape " + x.shape + "; -1 is the last one");
        }
        ReductionOps.requireEntries(name, Axes.of(x.shape, Dims.KEEP, axes), x.shape);
    }
}
