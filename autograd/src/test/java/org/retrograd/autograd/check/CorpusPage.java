package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The page of results: what the checker made of each kind of fault and function, beside the rules of PyTorch and JAX. */
final class CorpusPage {
    private final List<String> lines = new ArrayList<>();

    /** A row of counts: how many there are, and how many of them each column counts. */
    private static final class Row {
        private int size;
        private final int[] counts = new int[5];

        void add(boolean... columns) {
            size++;
            for (int i = 0; i < columns.length; i++) {
                counts[i] += columns[i] ? 1 : 0;
            }
        }
    }

    /** Rows in the order in which they first came. */
    static final class Rows {
        private final Map<String, Row> rows = new LinkedHashMap<>();
        private final Row total = new Row();

        void add(String name, boolean... columns) {
            rows.computeIfAbsent(name, unseen -> new Row()).add(columns);
            total.add(columns);
        }

        /** Returns the sums of the first columns, as in {@code 0, 3, 5}. */
        String counts(int columns) {
            return Arrays.stream(total.counts, 0, columns)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(", "));
        }
    }

    void text(String... paragraph) {
        lines.addAll(Arrays.asList(paragraph));
        lines.add("");
    }

    void table(String first, String size, Rows rows, String... columns) {
        StringBuilder head = new StringBuilder("| " + first + " | " + size + " |");
        StringBuilder rule = new StringBuilder("| --- | ---: |");
        for (String column : columns) {
            head.append(' ').append(column).append(" |");
            rule.append(" ---: |");
        }
        lines.add(head.toString());
        lines.add(rule.toString());
        rows.rows.forEach((name, row) -> lines.add(line(name, row, columns.length)));
        lines.add(line("**all**", rows.total, columns.length));
        lines.add("");
    }

    /** A table of what was counted in each row, the most frequent first. */
    void counts(String first, String second, Map<String, Map<String, Integer>> rows) {
        lines.add("| " + first + " | " + second + " |");
        lines.add("| --- | --- |");
        rows.forEach((name, counted) -> lines.add("| " + name + " | "
                + counted.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining("; "))
                + " |"));
        lines.add("");
    }

    private static String line(String name, Row row, int columns) {
        StringBuilder line =
                new StringBuilder("| " + name + " | " + String.format(Locale.ROOT, "%,d", row.size) + " |");
        for (int i = 0; i < columns; i++) {
            line.append(' ').append(row.counts[i]).append(" |");
        }
        return line.toString();
    }

    @Override
    public String toString() {
        return String.join("\n", lines).strip() + "\n";
    }
}
