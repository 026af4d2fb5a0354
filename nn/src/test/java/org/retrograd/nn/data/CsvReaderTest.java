package org.retrograd.nn.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvReaderTest {
    // What is read

    @Test
    void readsNumbers() {
        Table table = read("1,2.5,-3\n4e2,.5,+6\n", Preamble.NONE);
        assertThat(table.toRows(0, 3)).isDeepEqualTo(new double[][] {{1, 2.5, -3}, {400, 0.5, 6}});
        assertThat(table.columnNames()).isEmpty();
        assertThat(table).hasToString("Table[2, 3] t.csv");
    }

    @Test
    void readsNamesOfColumns() {
        Table table = read("length,\"width, cm\"\n1,2\n", Preamble.HEADER);
        assertThat(table.columnNames()).containsExactly("length", "width, cm");
        assertThat(table.rowMajor(0, 2)).containsExactly(1, 2);
    }

    @Test
    void passesOverRecordsWhateverTheyHold() {
        assertThat(read("150,4,setosa\n1,2\n", Preamble.skip(1)).rowMajor(0, 2)).containsExactly(1, 2);
        Table table = read("made today\n\nx,\"of\ntwo lines\",z\n\na,b\n1,2\n", new Preamble(2, true));
        assertThat(table.columnNames()).containsExactly("a", "b");
        assertThat(table.rowMajor(0, 2)).containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1,2\n3,4",
                "1,2\n3,4\n",
                "1,2\r\n3,4\r\n",
                "1,2\n3,4\n\n  \n\r\n",
                "\n\n1,2\n3,4\n",
                "\uFEFF1,2\n3,4\n",
                " 1 ,\t2\n 3, 4 \n",
                "\"1\",\"2\"\n \"3\" , \" 4\"\n"
            })
    void takesEachOfTheUsualForms(String text) {
        assertThat(read(text, Preamble.NONE).toRows(0, 2)).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
    }

    @Test
    void givesTheNearestDoubles() {
        assertThat(read("0.1,1e-400,1.7976931348623157e308,-0\n", Preamble.NONE).rowMajor(0, 4))
                .containsExactly(0.1, 0.0, Double.MAX_VALUE, -0.0);
    }

    @Test
    void readsFilesPlainAndCompressed(@TempDir Path folder) throws IOException {
        Path plain = Files.writeString(folder.resolve("a.csv"), "1,2\n");
        Path byName = Files.write(folder.resolve("a.csv.gz"), gzip("1,2\n"));
        Path byContent = Files.write(folder.resolve("a.data"), gzip("1,2\n"));
        for (Path file : new Path[] {plain, byName, byContent}) {
            Table table = CsvReader.read(file, Preamble.NONE);
            assertThat(table.rowMajor(0, 2)).containsExactly(1, 2);
            assertThat(table.name()).isEqualTo(file.toString());
        }
    }

    @Test
    void readsResources() {
        Table table = CsvReader.readResource(CsvReaderTest.class, "small.csv", Preamble.HEADER);
        assertThat(table).hasToString("Table[2, 3] small.csv [x, y, class]");
        assertThat(table.labels(2, 2)).containsExactly(0, 1);
    }

    // What is refused: the shape of the file

    @Test
    void refusesRaggedRows() {
        assertRefused(
                "1,2,3\n4,5\n",
                Preamble.NONE,
                "t.csv, line 2: expected 3 cells as in the first row (line 1), but found 2;"
                        + " every row needs the same number of cells");
        assertRefused(
                "about\na\n1\n2,3\n",
                new Preamble(1, true),
                "t.csv, line 4: expected 1 cell as in the header (line 2), but found 2;"
                        + " every row needs the same number of cells");
    }

    @Test
    void refusesBlankLinesBetweenRows() {
        String expected =
                "t.csv, line 2: expected a row, but found a blank line before the end of the data; remove the line";
        assertRefused("1,2\n\n\n3,4\n", Preamble.NONE, expected);
        assertRefused("1\n\n3\n", Preamble.NONE, expected);
        assertRefused("a,b\n\n3,4\n", Preamble.HEADER, expected);
    }

    @Test
    void refusesFilesWithoutRows() {
        assertRefused(
                "",
                Preamble.NONE,
                "t.csv: expected at least one row of numbers, but the file is empty; check that it is the right file");
        assertRefused(
                "\n\r\n",
                Preamble.HEADER,
                "t.csv: expected at least one row of numbers after the header, but the file is empty;"
                        + " check that it is the right file");
        assertRefused(
                "a,b\n",
                Preamble.HEADER,
                "t.csv: expected at least one row of numbers after the header, but the file ends there;"
                        + " check that it is the right file");
        assertRefused(
                "150,4\n",
                Preamble.skip(1),
                "t.csv: expected at least one row of numbers after 1 skipped record, but the file ends there;"
                        + " check that it is the right file");
        assertRefused(
                "x\n",
                new Preamble(3, true),
                "t.csv: expected at least one row of numbers after 3 skipped records and the header,"
                        + " but the file ends there; check that it is the right file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,2\n\"3,4\n5,6\n", "1,2\n\"3\"x,4\n", "1,2\r\n\"3\n\"\"4\"5,6"})
    void refusesBrokenQuotes(String text) {
        assertRefused(
                text,
                Preamble.NONE,
                "t.csv, line 2: expected cells separated by commas, but a quoted cell does not end, or text follows it;"
                        + " close it with one quote and write quotes inside it twice");
    }

    @Test
    void refusesDataInPlaceOfAHeader() {
        assertRefused(
                "5.1,3.5\n4.9,3\n",
                Preamble.HEADER,
                "t.csv, line 1: expected the names of the columns, but found only numbers;"
                        + " if the file has no header, read it with Preamble.NONE");
    }

    @Test
    void refusesTwoColumnsOfOneName() {
        assertRefused(
                "x,y,x\n1,2,3\n",
                Preamble.HEADER,
                "t.csv, line 1, column 3: expected a name of its own for each column, but found \"x\" a second time;"
                        + " rename the column, or pass over the header with Preamble.skip");
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        InputStream in = new ByteArrayInputStream("año\n1\n".getBytes(ISO_8859_1));
        assertThatThrownBy(() -> CsvReader.read(in, "t.csv", Preamble.HEADER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("t.csv: expected UTF-8 text, but found other bytes; save it as CSV in UTF-8");
    }

    // What is refused: cells

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"3,5\" | \"3,5\" | write a decimal point: \"3.5\"",
                "\"-,5\" | \"-,5\" | write a decimal point: \"-.5\"",
                "4;5     | \"4;5\" | separate the cells by commas",
                "abc     | \"abc\" | correct the cell, or remove the row",
                "''      | an empty cell | missing values are not supported: fill the cell in, or remove the row",
                "NaN     | \"NaN\" | missing values are not supported: fill the cell in, or remove the row",
                "NA      | \"NA\"  | missing values are not supported: fill the cell in, or remove the row",
                "Infinity | \"Infinity\" | correct the cell, or remove the row",
                "-inf    | \"-inf\" | correct the cell, or remove the row",
                "1e400   | \"1e400\" | correct the cell, or remove the row",
                "1d      | \"1d\" | correct the cell, or remove the row",
                "0x1p3   | \"0x1p3\" | correct the cell, or remove the row",
                "1-2     | \"1-2\" | correct the cell, or remove the row",
                "e       | \"e\" | correct the cell, or remove the row",
                "٣       | \"٣\" | correct the cell, or remove the row",
            })
    void refusesWhatIsNotAFiniteNumber(String cell, String found, String remedy) {
        assertRefused(
                "1,2,3\n4," + cell + ",6\n7,8,9\n",
                Preamble.NONE,
                "t.csv, line 2, column 2: expected a finite number such as 3.5, but found " + found + "; " + remedy);
    }

    @Test
    void namesTheColumnOfABadCell() {
        assertRefused(
                "length,width\n1,2\n3,wide\n",
                Preamble.HEADER,
                "t.csv, line 3, column 2 (\"width\"): expected a finite number such as 3.5, but found \"wide\";"
                        + " correct the cell, or remove the row");
    }

    @Test
    void suspectsAHeaderInTheFirstRow() {
        assertRefused(
                "length,width\n1,2\n",
                Preamble.NONE,
                "t.csv, line 1, column 1: expected a finite number such as 3.5, but found \"length\";"
                        + " if the line holds column names, read the file with Preamble.HEADER");
    }

    @Test
    void quotesLongCellsShortAndOnOneLine() {
        assertRefused(
                "1\n\"two\nlines " + "and so on ".repeat(9) + "\"\n",
                Preamble.NONE,
                "t.csv, line 2, column 1: expected a finite number such as 3.5, but found"
                        + " \"two lines and so on and so on and so ...\"; correct the cell, or remove the row");
    }

    @ParameterizedTest
    @CsvSource({
        "'1,2\n3,x\n', 2",
        "'1,2\r\n3,x\r\n', 2",
        "'1,2\r3,x\r', 2",
        "'1,2\n3,x', 2",
        "'1,2\r\n3,4\r\n5,x', 3",
        "'\n\n1,2\n3,x\n', 4",
        "'\uFEFF1,2\n3,x\n', 2",
    })
    void countsLines(String text, int line) {
        assertThatThrownBy(() -> read(text, Preamble.NONE))
                .hasMessageStartingWith("t.csv, line " + line + ", column 2: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void countsTheLinesInsideQuotedCells(String end) {
        String header = "a,\"width" + end + "in" + end + "cm\"" + end;
        assertThatThrownBy(() -> read(header + "1,2" + end + "3,x" + end, Preamble.HEADER))
                .hasMessageStartingWith("t.csv, line 5, column 2 (\"width in cm\"): ");
        assertThatThrownBy(() -> read(header + "1,2" + end + "3" + end, Preamble.skip(1)))
                .hasMessageStartingWith("t.csv, line 5: expected 2 cells as in the first row (line 4), but found 1;");
    }

    // What cannot be read

    @Test
    void namesAFileThatDoesNotExist(@TempDir Path folder) {
        Path file = folder.resolve("no.csv");
        assertThatThrownBy(() -> CsvReader.read(file, Preamble.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage(file + ": there is no such file; a relative path starts from "
                        + Path.of("").toAbsolutePath());
    }

    @Test
    void namesAFolderTakenForAFile(@TempDir Path folder) {
        assertThatThrownBy(() -> CsvReader.read(folder, Preamble.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(folder + ": cannot be read: ");
    }

    @Test
    void namesAResourceThatDoesNotExist() {
        assertThatThrownBy(() -> CsvReader.readResource(CsvReaderTest.class, "no.csv", Preamble.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("no.csv: there is no such resource beside org.retrograd.nn.data.CsvReaderTest;"
                        + " check its path, and that its module opens its package");
    }

    @Test
    void refusesTruncatedGzipAtAnyLength() throws IOException {
        byte[] whole = gzip("1,2\n3,4\n");
        for (int length = 0; length < whole.length; length++) {
            InputStream in = new ByteArrayInputStream(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> CsvReader.read(in, "t.csv.gz", Preamble.NONE))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("t.csv.gz: expected a complete gzip file, but it ends too early, after " + length
                            + " bytes; fetch it again");
        }
    }

    @Test
    void refusesWhatIsNotGzipButCalledSo() {
        InputStream in = new ByteArrayInputStream("1,2\n3,4\n".getBytes(UTF_8));
        assertThatThrownBy(() -> CsvReader.read(in, "t.CSV.GZ", Preamble.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("t.CSV.GZ: expected a gzip file, but its content is not one, or is damaged"
                        + " (Not in GZIP format); fetch it again, or take .gz off the name of a plain file");
    }

    @Test
    void refusesDamagedGzip() throws IOException {
        byte[] bytes = gzip("1,2\n3,4\n");
        bytes[bytes.length - 8] ^= 1; // in the checksum
        assertThatThrownBy(() -> CsvReader.read(new ByteArrayInputStream(bytes), "t", Preamble.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("t: expected a gzip file, but its content is not one, or is damaged (");
    }

    @Test
    void refusesANegativePreamble() {
        assertThatThrownBy(() -> Preamble.skip(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of records to skip must be 0 or more, but got -1: see Preamble.NONE");
    }

    private static void assertRefused(String text, Preamble preamble, String message) {
        assertThatThrownBy(() -> read(text, preamble))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static Table read(String text, Preamble preamble) {
        return CsvReader.read(new ByteArrayInputStream(text.getBytes(UTF_8)), "t.csv", preamble);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }
}
