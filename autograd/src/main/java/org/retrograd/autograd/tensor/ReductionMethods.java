package org.retrograd.autograd.tensor;

/**
 * The methods of {@link Tensor} that reduce or scan axes.
 *
 * <p>Without arguments they take all axes; otherwise the named ones, which may be counted from the end, and none if none is
 * named. {@link Dims#KEEP} leaves the reduced axes in place with length 1.
 */
public sealed interface ReductionMethods permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Axes all() {
        return Axes.all(self().shape);
    }

    private Axes axes(Dims dims, int... axes) {
        return Axes.of(self().shape, dims, axes);
    }

    /** Returns the sum of all entries; 0 if there are none. */
    default Tensor sum() {
        return all().sum(self());
    }

    /** Returns the sum over axes. */
    default Tensor sum(int... axes) {
        return sum(Dims.DROP, axes);
    }

    /** Returns the sum over axes. */
    default Tensor sum(Dims dims, int... axes) {
        return axes.length == 0 ? self() : axes(dims, axes).sum(self());
    }

    /**
     * Returns the mean of all entries.
     *
     * @throws IllegalArgumentException if there are none
     */
    default Tensor mean() {
        return ReductionOps.mean(self(), all());
    }

    /** Returns the mean over axes. */
    default Tensor mean(int... axes) {
        return mean(Dims.DROP, axes);
    }

    /** Returns the mean over axes. */
    default Tensor mean(Dims dims, int... axes) {
        return ReductionOps.mean(self(), axes(dims, axes));
    }

    /** Returns the product of all entries; 1 if there are none. */
    default Tensor prod() {
        return self().flatten().prod(0);
    }

    /** Returns the product along an axis; right to every order also where entries are 0. */
    default Tensor prod(int axis) {
        return ReductionOps.prod(self(), axis);
    }

    /**
     * Returns the largest entry, NaN if there is one; ties share the gradient equally.
     *
     * @throws IllegalArgumentException if there are no entries
     */
    default Tensor max() {
        return new ReductionOps.Extremum(true, all()).apply(self());
    }

    /** Returns the largest entry over axes. */
    default Tensor max(int... axes) {
        return max(Dims.DROP, axes);
    }

    /** Returns the largest entry over axes. */
    default Tensor max(Dims dims, int... axes) {
        return new ReductionOps.Extremum(true, axes(dims, axes)).apply(self());
    }

    /**
     * Returns the smallest entry, NaN if there is one; ties share the gradient equally.
     *
     * @throws IllegalArgumentException if there are no entries
     */
    default Tensor min() {
        return new ReductionOps.Extremum(false, all()).apply(self());
    }

    /** Returns the smallest entry over axes. */
    default Tensor min(int... axes) {
        return min(Dims.DROP, axes);
    }

    /** Returns the smallest entry over axes. */
    default Tensor min(Dims dims, int... axes) {
        return new ReductionOps.Extremum(false, axes(dims, axes)).apply(self());
    }

    /** Returns the positions along an axis of the largest entries: the first of equals, the first NaN. Never traced. */
    default Indices argMax(int axis) {
        return ReductionOps.argExtremum(true, self(), axis);
    }

    /** Returns the positions along an axis of the smallest entries: the first of equals, the first NaN. Never traced. */
    default Indices argMin(int axis) {
        return ReductionOps.argExtremum(false, self(), axis);
    }

    /** Returns ln(Σ eˣ) over all entries, without overflow; -inf if there are none. */
    default Tensor logSumExp() {
        return new ReductionOps.LogSumExp(all()).apply(self());
    }

    /** Returns ln(Σ eˣ) over axes. */
    default Tensor logSumExp(int... axes) {
        return logSumExp(Dims.DROP, axes);
    }

    /** Returns ln(Σ eˣ) over axes. */
    default Tensor logSumExp(Dims dims, int... axes) {
        return new ReductionOps.LogSumExp(axes(dims, axes)).apply(self());
    }

    /** Returns eˣ / Σ eˣ along an axis; 0 where all entries along it are -inf. */
    default Tensor softmax(int axis) {
        return new ReductionOps.Softmax(axes(Dims.KEEP, axis)).apply(self());
    }

    /** Returns x - ln(Σ eˣ) along an axis. */
    default Tensor logSoftmax(int axis) {
        return self().sub(logSumExp(Dims.KEEP, axis));
    }

    /**
     * Returns the variance over axes, or over all if none is named.
     *
     * @param ddof what is subtracted from the number of entries in the divisor: 0, or 1 for the unbiased estimate
     * @throws IllegalArgumentException if there are not more than {@code ddof} entries
     */
    default Tensor variance(int ddof, int... axes) {
        return ReductionOps.variance(self(), ddof, axes.length == 0 ? all() : axes(Dims.DROP, axes));
    }

    /** Returns the variance over axes. */
    default Tensor variance(int ddof, Dims dims, int... axes) {
        return ReductionOps.variance(self(), ddof, axes(dims, axes));
    }

    /** Returns the standard deviation over axes, or over all if none is named; its gradient is 0 where it is 0. */
    default Tensor standardDeviation(int ddof, int... axes) {
        return ReductionOps.standardDeviation(self(), ddof, axes.length == 0 ? all() : axes(Dims.DROP, axes));
    }

    /** Returns the standard deviation over axes. */
    default Tensor standardDeviation(int ddof, Dims dims, int... axes) {
        return ReductionOps.standardDeviation(self(), ddof, axes(dims, axes));
    }

    /** Returns the Euclidean norm of all entries (of a matrix: the Frobenius norm); its gradient at 0 is 0. */
    default Tensor norm() {
        return new ReductionOps.Norm(all()).apply(self());
    }

    /** Returns the Euclidean norm over axes. */
    default Tensor norm(int... axes) {
        return norm(Dims.DROP, axes);
    }

    /** Returns the Euclidean norm over axes. */
    default Tensor norm(Dims dims, int... axes) {
        return new ReductionOps.Norm(axes(dims, axes)).apply(self());
    }

    /** Returns the sum of absolute values. */
    default Tensor norm1() {
        return self().abs().sum();
    }

    /** Returns the sum of absolute values over axes. */
    default Tensor norm1(int... axes) {
        return self().abs().sum(axes);
    }

    /** Returns the largest absolute value. */
    default Tensor normInf() {
        return self().abs().max();
    }

    /** Returns the largest absolute value over axes. */
    default Tensor normInf(int... axes) {
        return self().abs().max(axes);
    }

    /** Returns the sum of squares: smooth at 0, unlike the square of {@link #norm()}. */
    default Tensor sumSquares() {
        return self().square().sum();
    }

    /** Returns the sum of squares over axes. */
    default Tensor sumSquares(int... axes) {
        return self().square().sum(axes);
    }

    /** Returns the running sum along an axis. */
    default Tensor cumSum(int axis) {
        return new ReductionOps.CumSum(axes(Dims.KEEP, axis), false).apply(self());
    }

    /** Returns the running product along an axis; right to every order also where entries are 0. */
    default Tensor cumProd(int axis) {
        return ScanOps.scan(self(), axis, Tensor::mul);
    }

    /** Returns the largest entry so far along an axis, NaN once there is one; ties share the gradient equally. */
    default Tensor cumMax(int axis) {
        return ScanOps.cumExtremum(true, self(), axis);
    }

    /** Returns the smallest entry so far along an axis, NaN once there is one; ties share the gradient equally. */
    default Tensor cumMin(int axis) {
        return ScanOps.cumExtremum(false, self(), axis);
    }

    /** Returns the running ln(Σ eˣ) along an axis, without overflow; -inf, with gradient 0, while all entries are. */
    default Tensor cumLogSumExp(int axis) {
        return ScanOps.cumLogSumExp(self(), axis);
    }
}
