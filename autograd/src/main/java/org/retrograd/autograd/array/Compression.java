package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Where each entry of a sparse matrix is found when columns of one colour, or rows of one colour, are added up.
 *
 * <p>The sum of the columns of colour c is a vector that has the entry (i, j) at place i, if j has colour c and no other
 * column of that colour has an entry in row i.
 */
public final class Compression {
    private final boolean byColumns;
    private final Colouring colouring;
    private final int[] colours;
    private final int[] places;

    private Compression(boolean byColumns, Colouring colouring, int[] colours, int[] places) {
        this.byColumns = byColumns;
        this.colouring = colouring;
        this.colours = colours;
        this.places = places;
    }

    /** Returns the compression of columns or that of rows, whichever needs fewer colours; of columns if they tie. */
    public static Compression of(Sparsity sparsity) {
        Sparsity transposed = sparsity.transpose();
        // colours are at least as many as the fullest row, or column, has entries: the other way may not be worth a try
        boolean columnsFirst = sparsity.fullestRow() <= transposed.fullestRow();
        Colouring first = Colouring.ofColumns(columnsFirst ? sparsity : transposed);
        if (first.count() > (columnsFirst ? transposed : sparsity).fullestRow()) {
            Colouring second = Colouring.ofColumns(columnsFirst ? transposed : sparsity);
            if (second.count() < first.count()) {
                return of(sparsity, second, !columnsFirst);
            }
        }
        return of(sparsity, first, columnsFirst);
    }

    private static Compression of(Sparsity sparsity, Colouring colouring, boolean byColumns) {
        int[] coloured = byColumns ? sparsity.columnOfEntries() : sparsity.rowOfEntries();
        int[] places = byColumns ? sparsity.rowOfEntries() : sparsity.columnOfEntries();
        int[] colours = new int[coloured.length];
        Arrays.setAll(colours, entry -> colouring.of(coloured[entry]));
        return new Compression(byColumns, colouring, colours, places);
    }

    /** Returns the compression of a symmetric matrix's columns in which each entry is found itself or as its mirror image. */
    public static Compression ofSymmetric(Sparsity symmetric) {
        Colouring colouring = Colouring.star(symmetric);
        int[] colours = new int[symmetric.entries()];
        int[] places = new int[symmetric.entries()];
        int[] inRow = new int[colouring.count()];
        for (int row = 0; row < symmetric.rows(); row++) {
            for (int p = symmetric.start(row); p < symmetric.start(row + 1); p++) {
                inRow[colouring.of(symmetric.column(p))]++;
            }
            for (int p = symmetric.start(row); p < symmetric.start(row + 1); p++) {
                int column = symmetric.column(p);
                boolean alone = inRow[colouring.of(column)] == 1;
                colours[p] = colouring.of(alone ? column : row);
                places[p] = alone ? row : column;
            }
            for (int p = symmetric.start(row); p < symmetric.start(row + 1); p++) {
                inRow[colouring.of(symmetric.column(p))] = 0;
            }
        }
        return new Compression(true, colouring, colours, places);
    }

    /** Whether columns are added up, rather than rows. */
    public boolean byColumns() {
        return byColumns;
    }

    /** Returns the colours of columns or rows. */
    public Colouring colouring() {
        return colouring;
    }

    /** Returns the colour in whose sum an entry is found. */
    public int colour(int entry) {
        return colours[entry];
    }

    /** Returns the place in that sum. */
    public int place(int entry) {
        return places[entry];
    }
}
