package org.retrograd.nn;

import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A table with a row of features for each of a number of things, words for instance: [..] of {@link Indices} → [..,
 * features].
 *
 * <p>It is not a {@link Layer}, since whole numbers are no tensors and have no derivative: it stands before a network, and is
 * trained with it by giving the optimiser the parameters of both.
 */
public final class Embedding {
    private final String name;
    private final Parameter rows;

    private Embedding(String name, Parameter rows) {
        this.name = Objects.requireNonNull(name, "name");
        this.rows = rows;
    }

    /**
     * Returns a table with a parameter {@code name.rows}, drawn with a fan in of 1 and the features as fan out.
     *
     * @throws IllegalArgumentException if there is no row or no feature
     */
    public static Embedding of(String name, int count, int features, Initialiser init, RandomGenerator random) {
        Checks.positive("the number of rows of embedding \"" + name + "\"", count);
        Checks.positive("the number of features of embedding \"" + name + "\"", features);
        return new Embedding(name, new Parameter(name + ".rows", init.draw(random, 1, features, count, features)));
    }

    /**
     * Returns a table over a given parameter, which others may share.
     *
     * @param rows [count, features]
     * @throws IllegalArgumentException if the shape is another
     */
    public static Embedding of(String name, Parameter rows) {
        if (rows.get().rank() != 2) {
            throw new IllegalArgumentException("embedding \"" + name + "\" needs rows [count, features], but got "
                    + rows.get().shape());
        }
        return new Embedding(name, rows);
    }

    /**
     * Returns the rows of the given numbers; where a number repeats, so does its row, and the gradients add up.
     *
     * @throws IndexOutOfBoundsException if there is no such row; nothing is counted from the end
     */
    public Tensor apply(Indices indices) {
        int count = rows.get().dim(0);
        for (int i = 0; i < indices.size(); i++) {
            if (indices.get(i) < 0 || indices.get(i) >= count) {
                throw new IndexOutOfBoundsException("embedding \"" + name + "\" has rows 0 to " + (count - 1)
                        + ", but got " + indices.get(i) + " at position " + i + " of indices of shape "
                        + indices.shape());
            }
        }
        return rows.get().take(indices, 0);
    }

    /** Returns the rows, [count, features]. */
    public Parameter rows() {
        return rows;
    }

    /** Returns the rows as what training may change; a frozen table has none. */
    public List<Parameter> parameters() {
        return Checks.trained(rows);
    }

    /** Returns the same table over the present rows as constants. */
    public Embedding frozen() {
        return new Embedding(name, rows.frozen());
    }

    /** Returns the name, by which messages call it. */
    public String name() {
        return name;
    }

    /** Returns name and sizes: {@code Embedding words 1000 x 16}. */
    @Override
    public String toString() {
        return "Embedding " + name + " " + rows.get().dim(0) + " x "
                + rows.get().dim(1);
    }
}
