package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;
import static org.retrograd.autograd.tensor.Matrices.diagonalMatrix;
import static org.retrograd.autograd.tensor.Matrices.product;

import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.CompletePivoting;
import org.retrograd.autograd.array.Defects;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.scalar.Arithmetic;

/** The determinant and its logarithm. */
final class DeterminantOps {
    /**
     * Pivots that are smaller than this fraction of the largest do not divide in derivatives of a determinant: every order
     * would lose as many digits as the matrix has in its condition.
     */
    private static final double SMALL = 1e-3;

    private DeterminantOps() {}

    static final Definition DET = Definition.of(
            "det",
            "The determinant: a polynomial, so that derivatives of every order exist also at singular matrices; 1 for size 0.",
            call("x.det()", real(3, 3), Tensor::det),
            call("x.det() of a batch", real(2, 2, 2), Tensor::det),
            call("x.det() of size 1", real(1, 1), Tensor::det),
            call("x.det() of size 0", real(2, 0, 0), Tensor::det),
            call(
                    "x.det() of rank 2 in 3",
                    real(3, 2),
                    x -> x.matmul(x.transpose()).det()),
            call("x.det() of rank 1 in 3", real(3), x -> x.outer(x).det()));

    static Tensor det(Tensor a) {
        Matrices.requireSquare("det", a);
        return a.dim(-1) == 0 ? a.sum(-2, -1).add(1) : orNaN(a, DeterminantOps::finiteDet);
    }

    /**
     * Returns a function of matrices, NaN with derivative NaN for those that have an entry NaN or infinite: elimination
     * may lose these.
     */
    private static Tensor orNaN(Tensor a, UnaryOperator<Tensor> ofFinite) {
        if (Defects.notFinite(a.data) < 0) {
            return ofFinite.apply(a);
        }
        Mask finite = a.detach().mul(0).eq(0).toTensor().min(Dims.KEEP, -2, -1).eq(1);
        Tensor undefined =
                Tensor.where(finite, Tensor.scalar(0), a.mul(Double.NaN)).sum(-2, -1);
        Tensor value = ofFinite.apply(Tensor.where(finite, a, Tensor.eye(a.dim(-1))));
        return value.add(value.rank() == undefined.rank() ? undefined : undefined.expandDims(-1));
    }

    private static Tensor finiteDet(Tensor a) {
        LuFactors factors = LuFactors.factor(a);
        return factors.pivotRatio() < SMALL ? nearSingular(a) : new Det(factors).apply(a);
    }

    /** The determinant of well-conditioned matrices, by Jacobi's formula. */
    static final class Det extends Op {
        private final LuFactors known;

        Det(LuFactors known) {
            this.known = known;
        }

        @Override
        public String name() {
            return "det";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.slice(0, in[0].rank() - 2);
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Relation.ofBatches(in[0].shape, 2, y.shape, 0);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return known.of(in[0]).determinant();
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return entrywise(g).mul(cofactors(in[0], y));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return Objects.requireNonNull(t[0]).mul(cofactors(in[0], y)).sum(-2, -1);
        }

        private Tensor cofactors(Tensor a, Tensor y) {
            return entrywise(y).mul(inverseTransposed(known, a));
        }

        /** Each term of the expansion is bounded by entries times cofactors. */
        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return in[0].mul(cofactors(in[0], y)).abs().sum(-2, -1);
        }
    }

    private static Tensor inverseTransposed(LuFactors factors, Tensor a) {
        return new SolveOps.Solve(factors, true).apply(a, Tensor.eye(a.dim(-1)));
    }

    /** Returns a number for each matrix, [..], so that it meets all its entries: [.., 1, 1]. */
    private static Tensor entrywise(Tensor x) {
        return x.expandDims(-1).expandDims(-1);
    }

    /**
     * Returns the determinant without dividing by small pivots.
     *
     * <p>Complete pivoting gives constants with {@code L⁻¹ P A Q U⁻¹ = D}, where L and U have diagonals of 1 and D is
     * diagonal. The determinant of the left side is ±det(A) for <em>every</em> A, and at D it can be differentiated without
     * cancellation: the block of large pivots by Jacobi's formula, its Schur complement as a polynomial.
     */
    private static Tensor nearSingular(Tensor a) {
        int n = a.dim(-1);
        Shape batch = a.shape.slice(0, a.rank() - 2);
        Storage ldu = Storage.allocate(a.size());
        int[] rows = new int[a.size() / n];
        int[] columns = new int[a.size() / n];
        Storage signs = Storage.allocate(batch.size());
        int rank = CompletePivoting.factor(a.data, batch.size(), n, SMALL, ldu, rows, columns, signs);
        Tensor factors = new Tensor(a.shape, ldu);
        Shape orders = a.shape.slice(0, a.rank() - 1);
        Tensor left = factors.triangularSolve(Indices.owning(orders, rows).oneHot(n), Triangle.LOWER.unitDiagonal());
        Tensor right = factors.triangularSolve(
                Indices.owning(orders, columns).oneHot(n),
                Triangle.UPPER.unitDiagonal().transposed());
        // signs of rows that make D positive: then the polynomial adds what it does not have to subtract
        Tensor flips = factors.diagonal().lt(0).toTensor().mul(-2).add(1).expandDims(-1);
        Tensor d = Matrices.productTransposed(product(left.mul(flips), a), right);
        Tensor small = d.slice(-2, rank, n).slice(-1, rank, n);
        Tensor det = new Tensor(batch, signs);
        if (rank > 0) {
            Tensor large = d.slice(-2, 0, rank).slice(-1, 0, rank);
            LuFactors ofLarge = LuFactors.factor(large);
            Tensor across = d.slice(-2, 0, rank).slice(-1, rank, n);
            Tensor below = d.slice(-2, rank, n).slice(-1, 0, rank);
            small = small.sub(product(below, new SolveOps.Solve(ofLarge, false).apply(large, across)));
            det = det.mul(new Det(ofLarge).apply(large));
        }
        return rank == n ? det : det.mul(polynomial(small));
    }

    /**
     * Returns the determinant by products and sums alone (Bird, A simple division-free algorithm for computing
     * determinants, 2011): n - 1 products of matrices. For diagonal matrices with entries ≥ 0 nothing cancels in it.
     */
    private static Tensor polynomial(Tensor a) {
        int n = a.dim(-1);
        Tensor later = Tensor.ones(n, n).tril(-1);
        Tensor f = a;
        for (int k = 1; k < n; k++) {
            Tensor sumsOfLater = product(f.diagonal().expandDims(-2), later);
            f = product(f.triu(1).sub(diagonalMatrix(sumsOfLater)), a);
        }
        Tensor first = f.slice(-2, 0, 1).slice(-1, 0, 1).squeeze(-2, -1);
        return n % 2 == 1 ? first : first.neg();
    }

    static final Definition SLOG_DET = Definition.of(
            "slogDet",
            "The sign of the determinant and the logarithm of its size, which neither over- nor underflows; -inf, without a "
                    + "derivative, at singular matrices.",
            call("x.slogDet().logAbsDet()", real(3, 3), x -> x.slogDet().logAbsDet()),
            call(
                    "x.slogDet().sign() of a batch",
                    real(2, 2, 2),
                    x -> x.slogDet().sign()),
            call("x.slogDet() of size 0", real(0, 0), x -> x.slogDet().logAbsDet()));

    static final Definition LOG_DET = Definition.of(
            "logDet",
            "The logarithm of the determinant; NaN where that is negative, -inf where it is 0.",
            call(
                    "x.logDet()",
                    real(3, 3),
                    x -> x.matmul(x.transpose()).add(Tensor.eye(3)).logDet()));

    static SlogDet slogDet(Tensor a) {
        Matrices.requireSquare("slogDet", a);
        Tensor signAndLog = orNaN(a, x -> new SignAndLog(LuFactors.factor(x)).apply(x));
        return new SlogDet(
                signAndLog.slice(-1, 0, 1).squeeze(-1),
                signAndLog.slice(-1, 1, 2).squeeze(-1));
    }

    static Tensor logDet(Tensor a) {
        Matrices.requireSquare("logDet", a);
        SlogDet parts = slogDet(a);
        Mask negative = parts.sign().lt(0);
        // a factor NaN, not a NaN in its place: the derivative is NaN, too
        Tensor domain = Tensor.scalar(1).maskedFill(negative, Double.NaN);
        return negative.any() ? parts.logAbsDet().mul(domain) : parts.logAbsDet();
    }

    /** Sign and logarithm, [.., 2]; the sign has derivative 0. */
    static final class SignAndLog extends Op {
        private final LuFactors known;

        SignAndLog(LuFactors known) {
            this.known = known;
        }

        @Override
        public String name() {
            return "slogDet";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.lead(in[0].rank() - 2, Shape.of(2));
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Relation.ofBatches(in[0].shape, 2, y.shape, 1);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return known.of(in[0]).logDeterminant();
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return strong(entrywise(g.slice(-1, 1, 2).squeeze(-1)), gradient(in[0], y));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor log = strong(Objects.requireNonNull(t[0]), gradient(in[0], y))
                    .sum(-2, -1)
                    .expandDims(-1);
            return log.mul(Tensor.of(0, 1));
        }

        /** A⁻ᵀ; NaN where A is singular: from both sides the logarithm falls to -∞, with slopes of either sign. */
        private Tensor gradient(Tensor a, Tensor y) {
            Tensor inverse = inverseTransposed(known, a);
            Mask singular = y.slice(-1, 0, 1).expandDims(-1).eq(0);
            return singular.any() ? inverse.maskedFill(singular, Double.NaN) : inverse;
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            Tensor terms = in[0].mul(gradient(in[0], y)).abs().sum(-2, -1).expandDims(-1);
            return y.abs().add(terms.mul(Tensor.of(0, 1)));
        }
    }

    /** Returns the product in which an exact 0 stays 0, whatever the other factor. */
    static Tensor strong(Tensor a, Tensor b) {
        return Elementwise.of(Arithmetic.STRONG_MUL).apply(a, b);
    }
}
