package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;
import static org.retrograd.autograd.tensor.DeterminantOps.strong;
import static org.retrograd.autograd.tensor.Matrices.diagonalMatrix;
import static org.retrograd.autograd.tensor.Matrices.diagonalRow;
import static org.retrograd.autograd.tensor.Matrices.product;
import static org.retrograd.autograd.tensor.Matrices.productTransposed;
import static org.retrograd.autograd.tensor.Matrices.symmetric;
import static org.retrograd.autograd.tensor.Matrices.transposedProduct;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.SingularValues;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.array.SymmetricEigen;

/**
 * Eigenvalues and singular values, with their vectors.
 *
 * <p>Values stand as a row above the vectors, in one tensor. Values that are equal share a derivative; vectors of such have
 * none. Products with what is infinite or undefined then are strong in zero: who asks for other values or vectors gets
 * their derivatives.
 */
final class SpectralOps {
    private SpectralOps() {}

    /** Returns a symmetric matrix whose eigenvalues are apart, for examples. */
    private static Tensor apart(Tensor x) {
        return symmetric(x).mul(0.3).add(Tensor.range(x.dim(-1)).mul(3).diag());
    }

    /** Returns the values, as a row. */
    private static Tensor row(Tensor factors) {
        return factors.slice(-2, 0, 1);
    }

    /** Returns the distances between neighbours of a row. */
    private static Tensor steps(Tensor row) {
        int n = row.dim(-1);
        return row.slice(-1, 1, n).sub(row.slice(-1, 0, n - 1));
    }

    /** Returns how far rounding may have moved the values of a row. */
    private static Tensor rounding(Tensor row) {
        return row.abs().max(Dims.KEEP, -1).mul(row.dim(-1) * 0x1p-52);
    }

    /**
     * Returns which values of a row are equal, [.., n, n]: neighbours in order that are not further apart than rounding may
     * have moved them, and those between which all are.
     */
    private static Mask equal(Tensor row) {
        if (row.dim(-1) == 0) {
            return Tensor.eye(0).eq(1);
        }
        Tensor values = row.detach();
        Tensor run =
                steps(values).abs().gt(rounding(values)).toTensor().cumSum(-1).pad(-1, 1, 0);
        return run.eq(run.transpose());
    }

    /**
     * Returns derivatives of values, a row, as their means over those that are equal: of all choices of vectors the one that
     * favours none, and the subgradient of least norm of the largest value.
     */
    private static Tensor shared(Tensor row, Mask equal) {
        Tensor ones = equal.toTensor();
        Tensor counts = ones.sum(Dims.KEEP, -1);
        return counts.gt(1).any() ? product(row, ones.div(counts)) : row;
    }

    static final Definition EIGH = Definition.of(
            "eigh",
            "Eigenvalues, ascending, and orthonormal eigenvectors of a symmetric matrix; the largest entry of each vector is "
                    + "positive. Where eigenvalues repeat, vectors have no derivative (NaN); values have.",
            call("x.eigh().values()", real(3, 3), x -> apart(x).eigh().values()),
            call(
                    "x.eigh().vectors() of a batch",
                    real(2, 2, 2),
                    x -> apart(x).eigh().vectors()));

    static final Definition EIGENVALUES = Definition.of(
            "eigenvalues",
            "The eigenvalues of a symmetric matrix in ascending order.",
            call("x.eigenvalues()", real(3, 3), x -> apart(x).eigenvalues()));

    /** The eigenvalues as a row above the matrix of eigenvectors, [.., n + 1, n]. Rules by Giles (2008), section 3.1. */
    static final class Eigen extends MatrixFunction {
        /** Whether vectors are read, too: they have kinks of their own. */
        private final boolean vectors;

        Eigen(boolean vectors) {
            super("eigh");
            this.vectors = vectors;
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape a = in[0].shape;
            return a.with(a.rank() - 2, a.dim(-1) + 1);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int n = out.dim(-1);
            Storage factors = Storage.allocate(out.size());
            SymmetricEigen.factor(in[0].data, out.size() / Math.max(1, (n + 1) * n), n, factors);
            return factors;
        }

        private static Tensor vectors(Tensor y) {
            return y.slice(-2, 1, y.dim(-2));
        }

        /** Returns 1 / (λⱼ - λᵢ) for i ≠ j, NaN where the two are equal, 0 on the diagonal. */
        private static Tensor gaps(Tensor y, Mask equal) {
            Mask diagonal = Tensor.eye(y.dim(-1)).eq(1);
            Tensor differences = row(y).sub(row(y).transpose());
            Tensor apart = Tensor.where(equal, Tensor.scalar(1), differences).reciprocal();
            return apart.maskedFill(equal, Double.NaN).maskedFill(diagonal, 0);
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Tensor v = vectors(y);
            Mask equal = equal(row(y));
            Tensor turned = strong(transposedProduct(v, vectors(g)), gaps(y, equal));
            Tensor middle = diagonalMatrix(shared(row(g), equal)).add(turned);
            return symmetric(productTransposed(product(v, middle), v));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor v = vectors(y);
            Mask equal = equal(row(y));
            Tensor s = product(transposedProduct(v, symmetric(Objects.requireNonNull(t[0]))), v);
            Tensor turned = product(v, strong(s, gaps(y, equal)));
            return Tensor.concat(-2, shared(diagonalRow(s), equal), turned);
        }

        /** Where eigenvalues meet; and, for vectors, where the largest entry is no larger than one of the other sign. */
        @Override
        public List<Kink> kinks(Tensor[] in, Tensor y) {
            if (y.dim(-1) < 2) {
                return List.of();
            }
            Tensor steps = steps(row(y));
            return vectors
                    ? List.of(
                            new Kink(0, steps),
                            new Kink(0, vectors(y).max(-2).add(vectors(y).min(-2))))
                    : List.of(new Kink(1, steps));
        }

        /** Errors are those of the norm of the matrix; in vectors, over the gaps between eigenvalues. */
        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            Tensor norm = row(y).abs().max(Dims.KEEP, -1);
            Tensor wide =
                    gaps(y, equal(row(y))).abs().sum(Dims.KEEP, -2).mul(norm).add(1);
            return Tensor.concat(-2, norm.mul(Tensor.ones(1, y.dim(-1))), wide.mul(Tensor.ones(y.dim(-1), 1)));
        }
    }

    static Eigh eigh(Tensor a) {
        Matrices.requireSymmetric("eigh", a);
        Tensor factors = new Eigen(true).apply(a);
        return new Eigh(row(factors).squeeze(-2), Eigen.vectors(factors));
    }

    static Tensor eigenvalues(Tensor a) {
        Matrices.requireSymmetric("eigenvalues", a);
        return row(new Eigen(false).apply(a)).squeeze(-2);
    }

    static final Definition SINGULAR_VALUES = Definition.of(
            "singularValues",
            "The singular values, descending; at 0 they have the derivative 0, as absolute values have.",
            call("x.singularValues()", real(3, 2), x -> distinct(x).singularValues()),
            call(
                    "x.singularValues() of a wide batch",
                    real(2, 2, 3),
                    x -> distinct(x).singularValues()));

    static final Definition SVD = Definition.of(
            "svd",
            "The factors of A = U diag(s) Vh: singular values, descending, and their vectors, which have no derivative (NaN) "
                    + "where values repeat.",
            call("x.svd().u()", real(4, 2), x -> distinct(x).svd().u()),
            call(
                    "x.svd().vh() of a wide matrix",
                    real(2, 3),
                    x -> distinct(x).svd().vh()),
            call(
                    "x.svd().u() of a square matrix",
                    real(2, 2),
                    x -> distinct(x).svd().u()));

    private static Tensor distinct(Tensor x) {
        int k = Math.min(x.dim(-1), x.dim(-2));
        Tensor diagonal = Tensor.range(k).mul(3).add(2).diag();
        return x.mul(0.2).add(diagonal.pad(0, 0, x.dim(-2) - k).pad(1, 0, x.dim(-1) - k));
    }

    /**
     * The singular values as a row, above U, above V: [.., 1 + m + n, k]. Rules by Townsend, Differentiating the singular
     * value decomposition (2016).
     */
    static final class Singular extends MatrixFunction {
        /** Whether vectors are read, too: they have kinks of their own. */
        private final boolean vectors;

        Singular(boolean vectors) {
            super("svd");
            this.vectors = vectors;
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape a = in[0].shape;
            int k = Math.min(a.dim(-2), a.dim(-1));
            return a.lead(a.rank() - 2, Shape.of(1 + a.dim(-2) + a.dim(-1), k));
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Shape a = in[0].shape;
            Storage factors = Storage.allocate(out.size());
            int count = a.slice(0, a.rank() - 2).size();
            SingularValues.factor(in[0].data, count, a.dim(-2), a.dim(-1), factors);
            return factors;
        }

        private static Tensor u(Tensor y, Tensor a) {
            return y.slice(-2, 1, 1 + a.dim(-2));
        }

        private static Tensor v(Tensor y, Tensor a) {
            return y.slice(-2, 1 + a.dim(-2), y.dim(-2));
        }

        /** Returns 1 / (sⱼ² - sᵢ²) for i ≠ j, NaN where the two are equal, 0 on the diagonal and for two that are lost. */
        private static Tensor gaps(Tensor s, Mask equal, Mask lost) {
            Mask diagonal = Tensor.eye(s.dim(-1)).eq(1);
            Tensor differences = s.sub(s.transpose()).mul(s.add(s.transpose()));
            Tensor apart = Tensor.where(equal, Tensor.scalar(1), differences).reciprocal();
            Tensor both = lost.toTensor().mul(lost.toTensor().transpose());
            return apart.maskedFill(equal, Double.NaN).maskedFill(both.eq(1), 0).maskedFill(diagonal, 0);
        }

        /** Returns which singular values are 0, up to rounding. */
        private static Mask zero(Tensor s, Tensor a) {
            Tensor sizes = s.detach();
            int n = Math.max(a.dim(-2), a.dim(-1));
            return sizes.le(s.size() == 0 ? sizes : rounding(sizes).mul(n / (double) s.dim(-1)));
        }

        /**
         * Returns which singular values are 0 with vectors that may be turned: all that are 0, but for a single one of a square
         * matrix. Rules hold these vectors fast, since derivatives of other values are the same however they are chosen; that
         * their own are undefined is said by {@link #svd}. Where the value itself is multiplied by them, its derivative is NaN.
         */
        private static Mask lost(Tensor s, Tensor a) {
            Mask zero = zero(s, a);
            Tensor count = zero.toTensor().sum(Dims.KEEP, -1);
            return a.dim(-1) == a.dim(-2) ? zero.and(count.gt(1)) : zero;
        }

        private static Tensor reciprocal(Tensor s, Mask lost) {
            return Tensor.where(lost, Tensor.scalar(1), s).reciprocal().maskedFill(lost, 0);
        }

        /** Returns a number for each matrix, [.., 1, 1]: the sum of entries, NaN for each but 0 where the mask holds. */
        private static Tensor undefined(Tensor entries, Mask where) {
            return strong(entries, Tensor.scalar(0).maskedFill(where, Double.NaN))
                    .sum(Dims.KEEP, -2, -1);
        }

        /**
         * With J = F∘(Uᵀ·Ū) and K = F∘(Vᵀ·V̄), where F holds 1 / (sⱼ² - sᵢ²):
         * U·((J + Jᵀ)·S + S·(K + Kᵀ) + diag(s̄))·Vᵀ, and what lies outside the columns of U and V.
         */
        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Tensor a = in[0];
            Tensor s = row(y);
            Tensor u = u(y, a);
            Tensor v = v(y, a);
            Tensor gu = u(g, a);
            Tensor gv = v(g, a);
            Mask equal = equal(s);
            Mask lost = lost(s, a);
            Tensor gaps = gaps(s, equal, lost);
            Tensor turnedU = transposedProduct(u, gu);
            Tensor turnedV = transposedProduct(v, gv);
            Tensor j = strong(turnedU, gaps);
            Tensor l = strong(turnedV, gaps);
            Tensor values = shared(row(g), equal).maskedFill(lost, 0);
            Tensor inner = j.add(j.transpose())
                    .mul(s)
                    .add(l.add(l.transpose()).mul(s.transpose()))
                    .add(diagonalMatrix(values));
            Tensor left = product(u, inner);
            Tensor reciprocal = reciprocal(s, lost);
            if (a.dim(-2) > s.dim(-1)) {
                left = left.add(strong(gu.sub(product(u, turnedU)), reciprocal));
            }
            Tensor sum = productTransposed(left, v);
            if (a.dim(-1) > s.dim(-1)) {
                sum = sum.add(productTransposed(u, strong(gv.sub(product(v, turnedV)), reciprocal)));
            }
            return lost.any() ? sum.add(undefined(row(g), lost)) : sum;
        }

        /** With P = Uᵀ·Ȧ·V: ṡ = diag(P), U̇ = U·(F∘(P·S + S·Pᵀ)), V̇ = V·(F∘(S·P + Pᵀ·S)), and what lies outside. */
        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor a = in[0];
            Tensor da = Objects.requireNonNull(t[0]);
            Tensor s = row(y);
            Tensor u = u(y, a);
            Tensor v = v(y, a);
            Mask equal = equal(s);
            Mask lost = lost(s, a);
            Tensor gaps = gaps(s, equal, lost);
            Tensor right = product(da, v);
            Tensor p = transposedProduct(u, right);
            Tensor columns = p.mul(s);
            Tensor rows = p.mul(s.transpose());
            Tensor du = product(u, strong(columns.add(columns.transpose()), gaps));
            Tensor dv = product(v, strong(rows.add(rows.transpose()), gaps));
            Tensor reciprocal = reciprocal(s, lost);
            if (a.dim(-2) > s.dim(-1)) {
                du = du.add(strong(right.sub(product(u, p)), reciprocal));
            }
            if (a.dim(-1) > s.dim(-1)) {
                dv = dv.add(strong(transposedProduct(da, u).sub(productTransposed(v, p)), reciprocal));
            }
            Tensor values = shared(diagonalRow(p), equal);
            if (lost.any()) {
                values = Tensor.where(lost, da.mul(Double.NaN).sum(Dims.KEEP, -2, -1), values);
            }
            return Tensor.concat(-2, values, du, dv);
        }

        /** Where singular values meet or are 0; and, for vectors, where a largest entry is no larger than one below 0. */
        @Override
        public List<Kink> kinks(Tensor[] in, Tensor y) {
            int k = y.dim(-1);
            if (k == 0) {
                return List.of();
            }
            Tensor distances = Tensor.concat(-1, steps(row(y)), row(y).slice(-1, k - 1, k));
            Tensor u = u(y, in[0]);
            return vectors
                    ? List.of(new Kink(0, distances), new Kink(0, u.max(-2).add(u.min(-2))))
                    : List.of(new Kink(1, distances));
        }

        /** Errors are those of the norm of the matrix; in vectors, over the gaps between values. */
        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            Tensor s = row(y);
            Tensor norm = s.max(Dims.KEEP, -1);
            Tensor wide = gaps(s, equal(s), lost(s, in[0]))
                    .abs()
                    .sum(Dims.KEEP, -2)
                    .mul(norm.square())
                    .add(norm.div(s))
                    .add(1);
            Tensor ones = Tensor.ones(y.dim(-2) - 1, 1);
            return Tensor.concat(-2, norm.mul(Tensor.ones(1, s.dim(-1))), wide.mul(ones));
        }
    }

    private static Tensor singular(String name, Tensor a, boolean vectors) {
        Matrices.requireMatrices(name, a);
        Matrices.requireFinite(name, a);
        return new Singular(vectors).apply(a);
    }

    static Tensor singularValues(Tensor a) {
        return values(singular("singularValues", a, false), a);
    }

    /** Returns the values with derivative 0 where they are 0: there they have a kink, and u·v has none. */
    private static Tensor values(Tensor factors, Tensor a) {
        Tensor row = row(factors);
        Mask zero = Singular.zero(row, a);
        return (zero.any() ? Tensor.where(zero, row.detach(), row) : row).squeeze(-2);
    }

    /** Returns vectors, the columns, with derivative NaN where they are not determined, though the matrix has one. */
    private static Tensor vectors(Tensor columns, Mask lost, Tensor a) {
        if (!lost.any()) {
            return columns;
        }
        // 0, with derivatives NaN of every order
        Tensor zero = strong(a.sub(a.detach()), Tensor.scalar(Double.NaN))
                .sum(Dims.KEEP, -2, -1)
                .expm1();
        Tensor undefined = Tensor.scalar(1).maskedFill(lost, Double.NaN).sub(1);
        return columns.add(strong(zero.mul(Tensor.ones(columns.dim(-2), 1)), undefined));
    }

    static Svd svd(Tensor a) {
        Tensor factors = singular("svd", a, true);
        Mask lost = Singular.lost(row(factors), a);
        return new Svd(
                vectors(Singular.u(factors, a), lost, a),
                values(factors, a),
                vectors(Singular.v(factors, a), lost, a).transpose());
    }
}
