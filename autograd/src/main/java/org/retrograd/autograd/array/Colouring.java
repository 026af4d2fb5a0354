package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * A colour for each column of a matrix, so that columns of one colour can be found from their sum.
 *
 * <p>Both colourings are greedy (Curtis, Powell and Reid 1974; Gebremedhin, Manne and Pothen 2005): column after column
 * takes the smallest colour that does not conflict. Finding the least number of colours is NP-hard; greedy is exact for
 * bands and blocks.
 */
public final class Colouring {
    private final int[] colourOf;
    private final int count;

    private Colouring(int[] colourOf) {
        this.colourOf = colourOf;
        int most = 0;
        for (int colour : colourOf) {
            most = Math.max(most, colour + 1);
        }
        this.count = most;
    }

    /** Returns the number of colours. */
    public int count() {
        return count;
    }

    /** Returns the colour of a column, from 0 on; -1 if the column has no entries. */
    public int of(int column) {
        return colourOf[column];
    }

    /** Returns a copy of the columns' colours. */
    public int[] toArray() {
        return colourOf.clone();
    }

    /** Returns colours such that no row has two entries in columns of one colour; columns without entries have none, -1. */
    public static Colouring ofColumns(Sparsity rows) {
        int n = rows.columns();
        if (rows.fullestRow() == n) {
            int[] distinct = new int[n];
            Arrays.setAll(distinct, i -> i);
            return new Colouring(distinct);
        }
        Sparsity columns = rows.transpose();
        Colouring inOrder = ofColumns(rows, columns, inOrder(n));
        // no colouring has fewer colours than the fullest row has entries
        return inOrder.count == rows.fullestRow() ? inOrder : inOrder.or(ofColumns(rows, columns, byEntries(columns)));
    }

    private static Colouring ofColumns(Sparsity rows, Sparsity columns, int[] order) {
        int[] colourOf = uncoloured(order.length);
        int[] takenFor = uncoloured(order.length + 1);
        for (int column : order) {
            for (int p = columns.start(column); p < columns.start(column + 1); p++) {
                int row = columns.column(p);
                for (int q = rows.start(row); q < rows.start(row + 1); q++) {
                    int colour = colourOf[rows.column(q)];
                    if (colour >= 0) {
                        takenFor[colour] = column;
                    }
                }
            }
            if (columns.start(column) < columns.start(column + 1)) {
                colourOf[column] = firstFree(takenFor, column);
            }
        }
        return new Colouring(colourOf);
    }

    /**
     * Returns a <em>star colouring</em> of a symmetric matrix: neighbours differ, and no path of four columns has only two
     * colours. Then of each entry and its mirror image at least one stands alone in its row and colour, so that far fewer
     * colours serve than without symmetry: 2 for an arrow of any size.
     *
     * <p>Neighbours of a column are the columns of its row's entries. The case analysis is that of Gebremedhin, Tarafdar,
     * Manne and Pothen 2007, algorithm 4.1, without its table of stars. Fewest of three: in the order of the columns, with
     * the fullest first, and so that columns which meet in one that comes later differ (two hubs of one set of leaves).
     */
    public static Colouring star(Sparsity symmetric) {
        int[] byEntries = byEntries(symmetric);
        Colouring inOrder = star(symmetric, inOrder(byEntries.length), false);
        // with two colours there is nothing left to gain, unless the matrix is diagonal, and then there is only one
        return inOrder.count <= 2
                ? inOrder
                : inOrder.or(star(symmetric, byEntries, false)).or(star(symmetric, byEntries, true));
    }

    private static Colouring star(Sparsity symmetric, int[] order, boolean apart) {
        int[] colourOf = uncoloured(order.length);
        int[] takenFor = uncoloured(order.length + 1);
        int[] metFor = uncoloured(order.length + 1);
        int[] metBy = new int[order.length + 1];
        for (int v : order) {
            for (int p = symmetric.start(v); p < symmetric.start(v + 1); p++) {
                int w = symmetric.column(p);
                int colour = colourOf[w];
                if (w == v) {
                    continue;
                }
                if (colour < 0) {
                    if (apart) {
                        takeColoursAround(symmetric, w, v, colourOf, takenFor);
                    }
                    continue;
                }
                takenFor[colour] = v;
                if (metFor[colour] == v) {
                    // two neighbours of one colour: v must be the middle of every star of theirs
                    takeColoursAround(symmetric, metBy[colour], v, colourOf, takenFor);
                    takeColoursAround(symmetric, w, v, colourOf, takenFor);
                } else {
                    metFor[colour] = v;
                    metBy[colour] = w;
                    takeColoursOfMiddles(symmetric, w, v, colourOf, takenFor);
                }
            }
            if (symmetric.start(v) < symmetric.start(v + 1)) {
                colourOf[v] = firstFree(takenFor, v);
            }
        }
        return new Colouring(colourOf);
    }

    private static void takeColoursAround(Sparsity symmetric, int w, int v, int[] colourOf, int[] takenFor) {
        for (int p = symmetric.start(w); p < symmetric.start(w + 1); p++) {
            int x = symmetric.column(p);
            if (x != v && x != w && colourOf[x] >= 0) {
                takenFor[colourOf[x]] = v;
            }
        }
    }

    /** Takes the colours of those neighbours x of w that have another neighbour of w's colour. */
    private static void takeColoursOfMiddles(Sparsity symmetric, int w, int v, int[] colourOf, int[] takenFor) {
        for (int p = symmetric.start(w); p < symmetric.start(w + 1); p++) {
            int x = symmetric.column(p);
            if (x == v || x == w || colourOf[x] < 0 || takenFor[colourOf[x]] == v) {
                continue;
            }
            for (int q = symmetric.start(x); q < symmetric.start(x + 1); q++) {
                int y = symmetric.column(q);
                if (y != w && colourOf[y] == colourOf[w]) {
                    takenFor[colourOf[x]] = v;
                    break;
                }
            }
        }
    }

    /** Returns this colouring or the other one, whichever has fewer colours. */
    private Colouring or(Colouring other) {
        return other.count < count ? other : this;
    }

    private static int[] uncoloured(int n) {
        int[] colours = new int[n];
        Arrays.fill(colours, -1);
        return colours;
    }

    private static int[] inOrder(int n) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        return order;
    }

    private static int firstFree(int[] takenFor, int column) {
        int colour = 0;
        while (takenFor[colour] == column) {
            colour++;
        }
        return colour;
    }

    /** Returns the rows, those with most entries first; in their own order where they have equally many. */
    private static int[] byEntries(Sparsity rows) {
        int[] counts = new int[rows.fullestRow() + 2];
        for (int row = 0; row < rows.rows(); row++) {
            counts[rows.start(row + 1) - rows.start(row)]++;
        }
        for (int length = counts.length - 2; length >= 0; length--) {
            counts[length] += counts[length + 1];
        }
        int[] order = new int[rows.rows()];
        for (int row = 0; row < order.length; row++) {
            order[counts[rows.start(row + 1) - rows.start(row) + 1]++] = row;
        }
        return order;
    }
}
