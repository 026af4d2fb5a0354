package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;
import static org.retrograd.autograd.tensor.DeterminantOps.strong;
import static org.retrograd.autograd.tensor.Matrices.product;
import static org.retrograd.autograd.tensor.Matrices.productTransposed;
import static org.retrograd.autograd.tensor.Matrices.symmetric;
import static org.retrograd.autograd.tensor.Matrices.transposedProduct;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Cholesky;
import org.retrograd.autograd.array.Householder;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/**
 * Cholesky, QR and least squares.
 *
 * <p>One that has several factors returns them one above the other in one tensor, of which the method returns slices: an
 * operation has one result, and a derivative by one factor only has zeros elsewhere.
 */
final class FactorOps {
    private FactorOps() {}

    /** Returns a symmetric positive definite matrix, for examples. */
    private static Tensor definite(Tensor x) {
        return productTransposed(x, x).add(Tensor.eye(x.dim(-2)));
    }

    /** Returns the lower triangle with half of the diagonal: the part of a symmetric X for which L + Lᵀ = X. */
    private static Tensor lowerHalf(Tensor x) {
        Tensor eye = Tensor.eye(x.dim(-1));
        return x.mul(Tensor.ones(x.dim(-1), x.dim(-1)).tril(0).sub(eye.mul(0.5)));
    }

    private static Tensor solve(Tensor t, Tensor b, Triangle triangle) {
        return new SolveOps.TriangularSolve(triangle).apply(t, b);
    }

    /** Returns B·T⁻¹. */
    private static Tensor solveRight(Tensor b, Tensor t, Triangle triangle) {
        return solve(t, b.transpose(), triangle.transposed()).transpose();
    }

    static final Definition CHOLESKY = Definition.of(
            "cholesky",
            "The lower triangular L with L Lᵀ = A for a symmetric positive definite A; its derivative by A is symmetric.",
            call("x.cholesky()", real(3, 3), x -> definite(x).cholesky()),
            call("x.cholesky() of a batch", real(2, 2, 2), x -> definite(x).cholesky()),
            call("x.cholesky() of size 1", real(1, 1), x -> definite(x).cholesky()));

    /** The Cholesky factor. Rules by Murray, Differentiation of the Cholesky decomposition (2016), section 3. */
    static final class CholeskyFactor extends MatrixFunction {
        CholeskyFactor() {
            super("cholesky");
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int n = out.dim(-1);
            Storage lower = Storage.allocate(out.size());
            int count = out.size() / Math.max(1, n * n);
            int failed = Cholesky.factor(in[0].data, count, n, lower);
            if (failed >= 0) {
                int size = failed % n + 1;
                throw new ArithmeticException(
                        "cholesky needs positive definite matrices, but the leading minor of size "
                                + size + Matrices.inBatch(out, failed / n)
                                + " is not positive; eigenvalues() tell, and adding "
                                + "a multiple of the identity helps");
            }
            return lower;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Tensor middle = lowerHalf(transposedProduct(y, g));
            Tensor left = solve(y, middle, Triangle.LOWER.transposed());
            return symmetric(solveRight(left, y, Triangle.LOWER));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor left = solve(y, symmetric(Objects.requireNonNull(t[0])), Triangle.LOWER);
            return product(y, lowerHalf(solveRight(left, y, Triangle.LOWER.transposed())));
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            Tensor inverse = solve(y, Tensor.eye(y.dim(-1)), Triangle.LOWER).abs();
            return product(y.abs(), product(inverse, product(in[0].abs(), inverse.transpose())));
        }
    }

    static Tensor cholesky(Tensor a) {
        Matrices.requireSymmetric("cholesky", a);
        return new CholeskyFactor().apply(a);
    }

    /** Returns which columns, [.., n], depend on those before: next to nothing of their length is on the diagonal of R. */
    private static Mask dependent(Tensor r, int rows) {
        Tensor sizes = r.detach().abs();
        Tensor diagonal = sizes.diagonal();
        return diagonal.le(r.size() == 0 ? diagonal : sizes.max(-2).mul(rows * 0x1p-50));
    }

    static final Definition QR = Definition.of(
            "qr",
            "The factors of A = Q R: Q with orthonormal columns, as many as A has rows or columns, whichever is fewer, and R "
                    + "upper triangular with a diagonal >= 0; no derivative where so many first columns of A depend on each "
                    + "other.",
            call("x.qr().q()", real(4, 3), x -> x.qr().q()),
            call("x.qr().r() of a batch", real(2, 3, 2), x -> x.qr().r()),
            call("x.qr().q() of a square matrix", real(2, 2), x -> x.qr().q()),
            call("x.qr().q() of a wide matrix", real(2, 4), x -> x.qr().q()),
            call("x.qr().r() of a batch of wide matrices", real(2, 2, 3), x -> x.qr().r()));

    /** Q above R, [.., m + n, n] with m ≥ n. Rules by Walter and Lehmann, Algorithmic differentiation of linear algebra (2012). */
    static final class QrFactors extends MatrixFunction {
        QrFactors() {
            super("qr");
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape a = in[0].shape;
            return a.with(a.rank() - 2, a.dim(-2) + a.dim(-1));
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int n = out.dim(-1);
            int m = out.dim(-2) - n;
            Storage factors = Storage.allocate(out.size());
            Householder.factor(in[0].data, out.size() / Math.max(1, (m + n) * n), m, n, factors);
            return factors;
        }

        private static Tensor q(Tensor y) {
            return y.slice(-2, 0, y.dim(-2) - y.dim(-1));
        }

        private static Tensor r(Tensor y) {
            return y.slice(-2, y.dim(-2) - y.dim(-1), y.dim(-2));
        }

        /** Returns of which matrices a column depends on others: these have no derivative. */
        private static Mask lost(Tensor[] in, Tensor y) {
            Mask dependent = dependent(r(y), in[0].dim(-2));
            return dependent.any()
                    ? dependent.toTensor().max(Dims.KEEP, -1).expandDims(-1).gt(0)
                    : dependent;
        }

        /** Returns a derivative that is NaN for those matrices, unless what it is multiplied by is 0. */
        private static Tensor unlessLost(Mask lost, Tensor derivative, Tensor by) {
            if (!lost.any()) {
                return derivative;
            }
            Tensor undefined = Tensor.scalar(0).maskedFill(lost, Double.NaN);
            return derivative.add(strong(by, undefined).sum(Dims.KEEP, -2, -1));
        }

        /** Returns R, and in its place what can be divided by for those matrices. */
        private static Tensor regular(Mask lost, Tensor r) {
            return lost.any() ? Tensor.where(lost, Tensor.eye(r.dim(-1)), r) : r;
        }

        /** With M = R·R̄ᵀ - Q̄ᵀ·Q: (Q̄ + Q·(tril(M) + tril(M, -1)ᵀ))·R⁻ᵀ. */
        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Mask lost = lost(in, y);
            Tensor q = q(y);
            Tensor r = regular(lost, r(y));
            Tensor gr = r(g).triu(0);
            Tensor m = productTransposed(r, gr).sub(transposedProduct(q(g), q));
            Tensor filled = m.tril(0).add(m.tril(-1).transpose());
            Tensor turned = solveRight(q(g).add(product(q, filled)), r, Triangle.UPPER.transposed());
            return unlessLost(lost, turned, g);
        }

        /** With C = Qᵀ·Ȧ·R⁻¹ and its skew part Ω below the diagonal: Ṙ = (C - Ω)·R and Q̇ = Ȧ·R⁻¹ - Q·(C - Ω). */
        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor da = Objects.requireNonNull(t[0]);
            Mask lost = lost(in, y);
            Tensor q = q(y);
            Tensor r = regular(lost, r(y));
            Tensor moved = solveRight(da, r, Triangle.UPPER);
            Tensor c = transposedProduct(q, moved);
            Tensor below = c.tril(-1);
            Tensor upper = c.sub(below).add(below.transpose());
            return unlessLost(lost, Tensor.concat(-2, moved.sub(product(q, upper)), product(upper, r)), da);
        }

        /** The diagonal of R: 0 where columns depend on each other. */
        @Override
        public List<Kink> kinks(Tensor[] in, Tensor y) {
            return List.of(new Kink(0, r(y).diagonal()));
        }
    }

    /** A wide matrix is a square one beside another: [X Y] = Q [U V] with X = Q U, and so V = Qᵀ Y. */
    static Qr qr(Tensor a) {
        Matrices.requireMatrices("qr", a);
        Matrices.requireFinite("qr", a);
        int m = a.dim(-2);
        int n = a.dim(-1);
        if (m >= n) {
            return tallQr(a);
        }
        Qr square = tallQr(a.slice(-1, 0, m));
        return new Qr(square.q(), Tensor.concat(-1, square.r(), transposedProduct(square.q(), a.slice(-1, m, n))));
    }

    private static Qr tallQr(Tensor a) {
        Tensor factors = new QrFactors().apply(a);
        int m = a.dim(-2);
        return new Qr(factors.slice(-2, 0, m), factors.slice(-2, m, m + a.dim(-1)));
    }

    static final Definition LSTSQ = Definition.of(
            "lstsq",
            "The x that minimises |A x - b| for an A whose columns are independent, by QR; a b of one axis is a vector.",
            call("x.lstsq(y)", real(4, 2), real(4), (x, y) -> wellPosed(x).lstsq(y)),
            call(
                    "x.lstsq(y) of a batch",
                    real(2, 3, 2),
                    real(3, 2),
                    (x, y) -> wellPosed(x).lstsq(y)));

    private static Tensor wellPosed(Tensor x) {
        return x.mul(0.3).add(Tensor.eye(x.dim(-2)).slice(1, 0, x.dim(-1)).mul(2));
    }

    static Tensor lstsq(Tensor a, Tensor b) {
        Matrices.requireMatrices("lstsq", a);
        if (a.dim(-2) < a.dim(-1)) {
            throw new IllegalArgumentException("lstsq needs at least as many equations as unknowns, but got shape "
                    + a.shape + ": add a penalty, and solve");
        }
        Matrices.requireFinite("lstsq", a);
        Tensor columns = Matrices.columns("lstsq", a, b);
        Qr factors = tallQr(a);
        Mask dependent = dependent(factors.r(), a.dim(-2));
        if (dependent.any()) {
            int n = a.dim(-1);
            int first = dependent.reshape(-1).toTensor().argMax(0).get(0);
            throw new ArithmeticException("lstsq needs matrices whose columns are independent, but column " + first % n
                    + Matrices.inBatch(a.shape, first / n)
                    + " is a combination of those before it: drop it, or add a penalty");
        }
        Tensor projected = transposedProduct(factors.q(), columns);
        return Matrices.likeRightSide(solve(factors.r(), projected, Triangle.UPPER), b);
    }
}
