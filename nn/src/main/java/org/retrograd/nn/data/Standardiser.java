package org.retrograd.nn.data;

import com.google.common.math.Stats;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Brings columns to mean 0 and deviation 1 by the mean and deviation of the training rows: {@code (x - mean) /
 * deviation}.
 *
 * <p>It is made from the training rows alone and then applied to all, so that nothing of the rows held out is known in
 * training. The deviation is that of a population (divided by the number of rows, as in scikit-learn). A column that is
 * constant in training gets deviation 1: it becomes 0 there and keeps its unit elsewhere.
 */
public final class Standardiser {
    private final double[] means;
    private final double[] deviations;

    private Standardiser(double[] means, double[] deviations) {
        this.means = means;
        this.deviations = deviations;
    }

    /**
     * Returns the standardiser of the given training rows.
     *
     * @param rows the numbers, row after row: {@code [rows, columns]}
     * @throws IllegalArgumentException if there is no row, if the numbers are not full rows, or if a column has a
     *     number that is not finite or too large for its deviation to be represented
     */
    public static Standardiser of(double[] rows, int columns) {
        checkRows(rows, columns);
        if (rows.length == 0) {
            throw new IllegalArgumentException("a mean needs at least one row, but there is none");
        }
        double[] means = new double[columns];
        double[] deviations = new double[columns];
        for (int column = 0; column < columns; column++) {
            int first = column;
            Stats stats =
                    Stats.of(IntStream.range(0, rows.length / columns).mapToDouble(i -> rows[i * columns + first]));
            means[column] = stats.mean();
            deviations[column] = stats.min() == stats.max() ? 1 : stats.populationStandardDeviation();
            if (!Double.isFinite(means[column]) || !Double.isFinite(deviations[column])) {
                throw new IllegalArgumentException("column " + column
                        + " (counted from 0) needs a finite mean and deviation, but they are " + means[column] + " and "
                        + deviations[column] + "; remove the values that are not finite or too large");
            }
        }
        return new Standardiser(means, deviations);
    }

    /**
     * Returns the standardised numbers as a new array.
     *
     * @param rows any rows of the same columns, row after row
     * @throws IllegalArgumentException if the numbers are not full rows
     */
    public double[] apply(double[] rows) {
        int columns = means.length;
        checkRows(rows, columns);
        double[] result = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            result[i] = (rows[i] - means[i % columns]) / deviations[i % columns];
        }
        return result;
    }

    /** Returns a copy of the means of the columns. */
    public double[] means() {
        return means.clone();
    }

    /** Returns a copy of the deviations by which the columns are divided; none is 0. */
    public double[] deviations() {
        return deviations.clone();
    }

    /** Returns the means and deviations. */
    @Override
    public String toString() {
        return "Standardiser[means " + Arrays.toString(means) + ", deviations " + Arrays.toString(deviations) + "]";
    }

    private static void checkRows(double[] rows, int columns) {
        if (columns < 1 || rows.length % columns != 0) {
            throw new IllegalArgumentException(
                    "expected full rows of " + columns + " columns (at least 1), but got " + rows.length + " numbers");
        }
    }
}
