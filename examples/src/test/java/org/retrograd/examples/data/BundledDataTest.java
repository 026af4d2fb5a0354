package org.retrograd.examples.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import com.google.common.io.Resources;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.retrograd.nn.data.CsvReader;
import org.retrograd.nn.data.Preamble;
import org.retrograd.nn.data.Split;
import org.retrograd.nn.data.Table;

/** The facts that {@code SOURCES.md} states about the data beside it. */
class BundledDataTest {
    private static final String FOLDER = "/org/retrograd/examples/data/";

    @Test
    void digits() {
        Table digits = read("digits.csv.gz", Preamble.NONE);
        assertShape(digits, 1797, 65);
        assertClasses(digits, 178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
        double[] pixels = digits.rowMajor(0, 64);
        assertThat(Arrays.stream(pixels).min()).hasValue(0);
        assertThat(Arrays.stream(pixels).max()).hasValue(16);
        assertThat(pixels).containsOnly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        assertThat(Arrays.stream(pixels).sum()).isEqualTo(561_718);
    }

    @Test
    void firstScanIsAZero() {
        Table digits = read("digits.csv.gz", Preamble.NONE);
        assertThat(digits.toRows(0, 65)[0])
                .containsExactly(
                        0, 0, 5, 13, 9, 1, 0, 0, //
                        0, 0, 13, 15, 10, 15, 5, 0, //
                        0, 3, 15, 2, 0, 11, 8, 0, //
                        0, 4, 12, 0, 0, 8, 8, 0, //
                        0, 5, 8, 0, 0, 9, 8, 0, //
                        0, 4, 11, 0, 1, 12, 7, 0, //
                        0, 2, 14, 5, 10, 12, 0, 0, //
                        0, 0, 6, 13, 10, 0, 0, 0, //
                        0);
    }

    @Test
    void iris() {
        Table iris = read("iris.csv", Preamble.skip(1));
        assertShape(iris, 150, 5);
        assertClasses(iris, 50, 50, 50);
        assertRange(iris, 0, 4.3, 7.9);
        assertRange(iris, 1, 2.0, 4.4);
        assertRange(iris, 2, 1.0, 6.9);
        assertRange(iris, 3, 0.1, 2.5);
        // The two rows that UCI's own file has wrong.
        assertThat(iris.select(34, 37).toRows(0, 4))
                .isDeepEqualTo(new double[][] {{4.9, 3.1, 1.5, 0.2}, {4.9, 3.6, 1.4, 0.1}});
    }

    @Test
    void wine() {
        Table wine = read("wine.csv", Preamble.skip(1));
        assertShape(wine, 178, 14);
        assertClasses(wine, 59, 71, 48);
        assertRange(wine, 0, 11.03, 14.83);
        assertRange(wine, 7, 0.13, 0.66);
        assertRange(wine, 12, 278, 1680);
    }

    @Test
    void everyFifthRowIsHeldOut() {
        Table digits = read("digits.csv.gz", Preamble.NONE);
        Split split = Split.everyFifth(digits.rowCount());
        assertShape(digits.select(split.train()), 1438, 65);
        assertShape(digits.select(split.test()), 359, 65);
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits.csv.gz", "iris.csv", "wine.csv"})
    void isUnalteredAndItsSourceIsNamed(String file) throws IOException {
        byte[] bytes = Resources.toByteArray(Resources.getResource(BundledDataTest.class, FOLDER + file));
        byte[] sources = Resources.toByteArray(Resources.getResource(BundledDataTest.class, FOLDER + "SOURCES.md"));
        assertThat(new String(sources, UTF_8).lines())
                .anySatisfy(line -> assertThat(line)
                        .contains("`" + file + "`", "`" + Hashing.sha256().hashBytes(bytes) + "`"));
    }

    private static Table read(String file, Preamble preamble) {
        return CsvReader.readResource(BundledDataTest.class, FOLDER + file, preamble);
    }

    private static void assertShape(Table table, int rows, int columns) {
        assertThat(table.rowCount()).isEqualTo(rows);
        assertThat(table.columnCount()).isEqualTo(columns);
    }

    /** Checks how many rows each class has; the label is the last column. */
    private static void assertClasses(Table table, int... counts) {
        int[] found = new int[counts.length];
        for (int label : table.labels(table.columnCount() - 1, counts.length)) {
            found[label]++;
        }
        assertThat(found).containsExactly(counts);
    }

    private static void assertRange(Table table, int column, double min, double max) {
        double[] values = table.rowMajor(column, column + 1);
        assertThat(Arrays.stream(values).min()).hasValue(min);
        assertThat(Arrays.stream(values).max()).hasValue(max);
    }
}
