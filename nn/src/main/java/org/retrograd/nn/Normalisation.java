package org.retrograd.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Normalisations;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A layer that normalises the features of each example by themselves, and scales and shifts what it made of them by what it
 * learns.
 *
 * <p>The parameters have the shape of the features; the scale starts at 1, the shift at 0; ε is 1e-5 unless set.
 */
public final class Normalisation implements Layer {
    private final String name;
    private final Parameter scale;
    private final @Nullable Parameter shift;
    private final double epsilon;

    private Normalisation(String name, Parameter scale, @Nullable Parameter shift, double epsilon) {
        this.name = Objects.requireNonNull(name, "name");
        this.scale = scale;
        this.shift = shift;
        this.epsilon = epsilon;
    }

    /**
     * Returns a layer that brings the last axes to mean 0 and variance 1: see {@link Normalisations#layerNorm}.
     *
     * @param shape of the features: the last axes, at least one
     * @throws IllegalArgumentException if there is no feature
     */
    public static Normalisation layerNorm(String name, int... shape) {
        Parameter shift = new Parameter(name + ".shift", Tensor.zeros(checked(name, shape)));
        return new Normalisation(name, scale(name, shape), shift, 1e-5);
    }

    /**
     * Returns a layer that brings the last axes to a mean square of 1, without a shift: see {@link Normalisations#rmsNorm}.
     *
     * @param shape of the features: the last axes, at least one
     * @throws IllegalArgumentException if there is no feature
     */
    public static Normalisation rmsNorm(String name, int... shape) {
        return new Normalisation(name, scale(name, shape), null, 1e-5);
    }

    private static Parameter scale(String name, int... shape) {
        return new Parameter(name + ".scale", Tensor.ones(checked(name, shape)));
    }

    private static int[] checked(String name, int... shape) {
        if (shape.length == 0 || IntStream.of(shape).anyMatch(length -> length < 1)) {
            throw new IllegalArgumentException("normalisation \"" + name
                    + "\" needs the lengths of the last axes, at least one and none below 1, but got "
                    + Arrays.toString(shape));
        }
        return shape;
    }

    /** Returns the same layer with another ε: what is added to variance or mean square before the root is taken. */
    public Normalisation epsilon(double newEpsilon) {
        return new Normalisation(
                name, scale, shift, Checks.notNegative("the epsilon of normalisation \"" + name + "\"", newEpsilon));
    }

    /**
     * Returns the features normalised, scaled and shifted.
     *
     * @throws IllegalArgumentException if the last axes are not those that the layer was made for
     */
    @Override
    public Tensor apply(Tensor x) {
        int rank = scale.get().rank();
        int[] axes = new int[rank];
        for (int k = 0; k < rank; k++) {
            axes[k] = k - rank;
            if (x.rank() < rank || x.dim(axes[k]) != scale.get().dim(k)) {
                throw new IllegalArgumentException("normalisation \"" + name + "\" is for last axes "
                        + scale.get().shape() + ", but got " + x.shape());
            }
        }
        if (shift == null) {
            return Normalisations.rmsNorm(x, epsilon, axes).mul(scale.get());
        }
        return Normalisations.layerNorm(x, epsilon, axes).mul(scale.get()).add(shift.get());
    }

    @Override
    public List<Parameter> parameters() {
        return Checks.trained(scale, shift);
    }

    @Override
    public Normalisation frozen() {
        return new Normalisation(name, scale.frozen(), shift == null ? null : shift.frozen(), epsilon);
    }

    @Override
    public String name() {
        return name;
    }

    /** Returns kind, name and shape: {@code layerNorm first [64]}. */
    @Override
    public String toString() {
        return (shift == null ? "rmsNorm " : "layerNorm ") + name + " "
                + scale.get().shape();
    }
}
