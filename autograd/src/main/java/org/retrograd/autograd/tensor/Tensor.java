package org.retrograd.autograd.tensor;

import com.google.common.base.Preconditions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Scan;

/**
 * An immutable array of float64 numbers, linked to the call that computed it.
 *
 * <p>A tensor is <em>traced</em> if it is a variable or was computed from one; it then remembers operation and inputs, and
 * derivatives can be taken of it. Whether a call is recorded depends on its inputs alone: there is no mode to set, nothing
 * to close and nothing to zero. Tensors that nobody refers to any more are garbage, and so is their graph.
 *
 * <p>The methods stand, by theme, in {@link ElementwiseMethods}, {@link ReductionMethods}, {@link ShapeMethods},
 * {@link IndexMethods}, {@link OrderMethods}, {@link ProductMethods} and {@link LinearAlgebraMethods}. Shapes broadcast by NumPy's rule throughout.
 */
public final class Tensor
        implements ElementwiseMethods,
                ReductionMethods,
                ShapeMethods,
                IndexMethods,
                OrderMethods,
                ProductMethods,
                LinearAlgebraMethods,
                ControlMethods {
    static final Tensor[] NONE = {};
    private static final AtomicLong IDS = new AtomicLong(1);

    final Shape shape;
    final Storage data;

    /** The operation that computed this value; null for a constant. */
    final @Nullable Op op;

    final Tensor[] in;

    /** Larger than the ids of the inputs: the order of ids is a topological order. 0 for a constant. */
    final long id;

    final @Nullable Origin origin;

    /** Makes a constant. */
    Tensor(Shape shape, Storage data) {
        this(shape, data, null, NONE, 0, null);
    }

    /** Makes a constant that remembers from what it was cut. */
    Tensor(Shape shape, Storage data, @Nullable Origin origin) {
        this(shape, data, null, NONE, 0, origin);
    }

    /** Makes a traced value. */
    Tensor(Shape shape, Storage data, Op op, Tensor[] in, @Nullable Origin origin) {
        this(shape, data, op, in, nextId(), origin);
    }

    private Tensor(Shape shape, Storage data, @Nullable Op op, Tensor[] in, long id, @Nullable Origin origin) {
        this.shape = shape;
        this.data = data;
        this.op = op;
        this.in = in;
        this.id = id;
        this.origin = origin;
    }

    static long nextId() {
        return IDS.getAndIncrement();
    }

    /** Returns a constant without axes. */
    public static Tensor scalar(double value) {
        return new Tensor(Shape.SCALAR, Storage.wrap(new double[] {value}));
    }

    /** Returns a constant with one axis. Reshape it for more: {@code Tensor.of(1, 2, 3, 4).reshape(2, 2)}. */
    public static Tensor of(double... values) {
        return new Tensor(Shape.of(values.length), Storage.wrap(values.clone()));
    }

    /**
     * Returns a constant with two axes.
     *
     * @throws IllegalArgumentException if the rows differ in length
     */
    public static Tensor of(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        double[] values = new double[rows.length * columns];
        for (int row = 0; row < rows.length; row++) {
            if (rows[row].length != columns) {
                throw new IllegalArgumentException("rows must have the same length, but row 0 has " + columns
                        + " entries and row " + row + " has " + rows[row].length);
            }
            System.arraycopy(rows[row], 0, values, row * columns, columns);
        }
        return new Tensor(Shape.of(rows.length, columns), Storage.wrap(values));
    }

    /** Returns a constant of zeros. */
    public static Tensor zeros(int... shape) {
        return zeros(Shape.of(shape));
    }

    /** Returns a constant of zeros. */
    public static Tensor zeros(Shape shape) {
        return new Tensor(shape, Storage.allocate(shape.size()));
    }

    /** Returns a constant of ones. */
    public static Tensor ones(int... shape) {
        return full(1, shape);
    }

    /** Returns a constant whose entries all have one value. */
    public static Tensor full(double value, int... shape) {
        Shape s = Shape.of(shape);
        return new Tensor(s, Storage.filled(s.size(), value));
    }

    /** Returns the identity matrix of the given size. */
    public static Tensor eye(int size) {
        Shape s = Shape.of(size, size);
        double[] values = new double[s.size()];
        for (int i = 0; i < size; i++) {
            values[i * size + i] = 1;
        }
        return new Tensor(s, Storage.wrap(values));
    }

    /** Returns the constant (0, 1, …, count - 1). */
    public static Tensor range(int count) {
        Shape s = Shape.of(count);
        double[] values = new double[s.size()];
        Arrays.setAll(values, i -> i);
        return new Tensor(s, Storage.wrap(values));
    }

    /** Returns {@code count} equally spaced numbers from {@code first} to {@code last}, both included; one is the first. */
    public static Tensor linspace(double first, double last, int count) {
        Shape s = Shape.of(count);
        double[] values = new double[s.size()];
        Arrays.setAll(
                values, i -> i > 0 && i == count - 1 ? last : first + i * ((last - first) / Math.max(count - 1, 1)));
        return new Tensor(s, Storage.wrap(values));
    }

    /** Returns a constant of numbers drawn uniformly from [low, high), 53 random bits each. */
    public static Tensor uniform(RandomGenerator random, double low, double high, int... shape) {
        Shape s = Shape.of(shape);
        double[] values = new double[s.size()];
        Arrays.setAll(values, i -> low + (high - low) * ((random.nextLong() >>> 11) * 0x1.0p-53));
        return new Tensor(s, Storage.wrap(values));
    }

    /** Returns a constant of numbers drawn from the standard normal distribution (Box and Muller 1958). */
    public static Tensor normal(RandomGenerator random, int... shape) {
        Shape s = Shape.of(shape);
        double[] values = new double[s.size()];
        Arrays.setAll(values, i -> {
            double radius = Math.sqrt(-2 * StrictMath.log(((random.nextLong() >>> 11) + 1) * 0x1.0p-53));
            return radius * StrictMath.cos(2 * Math.PI * ((random.nextLong() >>> 11) * 0x1.0p-53));
        });
        return new Tensor(s, Storage.wrap(values));
    }

    /** Returns the entries of {@code a} where the condition holds, of {@code b} elsewhere; shapes broadcast. */
    public static Tensor where(Mask condition, Tensor a, Tensor b) {
        return condition.select().apply(condition.toTensor(), a, b);
    }

    /**
     * Returns the sum of products that subscripts say, as NumPy's {@code einsum}: {@code einsum("ij,jk->ik", a, b)} is the
     * matrix product. Without {@code ->} the result has the subscripts that occur once, in alphabetical order; a subscript
     * that an operand repeats takes its diagonal; {@code ...} stands for any axes, which broadcast.
     *
     * @throws IllegalArgumentException if subscripts and shapes do not fit
     */
    public static Tensor einsum(String subscripts, Tensor... operands) {
        return Einsum.einsum(subscripts, operands);
    }

    /**
     * Returns a scalar function of each entry, as one pass over the arrays: also its derivative is one. The recommended way
     * to write an elementwise function of one's own; record it as a {@link Program} once if it is used often.
     *
     * @throws IllegalArgumentException if {@code f} compares numbers: use {@code min}, {@code max}, {@code abs} and the like
     */
    public static Tensor map(UnaryOperator<Scalar> f, Tensor x) {
        return map(Program.record(f), x);
    }

    /** Returns a scalar function of the entries of two tensors, whose shapes broadcast. */
    public static Tensor map(BinaryOperator<Scalar> f, Tensor x, Tensor y) {
        return map(Program.record(2, f), x, y);
    }

    /** Returns a program of one output for each entry of tensors, one for each input, whose shapes broadcast. */
    public static Tensor map(Program program, Tensor... x) {
        return ProgramOp.elementwise(program, x);
    }

    /**
     * Returns a program of m outputs for each row: [.., n₁], [.., n₂], … → [.., m], the rows' lengths being together the
     * number of inputs and the leading axes broadcasting.
     */
    public static Tensor mapRows(Program program, Tensor... x) {
        return ProgramOp.rows(program, x);
    }

    /**
     * Returns the Jacobian of a program of m outputs for each row, by its first n inputs: [.., n] → [.., m, n], all in one
     * pass.
     *
     * @param data the rows of the other inputs, by which nothing is differentiated, if there are such
     */
    public static Tensor jacobianRows(Program program, Tensor x, Tensor... data) {
        return ProgramOp.jacobians(program, x, data);
    }

    /**
     * Returns last state and outputs of a loop whose body is a scalar program, as one node however many steps it takes.
     *
     * @param start [s], the first state
     * @param inputs [n, u], the inputs of the n steps
     * @param parameters [p], the same for all steps
     */
    public static Scanned scan(Scan loop, Tensor start, Tensor inputs, Tensor parameters) {
        return ProgramLoop.apply(loop, start, inputs, parameters);
    }

    /**
     * Returns tensors one after the other along an axis.
     *
     * @throws IllegalArgumentException if their shapes differ elsewhere
     */
    public static Tensor concat(int axis, Tensor... parts) {
        return ShapeOps.concat(axis, parts);
    }

    /**
     * Returns tensors of one shape side by side along a new axis.
     *
     * @throws IllegalArgumentException if their shapes differ, or there is none
     */
    public static Tensor stack(int axis, Tensor... parts) {
        return ShapeOps.stack(axis, parts);
    }

    /** Returns the coordinates of a grid: for vectors of n and m entries two tensors of shape [n, m], and so on. */
    public static List<Tensor> meshgrid(Tensor... vectors) {
        int[] grid = new int[vectors.length];
        for (int k = 0; k < vectors.length; k++) {
            grid[k] = vectors[k].dim(0);
        }
        Tensor[] coordinates = new Tensor[vectors.length];
        for (int k = 0; k < vectors.length; k++) {
            int[] along = new int[vectors.length];
            Arrays.fill(along, 1);
            along[k] = grid[k];
            coordinates[k] = vectors[k].reshape(along).broadcastTo(grid);
        }
        return List.of(coordinates);
    }

    /** Returns a new free variable with one axis: {@link #backward} gives the gradient by it. */
    public static Tensor variable(double... values) {
        return variable(of(values));
    }

    /** Returns a new free variable with the value of a tensor, from whose graph it is cut. */
    public static Tensor variable(Tensor value) {
        return Variable.free().of(value.detach());
    }

    /**
     * Returns the same free variable with another value: gradients asked for by either tensor are those by the variable.
     * Given a value that it had before, as a tensor of this variable, it is that tensor again.
     *
     * @throws IllegalStateException if this is not a free variable
     * @throws IllegalArgumentException if the shape differs
     */
    public Tensor withValue(Tensor value) {
        if (!(op instanceof Variable variable) || variable.scoped) {
            throw new IllegalStateException(
                    label() + " is not a variable: only what Tensor.variable(..) made can be " + "given a new value");
        }
        Preconditions.checkArgument(
                value.shape.equals(shape), "a new value of %s must have its shape, but has %s", label(), value.shape);
        long as = value.op == op ? value.id : nextId();
        return new Tensor(shape, value.data, variable, NONE, as, Origin.renewed(origin, value.origin));
    }

    /** Returns the same value under a name, by which messages, traces and reports will call it. */
    public Tensor named(String name) {
        return new Tensor(shape, data, op, in, id, Origin.named(name, origin));
    }

    /** Returns the name that {@link #named} gave. */
    public Optional<String> name() {
        return Optional.ofNullable(origin).map(Origin::name);
    }

    /** Returns the same value, marked so that everything computed from it remembers the source line of its call. */
    Tensor sited() {
        return new Tensor(shape, data, op, in, id, Origin.sited(origin));
    }

    /** Returns the value as a constant: derivatives stop here. */
    public Tensor detach() {
        return op == null ? this : new Tensor(shape, data, null, NONE, 0, Origin.detached(this));
    }

    /** Returns the value as a constant for the engine's own use, which leaves no trace. */
    Tensor constant() {
        return op == null ? this : new Tensor(shape, data, null, NONE, 0, null);
    }

    static Tensor[] constants(Tensor[] tensors) {
        Tensor[] constants = new Tensor[tensors.length];
        for (int k = 0; k < tensors.length; k++) {
            constants[k] = tensors[k].constant();
        }
        return constants;
    }

    /** Whether this is a variable or was computed from one, so that derivatives can be taken. */
    public boolean traced() {
        return op != null;
    }

    Op op() {
        if (op == null) {
            throw new IllegalStateException(label() + " is a constant and was not computed by an operation");
        }
        return op;
    }

    /**
     * Returns the gradients of this scalar by every value it was computed from.
     *
     * <p>They are traced in a function that a transform differentiates, and where a derivative led to this scalar (a penalty
     * on a gradient): it might be differentiated once more. To keep them then, {@link #detach} them.
     *
     * @throws IllegalStateException if this has more than one entry, or does not depend on any variable
     */
    public Gradients backward() {
        if (shape.size() != 1) {
            throw new IllegalStateException("backward() differentiates a scalar, but " + label() + " has shape " + shape
                    + ": reduce it first, for instance by sum(), or give backward(seed) a cotangent of that shape");
        }
        return backward(new Tensor(shape, Storage.filled(1, 1)));
    }

    /**
     * Returns the gradients of the sum of {@code seed * this} by every value it was computed from.
     *
     * @param seed a cotangent of the same shape
     */
    public Gradients backward(Tensor seed) {
        return Gradients.backward(checkTraced(seed), seed);
    }

    /**
     * Returns the gradients of this scalar by the given variables only: values in between are dropped as soon as they have
     * been used, and paths that lead elsewhere are not walked.
     */
    public Gradients gradients(List<Tensor> targets) {
        Tensor seed = new Tensor(shape, Storage.filled(1, 1));
        if (shape.size() != 1) {
            throw new IllegalStateException("gradients(..) differentiates a scalar, but " + label() + " has shape "
                    + shape + ": reduce it first, for instance by sum()");
        }
        return Gradients.backward(checkTraced(seed), seed, targets);
    }

    private Tensor checkTraced(Tensor seed) {
        if (op == null) {
            throw new IllegalStateException("there is nothing to differentiate: " + label()
                    + " was not computed from any variable; make one with Tensor.variable(..)");
        }
        Preconditions.checkArgument(
                seed.shape.equals(shape),
                "the seed of %s must have its shape %s, but has %s",
                label(),
                shape,
                seed.shape);
        return this;
    }

    /** Returns the shape; {@code shape().toString()} is like {@code [2, 3]}. */
    public Shape shape() {
        return shape;
    }

    /** Returns the number of axes. */
    public int rank() {
        return shape.rank();
    }

    /** Returns the number of entries. */
    public int size() {
        return shape.size();
    }

    /** Returns the length of an axis, which may be counted from the end by a negative number. */
    public int dim(int axis) {
        return shape.dim(axis);
    }

    /**
     * Returns the only entry.
     *
     * @throws IllegalStateException if there are more or none
     */
    public double item() {
        if (shape.size() != 1) {
            throw new IllegalStateException("item() is for a single number, but " + label() + " has shape " + shape
                    + ": use get(..) or toArray()");
        }
        return data.get(0);
    }

    /**
     * Returns one entry.
     *
     * @throws IndexOutOfBoundsException if an index is outside its axis, or there are too few or too many
     */
    public double get(int... index) {
        if (index.length != rank()) {
            throw new IndexOutOfBoundsException(
                    "an entry of shape " + shape + " has " + rank() + " indices, but got " + Arrays.toString(index));
        }
        int position = 0;
        for (int axis = 0; axis < index.length; axis++) {
            int i = Indices.checked(index[axis], shape.dim(axis), axis, shape);
            position = position * shape.dim(axis) + i;
        }
        return data.get(position);
    }

    /** Returns a copy of the entries in row-major order. */
    public double[] toArray() {
        return data.toArray();
    }

    /** Returns the entries in row-major order without copying them; nobody can change them. */
    public Storage storage() {
        return data;
    }

    /** Whether two tensors have the same shape and the same entries to the last bit; their graphs are not compared. */
    public boolean sameAs(Tensor other) {
        return shape.equals(other.shape) && Arrays.equals(toArray(), other.toArray());
    }

    /** Returns the name, or a short description if there is none. */
    String label() {
        return origin != null && origin.name() != null
                ? "\"" + origin.name() + "\""
                : (op == null ? "a constant" : op instanceof Variable ? "a variable" : "the result of " + op)
                        + " of shape " + shape;
    }

    /** Returns shape, first entries and maker: {@code Tensor[2, 3] float64 {{1, 2, 3}, {4, 5, 6}}, from tanh}. */
    @Override
    public String toString() {
        return TensorText.of(this);
    }
}
