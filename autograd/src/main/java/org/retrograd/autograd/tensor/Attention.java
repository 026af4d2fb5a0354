package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Definition.Input;

/**
 * Scaled dot-product attention: means of values, weighted by how well keys match a query.
 *
 * <p>The weights of a query are softmax(q·kᵀ / √d) over the keys it may see. A query that may see none gets 0, with
 * derivative 0. A composition (Vaswani and others 2017, eq. 1).
 */
public final class Attention {
    private static final List<Input> SELF = List.of(real(3, 2), real(3, 2), real(3, 2));

    private static final Mask SECOND_IS_BLIND =
            Mask.of(true, false, true, false, false, false).reshape(2, 3);

    private Attention() {}

    static final Definition ATTENTION = Definition.of(
            "attention",
            "softmax(q kT / sqrt(d)) v, over the keys that a mask admits; a query that sees none gets 0.",
            call(
                    "attention(q, k, v)",
                    List.of(real(2, 3), real(4, 3), real(4, 2)),
                    in -> attention(in.get(0), in.get(1), in.get(2))),
            call(
                    "attention(q, k, v) in batches",
                    List.of(real(2, 1, 2, 2), real(3, 2, 2), real(3, 2, 1)),
                    in -> attention(in.get(0), in.get(1), in.get(2))),
            call(
                    "attention(q, k, v, mask)",
                    List.of(real(2, 2), real(3, 2), real(3, 2)),
                    in -> attention(in.get(0), in.get(1), in.get(2), SECOND_IS_BLIND)),
            call(
                    "attention(q, no keys)",
                    List.of(real(2, 2), real(0, 2), real(0, 3)),
                    in -> attention(in.get(0), in.get(1), in.get(2))));

    /** Returns for each query a mean of all values: see {@link #attention(Tensor, Tensor, Tensor, Mask)}. */
    public static Tensor attention(Tensor queries, Tensor keys, Tensor values) {
        return weighted("attention", queries, keys, values, null);
    }

    /**
     * Returns for each query a mean of the values whose keys it may see: {@code [.., n, d]}, {@code [.., m, d]} and {@code
     * [.., m, e]} → {@code [.., n, e]}; batches broadcast.
     *
     * <p>Keys and values that no query may see, and queries that may see none, count for nothing, be they NaN or infinite. A
     * key or value that one query may see is part of all sums, also of those in which its weight is 0.
     *
     * @param mask where query i may see key j, {@code [.., n, m]}; batches broadcast
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor attention(Tensor queries, Tensor keys, Tensor values, Mask mask) {
        return weighted("attention", queries, keys, values, mask);
    }

    static final Definition CAUSAL_ATTENTION = Definition.of(
            "causalAttention",
            "Attention of a sequence to itself in which each query sees the keys up to its own place.",
            call("causalAttention(q, k, v)", SELF, in -> causalAttention(in.get(0), in.get(1), in.get(2))));

    /**
     * Returns attention in which query i sees the keys 0 to i: {@code [.., n, d]}, {@code [.., n, d]} and {@code [.., n, e]}
     * → {@code [.., n, e]}.
     *
     * @throws IllegalArgumentException if the shapes do not fit, or there are not as many keys as queries
     */
    public static Tensor causalAttention(Tensor queries, Tensor keys, Tensor values) {
        check("causalAttention", queries, keys, values);
        if (keys.dim(-2) != queries.dim(-2)) {
            throw new IllegalArgumentException("causalAttention needs a key for each query, but got queries "
                    + queries.shape + " and keys " + keys.shape);
        }
        return attention(queries, keys, values, causalMask(queries.dim(-2)));
    }

    /** Returns the mask by which place i of n sees the places 0 to i, [n, n]. */
    public static Mask causalMask(int n) {
        return Tensor.ones(n, n).tril(0).gt(0);
    }

    static final Definition MULTI_HEAD_ATTENTION = Definition.of(
            "multiHeadAttention",
            "Attention by several heads, each on its own part of the features.",
            call(
                    "multiHeadAttention(q, k, v, 2)",
                    List.of(real(2, 3, 4), real(2, 2, 4), real(2, 2, 6)),
                    in -> multiHeadAttention(in.get(0), in.get(1), in.get(2), 2)),
            call(
                    "multiHeadAttention(q, k, v, 2, mask)",
                    SELF,
                    in -> multiHeadAttention(in.get(0), in.get(1), in.get(2), 2, causalMask(3))),
            call(
                    "multiHeadAttention(q, k, v, 2, a mask with a blind query)",
                    List.of(real(2, 2), real(3, 2), real(3, 2)),
                    in -> multiHeadAttention(in.get(0), in.get(1), in.get(2), 2, SECOND_IS_BLIND)));

    /** Returns attention by several heads to all keys: see {@link #multiHeadAttention(Tensor, Tensor, Tensor, int, Mask)}. */
    public static Tensor multiHeadAttention(Tensor queries, Tensor keys, Tensor values, int heads) {
        return byHeads(queries, keys, values, heads, null);
    }

    /**
     * Returns attention by several heads: the features of queries, keys and values are cut into as many equal parts, each head
     * attends by its own part, and the results are put side by side.
     *
     * @param mask where query i may see key j, for all heads alike, {@code [.., n, m]}
     * @throws IllegalArgumentException if the shapes do not fit, or the heads do not divide the numbers of features
     */
    public static Tensor multiHeadAttention(Tensor queries, Tensor keys, Tensor values, int heads, Mask mask) {
        return byHeads(queries, keys, values, heads, mask);
    }

    private static Tensor byHeads(Tensor queries, Tensor keys, Tensor values, int heads, @Nullable Mask mask) {
        check("multiHeadAttention", queries, keys, values);
        if (heads < 1 || queries.dim(-1) % heads != 0 || values.dim(-1) % heads != 0) {
            throw new IllegalArgumentException(
                    "multiHeadAttention needs a number of heads that divides the features, but " + "got " + heads
                            + " heads for queries " + queries.shape + " and values " + values.shape);
        }
        Mask forHeads = mask;
        if (mask != null && mask.shape().rank() > 2) {
            Shape shape = mask.shape();
            forHeads = mask.reshape(shape.insertOnes(shape.rank() - 2, 1).toArray());
        }
        Tensor y = weighted(
                "multiHeadAttention", split(queries, heads), split(keys, heads), split(values, heads), forHeads);
        Tensor rows = y.moveAxis(-3, -2);
        return rows.reshape(rows.shape.lead(rows.rank() - 2, Shape.of(heads * rows.dim(-1))));
    }

    /** Returns [.., n, heads · d] as [.., heads, n, d]. */
    private static Tensor split(Tensor x, int heads) {
        Shape parts = x.shape.lead(x.rank() - 1, Shape.of(heads, x.dim(-1) / heads));
        return x.reshape(parts).moveAxis(-2, -3);
    }

    private static Tensor weighted(String name, Tensor queries, Tensor keys, Tensor values, @Nullable Mask mask) {
        check(name, queries, keys, values);
        Tensor scores = scores(queries, keys);
        if (mask == null) {
            return scores.softmax(-1).matmul(values);
        }
        requireFits(name, mask.shape(), scores.shape);
        if (finite(queries) && finite(keys) && finite(values)) {
            return masked(scores, values, mask);
        }
        // what takes no part is replaced before the products, in which 0 times infinity is NaN
        Tensor may = mask.toTensor();
        Mask sees = may.sum(Dims.KEEP, -1).gt(0);
        Mask seen = may.sum(Dims.KEEP, -2).transpose().gt(0);
        return masked(scores(live(queries, sees), live(keys, seen)), live(values, seen), mask);
    }

    private static Tensor scores(Tensor queries, Tensor keys) {
        return queries.div(Math.sqrt(queries.dim(-1))).matmul(keys.transpose());
    }

    private static Tensor masked(Tensor scores, Tensor values, Mask mask) {
        Tensor visible = Tensor.where(mask, scores, Tensor.scalar(Double.NEGATIVE_INFINITY));
        return visible.softmax(-1).matmul(values);
    }

    private static boolean finite(Tensor x) {
        return Math.abs(x.detach().sum().item()) < Double.POSITIVE_INFINITY;
    }

    private static Tensor live(Tensor x, Mask part) {
        return Tensor.where(part, x, Tensor.scalar(0));
    }

    private static void check(String name, Tensor queries, Tensor keys, Tensor values) {
        boolean fit = Math.min(queries.rank(), Math.min(keys.rank(), values.rank())) >= 2
                && queries.dim(-1) == keys.dim(-1)
                && keys.dim(-2) == values.dim(-2)
                && queries.dim(-1) > 0;
        if (!fit) {
            throw new IllegalArgumentException(name
                    + " needs queries [.., n, d], keys [.., m, d] and values [.., m, e] "
                    + "with d of at least 1, but got " + queries.shape + ", " + keys.shape + " and " + values.shape);
        }
    }

    private static void requireFits(String name, Shape mask, Shape scores) {
        boolean fits;
        try {
            Shape.broadcast(mask, scores);
            fits = mask.rank() >= 2 && mask.dim(-1) == scores.dim(-1) && mask.dim(-2) == scores.dim(-2);
        } catch (IllegalArgumentException e) {
            fits = false;
        }
        if (!fits) {
            throw new IllegalArgumentException(name + " needs a mask [.., queries, keys] that broadcasts to the scores "
                    + scores + ", but got " + mask);
        }
    }
}
