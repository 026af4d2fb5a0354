package org.retrograd.autograd.scalar;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.retrograd.autograd.scalar.Instructions.Call;

/**
 * Turns a program into the program of its derivative: the chain rule is applied once, to the text of the program.
 *
 * <p>The result is a program like any other, so that it can be differentiated in its turn, in either mode.
 */
final class Differentiation {
    private final Program program;
    private final Instructions code;
    private final ProgramBuilder builder = new ProgramBuilder();

    /** By instruction of the program: its operand in the one that is being built. */
    private int[] map = {};

    private Differentiation(Program program) {
        this.program = program;
        this.code = program.code;
    }

    /** Returns (x, ȳ) → x̄ = Jᵀȳ. */
    static Program pullback(Program program) {
        Differentiation d = new Differentiation(program);
        int[] x = d.builder.inputs(program.inputs());
        int[] seeds = d.builder.inputs(program.outputs());
        d.map = d.builder.appendAll(program, x);
        int[] adjoints = d.nothing();
        for (int k = 0; k < seeds.length; k++) {
            d.add(adjoints, program.outputs[k], seeds[k]);
        }
        return d.builder.build(d.pull(adjoints));
    }

    /** Returns (x, ẋ) → ẏ = Jẋ. */
    static Program pushforward(Program program) {
        Differentiation d = new Differentiation(program);
        int[] x = d.builder.inputs(program.inputs());
        int[] tangents = d.builder.inputs(program.inputs());
        d.map = d.builder.appendAll(program, x);
        return d.builder.build(d.push(Arrays.copyOf(tangents, d.code.size), false));
    }

    /**
     * Returns (x, e) → what rounding may have done to the outputs if it has done e to the inputs, in units of the unit
     * roundoff: an operation errs by the size of its result, and passes on the errors of its operands times the sizes of its
     * partial derivatives (running error analysis to first order: Higham, Accuracy and Stability of Numerical Algorithms,
     * section 3.3).
     */
    static Program runningError(Program program) {
        Differentiation d = new Differentiation(program);
        int[] x = d.builder.inputs(program.inputs());
        int[] errors = d.builder.inputs(program.inputs());
        d.map = d.builder.appendAll(program, x);
        return d.builder.build(d.push(Arrays.copyOf(errors, d.code.size), true));
    }

    /**
     * The pullback of a program in two parts, for a sweep that stores what the way forwards computes.
     *
     * @param forward x → the outputs, and what is kept: all that the pullback computes from x alone and uses together with ȳ
     * @param backward (x, kept, ȳ) → x̄
     * @param kept how many numbers are kept
     */
    record Halves(Program forward, Program backward, int kept) {}

    /** Returns the two parts of the pullback. */
    static Halves halves(Program program) {
        Program pullback = program.pullback();
        Instructions code = pullback.code;
        int n = program.inputs();
        boolean[] late = new boolean[code.size];
        boolean[] kept = new boolean[code.size];
        Arrays.fill(late, n, pullback.inputs(), true);
        for (int i = pullback.inputs(); i < code.size; i++) {
            int arity = Primitives.at(code.op(i)).arity();
            for (int k = 0; k < arity; k++) {
                int x = operand(code, i, k);
                late[i] |= x >= 0 && late[x];
            }
            for (int k = 0; late[i] && k < arity; k++) {
                int x = operand(code, i, k);
                if (x >= pullback.inputs() && !late[x]) {
                    kept[x] = true;
                }
            }
        }
        int[] keep = IntStream.range(0, code.size).filter(i -> kept[i]).toArray();

        ProgramBuilder forward = new ProgramBuilder();
        int[] x = forward.inputs(n);
        int[] outputs = forward.inline(program, x);
        int[] map = Arrays.copyOf(x, code.size);
        for (int i = pullback.inputs(); i < code.size; i++) {
            if (!late[i]) {
                forward.append(code, i, map);
            }
        }
        int[] results = Arrays.copyOf(outputs, outputs.length + keep.length);
        Arrays.setAll(results, k -> k < outputs.length ? outputs[k] : map[keep[k - outputs.length]]);

        ProgramBuilder backward = new ProgramBuilder();
        int[] back = Arrays.copyOf(backward.inputs(n), code.size);
        for (int i : keep) {
            back[i] = backward.input();
        }
        for (int k = n; k < pullback.inputs(); k++) {
            back[k] = backward.input();
        }
        for (int i = pullback.inputs(); i < code.size; i++) {
            if (late[i]) {
                backward.append(code, i, back);
            }
        }
        int[] adjoints = Arrays.stream(pullback.outputs)
                .map(y -> backward.mapped(code, back, y))
                .toArray();
        return new Halves(forward.build(results).onBranch(program.branches()), backward.build(adjoints), keep.length);
    }

    /**
     * Returns x → the values and all entries of the Jacobian by rows, those that are 0 whatever x included.
     *
     * @param n by how many inputs, from the first one on, to differentiate
     * @param values whether the values come first
     */
    static Program jacobian(Program program, Mode mode, int n, boolean values) {
        Differentiation d = new Differentiation(program);
        int m = program.outputs();
        int first = values ? m : 0;
        d.map = d.builder.appendAll(program, d.builder.inputs(program.inputs()));
        int[] results = new int[first + m * n];
        for (int i = 0; i < first; i++) {
            results[i] = d.builder.mapped(d.code, d.map, program.outputs[i]);
        }
        int one = d.builder.constant(1);
        if (mode == Mode.REVERSE) {
            for (int i = 0; i < m; i++) {
                int[] adjoints = d.nothing();
                d.add(adjoints, program.outputs[i], one);
                System.arraycopy(d.pull(adjoints), 0, results, first + i * n, n);
            }
        } else {
            for (int j = 0; j < n; j++) {
                int[] tangents = d.nothing();
                tangents[j] = one;
                int[] column = d.push(tangents, false);
                for (int i = 0; i < m; i++) {
                    results[first + i * n + j] = column[i];
                }
            }
        }
        return d.builder.build(results);
    }

    private int[] nothing() {
        int[] nothing = new int[code.size];
        Arrays.fill(nothing, ProgramBuilder.NONE);
        return nothing;
    }

    private int orZero(int operand) {
        return operand == ProgramBuilder.NONE ? builder.constant(0) : operand;
    }

    private void add(int[] sums, int operand, int term) {
        if (operand >= 0) {
            sums[operand] = builder.add(sums[operand], term);
        }
    }

    private int mapped(int operand) {
        return builder.mapped(code, map, operand);
    }

    /** Returns the product with the partial derivative of instruction {@code i} by its operand k. */
    private int times(int g, int i, int k) {
        Primitive primitive = Primitives.at(code.op(i));
        int arity = primitive.arity();
        return builder.times(
                g,
                primitive,
                k,
                mapped(code.first(i)),
                arity > 1 ? mapped(code.second(i)) : 0,
                arity > 2 ? mapped(code.third(i)) : 0,
                map[i]);
    }

    private static int operand(Instructions code, int i, int k) {
        return k == 0 ? code.first(i) : k == 1 ? code.second(i) : code.third(i);
    }

    private int[] pull(int[] adjoints) {
        for (int i = code.size - 1; i >= program.inputs(); i--) {
            int g = adjoints[i];
            if (g == ProgramBuilder.NONE) {
                continue;
            }
            refuseCalls(i);
            int arity = Primitives.at(code.op(i)).arity();
            for (int k = 0; k < arity; k++) {
                int x = operand(code, i, k);
                if (x >= 0) {
                    add(adjoints, x, times(g, i, k));
                }
            }
        }
        return Arrays.stream(adjoints, 0, program.inputs()).map(this::orZero).toArray();
    }

    /** Pushes tangents forwards, or errors: then nothing cancels, and each operation adds its own. */
    private int[] push(int[] tangents, boolean errors) {
        for (int i = program.inputs(); i < code.size; i++) {
            refuseCalls(i);
            int sum = errors ? builder.apply(Piecewise.ABS, map[i]) : ProgramBuilder.NONE;
            int arity = Primitives.at(code.op(i)).arity();
            for (int k = 0; k < arity; k++) {
                int x = operand(code, i, k);
                if (x >= 0 && tangents[x] != ProgramBuilder.NONE) {
                    int term = times(tangents[x], i, k);
                    sum = builder.add(
                            sum, errors && term != ProgramBuilder.NONE ? builder.apply(Piecewise.ABS, term) : term);
                }
            }
            tangents[i] = sum;
        }
        return Arrays.stream(program.outputs)
                .map(y -> orZero(y < 0 ? ProgramBuilder.NONE : tangents[y]))
                .toArray();
    }

    private void refuseCalls(int i) {
        if (code.op(i) == Instructions.CALL) {
            Call call = code.calls.get(code.first(i));
            throw new UnsupportedOperationException("the program calls " + call.function()
                    + ", which brings its derivative as numbers: there is no program of it; gradient and jacobian of this"
                    + " program work");
        }
    }
}
