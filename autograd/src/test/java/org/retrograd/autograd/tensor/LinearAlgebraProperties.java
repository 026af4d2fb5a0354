package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.LinearAlgebraTest.close;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.retrograd.autograd.diff.Derivatives;

/** Identities of linear algebra, for any size, scale and number of matrices. */
class LinearAlgebraProperties {
    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    /** A matrix of modest condition, times a power of two. */
    private static Tensor regular(long seed, int n, int exponent) {
        return normal(seed, n, n).add(Tensor.eye(n).mul(2 * Math.sqrt(n) + 1)).mul(Math.scalb(1.0, exponent));
    }

    @Property(tries = 100)
    void solveAndTheMatrixUndoEachOther(
            @ForAll @IntRange(max = 40) int n,
            @ForAll @IntRange(max = 5) int m,
            @ForAll @IntRange(min = -400, max = 400) int exponent,
            @ForAll long seed) {
        Tensor a = regular(seed, n, exponent);
        Tensor b = normal(seed + 1, n, m);
        close(a.matmul(a.solve(b)), b, 1e-13);
        close(a.transpose().matmul(a.transpose().solve(b)), b, 1e-13);
        close(a.matmul(a.inverse()), Tensor.eye(n), 1e-12);
        Tensor upper = a.triu(0);
        close(upper.matmul(a.triangularSolve(b, Triangle.UPPER)), b, 1e-13);
        close(upper.transpose().matmul(a.triangularSolve(b, Triangle.UPPER.transposed())), b, 1e-13);
    }

    @Property(tries = 50)
    void theDeterminantOfAProductIsTheProduct(
            @ForAll @IntRange(min = 1, max = 12) int n, @ForAll long seed, @ForAll @IntRange(max = 12) int rankLost) {
        int rank = Math.max(0, n - rankLost);
        Tensor a = normal(seed, n, rank).matmul(normal(seed + 1, rank, n));
        Tensor b = regular(seed + 2, n, 0);
        double scale =
                Math.max(1, b.det().item()) * Math.pow(Math.max(1, a.norm().item()), n);
        close(a.matmul(b).det().div(scale), a.det().mul(b.det()).div(scale), 1e-13);
        close(b.det(), b.transpose().det(), 1e-12);
        SlogDet parts = b.slogDet();
        close(parts.sign().mul(parts.logAbsDet().exp()), b.det(), 1e-12);
    }

    @Property(tries = 40)
    void aBatchIsALoop(@ForAll @IntRange(min = 1, max = 5) int n, @ForAll long seed) {
        Tensor a = Tensor.stack(0, regular(seed, n, 0), regular(seed + 1, n, 3), regular(seed + 2, n, -3));
        Tensor b = normal(seed + 3, 3, n, 2);
        for (int k = 0; k < 3; k++) {
            Tensor one = a.slice(0, k, k + 1).squeeze(0);
            Tensor right = b.slice(0, k, k + 1).squeeze(0);
            close(a.solve(b).slice(0, k, k + 1).squeeze(0), one.solve(right), 1e-14);
            close(a.det().slice(0, k, k + 1).squeeze(0), one.det(), 1e-14);
            close(a.inverse().slice(0, k, k + 1).squeeze(0), one.inverse(), 1e-14);
        }
    }

    @Property(tries = 40)
    void derivativesAreTheClosedForms(@ForAll @IntRange(min = 1, max = 8) int n, @ForAll long seed) {
        Tensor a = regular(seed, n, 0);
        Tensor inverse = a.inverse();
        close(Derivatives.gradient(Tensor::det, a), inverse.transpose().mul(a.det()), 1e-12);
        close(Derivatives.gradient(m -> m.slogDet().logAbsDet(), a), inverse.transpose(), 1e-12);
        Tensor t = normal(seed + 1, n, n);
        close(
                Derivatives.jvp(Tensor::inverse, a, t),
                inverse.matmul(t).matmul(inverse).neg(),
                1e-12);
        // d²/dt² (A + tT)⁻¹ = 2 A⁻¹ T A⁻¹ T A⁻¹
        Tensor step = inverse.matmul(t);
        close(
                Derivatives.directional(Tensor::inverse, a, t, 2),
                step.matmul(step).matmul(inverse).mul(2),
                1e-12);
    }
}
