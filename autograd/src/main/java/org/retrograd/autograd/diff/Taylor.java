package org.retrograd.autograd.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Taylor coefficients of functions along lines and curves, by arithmetic of truncated power series: derivatives of order n
 * in one direction at a cost that grows like n², while n nested first derivatives cost 2ⁿ. Inside checkpoints, and custom
 * functions without a rule, it grows like n³: they are computed again for each order.
 *
 * <p>Arguments and values may be of any {@link Structure}, and coefficients can themselves be differentiated.
 */
public final class Taylor {
    private Taylor() {}

    /**
     * Returns the coefficients y₀, …, yₙ of f(x + t v) = Σ yₖ tᵏ + O(tⁿ⁺¹), for n = {@code order}. The k-th derivative along
     * {@code v} is k! yₖ.
     *
     * <p>At a kink or jump the coefficients are those of the branch that the function takes at {@code x}.
     *
     * @throws IllegalArgumentException if {@code v} has not the form and shapes of {@code x}, or the order is negative
     */
    public static <X, Y> List<Y> coefficients(Function<X, Y> f, X x, X v, int order) {
        if (order < 0) {
            throw new IllegalArgumentException("the order of a derivative cannot be negative, but is " + order);
        }
        Differential<X, Y> at = Differential.of(f, x);
        return series(at, List.of(at.argument().direction("the direction", v, at.point())), order);
    }

    /**
     * Returns the coefficients y₀, …, yₙ of f(x₀ + x₁ t + … + xₙ tⁿ) = Σ yₖ tᵏ + O(tⁿ⁺¹), as many as are given.
     *
     * <p>So series are composed: the coefficients of an inner function along a curve are a curve for the outer one.
     *
     * @param curve the coefficients x₀, …, xₙ
     * @throws IllegalArgumentException if there are none, or not all are of the form and shapes of the first
     */
    public static <X, Y> List<Y> along(Function<X, Y> f, List<X> curve) {
        if (curve.isEmpty()) {
            throw new IllegalArgumentException("a curve needs at least one coefficient, the point where it begins");
        }
        Differential<X, Y> at = Differential.of(f, curve.get(0));
        List<List<Tensor>> coefficients = new ArrayList<>();
        for (int k = 1; k < curve.size(); k++) {
            coefficients.add(at.argument().direction("coefficient " + k, curve.get(k), at.point()));
        }
        return series(at, coefficients, curve.size() - 1);
    }

    private static <X, Y> List<Y> series(Differential<X, Y> at, List<List<Tensor>> curve, int order) {
        List<Y> series = new ArrayList<>();
        series.add(at.value());
        for (List<Tensor> coefficients : at.tensors().pushSeries(curve, order)) {
            series.add(at.result().with(coefficients));
        }
        return series;
    }
}
