package org.retrograd.autograd.scalar;

import com.google.common.base.Preconditions;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The record of a computation with {@link Scalar}s: one instruction for each operation that depends on a variable.
 *
 * <pre>{@code
 * Tape tape = new Tape();
 * Scalar x = tape.variable(2);
 * Scalar y = x.sin().multiply(x);
 * double[] g = tape.gradient(y, x);
 * tape.rewind();                     // and again, in the memory that is there
 * }</pre>
 *
 * <p>A tape is a few arrays of primitives in chunks. Growing copies nothing, rewinding forgets without clearing, and
 * operations on constants are not recorded. An operation takes 22 bytes, 8 more once it has been swept, and 8 more for each
 * number that is no scalar: 50 million operations are at home in 2 GB. Tapes know nothing of each other; one tape is for one
 * thread at a time.
 */
public final class Tape {
    final Instructions code = new Instructions();
    final Epochs epochs = new Epochs();
    final Guards guards = new Guards();
    double[][] values = {};
    private double[][] adjoints = {};

    /** By call: the derivatives of its function where it was called. */
    private double[][] jacobians = {};

    private final int limit;

    /** A place on a tape to which it can be rewound. */
    public static final class Mark {
        private final Tape tape;
        private final int epoch;
        private final int size;
        private final int constants;
        private final int pairs;
        private final int calls;
        private final int guards;
        private final boolean unguarded;

        private Mark(Tape tape) {
            this.tape = tape;
            this.epoch = tape.epochs.current();
            this.size = tape.code.size;
            this.constants = tape.code.constantCount;
            this.pairs = tape.code.pairCount;
            this.calls = tape.code.calls.size();
            this.guards = tape.guards.size();
            this.unguarded = tape.guards.unguarded();
        }
    }

    /** Makes an empty tape, which may grow as far as memory goes. */
    public Tape() {
        this(Instructions.MOST);
    }

    private Tape(int limit) {
        this.limit = limit;
    }

    /**
     * Returns an empty tape that refuses to hold more than so many operations.
     *
     * @throws IllegalArgumentException if the limit is not positive
     */
    public static Tape withLimit(int operations) {
        Preconditions.checkArgument(
                operations > 0, "a tape holds at least 1 operation, but the limit is %s", operations);
        return new Tape(Math.min(operations, Instructions.MOST));
    }

    /**
     * Returns a new variable: an input of what is recorded.
     *
     * @throws IllegalArgumentException if the value is NaN or infinite
     */
    public Scalar variable(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a variable needs a finite value, but got " + value);
        }
        return record(Instructions.INPUT, 0, 0, value);
    }

    /** Returns a new variable for each of the values. */
    public Scalar[] variables(double... values) {
        Scalar[] variables = new Scalar[values.length];
        for (int i = 0; i < values.length; i++) {
            variables[i] = variable(values[i]);
        }
        return variables;
    }

    /** Returns a number on this tape that has the value of {@code x} but is a variable of its own. */
    Scalar copy(Scalar x) {
        return x.tape == null
                ? record(Instructions.INPUT, 0, 0, x.value)
                : record(Instructions.COPY, operand(x), 0, x.value);
    }

    /** Returns the number of operations recorded, variables included. */
    public int size() {
        return code.size;
    }

    /** Returns the bytes of memory that the tape holds, used or kept for reuse. */
    public long bytes() {
        return code.bytes() + Instructions.bytes(values) + Instructions.bytes(adjoints) + Instructions.bytes(jacobians);
    }

    /** Returns the present end of the tape, to {@linkplain #rewind(Mark) return} to. */
    public Mark mark() {
        return new Mark(this);
    }

    /** Forgets everything and keeps the memory. Scalars recorded so far are refused from now on. */
    public void rewind() {
        rewind(0, 0, 0, 0);
        guards.cut(0, false);
    }

    /**
     * Forgets what was recorded after the mark and keeps the memory.
     *
     * @throws IllegalArgumentException if the mark is of another tape, or the tape has been rewound past it since
     */
    public void rewind(Mark mark) {
        Preconditions.checkArgument(
                mark.tape == this, "the mark is of another tape: a tape is rewound to marks of its own");
        Preconditions.checkArgument(
                mark.size == 0 || epochs.alive(mark.epoch, mark.size - 1),
                "the tape has been rewound past this mark: it stood after operation %s",
                mark.size);
        rewind(mark.size, mark.constants, mark.pairs, mark.calls);
        guards.cut(mark.guards, mark.unguarded);
    }

    private void rewind(int size, int constants, int pairs, int calls) {
        epochs.rewind(size);
        code.size = size;
        code.constantCount = constants;
        code.pairCount = pairs;
        code.calls.cut(calls);
    }

    Scalar record(int op, int a, int b, double value) {
        int i = code.size;
        if (i >= limit) {
            throw full();
        }
        code.append(op, a, b);
        int chunk = i >>> Instructions.SHIFT;
        if (chunk >= values.length || values[chunk] == null) {
            values = Instructions.room(values, i + 1);
        }
        values[chunk][i & Instructions.MASK] = value;
        return new Scalar(this, i, epochs.current(), value);
    }

    Scalar record(int op, int a, int b, int c, double value) {
        Scalar y = record(op, a, b, value);
        code.third[y.index >>> Instructions.SHIFT][y.index & Instructions.MASK] = c;
        return y;
    }

    private IllegalStateException full() {
        return new IllegalStateException("the tape is full: it holds its limit of " + limit
                + " operations; rewind it between evaluations, raise the limit (Tape.withLimit), or record one step of a"
                + " long loop as a Program and scan it");
    }

    /**
     * Returns the outputs of a function that brings its own derivative, recorded as one node each.
     *
     * @throws IllegalArgumentException if the number of arguments is not that of the function
     */
    Scalar[] call(LocalFunction function, Scalar[] x) {
        int n = function.inputs();
        requireInputs(function, x);
        double[] point = new double[n];
        for (int j = 0; j < n; j++) {
            point[j] = x[j].value;
        }
        double[] values = new double[function.outputs()];
        int number = code.calls.size();
        if (number >= jacobians.length) {
            jacobians = Arrays.copyOf(jacobians, Math.max(8, 2 * number));
        }
        double[] known = jacobians[number];
        double[] jacobian = known != null && known.length == values.length * n ? known : new double[values.length * n];
        function.evaluate(point, values, jacobian);
        jacobians[number] = jacobian;
        int[] in = code.calls.add(function).in();
        for (int j = 0; j < n; j++) {
            in[j] = operand(x[j]);
        }
        Scalar[] y = new Scalar[values.length];
        for (int k = 0; k < y.length; k++) {
            y[k] = record(Instructions.CALL, number, k, values[k]);
        }
        return y;
    }

    static void requireInputs(LocalFunction function, Scalar[] x) {
        if (x.length != function.inputs()) {
            throw new IllegalArgumentException(function + " has " + function.inputs() + " inputs, but got " + x.length);
        }
    }

    /** Returns the operand by which an instruction of this tape refers to a scalar. */
    int operand(Scalar x) {
        if (x.tape == this) {
            if (x.epoch != epochs.current()) {
                requireAlive(x);
            }
            return x.index;
        }
        if (x.tape != null) {
            throw otherTape(x);
        }
        return code.constant(x.value);
    }

    private void requireAlive(Scalar x) {
        if (!epochs.alive(x.epoch, x.index)) {
            throw new IllegalStateException("the scalar " + x.value + " was recorded as operation " + x.index
                    + ", which the tape has forgotten since: it was rewound; make the variable anew after rewinding");
        }
    }

    private static IllegalArgumentException otherTape(Scalar x) {
        return new IllegalArgumentException("the scalar " + x.value
                + " was recorded on another tape: variables that meet in one computation must be made on one tape");
    }

    /** Returns the place of a scalar that must stand on this tape. */
    int placeOf(Scalar x, String what) {
        if (x.tape == null) {
            throw new IllegalArgumentException(
                    what + " is the constant " + x.value + ": derivatives are by variables, made by tape.variable(..)");
        }
        return operand(x);
    }

    /** Returns the scalar that stands for an operand of an instruction. */
    Scalar scalar(int operand) {
        return operand < 0
                ? Scalar.of(code.constantAt(operand))
                : new Scalar(this, operand, epochs.current(), Instructions.at(values, code.constants, operand));
    }

    /** Returns the derivatives of {@code y} by each of {@code x}, which may be any scalars of this tape. */
    public double[] gradient(Scalar y, Scalar... x) {
        double[] gradient = new double[x.length];
        gradient(y, x, gradient);
        return gradient;
    }

    /** Writes the derivatives of {@code y} by each of {@code x} into {@code out}, allocating nothing. */
    public void gradient(Scalar y, Scalar[] x, double[] out) {
        Preconditions.checkArgument(
                out.length == x.length, "%s derivatives do not fit into an array of %s", x.length, out.length);
        int lowest = code.size;
        for (int i = 0; i < x.length; i++) {
            lowest = Math.min(lowest, placeOf(x[i], "what to differentiate by"));
        }
        int top = y.tape == null ? -1 : operand(y);
        if (top < lowest) {
            Arrays.fill(out, 0);
            return;
        }
        adjoints = Instructions.room(adjoints, top + 1);
        clear(adjoints, lowest, top + 1);
        adjoints[top >>> Instructions.SHIFT][top & Instructions.MASK] = 1;
        Interpreter.get().reverse(code, values, jacobians, adjoints, lowest, top + 1);
        for (int i = 0; i < x.length; i++) {
            int place = x[i].index;
            // + 0 turns -0.0, a matter of the order of summing, into +0.0
            out[i] = place > top ? 0 : adjoints[place >>> Instructions.SHIFT][place & Instructions.MASK] + 0.0;
        }
    }

    /**
     * Returns the derivatives of an inner function at {@code x}, by reverse mode, while anything is being recorded.
     *
     * <p>They are recorded, and can be differentiated again, if the function uses anything recorded before (through
     * {@code x} or captured); otherwise they are constants, and the tape is as long as before.
     *
     * @param f receives variables of its own, with the values of {@code x}
     */
    public Scalar[] gradient(Function<Scalar[], Scalar> f, Scalar... x) {
        return valueAndGradient(Mode.REVERSE, f, x).gradient();
    }

    /** Returns the derivatives of an inner function at {@code x}, by the given mode. */
    public Scalar[] gradient(Mode mode, Function<Scalar[], Scalar> f, Scalar... x) {
        return valueAndGradient(mode, f, x).gradient();
    }

    /** A value together with the derivatives that were computed along with it. */
    public record ValueAndGradient(Scalar value, Scalar[] gradient) {}

    /** Returns value and derivatives of an inner function, evaluated once. */
    public ValueAndGradient valueAndGradient(Mode mode, Function<Scalar[], Scalar> f, Scalar... x) {
        Recording recording = new Recording(this, v -> new Scalar[] {f.apply(v)}, x);
        Scalar[] gradient = mode == Mode.REVERSE ? recording.gradient() : recording.gradientForwards();
        ValueAndGradient result = new ValueAndGradient(recording.output(0), gradient);
        recording.close();
        return result;
    }

    /**
     * Returns the derivatives of the outputs of an inner function at {@code x} along a direction, by forward mode.
     *
     * @param tangent the direction: a number, recorded or not, for each of {@code x}
     * @throws IllegalArgumentException if there are not as many numbers in {@code tangent} as in {@code x}
     */
    public Scalar[] push(Function<Scalar[], Scalar[]> f, Scalar[] x, Scalar[] tangent) {
        Preconditions.checkArgument(
                x.length == tangent.length, "%s numbers need as many tangents, but got %s", x.length, tangent.length);
        boolean before = false;
        for (Scalar t : tangent) {
            before |= t.tape != null;
        }
        Recording recording = new Recording(this, f, x);
        Scalar[] tangents = recording.push(tangent);
        if (!before) {
            recording.close();
        }
        return tangents;
    }

    double[][] jacobians() {
        return jacobians;
    }

    /** Clears what a sweep reads; below it adds to what no sweep reads uncleared. */
    private static void clear(double[][] sums, int from, int to) {
        for (int chunk = from >>> Instructions.SHIFT; chunk << Instructions.SHIFT < to; chunk++) {
            int base = chunk << Instructions.SHIFT;
            Arrays.fill(sums[chunk], Math.max(0, from - base), Math.min(Instructions.SIZE, to - base), 0);
        }
    }

    @Nullable
    static Tape common(@Nullable Tape a, Scalar b) {
        return a != null ? a : b.tape;
    }

    /** Returns size and memory: {@code Tape of 1,000 operations, 0.3 MB}. */
    @Override
    public String toString() {
        return String.format(java.util.Locale.ROOT, "Tape of %,d operations, %.1f MB", size(), bytes() / 1e6);
    }
}
