package org.retrograd.nn;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Attention;
import org.retrograd.autograd.tensor.Mask;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Attention by several heads: queries, keys and values are dense layers of the input, and so is the output of what the heads
 * have found: {@code [.., n, features] → [.., n, features]}.
 *
 * <p>Source: Vaswani and others, Attention is all you need (2017), section 3.2.2.
 */
public final class MultiHeadAttention implements Layer {
    private final Dense queries;
    private final Dense keys;
    private final Dense values;
    private final Dense output;
    private final String name;
    private final int heads;
    private final boolean causal;

    private MultiHeadAttention(
            String name, int heads, boolean causal, Dense queries, Dense keys, Dense values, Dense output) {
        this.name = name;
        this.heads = heads;
        this.causal = causal;
        this.queries = queries;
        this.keys = keys;
        this.values = values;
        this.output = output;
    }

    /**
     * Returns a layer in which every place sees every other, with dense layers {@code name.queries}, {@code name.keys}, {@code
     * name.values} and {@code name.output}.
     *
     * @throws IllegalArgumentException if there is no feature, or the heads do not divide the features
     */
    public static MultiHeadAttention of(
            String name, int features, int heads, Initialiser init, RandomGenerator random) {
        Checks.positive("the number of features of attention \"" + name + "\"", features);
        if (heads < 1 || features % heads != 0) {
            throw new IllegalArgumentException("the heads of attention \"" + name + "\" must divide its " + features
                    + " features, but got " + heads + " heads");
        }
        return new MultiHeadAttention(
                name,
                heads,
                false,
                Dense.of(name + ".queries", features, features, init, random),
                Dense.of(name + ".keys", features, features, init, random),
                Dense.of(name + ".values", features, features, init, random),
                Dense.of(name + ".output", features, features, init, random));
    }

    /** Returns a layer over the same parameters in which a place sees those up to itself only. */
    public MultiHeadAttention causal() {
        return new MultiHeadAttention(name, heads, true, queries, keys, values, output);
    }

    /** Returns the attention of a sequence to itself. */
    @Override
    public Tensor apply(Tensor x) {
        return attend(x, x, causal && x.rank() > 1 ? Attention.causalMask(x.dim(-2)) : null);
    }

    /**
     * Returns the attention of a sequence to itself where a mask admits it; in a causal layer also only up to each place.
     *
     * @param mask where place i may see place j, [.., n, n]; batches broadcast. A place that may see none gets the bias
     */
    public Tensor apply(Tensor x, Mask mask) {
        return attend(x, x, causal && x.rank() > 1 ? mask.and(Attention.causalMask(x.dim(-2))) : mask);
    }

    /** Returns the attention of a sequence to another one, all of which it sees: [.., n, features], [.., m, features]. */
    public Tensor apply(Tensor x, Tensor memory) {
        return attend(x, memory, null);
    }

    private Tensor attend(Tensor x, Tensor memory, @Nullable Mask mask) {
        requireSequence(x);
        requireSequence(memory);
        Tensor q = queries.apply(x);
        Tensor k = keys.apply(memory);
        Tensor v = values.apply(memory);
        return output.apply(
                mask == null
                        ? Attention.multiHeadAttention(q, k, v, heads)
                        : Attention.multiHeadAttention(q, k, v, heads, mask));
    }

    private void requireSequence(Tensor x) {
        if (x.rank() < 2 || x.dim(-1) != queries.inputs()) {
            throw new IllegalArgumentException("attention \"" + name + "\" takes sequences [.., n, " + queries.inputs()
                    + "], but got " + x.shape());
        }
    }

    private Stream<Dense> parts() {
        return Stream.of(queries, keys, values, output);
    }

    @Override
    public List<Parameter> parameters() {
        return parts().flatMap(dense -> dense.parameters().stream()).toList();
    }

    @Override
    public MultiHeadAttention frozen() {
        return new MultiHeadAttention(
                name, heads, causal, queries.frozen(), keys.frozen(), values.frozen(), output.frozen());
    }

    @Override
    public String name() {
        return name;
    }

    /** Returns name and sizes: {@code MultiHeadAttention first, 64 features, 4 heads}. */
    @Override
    public String toString() {
        return "MultiHeadAttention " + name + ", " + queries.inputs() + " features, " + heads
                + (heads == 1 ? " head" : " heads") + (causal ? ", causal" : "");
    }
}
