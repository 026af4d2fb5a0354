package org.retrograd.autograd.diff;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.retrograd.autograd.array.Compression;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Sparsity;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * How to find a sparse matrix of derivatives in few sweeps: its pattern, and a colouring of its columns or rows.
 *
 * <p>Columns of one colour share no row, so that one direction, the sum of their unit vectors, finds them all. A sweep
 * carries as many colours as memory allows, usually all. A plan is made once and serves at any number of points.
 */
public final class SparsePlan {
    private final String what;
    private final UnaryOperator<Tensor> map;
    private final Shape in;
    private final Shape out;
    private final long structure;
    private final Sparsity sparsity;
    private final Compression compression;
    private final List<Sweep> sweeps;

    /** Where each entry stands among all, those of the first sweep first. */
    private final Indices order;

    /** Colours {@code from} to {@code to}, and where the entries that they find stand in the sweep's result. */
    private record Sweep(int from, int to, Indices places) {}

    private SparsePlan(String what, UnaryOperator<Tensor> map, Linearization at, Tensor x, boolean symmetric) {
        this.what = what;
        this.map = map;
        this.in = x.shape();
        this.out = at.value().shape();
        this.structure = at.structure();
        Sparsity found = at.sparsity();
        this.sparsity = symmetric ? found.union(found.transpose()) : found;
        this.compression = symmetric ? Compression.ofSymmetric(sparsity) : Compression.of(sparsity);
        int chunk = Derivatives.directionsPerSweep(at.cost());
        int length = compression.byColumns() ? out.size() : in.size();
        int count = (colours() + chunk - 1) / chunk;
        int[] sizes = new int[count + 1];
        for (int entry = 0; entry < sparsity.entries(); entry++) {
            sizes[compression.colour(entry) / chunk + 1]++;
        }
        int[][] places =
                IntStream.range(0, count).mapToObj(k -> new int[sizes[k + 1]]).toArray(int[][]::new);
        for (int k = 0; k < count; k++) {
            sizes[k + 1] += sizes[k];
        }
        int[] next = new int[count];
        int[] positions = new int[sparsity.entries()];
        for (int entry = 0; entry < positions.length; entry++) {
            int colour = compression.colour(entry);
            int k = colour / chunk;
            positions[entry] = sizes[k] + next[k];
            places[k][next[k]++] = (colour - k * chunk) * length + compression.place(entry);
        }
        this.order = Indices.of(positions);
        this.sweeps = IntStream.range(0, count)
                .mapToObj(k -> new Sweep(k * chunk, Math.min((k + 1) * chunk, colours()), Indices.of(places[k])))
                .toList();
    }

    static SparsePlan jacobian(UnaryOperator<Tensor> f, Linearization at, Tensor x) {
        return new SparsePlan("Jacobian", f, at, x, false);
    }

    static SparsePlan hessian(UnaryOperator<Tensor> gradient, Linearization at, Tensor x) {
        return new SparsePlan("Hessian", gradient, at, x, true);
    }

    /** Returns the places of the entries: those where the recorded calls let the value depend on the argument. */
    public Sparsity sparsity() {
        return sparsity;
    }

    /** Returns the number of directions that the whole matrix takes. */
    public int colours() {
        return compression.colouring().count();
    }

    /** Returns whether the directions are tangents (colours of columns) or cotangents (colours of rows). */
    public Mode mode() {
        return compression.byColumns() ? Mode.FORWARD : Mode.REVERSE;
    }

    /** Returns the number of sweeps over the graph that the whole matrix takes, one or more colours in each. */
    public int sweeps() {
        return sweeps.size();
    }

    /**
     * Returns the matrix at a point.
     *
     * @throws IllegalArgumentException if the point has another shape than the one the plan was made at, or if the function
     *     makes other calls there, by which an entry outside the pattern depends on the argument
     */
    public SparseMatrix at(Tensor x) {
        if (!x.shape().equals(in)) {
            throw new IllegalArgumentException(
                    "the plan was made for points of shape " + in + ", but got " + x.shape() + ": make another one");
        }
        Linearization at = Derivatives.linearize(map, x).tensors();
        requireStructure(at);
        return at(at);
    }

    private void requireStructure(Linearization at) {
        Shape shape = at.value().shape();
        if (!shape.equals(out)) {
            throw new IllegalArgumentException("the plan was made where the value of the function has shape " + out
                    + ", but here it has " + shape + ": make another one");
        }
        if (at.structure() == structure) {
            return;
        }
        int[] missing = sparsity.firstMissing(at.sparsity());
        if (missing != null) {
            throw new IllegalArgumentException(
                    "the structure of the function has changed since the plan was made: entry ("
                            + missing[0] + ", " + missing[1] + ") of the " + what
                            + " may differ from 0 here, but was no entry of "
                            + "its pattern; make another plan, or avoid branches on the values of the argument");
        }
    }

    SparseMatrix at(Linearization at) {
        if (sweeps.isEmpty()) {
            return new SparseMatrix(sparsity, Tensor.zeros(0));
        }
        Tensor colourOf = Tensor.of(Arrays.stream(compression.colouring().toArray())
                .asDoubleStream()
                .toArray());
        Tensor[] found = new Tensor[sweeps.size()];
        for (int k = 0; k < found.length; k++) {
            Sweep sweep = sweeps.get(k);
            Tensor colours = Tensor.range(sweep.to - sweep.from).add(sweep.from).expandDims(1);
            Tensor seed = colours.eq(colourOf).toTensor();
            Shape directions = Shape.of(sweep.to - sweep.from);
            Tensor swept = compression.byColumns()
                    ? at.push(List.of(seed.reshape(directions.append(in))))
                    : at.pull(seed.reshape(directions.append(out))).get(0);
            found[k] = swept.flatten().take(sweep.places, 0);
        }
        // a single sweep finds the entries in their order
        return new SparseMatrix(
                sparsity, found.length == 1 ? found[0] : Tensor.concat(0, found).take(order, 0));
    }

    /** Returns kind, size and pattern of the matrix, and what it costs. */
    @Override
    public String toString() {
        return "sparse " + what + " " + sparsity + ": " + colours()
                + (compression.byColumns() ? " column" : " row") + (colours() == 1 ? " colour, " : " colours, ")
                + sweeps() + (sweeps() == 1 ? " sweep " : " sweeps ")
                + (compression.byColumns() ? "forward" : "in reverse");
    }
}
