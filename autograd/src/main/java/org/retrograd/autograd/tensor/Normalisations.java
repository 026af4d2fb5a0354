package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Normalisations: entries brought to mean 0 and variance 1, or to a mean square of 1, over some axes.
 *
 * <p>All are compositions. Scale and shift are factors and summands of the result, which a layer learns. With ε = 0 the
 * functions jump where there is no spread: there value and derivative are 0. With ε above 0 they are smooth everywhere.
 * Squares neither overflow nor vanish: entries of every size are normalised, each row by its own.
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
        Axes over = Axes.of(x.shape, Dims.KEEP, axes);
        return overRoot(x, entries -> ReductionOps.centred(entries, over), epsilon, axes);
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
        return overRoot(x, entries -> entries, epsilon, axes);
    }

    /** Returns the centred entries over the root of their mean square and epsilon. */
    private static Tensor overRoot(Tensor x, UnaryOperator<Tensor> centre, double epsilon, int... axes) {
        Tensor entries = centre.apply(x);
        Tensor square = entries.square().mean(Dims.KEEP, axes).add(epsilon);
        boolean ordinary = square.ge(0x1p-128).and(square.le(0x1p128)).all();
        return ordinary ? entries.mul(square.rsqrt()) : scaledOverRoot(x, entries, centre, epsilon, axes);
    }

    /**
     * Returns the same where squares, or the powers of them in derivatives, may leave the range of numbers: entries are
     * multiplied by a power of two that brings the largest near 1, epsilon by its square, which changes no quotient. Large
     * ones before they are centred, since their differences may overflow; small ones after, since equal ones need not be
     * small.
     */
    private static Tensor scaledOverRoot(
            Tensor x, Tensor entries, UnaryOperator<Tensor> centre, double epsilon, int... axes) {
        Tensor largest = entries.detach().abs().max(Dims.KEEP, axes).maximum(Math.sqrt(epsilon));
        // NaN may come from finite entries whose differences overflow
        Tensor finite = largest.fmin(Tensor.scalar(Double.MAX_VALUE));
        Tensor scale = finite.log2().round().clamp(-1000, 1000).neg().exp2();
        Tensor scaled = centre.apply(x.mul(scale.minimum(1))).mul(scale.maximum(1));
        // two products, since the square of the scale alone may overflow
        Tensor square =
                scaled.square().mean(Dims.KEEP, axes).add(scale.mul(epsilon).mul(scale));
        return Tensor.where(square.eq(0), Tensor.scalar(0), scaled.mul(square.rsqrt()));
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
