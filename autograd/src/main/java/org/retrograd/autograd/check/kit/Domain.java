package org.retrograd.autograd.check.kit;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A set of tensors from which tests draw.
 *
 * <p>Each is the image of plain numbers from an interval, so that shrinking the numbers to round ones shrinks the tensor to
 * a plain one of the same domain: to zeros, ones, equal shares, the identity matrix.
 */
public enum Domain {
    /** Numbers from -2 to 2. */
    REAL(-2, 2, 0),

    /** Numbers from 1/8 to 4. */
    POSITIVE(0.125, 4, 1),

    /** Numbers from 1/16 to 15/16. */
    UNIT_INTERVAL(0.0625, 0.9375, 0.5),

    /** Positive numbers that add up to 1 along the last axis. */
    SIMPLEX(0.125, 4, 1),

    /** Symmetric positive definite matrices, with eigenvalues of at least 1: the last two axes are equal. */
    POSITIVE_DEFINITE(-1, 1, 0),

    /** Numbers that are at least 1/32 from every whole number, and whose sizes are at least 1/16 apart from each other's. */
    AWAY_FROM_KINKS(-1, 1, 0),

    /** Zeros of both signs, ones, ties, tiny and large numbers; all are finite. */
    SPECIAL(0, 11, 0);

    private static final double[] SPECIALS = {0, 1, -1, 2, 0.5, -0.0, -0.5, 1e-8, -1e-8, 1e8, -1e8, 1e-150};

    private static final int FINEST = 64;

    private final double low;
    private final double high;
    private final double plainest;

    Domain(double low, double high, double plainest) {
        this.low = low;
        this.high = high;
        this.plainest = plainest;
    }

    /**
     * Returns a tensor of this domain, drawn at random.
     *
     * @throws IllegalArgumentException if there is none of that shape
     */
    public Tensor draw(RandomGenerator random, int... shape) {
        return place(
                Tensor.uniform(random, low, high, requireFits(Shape.of(shape)).toArray()));
    }

    /**
     * Returns plain numbers of the interval, the roundest first: the one to shrink to, whole numbers, halves, quarters, …,
     * sixty-fourths, and of equally round ones those that are nearer to it.
     */
    List<Double> roundestFirst() {
        return IntStream.rangeClosed((int) (low * FINEST), (int) (high * FINEST))
                .mapToObj(i -> i / (double) FINEST)
                .sorted(Comparator.comparing((Double x) -> x != plainest)
                        .thenComparing(Domain::denominator)
                        .thenComparing(x -> Math.abs(x - plainest))
                        .thenComparing(x -> -x))
                .toList();
    }

    private static int denominator(double x) {
        int denominator = 1;
        while (x * denominator != Math.rint(x * denominator)) {
            denominator *= 2;
        }
        return denominator;
    }

    /** Returns the shape that a tensor of this domain has instead of one that does not fit it. */
    Shape fit(Shape shape) {
        int[] dims = shape.toArray();
        return switch (this) {
            case SIMPLEX -> dims.length == 0 || shape.dim(-1) == 0 ? Shape.of(1) : shape;
            case POSITIVE_DEFINITE -> dims.length == 0 ? Shape.of(1, 1) : shape.append(Shape.of(shape.dim(-1)));
            default -> shape;
        };
    }

    /** Returns the shape if there are tensors of it. */
    Shape requireFits(Shape shape) {
        boolean fits = switch (this) {
            case SIMPLEX -> shape.rank() > 0 && shape.dim(-1) > 0;
            case POSITIVE_DEFINITE -> shape.rank() > 1 && shape.dim(-1) == shape.dim(-2);
            default -> true;
        };
        if (!fits) {
            throw new IllegalArgumentException(this + " has no tensors of shape " + shape + ": "
                    + (this == SIMPLEX
                            ? "it needs a last axis that is not empty"
                            : "it needs two last axes of one length, as in [3, 3]"));
        }
        return shape;
    }

    /** Returns the tensor of this domain that is made of plain numbers. */
    Tensor place(Tensor plain) {
        return switch (this) {
            case REAL, POSITIVE, UNIT_INTERVAL -> plain;
            case SIMPLEX -> plain.div(plain.sum(Dims.KEEP, -1));
            case POSITIVE_DEFINITE -> plain.matmul(plain.transpose()).add(Tensor.eye(plain.dim(-1)));
            case AWAY_FROM_KINKS -> apart(plain);
            case SPECIAL -> special(plain);
        };
    }

    private static Tensor apart(Tensor plain) {
        double[] values = plain.toArray();
        int[] bySize = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> Math.abs(values[i])))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] placed = new double[values.length];
        for (int rank = 0; rank < bySize.length; rank++) {
            double size = 9.0 / 32 + rank / 16.0;
            placed[bySize[rank]] = values[bySize[rank]] < 0 ? -size : size;
        }
        return Tensor.of(placed).reshape(plain.shape());
    }

    private static Tensor special(Tensor plain) {
        double[] values = Arrays.stream(plain.toArray())
                .map(x -> SPECIALS[(int) Math.rint(x)])
                .toArray();
        return Tensor.of(values).reshape(plain.shape());
    }
}
