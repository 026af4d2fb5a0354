package org.retrograd.autograd.scalar;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.retrograd.autograd.scalar.Instructions.Call;

/**
 * Builds a program without superfluous instructions: what has been computed before is not computed again, operations on
 * constants are carried out, and what no output needs is dropped at the end.
 *
 * <p>Only rewritings that change no bit of any result are done, so {@code x + 0} stays, which turns -0.0 into 0.0; derivatives
 * alone may come out as -0.0 in the place of 0.0, and sweeps give 0.0 for both. It is an
 * algebra: formulas of partial derivatives are written into the program by evaluating them in it.
 */
final class ProgramBuilder implements Algebra<Integer> {
    /** Stands for "nothing", where an operand may be missing. */
    static final int NONE = Integer.MIN_VALUE;

    private final Instructions code = new Instructions();
    private final Map<Double, Integer> constants = new HashMap<>();

    /** The instructions by operation and operands, in open addressing; -1 where free, at most half full. */
    private int[] table = new int[64];

    private int inputs;
    private int entries;
    private final Guards guards = new Guards();

    ProgramBuilder() {
        Arrays.fill(table, -1);
    }

    /** Returns the operand of a new input. Inputs come before everything else. */
    int input() {
        if (code.size != inputs) {
            throw new IllegalStateException("inputs come before all operations");
        }
        inputs++;
        return code.append(Instructions.INPUT, 0, 0);
    }

    int[] inputs(int count) {
        int[] operands = new int[count];
        Arrays.setAll(operands, k -> input());
        return operands;
    }

    @Override
    public Integer constant(double value) {
        // boxed doubles are equal by their bits, so 0.0 and -0.0 stay apart
        return constants.computeIfAbsent(value, v -> code.constant(v));
    }

    private boolean is(int operand, double value) {
        return operand < 0 && Double.compare(code.constantAt(operand), value) == 0;
    }

    @Override
    public Integer apply(Primitive p, Integer a) {
        if (a < 0) {
            return constant(p.value(code.constantAt(a)));
        }
        if (p == Arithmetic.NEG && code.op(a) == p.index()) {
            return code.first(a);
        }
        return instruction(p, a, 0, 0);
    }

    @Override
    public Integer apply(Primitive p, Integer a, Integer b) {
        if (a < 0 && b < 0) {
            return constant(p.value(code.constantAt(a), code.constantAt(b)));
        }
        if (p == Arithmetic.MUL || p == Arithmetic.STRONG_MUL) {
            if (is(a, 1) || is(b, 1)) {
                return is(a, 1) ? b : a;
            }
            if (is(a, -1) || is(b, -1)) {
                return p == Arithmetic.MUL ? apply(Arithmetic.NEG, is(a, -1) ? b : a) : instruction(p, a, b, 0);
            }
            if (p == Arithmetic.STRONG_MUL && (is(a, 0) || is(b, 0) || is(a, -0.0) || is(b, -0.0))) {
                return constant(0);
            }
        }
        if ((p == Arithmetic.DIV && is(b, 1))
                || (p == Arithmetic.SUB && is(b, 0))
                || (p == Arithmetic.ADD && is(b, -0.0))) {
            return a;
        }
        return instruction(p, a, b, 0);
    }

    @Override
    public Integer apply(Primitive p, Integer a, Integer b, Integer c) {
        if (a < 0 && b < 0 && c < 0) {
            return constant(p.value(code.constantAt(a), code.constantAt(b), code.constantAt(c)));
        }
        if (p == Arithmetic.SELECT && (a < 0 || b.equals(c))) {
            return a >= 0 || code.constantAt(a) != 0 ? b : c;
        }
        return instruction(p, a, b, c);
    }

    private int instruction(Primitive p, int a, int b, int c) {
        int slot = place(p, a, b, c);
        if (table[slot] >= 0) {
            return table[slot];
        }
        int i = code.append(p.index(), a, b, c);
        table[slot] = i;
        if (2 * ++entries > table.length) {
            grow();
        }
        return i;
    }

    /** Returns the slot of an instruction of the same operation and operands, or the free one where it belongs. */
    private int place(Primitive p, int a, int b, int c) {
        boolean commutes = p == Arithmetic.ADD || p == Arithmetic.MUL || p == Arithmetic.STRONG_MUL;
        int low = commutes ? Math.min(a, b) : a;
        int high = commutes ? Math.max(a, b) : b;
        int mask = table.length - 1;
        int hash = ((p.index() * 31 + low) * 0x9E3779B1 + high) * 0x85EBCA6B + c;
        int slot = (hash ^ (hash >>> 15)) & mask;
        for (int i = table[slot]; i >= 0; i = table[slot]) {
            if (code.op(i) == p.index() && code.third(i) == c) {
                int first = code.first(i);
                int second = code.second(i);
                if ((first == a && second == b) || (commutes && first == b && second == a)) {
                    return slot;
                }
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        int[] old = table;
        table = new int[2 * old.length];
        Arrays.fill(table, -1);
        for (int i : old) {
            if (i >= 0) {
                Primitive p = Primitives.at(code.op(i));
                table[place(p, code.first(i), code.second(i), code.third(i))] = i;
            }
        }
    }

    /** Returns the product of a derivative with a factor, 0 if either is. */
    int product(int g, int factor) {
        return apply(Arithmetic.STRONG_MUL, g, factor);
    }

    /** Returns the product of a derivative with the partial derivative of a primitive; {@link #NONE} if that is 0. */
    int times(int g, Primitive primitive, int k, int a, int b, int c, int y) {
        Expr partial = primitive.partial(k);
        if (partial instanceof Expr.Constant constant && Double.isFinite(constant.value())) {
            return constant.value() == 0 ? NONE : apply(Arithmetic.MUL, g, constant(constant.value()));
        }
        int arity = primitive.arity();
        return product(g, partial.in(this, a, arity > 1 ? b : null, arity > 2 ? c : null, y));
    }

    int add(int sum, int term) {
        return sum == NONE ? term : term == NONE ? sum : apply(Arithmetic.ADD, sum, term);
    }

    /** Appends the i-th instruction of a line, whose operands are found in {@code map}, and puts its own operand there. */
    void append(Instructions other, int i, int[] map) {
        int op = other.op(i);
        int a = other.first(i);
        switch (op) {
            case Instructions.INPUT -> {}
            case Instructions.COPY -> map[i] = mapped(other, map, a);
            case Instructions.DOT -> map[i] = dot(other, map, a, other.second(i));
            case Instructions.CALL -> {
                if (other.second(i) == 0) {
                    call(other, map, i);
                }
            }
            default -> map[i] = primitive(other, map, i, Primitives.at(op));
        }
    }

    private int primitive(Instructions other, int[] map, int i, Primitive primitive) {
        int a = mapped(other, map, other.first(i));
        return switch (primitive.arity()) {
            case 1 -> apply(primitive, a);
            case 2 -> apply(primitive, a, mapped(other, map, other.second(i)));
            default -> apply(primitive, a, mapped(other, map, other.second(i)), mapped(other, map, other.third(i)));
        };
    }

    int mapped(Instructions other, int[] map, int operand) {
        return operand >= 0 ? map[operand] : constant(other.constantAt(operand));
    }

    private int dot(Instructions other, int[] map, int from, int count) {
        int sum = NONE;
        for (int k = 0; k < count; k++) {
            int x = mapped(other, map, other.pair(from + 2 * k));
            int y = mapped(other, map, other.pair(from + 2 * k + 1));
            sum = add(sum, apply(Arithmetic.MUL, x, y));
        }
        return sum == NONE ? constant(0) : sum;
    }

    private void call(Instructions other, int[] map, int i) {
        Call call = other.calls.get(other.first(i));
        int[] in = Arrays.stream(call.in()).map(x -> mapped(other, map, x)).toArray();
        Program inner = call.function() instanceof Program program ? program : null;
        if (inner != null) {
            int[] outputs = inline(inner, in);
            System.arraycopy(outputs, 0, map, i, outputs.length);
            return;
        }
        int number = code.calls.size();
        System.arraycopy(in, 0, code.calls.add(call.function()).in(), 0, in.length);
        for (int k = 0; k < call.function().outputs(); k++) {
            map[i + k] = code.append(Instructions.CALL, number, k);
        }
    }

    /** Appends a program applied to operands, guards included, and returns the operands of its outputs. */
    int[] inline(Program program, int[] in) {
        int[] map = appendAll(program, in);
        return Arrays.stream(program.outputs)
                .map(y -> mapped(program.code, map, y))
                .toArray();
    }

    /** Appends a program applied to operands, guards included, and returns the operand of each of its instructions. */
    int[] appendAll(Program program, int[] in) {
        int[] map = Arrays.copyOf(in, program.code.size);
        for (int i = program.inputs(); i < program.code.size; i++) {
            append(program.code, i, map);
        }
        for (int k = 0; k < program.guards.size(); k++) {
            guard(map[program.guards.comparison(k)], program.guards.held(k));
        }
        if (program.guards.unguarded()) {
            escape();
        }
        return map;
    }

    /** States that a comparison must go as it went. */
    void guard(int comparison, boolean held) {
        if (comparison >= 0) {
            guards.add(comparison, held);
        }
    }

    void escape() {
        guards.escape();
    }

    /** Returns the program with the given outputs. */
    Program build(int... outputs) {
        boolean[] live = new boolean[code.size];
        Arrays.fill(live, 0, inputs, true);
        for (int y : outputs) {
            mark(live, y);
        }
        for (int k = 0; k < guards.size(); k++) {
            mark(live, guards.comparison(k));
        }
        int count = 0;
        for (int i = code.size - 1; i >= 0; i--) {
            if (live[i]) {
                count++;
                markOperands(live, i);
            }
        }
        return copyLive(live, count, outputs);
    }

    private static void mark(boolean[] live, int operand) {
        if (operand >= 0) {
            live[operand] = true;
        }
    }

    private void markOperands(boolean[] live, int i) {
        int op = code.op(i);
        if (op == Instructions.CALL) {
            // the first output of a call computes all of them
            Arrays.fill(live, i - code.second(i), i, true);
            for (int x : code.calls.get(code.first(i)).in()) {
                mark(live, x);
            }
        } else if (op >= 0) {
            int arity = Primitives.at(op).arity();
            mark(live, code.first(i));
            mark(live, arity > 1 ? code.second(i) : NONE);
            mark(live, arity > 2 ? code.third(i) : NONE);
        }
    }

    private Program copyLive(boolean[] live, int count, int[] outputs) {
        Instructions copy = new Instructions(count);
        Map<Double, Integer> kept = new HashMap<>();
        int[] map = new int[code.size];
        for (int i = 0; i < code.size; i++) {
            if (!live[i]) {
                continue;
            }
            int op = code.op(i);
            int a = code.first(i);
            if (op == Instructions.CALL) {
                if (code.second(i) == 0) {
                    Call call = code.calls.get(a);
                    int[] in = copy.calls.add(call.function()).in();
                    Arrays.setAll(in, k -> moved(copy, kept, map, call.in()[k]));
                }
                map[i] = copy.append(op, copy.calls.size() - 1, code.second(i));
            } else if (op < 0) {
                map[i] = copy.append(op, 0, 0);
            } else {
                int arity = Primitives.at(op).arity();
                map[i] = copy.append(
                        op,
                        moved(copy, kept, map, a),
                        arity > 1 ? moved(copy, kept, map, code.second(i)) : 0,
                        arity > 2 ? moved(copy, kept, map, code.third(i)) : 0);
            }
        }
        int[] results = new int[outputs.length];
        Arrays.setAll(results, k -> moved(copy, kept, map, outputs[k]));
        Guards moved = new Guards();
        for (int k = 0; k < guards.size(); k++) {
            moved.add(map[guards.comparison(k)], guards.held(k));
        }
        if (guards.unguarded()) {
            moved.escape();
        }
        copy.trim();
        return new Program(copy, inputs, results, moved);
    }

    private int moved(Instructions copy, Map<Double, Integer> kept, int[] map, int operand) {
        return operand >= 0 ? map[operand] : kept.computeIfAbsent(code.constantAt(operand), copy::constant);
    }
}
