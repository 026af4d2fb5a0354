package org.retrograd.nn.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Which rows of a table to train on, and which to hold out for the test. No row may be in both.
 *
 * <p>Two splits that need no random numbers are given, so that figures from different programs can be compared.
 *
 * @param train the rows to train on, counted from 0
 * @param test the rows held out
 */
public record Split(int[] train, int[] test) {
    /**
     * Creates a split of the given rows; the arrays are copied.
     *
     * @throws IllegalArgumentException if a row is negative, or occurs twice
     */
    public Split {
        train = train.clone();
        test = test.clone();
        BitSet seen = new BitSet();
        IntStream.concat(Arrays.stream(train), Arrays.stream(test)).forEach(row -> {
            if (row < 0) {
                throw new IllegalArgumentException("rows are counted from 0, but the split has row " + row);
            }
            if (seen.get(row)) {
                throw new IllegalArgumentException("the rows of a split must differ, but row " + row
                        + " occurs twice; a row that is trained on must not be tested on");
            }
            seen.set(row);
        });
    }

    /**
     * Returns the split that holds out every fifth row: row {@code i} is for the test if {@code i % 5 == 4}.
     *
     * <p>In data that is sorted by class, as iris and wine are, both parts get their share of each class.
     *
     * @param rows the number of rows; below 5 none is held out
     * @throws IllegalArgumentException if the number is negative
     */
    public static Split everyFifth(int rows) {
        checkRows(rows);
        return new Split(
                IntStream.range(0, rows).filter(i -> i % 5 != 4).toArray(),
                IntStream.range(0, rows).filter(i -> i % 5 == 4).toArray());
    }

    /**
     * Returns the split that trains on the first rows and holds out all that follow.
     *
     * <p>Where the order of the rows means something, as the writers of the digits do, this is the harder and often the
     * fairer test.
     *
     * @param rows the number of rows
     * @param train how many of them to train on, from 0 to {@code rows}
     * @throws IllegalArgumentException if a number is negative, or if there are not so many rows
     */
    public static Split ordered(int rows, int train) {
        checkRows(rows);
        if (train < 0 || train > rows) {
            throw new IllegalArgumentException(
                    "of " + rows + " rows, 0 to " + rows + " can be trained on, but got " + train);
        }
        return new Split(
                IntStream.range(0, train).toArray(),
                IntStream.range(train, rows).toArray());
    }

    /** Returns a copy of the rows to train on. */
    @Override
    public int[] train() {
        return train.clone();
    }

    /** Returns a copy of the rows held out. */
    @Override
    public int[] test() {
        return test.clone();
    }

    /** Returns whether the other is a split into the same rows in the same order. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Split split && Arrays.equals(train, split.train) && Arrays.equals(test, split.test);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(train) + Arrays.hashCode(test);
    }

    /** Returns the sizes of the parts: {@code Split[1438 to train, 359 held out]}. */
    @Override
    public String toString() {
        return "Split[" + train.length + " to train, " + test.length + " held out]";
    }

    private static void checkRows(int rows) {
        if (rows < 0) {
            throw new IllegalArgumentException("the number of rows must be 0 or more, but got " + rows);
        }
    }
}
