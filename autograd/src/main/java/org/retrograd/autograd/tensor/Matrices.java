package org.retrograd.autograd.tensor;

import java.util.Arrays;
import org.retrograd.autograd.array.Defects;
import org.retrograd.autograd.array.Shape;

/** What calls of linear algebra demand of their matrices, and products that take a factor transposed without copying it. */
final class Matrices {
    /** Mirror images may differ by this much of the largest entry: what long sums leave, not what a mistake makes. */
    private static final double SYMMETRY = 1e-10;

    private Matrices() {}

    static Tensor product(Tensor a, Tensor b) {
        return ProductOps.MatMul.of(false, false).apply(a, b);
    }

    /** Returns a·bᵀ. */
    static Tensor productTransposed(Tensor a, Tensor b) {
        return ProductOps.MatMul.of(false, true).apply(a, b);
    }

    /** Returns aᵀ·b. */
    static Tensor transposedProduct(Tensor a, Tensor b) {
        return ProductOps.MatMul.of(true, false).apply(a, b);
    }

    static Tensor symmetric(Tensor a) {
        return a.add(a.transpose()).mul(0.5);
    }

    /** Returns a row [.., 1, n] on the diagonal of [.., n, n]. */
    static Tensor diagonalMatrix(Tensor row) {
        return row.mul(Tensor.eye(row.dim(-1)));
    }

    /** Returns the diagonal of [.., n, n] as a row [.., 1, n]. */
    static Tensor diagonalRow(Tensor matrix) {
        return matrix.mul(Tensor.eye(matrix.dim(-1))).sum(Dims.KEEP, -2);
    }

    static void requireMatrices(String name, Tensor a) {
        if (a.rank() < 2) {
            throw new IllegalArgumentException(name + " needs matrices [.., m, n], but got shape " + a.shape);
        }
    }

    static void requireSquare(String name, Tensor a) {
        if (a.rank() < 2 || a.dim(-1) != a.dim(-2)) {
            throw new IllegalArgumentException(name + " needs square matrices [.., n, n], but got shape " + a.shape);
        }
    }

    static void requireSymmetric(String name, Tensor a) {
        requireSquare(name, a);
        int n = a.dim(-1);
        int p = Defects.asymmetric(a.data, n, SYMMETRY);
        if (p >= 0) {
            int i = p / n % n;
            int j = p % n;
            double mirrored = a.data.get(p - i * n - j + j * n + i);
            String where = inBatch(a.shape, p / (n * n));
            if (!Double.isFinite(a.data.get(p))) {
                throw new IllegalArgumentException(name + " needs finite entries, but entry [" + i + ", " + j + "]"
                        + where + " is " + a.data.get(p));
            }
            throw new IllegalArgumentException(name + " needs symmetric matrices, but entry [" + i + ", " + j + "]"
                    + where + " is " + a.data.get(p) + " and entry [" + j + ", " + i + "] is " + mirrored
                    + "; a.add(a.transpose()).mul(0.5) is symmetric");
        }
    }

    static void requireFinite(String name, Tensor a) {
        int p = Defects.notFinite(a.data);
        if (p >= 0) {
            int n = a.dim(-1);
            int m = a.dim(-2);
            throw new IllegalArgumentException(name + " needs finite entries, but entry [" + p / n % m + ", " + p % n
                    + "]" + inBatch(a.shape, p / (m * n)) + " is " + a.data.get(p));
        }
    }

    /** Returns words that name a matrix of a stack; none if there is only one. */
    static String inBatch(Shape shape, int matrix) {
        if (shape.rank() == 2) {
            return "";
        }
        int[] index = new int[shape.rank() - 2];
        int left = matrix;
        for (int axis = index.length - 1; axis >= 0; axis--) {
            index[axis] = left % shape.dim(axis);
            left /= shape.dim(axis);
        }
        return " of matrix " + Arrays.toString(index);
    }

    /** Returns a right-hand side as columns: a vector becomes the only one. */
    static Tensor columns(String name, Tensor a, Tensor b) {
        if (b.rank() == 0 || b.dim(b.rank() == 1 ? 0 : -2) != a.dim(-2)) {
            throw new IllegalArgumentException(name + " needs a right side [.., m, k] or [m] with as many rows as the "
                    + "matrices [.., m, n] have, but got " + a.shape + " and " + b.shape);
        }
        Tensor columns = b.rank() == 1 ? b.expandDims(1) : b;
        try {
            Shape.broadcast(a.shape.slice(0, a.rank() - 2), columns.shape.slice(0, columns.rank() - 2));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    name + " of " + a.shape + " and " + b.shape + ": the batch " + e.getMessage(), e);
        }
        return columns;
    }

    /** Returns the solution for {@link #columns}, a vector again if the right-hand side was one. */
    static Tensor likeRightSide(Tensor solution, Tensor b) {
        return b.rank() == 1 ? solution.squeeze(-1) : solution;
    }

    /** Returns the shape of op(A)⁻¹B, the batches broadcast. */
    static Shape solution(Tensor a, Tensor b) {
        Shape batch = Shape.broadcast(a.shape.slice(0, a.rank() - 2), b.shape.slice(0, b.rank() - 2));
        return batch.append(b.shape.slice(b.rank() - 2, b.rank()));
    }
}
