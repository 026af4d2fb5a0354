package org.retrograd.autograd.array;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The places of a matrix that may differ from 0, row after row: a <em>sparsity pattern</em> in compressed row storage (CSR).
 *
 * <p>Row {@code i} has the entries numbered {@code start(i)} to {@code start(i + 1) - 1}; their columns ascend.
 */
public final class Sparsity {
    private final int columns;
    private final int[] starts;
    private final int[] indices;

    private Sparsity(int columns, int[] starts, int[] indices) {
        this.columns = columns;
        this.starts = starts;
        this.indices = indices;
    }

    /**
     * Returns the pattern with the given columns in each row.
     *
     * @param sets for each row its columns, ascending and distinct; copied
     * @throws IllegalArgumentException if there are more than 2^31 - 1 entries
     */
    static Sparsity of(int columns, int[][] sets) {
        int[] starts = new int[sets.length + 1];
        long size = 0;
        for (int row = 0; row < sets.length; row++) {
            size += sets[row].length;
            if (size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a sparse matrix holds at most 2147483647 entries, but this one of "
                        + sets.length + " rows and " + columns + " columns has more: it is not sparse");
            }
            starts[row + 1] = (int) size;
        }
        int[] indices = new int[(int) size];
        for (int row = 0; row < sets.length; row++) {
            System.arraycopy(sets[row], 0, indices, starts[row], sets[row].length);
        }
        return new Sparsity(columns, starts, indices);
    }

    /** Returns the pattern of a matrix of zeros. */
    public static Sparsity empty(int rows, int columns) {
        return new Sparsity(columns, new int[rows + 1], new int[0]);
    }

    /** Returns the number of rows. */
    public int rows() {
        return starts.length - 1;
    }

    /** Returns the number of columns. */
    public int columns() {
        return columns;
    }

    /** Returns the number of entries. */
    public int entries() {
        return indices.length;
    }

    /** Returns the number of the first entry of a row; of the row after the last, the number of entries. */
    public int start(int row) {
        return starts[row];
    }

    /** Returns the column of an entry. */
    public int column(int entry) {
        return indices[entry];
    }

    /** Returns how many entries the fullest row has. */
    public int fullestRow() {
        int most = 0;
        for (int row = 0; row < rows(); row++) {
            most = Math.max(most, starts[row + 1] - starts[row]);
        }
        return most;
    }

    /** Returns a copy of the numbers of the rows' first entries, followed by the number of entries: CSR's row starts. */
    public int[] rowStarts() {
        return starts.clone();
    }

    /** Returns a copy of the columns of all entries. */
    public int[] columnOfEntries() {
        return indices.clone();
    }

    /** Returns the rows of all entries. */
    public int[] rowOfEntries() {
        int[] rowOf = new int[indices.length];
        for (int row = 0; row < rows(); row++) {
            Arrays.fill(rowOf, starts[row], starts[row + 1], row);
        }
        return rowOf;
    }

    /** Returns the pattern of the transposed matrix. */
    public Sparsity transpose() {
        int[] transposed = new int[columns + 1];
        for (int column : indices) {
            transposed[column + 1]++;
        }
        for (int column = 0; column < columns; column++) {
            transposed[column + 1] += transposed[column];
        }
        int[] next = Arrays.copyOf(transposed, columns);
        int[] rowOf = new int[indices.length];
        for (int row = 0; row < rows(); row++) {
            for (int p = starts[row]; p < starts[row + 1]; p++) {
                rowOf[next[indices[p]]++] = row;
            }
        }
        return new Sparsity(rows(), transposed, rowOf);
    }

    /** Returns the pattern with every entry that this one or the other one, of the same size, has. */
    public Sparsity union(Sparsity other) {
        int[][] sets = new int[rows()][];
        for (int row = 0; row < sets.length; row++) {
            sets[row] = IndexSets.union(row(row), other.row(row));
        }
        return of(columns, sets);
    }

    /** Returns row and column of the first entry that the other pattern, of the same size, has beyond this one; or null. */
    public int @Nullable [] firstMissing(Sparsity other) {
        for (int row = 0; row < rows(); row++) {
            int p = starts[row];
            for (int q = other.starts[row]; q < other.starts[row + 1]; q++) {
                while (p < starts[row + 1] && indices[p] < other.indices[q]) {
                    p++;
                }
                if (p == starts[row + 1] || indices[p] != other.indices[q]) {
                    return new int[] {row, other.indices[q]};
                }
            }
        }
        return null;
    }

    private int[] row(int row) {
        return Arrays.copyOfRange(indices, starts[row], starts[row + 1]);
    }

    /** Whether there is an entry at every place. */
    public boolean dense() {
        return (long) rows() * columns == entries();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sparsity sparsity
                && columns == sparsity.columns
                && Arrays.equals(starts, sparsity.starts)
                && Arrays.equals(indices, sparsity.indices);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * columns + Arrays.hashCode(starts)) + Arrays.hashCode(indices);
    }

    /** Returns size and share of the entries: {@code 10000 x 10000 with 29998 entries (0.03 %)}. */
    @Override
    public String toString() {
        double places = (double) rows() * columns;
        String share = dense() ? "dense" : String.format(Locale.ROOT, "%.2g %%", 100 * entries() / places);
        return rows() + " x " + columns + " with " + entries() + " entries (" + share + ")";
    }
}
