package org.retrograd.nn.data;

/**
 * What stands in a CSV file before its first row of numbers: records to pass over, then perhaps a header.
 *
 * <p>It has to be said, never guessed: a header taken for data stops the reader, but data taken for a header would be
 * lost without a word.
 *
 * @param skipped the number of records to pass over unread, whatever they hold
 * @param header whether the next record names the columns
 */
public record Preamble(int skipped, boolean header) {
    /** Numbers from the first line on. */
    public static final Preamble NONE = new Preamble(0, false);

    /** The first line names the columns. */
    public static final Preamble HEADER = new Preamble(0, true);

    /**
     * Creates the description of a preamble.
     *
     * @throws IllegalArgumentException if the number of skipped records is negative
     */
    public Preamble {
        if (skipped < 0) {
            throw new IllegalArgumentException(
                    "the number of records to skip must be 0 or more, but got " + skipped + ": see Preamble.NONE");
        }
    }

    /**
     * Returns the preamble of some records to pass over, with no header after them.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public static Preamble skip(int records) {
        return new Preamble(records, false);
    }

    /** Returns what a reader of messages calls this: {@code "2 skipped records and the header"}. */
    String described() {
        String records = skipped == 1 ? "1 skipped record" : skipped + " skipped records";
        return !header ? records : skipped == 0 ? "the header" : records + " and the header";
    }
}
