package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.MatrixProduct;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** The matrix product and what is made of it. */
final class ProductOps {
    private ProductOps() {}

    static final Definition MATMUL = Definition.of(
            "matmul",
            "The matrix product over the last two axes, batches broadcast; a vector is a row on the left, a column on the "
                    + "right.",
            call("x.matmul(y)", real(3, 4), real(4, 2), Tensor::matmul),
            call("vector times matrix", real(4), real(4, 2), Tensor::matmul),
            call("matrix times vector", real(3, 4), real(4), Tensor::matmul),
            call("vector times vector", real(4), real(4), Tensor::matmul),
            call("batch times matrix", real(2, 3, 4), real(4, 2), Tensor::matmul),
            call("batches broadcast", real(2, 1, 3, 4), real(5, 4, 2), Tensor::matmul),
            call(
                    "transposed factors",
                    real(4, 3),
                    real(2, 4),
                    (x, y) -> x.transpose().matmul(y.transpose())),
            call("sizes 1", real(1, 1), real(1, 1), Tensor::matmul),
            call("no rows", real(0, 3), real(3, 2), Tensor::matmul),
            call("inner size 0", real(3, 0), real(0, 2), Tensor::matmul));

    /**
     * The product of the last two axes, each factor taken transposed or not.
     *
     * <p>With the two flags the family is closed under both rules, and no transpose is ever copied.
     */
    static final class MatMul extends Linear {
        private final boolean transposeA;
        private final boolean transposeB;

        /** The four operations of the family: neither, the second, the first, both transposed. */
        private static final MatMul[] FAMILY = {
            new MatMul(false, false), new MatMul(false, true), new MatMul(true, false), new MatMul(true, true)
        };

        static MatMul of(boolean transposeA, boolean transposeB) {
            return FAMILY[(transposeA ? 2 : 0) + (transposeB ? 1 : 0)];
        }

        private MatMul(boolean transposeA, boolean transposeB) {
            this.transposeA = transposeA;
            this.transposeB = transposeB;
        }

        @Override
        public String name() {
            return "matmul";
        }

        @Override
        public Shape shape(Tensor[] in) {
            Shape a = in[0].shape;
            Shape b = in[1].shape;
            int n = a.dim(transposeA ? -1 : -2);
            int k = a.dim(transposeA ? -2 : -1);
            int m = b.dim(transposeB ? -2 : -1);
            if (k != b.dim(transposeB ? -1 : -2)) {
                throw mismatch(a, b, k, b.dim(transposeB ? -1 : -2));
            }
            if (a.rank() == 2 && !transposeB) {
                return b.with(-2, n);
            }
            if (b.rank() == 2 && !transposeA) {
                return a.with(-1, m);
            }
            Shape batch;
            try {
                batch = Shape.broadcast(a.slice(0, a.rank() - 2), b.slice(0, b.rank() - 2));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("matmul of " + a + " and " + b + ": the batch " + e.getMessage(), e);
            }
            return batch.append(Shape.of(n, m));
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage result = Storage.allocate(out.size());
            Tensor a = in[0];
            Tensor b = in[1];
            if (b.rank() == 2 && a.rank() > 2 && !transposeA) {
                // a batch of rows against one matrix is one larger product
                Shape rows = Shape.of(a.size() / Math.max(a.dim(-1), 1), a.dim(-1));
                Shape flat = Shape.of(out.size() / Math.max(out.dim(-1), 1), out.dim(-1));
                if (a.size() > 0 && out.size() > 0) {
                    MatrixProduct.multiply(a.data, rows, false, b.data, b.shape, transposeB, flat, result);
                }
                return result;
            }
            MatrixProduct.multiply(a.data, a.shape, transposeA, b.data, b.shape, transposeB, out, result);
            return result;
        }

        /** With A = op(a), B = op(b): the cotangents are g·Bᵀ and Aᵀ·g, transposed once more for a factor taken so. */
        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            if (k == 0) {
                return transposeA
                        ? MatMul.of(transposeB, true).apply(in[1], g)
                        : MatMul.of(false, !transposeB).apply(g, in[1]);
            }
            return transposeB
                    ? MatMul.of(true, transposeA).apply(g, in[0])
                    : MatMul.of(!transposeA, false).apply(in[0], g);
        }

        @Override
        boolean knowsSecond(Tensor[] in) {
            return true;
        }

        @Override
        @Nullable
        Tensor second(@Nullable Tensor[] t, Tensor[] in, Tensor y, boolean summed) {
            return Directions.product(this, t, 0, 1, in, y, summed);
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return super.jvp(Directions.aligned(t, in, y.rank()), in, y);
        }

        /**
         * An entry depends on its row of the left factor, on its column of the right one; if the other factor is a constant,
         * only on those entries that it does not multiply by 0.
         */
        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            Tensor other = in[1 - k];
            if (other.op == null && other.eq(0).any()) {
                return throughConstant(k, in, y.shape);
            }
            boolean transposed = k == 0 ? transposeA : transposeB;
            Shape shape = in[k].shape;
            Tensor lines = Relation.numbers(shape.with((k == 0) == transposed ? -2 : -1, 1));
            return Relation.ofGroups(
                    lines.broadcastTo(shape), (transposed ? lines.transpose() : lines).broadcastTo(y.shape));
        }

        private Relation throughConstant(int k, Tensor[] in, Shape out) {
            Shape batch = out.slice(0, out.rank() - 2);
            Tensor left = k == 0 ? Relation.numbers(in[0].shape) : in[0].ne(0).toTensor();
            Tensor right = k == 1 ? Relation.numbers(in[1].shape) : in[1].ne(0).toTensor();
            Storage rows = repeated(transposeA ? left.transpose() : left, batch);
            Storage columns = repeated(transposeB ? right.transpose() : right, batch);
            int n = out.dim(-2);
            int m = out.dim(-1);
            int inner = in[0].dim(transposeA ? -2 : -1);
            return Relation.ofReads(out.size(), entry -> {
                int row = entry / m * inner;
                int column = entry / (n * m) * inner * m + entry % m;
                return IntStream.range(0, inner)
                        .map(l -> (int) (rows.get(row + l) * columns.get(column + l * m)) - 1)
                        .filter(position -> position >= 0)
                        .toArray();
            });
        }

        private static Storage repeated(Tensor matrix, Shape batch) {
            return matrix.broadcastTo(batch.append(matrix.shape.slice(matrix.rank() - 2, matrix.rank()))).data;
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return apply(in[0].abs(), in[1].abs());
        }
    }

    private static IllegalArgumentException mismatch(Shape a, Shape b, int inner, int other) {
        return new IllegalArgumentException("matmul needs [.., n, k] and [.., k, m], but got " + a + " and " + b
                + ": the inner sizes " + inner + " and " + other + " differ");
    }

    static Tensor matmul(Tensor a, Tensor b) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw new IllegalArgumentException("matmul needs at least one axis on each side, but got " + a.shape
                    + " and " + b.shape + "; use mul");
        }
        int inner = b.dim(b.rank() == 1 ? 0 : -2);
        if (a.dim(-1) != inner) {
            throw mismatch(a.shape, b.shape, a.dim(-1), inner);
        }
        Tensor left = a.rank() == 1 ? a.expandDims(0) : a;
        Tensor right = b.rank() == 1 ? b.expandDims(1) : b;
        Tensor product = MatMul.of(false, false).apply(left, right);
        if (a.rank() == 1) {
            product = product.squeeze(-2);
        }
        return b.rank() == 1 ? product.squeeze(-1) : product;
    }

    static final Definition DOT = Definition.of(
            "dot", "The sum of the products of two vectors' entries.", call("x.dot(y)", real(4), real(4), Tensor::dot));

    static Tensor dot(Tensor a, Tensor b) {
        if (a.rank() != 1 || !a.shape.equals(b.shape)) {
            throw new IllegalArgumentException(
                    "dot needs two vectors of one length, but got shapes " + a.shape + " and " + b.shape);
        }
        return matmul(a, b);
    }

    static final Definition OUTER = Definition.of(
            "outer",
            "The products of all pairs of two vectors' entries.",
            call("x.outer(y)", real(3), real(4), Tensor::outer));

    static Tensor outer(Tensor a, Tensor b) {
        if (a.rank() != 1 || b.rank() != 1) {
            throw new IllegalArgumentException(
                    "outer needs two vectors, but got shapes " + a.shape + " and " + b.shape);
        }
        return a.expandDims(1).mul(b.expandDims(0));
    }

    static final Definition KRON = Definition.of(
            "kron",
            "The Kronecker product: a block a_ij·b for each entry of the first matrix.",
            call("x.kron(y)", real(2, 3), real(2, 2), Tensor::kron));

    static Tensor kron(Tensor a, Tensor b) {
        if (a.rank() != 2 || b.rank() != 2) {
            throw new IllegalArgumentException(
                    "kron needs two matrices, but got shapes " + a.shape + " and " + b.shape);
        }
        Tensor blocks = a.reshape(a.dim(0), 1, a.dim(1), 1).mul(b.reshape(1, b.dim(0), 1, b.dim(1)));
        return blocks.reshape(a.dim(0) * b.dim(0), a.dim(1) * b.dim(1));
    }

    static final Definition TRACE = Definition.of(
            "trace", "The sum of the diagonal of the last two axes.", call("x.trace()", real(2, 3, 3), Tensor::trace));
}
