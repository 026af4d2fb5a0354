package org.retrograd.autograd.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.IndexSets;
import org.retrograd.autograd.array.Shape;

/**
 * Which entries of a result depend on which entries of one input: the sparsity pattern of one operation.
 *
 * <p>Nearly all relations are <em>groups</em>: entries of both sides carry labels, and a result entry depends on the input
 * entries with its own label. Labels are whole numbers in tensors of the two shapes, so that tensor methods make them; the
 * label 0 belongs to entries without any. A copy has one label for each input entry, a sum one for each result entry, a
 * matrix product one for each row of the left factor.
 */
public final class Relation {
    private static final Relation SAME_PLACE = new Relation(null, new int[0], 0, null);

    /** By input entry: its group; null if each is its own. */
    private final int @Nullable [] from;

    /** By result entry: the group it depends on. */
    private final int[] to;

    private final int size;

    /** By result entry: the input entries it depends on; null if there are groups. */
    private final @Nullable IntFunction<int[]> reads;

    private Relation(int @Nullable [] from, int[] to, int size, @Nullable IntFunction<int[]> reads) {
        this.from = from;
        this.to = to;
        this.size = size;
        this.reads = reads;
    }

    /**
     * Returns the relation of equal labels.
     *
     * @param from a label for each entry of the input: whole numbers from 0 on
     * @param to a label for each entry of the result
     */
    public static Relation ofGroups(Tensor from, Tensor to) {
        return new Relation(labels(from), labels(to), to.size(), null);
    }

    /**
     * Returns the relation in which each result entry names the input entries it depends on.
     *
     * @param size the number of entries of the result
     * @param reads for each entry of the result positions in the input, both in row-major order
     */
    public static Relation ofReads(int size, IntFunction<int[]> reads) {
        return new Relation(null, new int[0], size, reads);
    }

    /** Returns the relation of a result whose entries depend on the same place of the input, up to broadcasting. */
    static Relation elementwise(Shape in, Shape out) {
        return in.equals(out) ? SAME_PLACE : copies(numbers(in).broadcastTo(out));
    }

    /** Returns the relation of a result that consists of copies: each entry names the entry it is a copy of, from 1 on. */
    static Relation copies(Tensor of) {
        return new Relation(null, labels(of), of.size(), null);
    }

    /** Returns the relation of a result each of whose entries is found from the input entries that name it, from 1 on. */
    static Relation collected(Tensor into, Shape out) {
        return ofGroups(into, numbers(out));
    }

    /** Returns the relation of an operation that copies entries, found by letting it copy their numbers. */
    static Relation selection(Op op, int k, Tensor[] in) {
        Tensor[] numbered = new Tensor[in.length];
        for (int i = 0; i < in.length; i++) {
            numbered[i] = i == k ? numbers(in[i].shape) : Tensor.zeros(in[i].shape);
        }
        return copies(op.apply(numbered));
    }

    /**
     * Returns the relation of a result each of whose entries depends on one input entry for each tap: each tap names for
     * every entry of the result that input entry, from 1 on, or 0 where it has none.
     */
    static Relation ofTaps(List<Tensor> taps) {
        int[][] numbers = taps.stream().map(Relation::labels).toArray(int[][]::new);
        int size = taps.isEmpty() ? 0 : taps.get(0).size();
        return ofReads(
                size,
                entry -> Arrays.stream(numbers)
                        .mapToInt(tap -> tap[entry] - 1)
                        .filter(position -> position >= 0)
                        .toArray());
    }

    /**
     * Returns the relation in which everything in a batch depends on everything in the same batch of the input; batches
     * broadcast.
     *
     * @param inAxes the number of last axes of the input that are not batches
     * @param outAxes the same of the result
     */
    static Relation ofBatches(Shape in, int inAxes, Shape out, int outAxes) {
        Shape batches = in.slice(0, in.rank() - inAxes);
        Tensor numbers = numbers(batches);
        return ofGroups(
                numbers.reshape(batches.insertOnes(batches.rank(), inAxes)).broadcastTo(in),
                numbers.reshape(batches.insertOnes(batches.rank(), outAxes)).broadcastTo(out));
    }

    /** Returns the relation in which entries depend on the line of the input along one axis that they lie on. */
    static Relation ofLines(Shape in, int axis, Shape out) {
        Tensor lines = numbers(in.with(axis, 1));
        return ofGroups(lines.broadcastTo(in), lines.broadcastTo(out));
    }

    /** Returns the relation in which any entry depends on any. */
    static Relation dense(Shape in, Shape out) {
        return ofGroups(Tensor.ones(in.toArray()), Tensor.ones(out.toArray()));
    }

    /** Returns a tensor of the numbers of its own entries, from 1 on, so that 0 can mean none. */
    static Tensor numbers(Shape shape) {
        return Tensor.range(shape.size()).add(1).reshape(shape.toArray());
    }

    private static int[] labels(Tensor labels) {
        int[] whole = new int[labels.size()];
        Arrays.setAll(whole, i -> (int) labels.data.get(i));
        return whole;
    }

    /** Returns for each entry of the result what it depends on, given the same for the entries of the input. */
    IndexSets apply(IndexSets in) {
        if (this == SAME_PLACE) {
            return in;
        }
        if (reads != null) {
            return in.unions(size, reads);
        }
        return (from == null ? in : in.gather(from, groups())).pick(to);
    }

    private int groups() {
        int most = 0;
        for (int label : from == null ? to : from) {
            most = Math.max(most, label);
        }
        for (int label : to) {
            most = Math.max(most, label);
        }
        return most;
    }

    /** Returns a number that differs, but for a coincidence, between relations that differ. */
    int fingerprint() {
        int hash = 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
        if (reads != null) {
            for (int i = 0; i < size; i++) {
                hash = 31 * hash + Arrays.hashCode(reads.apply(i));
            }
        }
        return hash;
    }
}
