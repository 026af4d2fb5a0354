package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;

/**
 * The Taylor coefficients of one value along a curve, y₀ + y₁ t + y₂ t² + …, each found when it is first asked for.
 *
 * <p>A coefficient that is {@code null} is zero whatever the numbers, so that what does not vary costs nothing.
 */
abstract class Series {
    final Shape shape;
    private final List<@Nullable Tensor> known = new ArrayList<>();
    private final List<@Nullable Tensor> slopes = new ArrayList<>();

    Series(Shape shape) {
        this.shape = shape;
    }

    /** Finds a coefficient from the earlier ones, and from those of other values. */
    abstract @Nullable Tensor next(int k);

    /** Whether all coefficients but the first are zero, whatever the numbers. */
    boolean constant() {
        return false;
    }

    /** Returns a coefficient, null if it is zero. */
    final @Nullable Tensor at(int k) {
        while (known.size() <= k) {
            Tensor next = next(known.size());
            known.add(next == null ? null : next.broadcastTo(shape));
        }
        return known.get(k);
    }

    /** Returns the coefficient of order 0: the value itself. */
    final Tensor value() {
        Tensor value = at(0);
        return value == null ? Tensor.zeros(shape) : value;
    }

    /** Returns coefficient k of the derivative by t, which is k + 1 times coefficient k + 1. */
    final @Nullable Tensor slope(int k) {
        while (slopes.size() <= k) {
            int order = slopes.size() + 1;
            Tensor c = at(order);
            slopes.add(c == null || order == 1 ? c : c.mul(order));
        }
        return slopes.get(k);
    }

    /** Returns the series with the given coefficients, the rest being zero. */
    static Series of(Shape shape, List<? extends @Nullable Tensor> coefficients) {
        return new Series(shape) {
            @Override
            @Nullable
            Tensor next(int k) {
                return k < coefficients.size() ? coefficients.get(k) : null;
            }

            @Override
            boolean constant() {
                return coefficients.size() == 1;
            }
        };
    }

    /** Returns the series of a value that does not vary. */
    static Series of(Tensor value) {
        return of(value.shape, List.of(value));
    }

    /** Returns a sum in which null is zero. */
    static @Nullable Tensor plus(@Nullable Tensor a, @Nullable Tensor b) {
        return a == null ? b : b == null ? a : a.add(b);
    }
}
