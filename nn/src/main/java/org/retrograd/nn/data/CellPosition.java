package org.retrograd.nn.data;

import com.google.common.base.Ascii;
import java.util.List;

/** How messages name a place in a file: lines and columns counted from 1, as editors and spreadsheets count them. */
final class CellPosition {
    private CellPosition() {}

    /** Returns the start of a message about a line: {@code "iris.csv, line 7: "}. */
    static String of(String file, int line) {
        return file + ", line " + line + ": ";
    }

    /** Returns the start of a message about a cell: {@code "iris.csv, line 7, column 2 (\"sepal width\"): "}. */
    static String of(String file, int line, int column, List<String> columnNames) {
        String columnName = column < columnNames.size() ? " (" + quoted(columnNames.get(column)) + ")" : "";
        return file + ", line " + line + ", column " + (column + 1) + columnName + ": ";
    }

    /** Returns the text of a cell in quotes, on one line and cut short if it is long. */
    static String quoted(String cell) {
        return "\"" + Ascii.truncate(cell.replaceAll("\\R", " "), 40, "...") + "\"";
    }
}
