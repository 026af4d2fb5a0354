package org.retrograd.autograd.tensor;

/**
 * The methods of {@link Tensor} that put entries in order. Axes may be counted from the end.
 *
 * <p>NaN counts as larger than any number, -0.0 and 0.0 as equal. Entries that tie keep their order, and share the
 * derivative equally.
 */
public sealed interface OrderMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** Returns the entries along an axis in ascending order. */
    default Tensor sort(int axis) {
        return sort(axis, Order.ASCENDING);
    }

    /** Returns the entries along an axis in order. */
    default Tensor sort(int axis, Order order) {
        return new OrderOps.Sort(self(), axis, order).apply(self());
    }

    /** Returns the positions along an axis of its entries in ascending order: {@code gather} of them sorts. */
    default Indices argSort(int axis) {
        return argSort(axis, Order.ASCENDING);
    }

    /** Returns the positions along an axis of its entries in order. */
    default Indices argSort(int axis, Order order) {
        return new OrderOps.Sort(self(), axis, order).indices();
    }

    /**
     * Returns the k largest entries along an axis, the largest first, and their positions.
     *
     * @throws IllegalArgumentException if k is negative or larger than the axis is long
     */
    default TopK topK(int k, int axis) {
        return OrderOps.topK(self(), k, axis);
    }

    /**
     * Returns the k-th smallest entry along an axis, which vanishes; k is counted from 1.
     *
     * @throws IllegalArgumentException if there is no such entry
     */
    default Tensor kthValue(int k, int axis) {
        return OrderOps.kthValue(self(), k, axis);
    }

    /** Returns the median of all entries. */
    default Tensor median() {
        return self().flatten().median(0);
    }

    /**
     * Returns the median along an axis, which vanishes: the middle entry in order, or the mean of the two in the middle;
     * NaN if an entry is.
     *
     * @throws IllegalArgumentException if the axis is empty
     */
    default Tensor median(int axis) {
        return OrderOps.median(self(), axis);
    }

    /**
     * Returns the q-quantile along an axis, which vanishes: the entry at place q (n - 1) in order, counted from 0 and
     * interpolated linearly between neighbours; NaN if an entry is.
     *
     * @throws IllegalArgumentException if q is not from 0 to 1, or the axis is empty
     */
    default Tensor quantile(double q, int axis) {
        return OrderOps.quantiles(self(), new double[] {q}, axis).get(0);
    }

    /** Returns several quantiles along an axis, which vanishes; they stand along a new axis in front. */
    default Tensor quantile(double[] q, int axis) {
        return Tensor.stack(0, OrderOps.quantiles(self(), q, axis).toArray(new Tensor[0]));
    }
}
