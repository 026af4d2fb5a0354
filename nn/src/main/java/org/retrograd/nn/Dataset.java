package org.retrograd.nn;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.data.RowOrder;
import org.retrograd.nn.data.Table;

/**
 * Examples to train on or to test with: inputs, and for each of them a target tensor or a class label.
 *
 * <p>Examples lie along the first axis. It is immutable, and a mini-batch is a data set too.
 */
public final class Dataset {
    private final Tensor inputs;
    private final @Nullable Tensor targets;
    private final @Nullable Indices labels;

    private Dataset(Tensor inputs, @Nullable Tensor targets, @Nullable Indices labels) {
        this.inputs = inputs;
        this.targets = targets;
        this.labels = labels;
    }

    /**
     * Returns examples with target tensors: [n, ..] and [n, ..].
     *
     * @throws IllegalArgumentException if there are not as many targets as inputs
     */
    public static Dataset of(Tensor inputs, Tensor targets) {
        check(inputs, "targets of shape " + targets.shape(), targets.rank() == 0 ? -1 : targets.dim(0));
        return new Dataset(inputs, targets, null);
    }

    /**
     * Returns examples with class labels: [n, ..] and [n].
     *
     * @throws IllegalArgumentException if there are not as many labels as inputs
     */
    public static Dataset of(Tensor inputs, Indices labels) {
        boolean vector = labels.equals(labels.reshape(labels.size()));
        check(inputs, "labels of shape " + labels.shape(), vector ? labels.size() : -1);
        return new Dataset(inputs, null, labels);
    }

    /**
     * Returns the rows of a table as examples: the columns {@code from} to {@code to - 1} as inputs, and one column of
     * labels from 0 to {@code classes - 1}.
     *
     * @throws IllegalArgumentException if a label is outside the classes; the message names its line in the file
     * @throws IndexOutOfBoundsException if there are no such columns
     */
    public static Dataset of(Table table, int from, int to, int labelColumn, int classes) {
        Tensor inputs = Tensor.of(table.rowMajor(from, to)).reshape(table.rowCount(), to - from);
        return of(inputs, Indices.of(table.labels(labelColumn, classes)));
    }

    private static void check(Tensor inputs, String what, int count) {
        Preconditions.checkArgument(
                inputs.rank() >= 1 && inputs.dim(0) == count,
                "a data set needs as many targets or labels as inputs, one a row, but got inputs of shape %s and %s",
                inputs.shape(),
                what);
    }

    /** Returns the inputs, [n, ..]. */
    public Tensor inputs() {
        return inputs;
    }

    /**
     * Returns the targets, [n, ..].
     *
     * @throws IllegalStateException if the examples have labels
     */
    public Tensor targets() {
        if (targets == null) {
            throw new IllegalStateException(
                    "this data set has labels, not targets: ask for labels(), or make targets of "
                            + "them by labels().oneHot(classes)");
        }
        return targets;
    }

    /**
     * Returns the class labels, [n].
     *
     * @throws IllegalStateException if the examples have targets
     */
    public Indices labels() {
        if (labels == null) {
            throw new IllegalStateException(
                    "this data set has targets, not labels: ask for targets(), or make it of inputs and Indices");
        }
        return labels;
    }

    /** Returns the number of examples. */
    public int size() {
        return inputs.dim(0);
    }

    /** Returns the same examples with other inputs, for instance scaled ones. */
    public Dataset withInputs(Tensor newInputs) {
        return labels != null ? of(newInputs, labels) : of(newInputs, targets());
    }

    /**
     * Returns the examples of some rows, in the order given.
     *
     * @throws IndexOutOfBoundsException if there is no such row
     */
    public Dataset rows(int... rows) {
        Indices chosen = Indices.of(rows);
        Tensor in = inputs.take(chosen, 0);
        if (labels == null) {
            return new Dataset(in, targets().take(chosen, 0), null);
        }
        Indices all = labels;
        return new Dataset(
                in, null, Indices.of(Arrays.stream(rows).map(all::get).toArray()));
    }

    /** Returns the examples in a random order, each order being equally likely: see {@link RowOrder#shuffled}. */
    public Dataset shuffled(RandomGenerator random) {
        return rows(RowOrder.shuffled(IntStream.range(0, size()).toArray(), random));
    }

    /**
     * Returns the examples in their order as mini-batches; the last one is smaller if they do not come out even.
     *
     * @throws IllegalArgumentException if the size is not positive
     */
    public ImmutableList<Dataset> batches(int size) {
        if (size >= size()) {
            return size() == 0 ? ImmutableList.of() : ImmutableList.of(this);
        }
        return RowOrder.batches(IntStream.range(0, size()).toArray(), size).stream()
                .map(this::rows)
                .collect(ImmutableList.toImmutableList());
    }

    /** Returns the shapes: {@code Dataset of 150: inputs [150, 4], labels [150]}. */
    @Override
    public String toString() {
        return "Dataset of " + size() + ": inputs " + inputs.shape() + ", "
                + (labels != null
                        ? "labels " + labels.shape()
                        : "targets " + targets().shape());
    }
}
