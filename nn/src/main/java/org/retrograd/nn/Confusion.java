package org.retrograd.nn;

import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/** A confusion matrix: how many examples of each class were taken for which class. */
public final class Confusion {
    private final int classes;
    /** [true class, predicted class]. */
    private final int[] counts;

    /** Takes the array without copying it. */
    Confusion(int classes, int[] counts) {
        this.classes = classes;
        this.counts = counts;
    }

    /** Returns the number of classes. */
    public int classes() {
        return classes;
    }

    /**
     * Returns how many examples of one class were taken for another.
     *
     * @throws IndexOutOfBoundsException if there is no such class
     */
    public int count(int actual, int predicted) {
        return counts[Objects.checkIndex(actual, classes) * classes + Objects.checkIndex(predicted, classes)];
    }

    /** Returns the share of all examples that were taken for what they are; NaN if there are none. */
    public double accuracy() {
        int right = IntStream.range(0, classes).map(c -> count(c, c)).sum();
        return (double) right / IntStream.of(counts).sum();
    }

    /** Returns the share of a class's examples that were recognised; NaN if it has none. */
    public double recall(int actual) {
        int all = IntStream.range(0, classes).map(c -> count(actual, c)).sum();
        return (double) count(actual, actual) / all;
    }

    /** Returns the share of the examples taken for a class that are of it; NaN if there are none. */
    public double precision(int predicted) {
        int all = IntStream.range(0, classes).map(c -> count(c, predicted)).sum();
        return (double) count(predicted, predicted) / all;
    }

    /** Returns the matrix as a table, a row for each true class and a column for each predicted one. */
    @Override
    public String toString() {
        int width = IntStream.concat(IntStream.of(counts), IntStream.of(classes))
                        .map(n -> Integer.toString(n).length())
                        .max()
                        .orElse(1)
                + 1;
        String cell = "%" + width + "d";
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%" + width + "s |", ""));
        for (int c = 0; c < classes; c++) {
            text.append(String.format(Locale.ROOT, cell, c));
        }
        for (int actual = 0; actual < classes; actual++) {
            text.append(String.format(Locale.ROOT, "%n" + cell + " |", actual));
            for (int c = 0; c < classes; c++) {
                text.append(String.format(Locale.ROOT, cell, count(actual, c)));
            }
        }
        return text.toString();
    }
}
