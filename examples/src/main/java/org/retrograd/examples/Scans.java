package org.retrograd.examples;

import java.util.Locale;
import org.retrograd.nn.Dataset;
import org.retrograd.nn.data.CsvReader;
import org.retrograd.nn.data.Preamble;
import org.retrograd.nn.data.Split;
import org.retrograd.nn.data.Table;

/**
 * The scans of handwritten digits that come with the examples, 8 x 8 pixels of ink from 0 to 1.
 *
 * @param train four of five, to learn from
 * @param heldOut every fifth one, never learnt from
 */
record Scans(Dataset train, Dataset heldOut) {
    static final int SIDE = 8;
    static final int PIXELS = SIDE * SIDE;
    static final int CLASSES = 10;
    private static final double INK = 16;

    static Scans read() {
        Table table = CsvReader.readResource(Scans.class, "data/digits.csv.gz", Preamble.NONE);
        Dataset all = Dataset.of(table, 0, PIXELS, PIXELS, CLASSES);
        all = all.withInputs(all.inputs().div(INK));
        Split split = Split.everyFifth(all.size());
        return new Scans(all.rows(split.train()), all.rows(split.test()));
    }

    /** Returns a line that says what they are: the first of a report. */
    String description() {
        return String.format(
                Locale.ROOT,
                "Optical digits (UCI, %,d scans of 8x8): %,d to train, %d held out (every fifth row)",
                train.size() + heldOut.size(),
                train.size(),
                heldOut.size());
    }
}
