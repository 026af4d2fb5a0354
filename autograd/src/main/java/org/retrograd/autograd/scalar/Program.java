package org.retrograd.autograd.scalar;

import com.google.common.base.Preconditions;
import com.google.common.base.Suppliers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.RowKernel;

/**
 * A recorded computation as a value: a function from n numbers to m numbers that can be evaluated anywhere, differentiated,
 * printed and compiled.
 *
 * <pre>{@code
 * Program p = Program.record(2, (a, b) -> a.log().add(a.multiply(b)).subtract(b.sin()));
 * p.gradient(2, 5);
 * p.compile().gradient(2, 5);
 * p.differentiate().print();
 * }</pre>
 *
 * <p>Nothing is in it twice or in vain: common subexpressions are shared, constants folded, dead code dropped. A program is
 * the way that the recorded function took; where a comparison would go another way, {@link Branches} says what happens.
 * Programs never change and may be shared by threads.
 */
public final class Program implements LocalFunction {
    final Instructions code;
    private final int inputs;
    final int[] outputs;
    final Guards guards;
    private final Branches branches;

    /** Records the same function anew, at another point; null if that cannot be done. */
    private final @Nullable Function<double[], Program> anew;

    private final AtomicReference<@Nullable Evaluation> idle = new AtomicReference<>();
    private final Supplier<Compiled> compiled = Suppliers.memoize(this::compile);

    /** Operations that calls of this program have cost so far; threads may lose some. */
    private long interpreted;

    private final ConcurrentMap<Long, Program> parts = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Program> reverse = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Program> forward = new ConcurrentHashMap<>();
    private final Supplier<RowKernel> rows = Suppliers.memoize(() -> new ProgramRows(this));
    private final Supplier<Program> withGradient = Suppliers.memoize(() -> withDerivatives(Mode.REVERSE));
    private final Supplier<Program> pullback =
            Suppliers.memoize(() -> derived(Differentiation.pullback(this), Program::pullback));
    private final Supplier<Program> pushforward =
            Suppliers.memoize(() -> derived(Differentiation.pushforward(this), Program::pushforward));
    private final Supplier<Program> runningError =
            Suppliers.memoize(() -> derived(Differentiation.runningError(this), Program::runningError));

    Program(Instructions code, int inputs, int[] outputs, Guards guards) {
        this(code, inputs, outputs, guards, Branches.REPORT, null);
    }

    private Program(
            Instructions code,
            int inputs,
            int[] outputs,
            Guards guards,
            Branches branches,
            @Nullable Function<double[], Program> anew) {
        this.code = code;
        this.inputs = inputs;
        this.outputs = outputs;
        this.guards = guards;
        this.branches = branches;
        this.anew = anew;
    }

    /** Returns the program of a function of one number. */
    public static Program record(UnaryOperator<Scalar> f) {
        return record(1, x -> f.apply(x[0]));
    }

    /**
     * Returns the program of a function of two numbers.
     *
     * @param inputs 2; said so that the call reads like those for other numbers
     */
    public static Program record(int inputs, BinaryOperator<Scalar> f) {
        Preconditions.checkArgument(inputs == 2, "a function of (a, b) has 2 inputs, not %s", inputs);
        return record(2, x -> f.apply(x[0], x[1]));
    }

    /** Returns the program of a function of n numbers, recorded where all of them are 1: see {@link #recordAt}. */
    public static Program record(int inputs, Function<Scalar[], Scalar> f) {
        return recordAll(inputs, x -> new Scalar[] {f.apply(x)});
    }

    /** Returns the program of a function from n numbers to several, recorded where all inputs are 1. */
    public static Program recordAll(int inputs, Function<Scalar[], Scalar[]> f) {
        Preconditions.checkArgument(inputs >= 0, "a program has 0 inputs or more, not %s", inputs);
        double[] point = new double[inputs];
        Arrays.fill(point, 1);
        return recordAt(point, f);
    }

    /**
     * Returns the program of a function, recorded at a point.
     *
     * <p>The point decides which way comparisons go; without comparisons it does not matter.
     */
    public static Program recordAt(double[] point, Function<Scalar[], Scalar[]> f) {
        Tape tape = new Tape();
        Scalar[] x = new Scalar[point.length];
        for (int k = 0; k < x.length; k++) {
            x[k] = tape.variable(point[k]);
        }
        Scalar[] y = f.apply(x.clone());
        return of(tape, x, y).recordedBy(at -> recordAt(at, f));
    }

    /**
     * Returns the part of a tape that leads from some scalars to others, as a program of its own.
     *
     * @throws IllegalArgumentException if an input is a constant, or an output depends on variables that are not among the
     *     inputs
     */
    public static Program of(Tape tape, Scalar[] inputs, Scalar[] outputs) {
        ProgramBuilder builder = new ProgramBuilder();
        int size = tape.size();
        int[] given = new int[size];
        Arrays.fill(given, ProgramBuilder.NONE);
        for (Scalar x : inputs) {
            given[tape.placeOf(x, "an input")] = builder.input();
        }
        return Extraction.from(tape, builder, given, outputs);
    }

    private Program recordedBy(@Nullable Function<double[], Program> recorder) {
        return new Program(code, inputs, outputs, guards, branches, recorder);
    }

    /** Returns the same program with another behaviour where comparisons go another way. */
    public Program onBranch(Branches behaviour) {
        return new Program(code, inputs, outputs, guards, behaviour, anew);
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int outputs() {
        return outputs.length;
    }

    /** Returns the number of operations. */
    public int size() {
        return code.size - inputs;
    }

    /** Returns the number of comparisons on which the program depends. */
    public int guards() {
        return guards.size();
    }

    /** Whether a branch may depend on a number that the recording could not see. */
    public boolean unguarded() {
        return guards.unguarded();
    }

    /** Returns the bytes of memory that the program itself takes. */
    public long bytes() {
        return code.bytes();
    }

    /** Returns the bytes of memory that an evaluation with its gradient takes. */
    public long workspaceBytes() {
        return 2L * code.size * Double.BYTES;
    }

    /** Returns the value of a program of one output. */
    public double value(double... x) {
        return values(x)[one("value")];
    }

    int one(String what) {
        if (outputs.length != 1) {
            throw new IllegalStateException(
                    what + " is for one output, but the program has " + outputs.length + ": use values or jacobian");
        }
        return 0;
    }

    /** Returns the outputs. */
    public double[] values(double... x) {
        Evaluation at = evaluate(x);
        if (at == null) {
            return recordedAt(x).values(x);
        }
        double[] y = at.outputs();
        idle.set(at);
        return y;
    }

    /** Returns the derivatives of a program of one output, by reverse mode. */
    public double[] gradient(double... x) {
        double[] gradient = new double[inputs];
        gradient(x, gradient);
        return gradient;
    }

    /** Writes the derivatives of a program of one output into {@code out}, and returns the value. */
    public double gradient(double[] x, double[] out) {
        one("gradient");
        Preconditions.checkArgument(
                out.length == inputs, "%s derivatives do not fit into an array of %s", inputs, out.length);
        Evaluation at = evaluate(x);
        if (at == null) {
            return recordedAt(x).gradient(x, out);
        }
        at.gradient(out);
        double y = at.output(0);
        idle.set(at);
        return y;
    }

    /** Returns the matrix of partial derivatives, output by input, by the mode that needs fewer directions. */
    public double[][] jacobian(double... x) {
        return jacobian(outputs.length < inputs ? Mode.REVERSE : Mode.FORWARD, x);
    }

    /** Returns the matrix of partial derivatives, found in the given mode, many directions in one sweep. */
    public double[][] jacobian(Mode mode, double... x) {
        Evaluation at = evaluate(x);
        if (at == null) {
            return recordedAt(x).jacobian(mode, x);
        }
        double[][] jacobian = at.jacobian(mode);
        idle.set(at);
        return jacobian;
    }

    /** Returns the derivatives of all outputs along directions, one for each row of {@code tangents}: rows of ẏ. */
    public double[][] push(double[] x, double[][] tangents) {
        Evaluation at = evaluate(x);
        if (at == null) {
            return recordedAt(x).push(x, tangents);
        }
        double[][] pushed = at.push(tangents);
        idle.set(at);
        return pushed;
    }

    /** Returns the matrix of second derivatives of a program of one output: the gradient's program, in forward mode. */
    public double[][] hessian(double... x) {
        one("hessian");
        return differentiate().jacobian(Mode.FORWARD, x);
    }

    /** Returns the program of the gradient of a program of one output, by reverse mode: n numbers to n numbers. */
    public Program differentiate() {
        return differentiate(Mode.REVERSE);
    }

    /**
     * Returns the program of the partial derivatives, by the given mode: n numbers to m n numbers, the matrix of output by
     * input row by row. For one output this is the gradient.
     */
    public Program differentiate(Mode mode) {
        return differentiate(mode, inputs);
    }

    /**
     * Returns the program of the partial derivatives by the first n inputs only, the others being data: all inputs to m n
     * numbers, row by row.
     */
    public Program differentiate(Mode mode, int n) {
        Preconditions.checkPositionIndex(n, inputs, "the number of inputs to differentiate by");
        return (mode == Mode.REVERSE ? reverse : forward)
                .computeIfAbsent(
                        n, k -> derived(Differentiation.jacobian(this, mode, k, false), p -> p.differentiate(mode, k)));
    }

    /** Returns the program of values and partial derivatives together: the outputs, then their derivatives row by row. */
    public Program withDerivatives(Mode mode) {
        return derived(Differentiation.jacobian(this, mode, inputs, true), p -> p.withDerivatives(mode));
    }

    /** Returns the program of value and gradient of a program of one output: n numbers to 1 + n. */
    public Program withGradient() {
        one("withGradient");
        return withGradient.get();
    }

    /** Returns the program (x, ȳ) → Jᵀȳ: n + m numbers to n. */
    public Program pullback() {
        return pullback.get();
    }

    /** Returns the program (x, ẋ) → Jẋ: 2n numbers to m. */
    public Program pushforward() {
        return pushforward.get();
    }

    /**
     * Returns the program (x, e) → a bound for the rounding errors of the outputs, in units of the unit roundoff and to first
     * order, if those of the inputs are e: 2n numbers to m.
     */
    public Program runningError() {
        return runningError.get();
    }

    private Program derived(Program derivative, UnaryOperator<Program> rule) {
        Function<double[], Program> recorder = anew;
        return derivative
                .recordedBy(recorder == null ? null : x -> rule.apply(recorder.apply(Arrays.copyOf(x, inputs))))
                .onBranch(branches);
    }

    private Program jacobianProgram() {
        return differentiate(outputs.length < inputs ? Mode.REVERSE : Mode.FORWARD);
    }

    /** Returns the program as bytecode, for what is to run many times. */
    public Compiled compile() {
        return new Compiled(this);
    }

    /** Returns the loop that runs this program once for each row of arrays, as it was recorded. */
    public RowKernel rows() {
        return rows.get();
    }

    /** Returns the program of some of the outputs. */
    public Program outputs(int from, int to) {
        Preconditions.checkPositionIndexes(from, to, outputs.length);
        return from == 0 && to == outputs.length
                ? this
                : parts.computeIfAbsent(((long) from << 32) | to, key -> part(from, to));
    }

    /** Whether the only output is the given input, passed on as it is. */
    public boolean passesOn(int input) {
        return outputs.length == 1 && outputs[0] == input;
    }

    private Program part(int from, int to) {
        return outputs(IntStream.range(from, to).toArray());
    }

    /** Returns the program of the outputs of the given numbers. */
    Program outputs(int[] chosen) {
        ProgramBuilder builder = new ProgramBuilder();
        int[] all = builder.inline(this, builder.inputs(inputs));
        return derived(builder.build(Arrays.stream(chosen).map(k -> all[k]).toArray()), p -> p.outputs(chosen));
    }

    /** Returns the numbers of the outputs that are not 0 whatever the inputs. */
    int[] nonzeros() {
        return IntStream.range(0, outputs.length)
                .filter(k -> outputs[k] >= 0 || code.constantAt(outputs[k]) != 0)
                .toArray();
    }

    /** Whether the comparisons, of which {@code held} tells, go as they went; if not and that is to be reported, it is. */
    boolean goesTheSameWay(double[] held) {
        for (int k = 0; branches != Branches.KEEP && k < guards.size(); k++) {
            if ((held[k] != 0) != guards.held(k)) {
                if (branches == Branches.REPORT) {
                    throw otherWay(k);
                }
                return false;
            }
        }
        return true;
    }

    /** Returns the outputs for scalars, which are recorded operation by operation. */
    public Scalar[] apply(Scalar... x) {
        Preconditions.checkArgument(x.length == inputs, "the program has %s inputs, but got %s", inputs, x.length);
        return Replay.of(this, x);
    }

    /**
     * Returns the outputs over another domain: tensors, power series. Comparisons are not looked at.
     *
     * @throws UnsupportedOperationException if the program calls a {@link LocalFunction} that is no program
     */
    public <V> List<V> over(Algebra<V> algebra, List<V> x) {
        Preconditions.checkArgument(x.size() == inputs, "the program has %s inputs, but got %s", inputs, x.size());
        return Replay.over(this, algebra, x);
    }

    /** Whether every operation is a primitive or a call of such a program, so that it runs {@linkplain #over over} others. */
    public boolean open() {
        return IntStream.range(0, code.calls.size())
                .allMatch(k -> code.calls.get(k).function() instanceof Program inner && inner.open());
    }

    /**
     * Returns the outputs for scalars, recorded as one node for each output with its derivatives (preaccumulation).
     *
     * <p>It can be differentiated to any order all the same: inner derivatives call the program of the derivative. A program
     * that is called often is compiled, together with its derivatives.
     */
    public Scalar[] call(Scalar... x) {
        return Scalar.call(this, x);
    }

    @Override
    public void evaluate(double[] x, double[] y, double[] jacobian) {
        if (calledOften() && compiled.get().evaluate(x, y, jacobian)) {
            return;
        }
        double[][] rows = jacobian(x);
        double[] values = values(x);
        System.arraycopy(values, 0, y, 0, y.length);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, jacobian, i * inputs, inputs);
        }
    }

    /** Writes the outputs of a call into {@code y}. */
    void valuesCalled(double[] x, double[] y) {
        if (calledOften()) {
            compiled.get().values(x, y);
        } else {
            System.arraycopy(values(x), 0, y, 0, y.length);
        }
    }

    /** Whether calls have cost so many operations that the program is better compiled. */
    private boolean calledOften() {
        if (interpreted > ProgramRows.PATIENCE) {
            return true;
        }
        interpreted += code.calls.size() == 0 ? size() : 0;
        return false;
    }

    @Override
    public Scalar[] jacobian(Scalar[] x) {
        return jacobianProgram().call(x);
    }

    boolean takesAnotherWay() {
        return guards.unguarded() && branches != Branches.KEEP && anew != null;
    }

    private Program recordedAt(double[] x) {
        if (anew == null) {
            throw new BranchException("this program cannot be recorded again: it was not made from a function");
        }
        return anew.apply(x).onBranch(Branches.KEEP);
    }

    /** Returns the program at a point, or null if the function is to be recorded again there. */
    private @Nullable Evaluation evaluate(double[] x) {
        checkPoint(x);
        if (takesAnotherWay()) {
            return null;
        }
        Evaluation at = idle.getAndSet(null);
        if (at == null) {
            at = new Evaluation(this);
        }
        for (int k = 0; k < inputs; k++) {
            at.set(k, x[k]);
        }
        at.run();
        for (int k = 0; branches != Branches.KEEP && k < guards.size(); k++) {
            if (at.holds(k) != guards.held(k)) {
                if (branches == Branches.REPORT) {
                    throw otherWay(k);
                }
                return null;
            }
        }
        return at;
    }

    Branches branches() {
        return branches;
    }

    /** Returns the exception that reports guard k. */
    BranchException otherWay(int k) {
        return new BranchException("the comparison " + Trace.comparison(this, k) + " was "
                + guards.held(k) + " when the program was recorded, and is " + !guards.held(k)
                + " here: record it at such a point (Program.recordAt), or let it record again"
                + " (onBranch(Branches.RECORD))");
    }

    /** Refuses a point of the wrong number of inputs, or one that is not finite. */
    void checkPoint(double[] x) {
        if (x.length != inputs) {
            throw new IllegalArgumentException("the program has " + inputs + " inputs, but got " + x.length);
        }
        checkFinite(x, x.length);
    }

    /** Refuses a point whose first inputs are not all finite. */
    void checkFinite(double[] x, int count) {
        for (int k = 0; k < count; k++) {
            if (!Double.isFinite(x[k])) {
                throw new IllegalArgumentException(
                        "input " + (k + 1) + " is " + x[k] + ": a program needs finite inputs");
            }
        }
    }

    /** Returns the program as an evaluation trace, a line for each operation: {@code v3 = log(x1)}. */
    public String print() {
        return Trace.of(this, null);
    }

    /** Returns the program as an evaluation trace with the value of each line at a point. */
    public String print(double... x) {
        return Trace.of(this, onBranch(Branches.KEEP).evaluate(x));
    }

    /** Returns sizes and memory: {@code Program of 2 inputs, 1 output, 5 operations, 0 guards, 0.1 kB}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Program of %d input%s, %d output%s, %,d operations, %d guards%s, %.1f kB",
                inputs,
                inputs == 1 ? "" : "s",
                outputs.length,
                outputs.length == 1 ? "" : "s",
                size(),
                guards.size(),
                unguarded() ? " (unguarded)" : "",
                bytes() / 1e3);
    }
}
