package org.retrograd.nn;

import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Losses as functions of outputs and targets, each a scalar.
 *
 * <p>Outputs and targets must have equal shapes: a loss never broadcasts, because [n] against [n, 1] would silently
 * compare everything with everything. Sums and means have names of their own; the mean of cross-entropies is over the
 * examples, all other means are over the entries.
 */
public final class Loss {
    private Loss() {}

    /** Returns ½ Σ (y - t)², summed over all entries. */
    public static Tensor halfSquaredError(Tensor y, Tensor t) {
        return difference("halfSquaredError", y, t).square().sum().mul(0.5);
    }

    /** Returns the mean of (y - t)² over all entries. */
    public static Tensor meanSquaredError(Tensor y, Tensor t) {
        return notEmpty("meanSquaredError", difference("meanSquaredError", y, t).square())
                .mean();
    }

    /** Returns the mean of |y - t| over all entries. */
    public static Tensor l1(Tensor y, Tensor t) {
        return notEmpty("l1", difference("l1", y, t).abs()).mean();
    }

    /**
     * Returns the mean over all entries of Huber's function of d = y - t: d²/2 where |d| ≤ δ, else δ(|d| - δ/2).
     *
     * @throws IllegalArgumentException if the shapes differ or delta is not above 0
     */
    public static Tensor huber(Tensor y, Tensor t, double delta) {
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huber needs a delta above 0, but got " + delta + "; 1 is usual");
        }
        return notEmpty("huber", difference("huber", y, t).huber(delta)).mean();
    }

    /**
     * Returns the mean over the examples of -log(softmax(logits)[label]).
     *
     * @param logits of shape [.., classes]
     * @param labels of shape [..], from 0 to classes - 1
     * @throws IllegalArgumentException if the shapes do not fit, or a label is outside the classes
     */
    public static Tensor crossEntropy(Tensor logits, Indices labels) {
        Tensor sum = sumCrossEntropy("crossEntropy", logits, labels);
        if (labels.size() == 0) {
            throw noMean("crossEntropy", logits);
        }
        return sum.div(labels.size());
    }

    /** Returns the sum over the examples of -log(softmax(logits)[label]), otherwise like {@link #crossEntropy}. */
    public static Tensor sumCrossEntropy(Tensor logits, Indices labels) {
        return sumCrossEntropy("sumCrossEntropy", logits, labels);
    }

    private static Tensor sumCrossEntropy(String loss, Tensor logits, Indices labels) {
        Checks.labels(loss, logits, labels);
        int[] column = new int[logits.rank()];
        for (int axis = 0; axis < column.length; axis++) {
            column[axis] = axis == column.length - 1 ? 1 : logits.dim(axis);
        }
        return logits.logSoftmax(-1).gather(labels.reshape(column), -1).sum().neg();
    }

    /**
     * Returns the mean over all entries of -t·log(p) - (1-t)·log(1-p) with p = sigmoid(logits), exact for logits of any
     * size.
     *
     * @param targets of the shape of the logits, from 0 to 1
     * @throws IllegalArgumentException if the shapes differ, or a target is not from 0 to 1
     */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets) {
        return notEmpty("binaryCrossEntropy", binaryTerms("binaryCrossEntropy", logits, targets))
                .mean();
    }

    /** Returns the sum over all entries instead of the mean, otherwise like {@link #binaryCrossEntropy}. */
    public static Tensor sumBinaryCrossEntropy(Tensor logits, Tensor targets) {
        return binaryTerms("sumBinaryCrossEntropy", logits, targets).sum();
    }

    private static Tensor binaryTerms(String loss, Tensor logits, Tensor targets) {
        checkShapes(loss, logits, targets);
        if (!targets.ge(0).and(targets.le(1)).all()) {
            throw new IllegalArgumentException(
                    loss + " needs targets from 0 to 1, but got " + targets + "; 1 stands for yes, 0 for no");
        }
        // softplus(-z) = -log p. The shorter softplus(z) - t·z loses all digits where p is close to t.
        Tensor yes = targets.mul(logits.neg().softplus());
        return yes.add(targets.neg().add(1).mul(logits.softplus()));
    }

    private static Tensor difference(String loss, Tensor y, Tensor t) {
        checkShapes(loss, y, t);
        return y.sub(t);
    }

    private static void checkShapes(String loss, Tensor y, Tensor t) {
        if (!Checks.sameShape(y, t)) {
            throw new IllegalArgumentException(loss + " needs outputs and targets of one shape, but got " + y.shape()
                    + " and " + t.shape() + ": reshape the targets, a loss does not broadcast");
        }
    }

    private static Tensor notEmpty(String loss, Tensor terms) {
        if (terms.size() == 0) {
            throw noMean(loss, terms);
        }
        return terms;
    }

    private static IllegalArgumentException noMean(String loss, Tensor y) {
        return new IllegalArgumentException(
                loss + " is a mean and needs at least one example, but got outputs of shape " + y.shape()
                        + "; leave empty batches out");
    }
}
