package org.retrograd.nn.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.Test;

class TableTest {
    private final Table table = read("x,y,kind\n1,2,0\n3,4,2\n5,6,1\n");

    @Test
    void givesItsParts() {
        assertThat(table.name()).isEqualTo("t.csv");
        assertThat(table.rowCount()).isEqualTo(3);
        assertThat(table.columnCount()).isEqualTo(3);
        assertThat(table.get(1, 0)).isEqualTo(3);
        assertThat(table.columnNames()).containsExactly("x", "y", "kind");
        assertThat(table.column("kind")).isEqualTo(2);
        assertThat(table).hasToString("Table[3, 3] t.csv [x, y, kind]");
    }

    @Test
    void givesRangesOfColumns() {
        assertThat(table.rowMajor(0, 2)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(table.rowMajor(1, 3)).containsExactly(2, 0, 4, 2, 6, 1);
        assertThat(table.rowMajor(3, 3)).isEmpty();
        assertThat(table.toRows(1, 2)).isDeepEqualTo(new double[][] {{2}, {4}, {6}});
    }

    @Test
    void cannotBeChangedThroughWhatItGives() {
        table.rowMajor(0, 3)[0] = 99;
        table.toRows(0, 3)[0][0] = 99;
        assertThat(table.get(0, 0)).isEqualTo(1);
        assertThatThrownBy(() -> table.columnNames().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void givesLabels() {
        assertThat(table.labels(2, 3)).containsExactly(0, 2, 1);
    }

    @Test
    void refusesLabelsOutsideTheClasses() {
        assertThatThrownBy(() -> table.labels(2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("t.csv, line 3, column 3 (\"kind\"): expected a class label, a whole number from 0 to 1,"
                        + " but found 2; number the classes from 0, or correct the number of classes, 2");
        assertBadLabel("-1", "-1");
        assertBadLabel("1.5", "1.5");
        assertBadLabel("1e300", "1.0E300");
        assertBadLabel("4294967296", "4.294967296E9");
        assertBadLabel("2147483648", "2.147483648E9");
    }

    @Test
    void refusesLabelsOfNoClasses() {
        assertThatThrownBy(() -> table.labels(2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of classes must be 1 or more, but got 0");
    }

    @Test
    void selectsRowsThatKeepTheirLines() {
        Table selected = table.select(2, 0, 2);
        assertThat(selected.rowMajor(0, 1)).containsExactly(5, 1, 5);
        assertThat(selected.columnNames()).isEqualTo(table.columnNames());
        assertThatThrownBy(() -> selected.labels(2, 1)).hasMessageStartingWith("t.csv, line 4, column 3 (\"kind\"): ");
        assertThat(table.select()).hasToString("Table[0, 3] t.csv [x, y, kind]");
        assertThatThrownBy(() -> table.select(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void refusesColumnsThatItHasNot() {
        assertThatThrownBy(() -> table.labels(3, 2))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("t.csv has columns 0 to 2, but column 3 was asked for");
        assertThatThrownBy(() -> table.get(0, -1)).hasMessage("t.csv has columns 0 to 2, but column -1 was asked for");
        assertThatThrownBy(() -> table.get(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> table.rowMajor(0, 4))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("t.csv has columns 0 to 2, but those from 0 to 4 (exclusive) were asked for");
        assertThatThrownBy(() -> table.toRows(2, 1))
                .hasMessage("t.csv has columns 0 to 2, but those from 2 to 1 (exclusive) were asked for");
        assertThatThrownBy(() -> table.column("z"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("t.csv has no column \"z\": its columns are [x, y, kind]");
        Table nameless = CsvReader.read(new ByteArrayInputStream("1\n".getBytes(UTF_8)), "n.csv", Preamble.NONE);
        assertThatThrownBy(() -> nameless.column("z"))
                .hasMessage("n.csv has no column \"z\": it was read without a header,"
                        + " so use the column's number, counted from 0");
    }

    private static void assertBadLabel(String cell, String found) {
        Table bad = read("kind\n0\n" + cell + "\n");
        assertThatThrownBy(() -> bad.labels(0, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("t.csv, line 3, column 1 (\"kind\"): expected a class label, a whole number from 0 to 2,"
                        + " but found " + found + "; number the classes from 0, or correct the number of classes, 3");
    }

    private static Table read(String text) {
        return CsvReader.read(new ByteArrayInputStream(text.getBytes(UTF_8)), "t.csv", Preamble.HEADER);
    }
}
