package org.retrograd.nn.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableIntArray;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CSV file of numbers into a {@link Table}.
 *
 * <p>Cells are separated by commas and may be quoted (RFC 4180); lines end in LF or CRLF; spaces around a cell, a byte
 * order mark and blank lines before the first row and after the last one are passed over; the text is UTF-8. A file is
 * decompressed if its name ends in {@code .gz} or its content begins as gzip does. What stands before the numbers is
 * said by a {@link Preamble}.
 *
 * <p>Every cell must be a finite decimal number with a decimal point, in any locale: {@code 3}, {@code -0.25},
 * {@code 6e-3}. {@code NaN}, {@code Infinity} and empty cells are refused, because one of them would turn every
 * gradient into NaN, many steps away from its cause. So are the hexadecimal numbers and type suffixes that only Java
 * knows.
 *
 * <p>A file that cannot be read, a broken gzip among them, is an {@link UncheckedIOException}; a file that was read but
 * does not hold what it should is an {@link IllegalArgumentException}. Both name the file; the second also the line and
 * the column, counted from 1. These are exceptions of the JDK on purpose: nothing can be done about either but to mend
 * the file, which their message explains, so there is nothing for a type of our own to carry.
 *
 * <p>The text of the file is held in memory while it is read, so it may have at most 2 GB.
 */
public final class CsvReader {
    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setIgnoreSurroundingSpaces(true)
            .setTrim(true)
            .build();

    private static final CharMatcher DECIMAL =
            CharMatcher.inRange('0', '9').or(CharMatcher.anyOf("+-.eE")).precomputed();

    private final String name;
    private final Preamble preamble;
    private final ImmutableDoubleArray.Builder values = ImmutableDoubleArray.builder();
    private final ImmutableIntArray.Builder lines = ImmutableIntArray.builder();

    private ImmutableList<String> columnNames = ImmutableList.of();
    private int records;
    private int rows;
    /** The first record that counts, the header if there is one, sets the number of cells of all. */
    private int columns;

    private int columnsSetAt;
    /** The first blank line since the counting began, or 0: an error once another row follows. */
    private int blankLine;

    private CsvReader(String name, Preamble preamble) {
        this.name = name;
        this.preamble = preamble;
    }

    /**
     * Returns the table in a file; messages name it as the path was given.
     *
     * @throws UncheckedIOException if the file cannot be read or decompressed
     * @throws IllegalArgumentException if it does not hold a table of numbers
     */
    public static Table read(Path file, Preamble preamble) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, file.toString(), preamble);
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException(
                    file + ": there is no such file; a relative path starts from "
                            + Path.of("").toAbsolutePath(),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e, e);
        }
    }

    /**
     * Returns the table in a resource that lies beside a class, as {@link Class#getResourceAsStream} finds it.
     *
     * @throws UncheckedIOException if there is no such resource, or if it cannot be decompressed
     * @throws IllegalArgumentException if it does not hold a table of numbers
     */
    public static Table readResource(Class<?> beside, String resource, Preamble preamble) {
        try (@Nullable InputStream in = beside.getResourceAsStream(resource)) {
            if (in == null) {
                String message = resource + ": there is no such resource beside " + beside.getName()
                        + "; check its path, and that its module opens its package";
                throw new UncheckedIOException(message, new FileNotFoundException(resource));
            }
            return read(in, resource, preamble);
        } catch (IOException e) {
            throw new UncheckedIOException(resource + ": cannot be read: " + e, e);
        }
    }

    /**
     * Returns the table in a stream, which is read to its end and left open.
     *
     * @param name what messages call the stream; if it ends in {@code .gz}, the stream is decompressed
     * @throws UncheckedIOException if the stream cannot be read or decompressed
     * @throws IllegalArgumentException if it does not hold a table of numbers
     */
    public static Table read(InputStream in, String name, Preamble preamble) {
        byte[] bytes;
        try {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot be read: " + e, e);
        }
        return new CsvReader(name, preamble).parse(text(decompressed(bytes, name), name));
    }

    private static byte[] decompressed(byte[] bytes, String name) {
        boolean magic = bytes.length >= 2 && (bytes[0] & 0xff) == 0x1f && (bytes[1] & 0xff) == 0x8b;
        if (!magic && !Ascii.toLowerCase(name).endsWith(".gz")) {
            return bytes;
        }
        try (InputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return unzipped.readAllBytes();
        } catch (EOFException e) {
            String message = name + ": expected a complete gzip file, but it ends too early, after " + bytes.length
                    + " bytes; fetch it again";
            throw new UncheckedIOException(message, e);
        } catch (IOException e) {
            String message = name + ": expected a gzip file, but its content is not one, or is damaged ("
                    + e.getMessage() + "); fetch it again, or take .gz off the name of a plain file";
            throw new UncheckedIOException(message, e);
        }
    }

    private static String text(byte[] bytes, String name) {
        try {
            String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    name + ": expected UTF-8 text, but found other bytes; save it as CSV in UTF-8", e);
        }
    }

    private Table parse(String text) {
        int line = 1;
        try (CSVParser parser = FORMAT.parse(new StringReader(text))) {
            // Blank lines come as records too, so the line after the last record is where the next one starts.
            for (CSVRecord csvRecord : parser) {
                accept(csvRecord, line);
                line = (int) parser.getCurrentLineNumber() + 1;
            }
        } catch (IllegalStateException | IOException e) { // the parser's iterator wraps what it finds malformed
            String message = CellPosition.of(name, line)
                    + "expected cells separated by commas, but a quoted cell does not end, or text follows it;"
                    + " close it with one quote and write quotes inside it twice";
            throw new IllegalArgumentException(message, e);
        }
        if (rows == 0) {
            String after = preamble.equals(Preamble.NONE) ? "" : " after " + preamble.described();
            throw new IllegalArgumentException(name + ": expected at least one row of numbers" + after
                    + ", but the file " + (records == 0 ? "is empty" : "ends there")
                    + "; check that it is the right file");
        }
        return new Table(
                name,
                columnNames,
                columns,
                values.build().toArray(),
                lines.build().toArray());
    }

    private void accept(CSVRecord csvRecord, int line) {
        if (csvRecord.size() == 1 && csvRecord.get(0).isEmpty()) {
            blankLine = columns > 0 && blankLine == 0 ? line : blankLine;
            return;
        }
        if (records++ < preamble.skipped()) {
            return;
        }
        if (blankLine > 0) {
            throw new IllegalArgumentException(CellPosition.of(name, blankLine)
                    + "expected a row, but found a blank line before the end of the data; remove the line");
        }
        if (columns == 0) {
            columns = csvRecord.size();
            columnsSetAt = line;
            if (preamble.header()) {
                columnNames = names(csvRecord, line);
                return;
            }
        }
        addRow(csvRecord, line);
    }

    private void addRow(CSVRecord csvRecord, int line) {
        if (csvRecord.size() != columns) {
            String like = preamble.header() ? "the header" : "the first row";
            throw new IllegalArgumentException(CellPosition.of(name, line) + "expected " + cells(columns) + " as in "
                    + like + " (line " + columnsSetAt + "), but found " + csvRecord.size()
                    + "; every row needs the same number of cells");
        }
        for (int column = 0; column < columns; column++) {
            values.add(number(csvRecord.get(column), line, column));
        }
        lines.add(line);
        rows++;
    }

    private double number(String cell, int line, int column) {
        double value = finiteOrNaN(cell);
        if (Double.isNaN(value)) {
            String found = cell.isEmpty() ? "an empty cell" : CellPosition.quoted(cell);
            throw new IllegalArgumentException(CellPosition.of(name, line, column, columnNames)
                    + "expected a finite number such as 3.5, but found " + found + "; " + remedy(cell));
        }
        return value;
    }

    /** Returns the number written in a cell, or NaN, which no cell may hold, if it is not a finite decimal number. */
    private static double finiteOrNaN(String cell) {
        if (!DECIMAL.matchesAllOf(cell)) {
            return Double.NaN; // among them "NaN", "Infinity", "0x1p3" and "1d", which parseDouble takes
        }
        try {
            double value = Double.parseDouble(cell);
            return Double.isInfinite(value) ? Double.NaN : value;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private String remedy(String cell) {
        if (cell.matches("[+-]?[0-9]*,[0-9]+")) {
            return "write a decimal point: \"" + cell.replace(',', '.') + "\"";
        }
        if (cell.indexOf(';') >= 0 || cell.indexOf('\t') >= 0) {
            return "separate the cells by commas";
        }
        if (cell.isEmpty() || Ascii.equalsIgnoreCase(cell, "nan") || Ascii.equalsIgnoreCase(cell, "na")) {
            return "missing values are not supported: fill the cell in, or remove the row";
        }
        if (rows == 0 && !preamble.header()) {
            return "if the line holds column names, read the file with Preamble.HEADER";
        }
        return "correct the cell, or remove the row";
    }

    private ImmutableList<String> names(CSVRecord csvRecord, int line) {
        ImmutableList<String> names = ImmutableList.copyOf(csvRecord);
        if (names.stream().noneMatch(cell -> Double.isNaN(finiteOrNaN(cell)))) {
            throw new IllegalArgumentException(CellPosition.of(name, line)
                    + "expected the names of the columns, but found only numbers;"
                    + " if the file has no header, read it with Preamble.NONE");
        }
        Set<String> seen = new HashSet<>();
        for (int column = 0; column < names.size(); column++) {
            if (!seen.add(names.get(column))) {
                throw new IllegalArgumentException(CellPosition.of(name, line, column, List.of())
                        + "expected a name of its own for each column, but found "
                        + CellPosition.quoted(names.get(column))
                        + " a second time; rename the column, or pass over the header with Preamble.skip");
            }
        }
        return names;
    }

    private static String cells(int count) {
        return count == 1 ? "1 cell" : count + " cells";
    }
}
