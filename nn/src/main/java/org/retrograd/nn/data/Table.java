package org.retrograd.nn.data;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * An immutable table of finite numbers, rows by columns, that remembers which file and line each row came from.
 *
 * <p>Rows and columns are counted from 0. A range of columns is half open, as everywhere in the JDK: of the 65 columns
 * of the digits, {@code rowMajor(0, 64)} gives the pixels, and {@code labels(64, 10)} the digit of each row.
 */
public final class Table {
    private final String name;
    private final ImmutableList<String> columnNames;
    private final int columns;
    private final double[] values;
    private final int[] lines;

    /** Takes the arrays without copying them; the caller gives them away. */
    Table(String name, List<String> columnNames, int columns, double[] values, int[] lines) {
        this.name = name;
        this.columnNames = ImmutableList.copyOf(columnNames);
        this.columns = columns;
        this.values = values;
        this.lines = lines;
    }

    /** Returns the name of the file, as messages give it. */
    public String name() {
        return name;
    }

    /** Returns the number of rows, at least 1 in a table that was read. */
    public int rowCount() {
        return lines.length;
    }

    /** Returns the number of columns, at least 1. */
    public int columnCount() {
        return columns;
    }

    /**
     * Returns the names of the columns in their order; the list is immutable, and empty when the file has no header.
     */
    public List<String> columnNames() {
        return columnNames;
    }

    /**
     * Returns the position of the column with the given name.
     *
     * @throws IllegalArgumentException if no column has the name
     */
    public int column(String columnName) {
        int column = columnNames.indexOf(columnName);
        if (column < 0) {
            throw new IllegalArgumentException(name + " has no column \"" + columnName + "\": "
                    + (columnNames.isEmpty()
                            ? "it was read without a header, so use the column's number, counted from 0"
                            : "its columns are " + columnNames));
        }
        return column;
    }

    /**
     * Returns one number.
     *
     * @throws IndexOutOfBoundsException if there is no such row or column
     */
    public double get(int row, int column) {
        Objects.checkIndex(row, rowCount());
        checkColumn(column);
        return values[row * columns + column];
    }

    /**
     * Returns a new array of the columns {@code from} to {@code to - 1} of all rows, row after row: {@code [rows, to -
     * from]}.
     *
     * @throws IndexOutOfBoundsException if the range does not lie within the columns
     */
    public double[] rowMajor(int from, int to) {
        checkColumns(from, to);
        int width = to - from;
        double[] result = new double[rowCount() * width];
        for (int row = 0; row < rowCount(); row++) {
            System.arraycopy(values, row * columns + from, result, row * width, width);
        }
        return result;
    }

    /**
     * Returns the columns {@code from} to {@code to - 1} as a new array of one array per row, as Commons Math takes
     * them.
     *
     * @throws IndexOutOfBoundsException if the range does not lie within the columns
     */
    public double[][] toRows(int from, int to) {
        checkColumns(from, to);
        double[][] result = new double[rowCount()][];
        for (int row = 0; row < rowCount(); row++) {
            result[row] = Arrays.copyOfRange(values, row * columns + from, row * columns + to);
        }
        return result;
    }

    /**
     * Returns a column of class labels, each a whole number from 0 to {@code classes - 1}, as a new array.
     *
     * @throws IllegalArgumentException if a number is not such a label; the message names its line and column in the
     *     file
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public int[] labels(int column, int classes) {
        checkColumn(column);
        if (classes < 1) {
            throw new IllegalArgumentException("the number of classes must be 1 or more, but got " + classes);
        }
        int[] labels = new int[rowCount()];
        for (int row = 0; row < labels.length; row++) {
            double value = values[row * columns + column];
            labels[row] = (int) value;
            if (labels[row] != value || value < 0 || value >= classes) {
                throw new IllegalArgumentException(CellPosition.of(name, lines[row], column, columnNames)
                        + "expected a class label, a whole number from 0 to " + (classes - 1) + ", but found "
                        + text(value) + "; number the classes from 0, or correct the number of classes, " + classes);
            }
        }
        return labels;
    }

    /**
     * Returns the table of the given rows, in the given order; a row may be taken more than once. The rows keep their
     * lines.
     *
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public Table select(int... rows) {
        double[] chosen = new double[Math.multiplyExact(rows.length, columns)];
        int[] chosenLines = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int row = Objects.checkIndex(rows[i], rowCount());
            System.arraycopy(values, row * columns, chosen, i * columns, columns);
            chosenLines[i] = lines[row];
        }
        return new Table(name, columnNames, columns, chosen, chosenLines);
    }

    /** Returns the size, the name and the columns: {@code Table[150, 5] iris.csv}. */
    @Override
    public String toString() {
        String size = "Table[" + rowCount() + ", " + columns + "] " + name;
        return columnNames.isEmpty() ? size : size + " " + columnNames;
    }

    private void checkColumn(int column) {
        if (column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException(
                    name + " has columns 0 to " + (columns - 1) + ", but column " + column + " was asked for");
        }
    }

    private void checkColumns(int from, int to) {
        if (from < 0 || from > to || to > columns) {
            throw new IndexOutOfBoundsException(name + " has columns 0 to " + (columns - 1) + ", but those from " + from
                    + " to " + to + " (exclusive) were asked for");
        }
    }

    /** Writes whole numbers as a file would have them, without {@code .0}. */
    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) <= Ints.MAX_POWER_OF_TWO
                ? Integer.toString((int) value)
                : Double.toString(value);
    }
}
