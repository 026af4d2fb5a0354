package org.retrograd.autograd.array;

/** A matrix inside an array: entry {@code [i, j]} is {@code values[at + i * row + j * column]}. */
final class MatrixView {
    final double[] values;
    final int at;
    final int row;
    final int column;

    MatrixView(double[] values, int at, int row, int column) {
        this.values = values;
        this.at = at;
        this.row = row;
        this.column = column;
    }

    MatrixView transpose() {
        return new MatrixView(values, at, column, row);
    }
}
