package org.retrograd.nn;

import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** Figures of how well a classifier does. */
public final class Metrics {
    private Metrics() {}

    /**
     * Returns the share of rows whose largest entry is that of their label, from 0 to 1; NaN if there are no rows.
     *
     * @param logits of shape [n, classes]; probabilities serve as well
     * @throws IllegalArgumentException if the shapes do not fit, or a label is outside the classes
     */
    public static double accuracy(Tensor logits, Indices labels) {
        Checks.labels("accuracy", logits, labels);
        Indices best = logits.argMax(-1);
        int right = 0;
        for (int i = 0; i < labels.size(); i++) {
            right += best.get(i) == labels.get(i) ? 1 : 0;
        }
        return (double) right / labels.size();
    }

    /**
     * Returns how often each class was taken for which.
     *
     * @param logits of shape [n, classes]; probabilities serve as well
     * @throws IllegalArgumentException if the shapes do not fit, or a label is outside the classes
     */
    public static Confusion confusion(Tensor logits, Indices labels) {
        Checks.labels("confusion", logits, labels);
        int classes = logits.dim(-1);
        Indices best = logits.argMax(-1);
        int[] counts = new int[classes * classes];
        for (int i = 0; i < labels.size(); i++) {
            counts[labels.get(i) * classes + best.get(i)]++;
        }
        return new Confusion(classes, counts);
    }
}
