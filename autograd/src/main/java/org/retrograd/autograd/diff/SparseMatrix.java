package org.retrograd.autograd.diff;

import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.OpenMapRealMatrix;
import org.apache.commons.math3.linear.RealLinearOperator;
import org.apache.commons.math3.linear.RealVector;
import org.retrograd.autograd.array.Sparsity;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A matrix of which only the entries of a pattern are kept, row after row: compressed row storage (CSR), or triplets (row,
 * column, value).
 *
 * <p>Entries of the pattern may happen to be 0. The values are a tensor; if it is traced, so are the products.
 *
 * @param sparsity the places of the entries
 * @param values the entries, [entries]
 */
public record SparseMatrix(Sparsity sparsity, Tensor values) {
    private static final int SHOWN = 6;

    /**
     * Checks that there is one value for each entry of the pattern.
     *
     * @throws IllegalArgumentException if there is not
     */
    public SparseMatrix {
        if (values.rank() != 1 || values.size() != sparsity.entries()) {
            throw new IllegalArgumentException("a sparse matrix with " + sparsity.entries() + " entries needs values "
                    + "of shape [" + sparsity.entries() + "], but got " + values.shape());
        }
    }

    /** Returns the number of rows. */
    public int rows() {
        return sparsity.rows();
    }

    /** Returns the number of columns. */
    public int columns() {
        return sparsity.columns();
    }

    /** Returns the number of entries. */
    public int entries() {
        return sparsity.entries();
    }

    /** Returns the row of each entry: with {@link #columnIndices} and {@link #values}, the triplets. */
    public int[] rowIndices() {
        return sparsity.rowOfEntries();
    }

    /** Returns the column of each entry; ascending within a row. */
    public int[] columnIndices() {
        return sparsity.columnOfEntries();
    }

    /** Returns the number of the first entry of each row, followed by the number of entries: CSR's row starts. */
    public int[] rowStarts() {
        return sparsity.rowStarts();
    }

    /**
     * Returns the product with a vector, [columns] → [rows].
     *
     * @throws IllegalArgumentException if the vector has another length
     */
    public Tensor multiply(Tensor v) {
        requireLength("columns", columns(), v);
        return values.mul(v.take(Indices.of(columnIndices()), 0)).segmentSum(Indices.of(rowIndices()), rows());
    }

    /**
     * Returns the product of the transposed matrix with a vector, [rows] → [columns].
     *
     * @throws IllegalArgumentException if the vector has another length
     */
    public Tensor multiplyTransposed(Tensor v) {
        requireLength("rows", rows(), v);
        return values.mul(v.take(Indices.of(rowIndices()), 0)).segmentSum(Indices.of(columnIndices()), columns());
    }

    private static void requireLength(String what, int expected, Tensor v) {
        if (v.rank() != 1 || v.size() != expected) {
            throw new IllegalArgumentException("a sparse matrix with " + expected + " " + what
                    + " multiplies a vector of shape [" + expected + "], but got " + v.shape());
        }
    }

    /** Returns the same matrix with its zeros, [rows, columns]. */
    public Tensor toDense() {
        int[] positions = rowIndices();
        for (int entry = 0; entry < positions.length; entry++) {
            positions[entry] = positions[entry] * columns() + sparsity.column(entry);
        }
        int places = Math.multiplyExact(rows(), columns());
        return values.segmentSum(Indices.of(positions), places).reshape(rows(), columns());
    }

    /** Returns the same matrix in Commons Math's sparse format, for its decompositions and element-wise reading. */
    public OpenMapRealMatrix toRealMatrix() {
        OpenMapRealMatrix matrix = new OpenMapRealMatrix(rows(), columns());
        int[] rowOf = rowIndices();
        for (int entry = 0; entry < rowOf.length; entry++) {
            matrix.setEntry(rowOf[entry], sparsity.column(entry), values.get(entry));
        }
        return matrix;
    }

    /**
     * Returns the matrix as what Commons Math's iterative solvers ask for: a map of vectors, at the cost of its entries.
     *
     * <p>{@link #toRealMatrix} walks over all rows and columns for each product.
     */
    public RealLinearOperator toOperator() {
        return new RealLinearOperator() {
            @Override
            public int getRowDimension() {
                return rows();
            }

            @Override
            public int getColumnDimension() {
                return columns();
            }

            @Override
            public RealVector operate(RealVector x) {
                return new ArrayRealVector(multiply(Tensor.of(x.toArray())).toArray(), false);
            }

            @Override
            public RealVector operateTranspose(RealVector x) {
                return new ArrayRealVector(
                        multiplyTransposed(Tensor.of(x.toArray())).toArray(), false);
            }

            @Override
            public boolean isTransposable() {
                return true;
            }
        };
    }

    /** Returns size, number of entries and the first triplets. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("SparseMatrix ").append(sparsity).append(':');
        int[] rowOf = rowIndices();
        for (int entry = 0; entry < Math.min(SHOWN, rowOf.length); entry++) {
            text.append(" (").append(rowOf[entry]).append(", ").append(sparsity.column(entry));
            text.append(") ").append(values.get(entry));
        }
        return text.append(rowOf.length > SHOWN ? " ..." : "").toString();
    }
}
