package org.retrograd.nn;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.Map;

/**
 * What came of one pass over the examples.
 *
 * @param number counted from 1
 * @param epochs how many there will be at most
 * @param loss the mean of the losses of the batches, each before its step
 * @param metrics the figures asked for, after the last step, by their names in the order in which they were asked for
 */
public record Epoch(int number, int epochs, double loss, ImmutableMap<String, Double> metrics) {
    /**
     * Returns one of the figures.
     *
     * @throws IllegalArgumentException if it was not asked for
     */
    public double metric(String name) {
        Double value = metrics.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no metric \"" + name + "\", only " + metrics.keySet()
                    + "; ask for it by Training.metric(..)");
        }
        return value;
    }

    /** Returns one line: {@code epoch 3 of 20: loss 0.1234, held-out accuracy 0.9638}. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, "epoch %d of %d: loss %.4g", number, epochs, loss));
        for (Map.Entry<String, Double> metric : metrics.entrySet()) {
            text.append(String.format(Locale.ROOT, ", %s %.4f", metric.getKey(), metric.getValue()));
        }
        return text.toString();
    }
}
