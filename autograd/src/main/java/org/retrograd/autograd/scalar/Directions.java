package org.retrograd.autograd.scalar;

import org.retrograd.autograd.scalar.Instructions.Call;

/**
 * Sweeps over a stretch of instructions with several directions at once: tangents forwards, or adjoints backwards.
 *
 * <p>The partial derivatives of an instruction are computed once, whatever the number of directions. Operands before the
 * stretch do not vary.
 */
final class Directions {
    private final Instructions code;
    private final double[][] values;
    private final double[][] jacobians;
    private final int from;
    private final int count;

    /** Direction d of instruction i is at {@code (i - from) * count + d}. */
    private final double[] sums;

    private final double[] partials = new double[3];

    /** Starts with zeros for all instructions from {@code from} up to {@code to}. */
    Directions(Instructions code, double[][] values, double[][] jacobians, int from, int to, int count) {
        this.code = code;
        this.values = values;
        this.jacobians = jacobians;
        this.from = from;
        this.count = count;
        this.sums = new double[Math.multiplyExact(Math.max(0, to - from), count)];
    }

    /** Returns how many directions one sweep over so many instructions should carry. */
    static int affordable(int instructions, int wanted) {
        return Math.max(1, Math.min(wanted, Math.min(64, (1 << 24) / Math.max(1, instructions))));
    }

    /** Sets a direction of an instruction, which must be in the stretch. */
    void set(int instruction, int direction, double value) {
        sums[(instruction - from) * count + direction] = value;
    }

    /** Returns a direction of an operand: 0 if it does not vary. */
    double get(int operand, int direction) {
        // + 0 turns -0.0 into +0.0
        return varies(operand) ? sums[(operand - from) * count + direction] + 0.0 : 0;
    }

    private boolean varies(int operand) {
        return operand >= from && (operand - from) * count < sums.length;
    }

    /** Pushes tangents forwards. Inputs keep what they were given. */
    void push() {
        int to = from + sums.length / Math.max(1, count);
        for (int i = from; i < to; i++) {
            visit(i, true);
        }
    }

    /** Pulls adjoints backwards. */
    void pull() {
        for (int i = from + sums.length / Math.max(1, count) - 1; i >= from; i--) {
            if (reached(i)) {
                visit(i, false);
            }
        }
    }

    private void visit(int i, boolean forwards) {
        int a = code.first(i);
        switch (code.op(i)) {
            case Instructions.INPUT -> {}
            case Instructions.COPY -> move(a, i, 1, forwards);
            case Instructions.DOT -> {
                for (int k = 0; k < code.second(i); k++) {
                    int x = code.pair(a + 2 * k);
                    int y = code.pair(a + 2 * k + 1);
                    move(x, i, at(y), forwards);
                    move(y, i, at(x), forwards);
                }
            }
            case Instructions.CALL -> {
                Call call = code.calls.get(a);
                int n = call.in().length;
                for (int j = 0; j < n; j++) {
                    move(call.in()[j], i, jacobians[a][code.second(i) * n + j], forwards);
                }
            }
            default -> {
                int arity = partials(i, a);
                for (int k = 0; k < arity; k++) {
                    move(operand(i, k), i, partials[k], forwards);
                }
            }
        }
    }

    private boolean reached(int i) {
        for (int d = 0, at = (i - from) * count; d < count; d++) {
            if (sums[at + d] != 0) {
                return true;
            }
        }
        return false;
    }

    private double at(int operand) {
        return Instructions.at(values, code.constants, operand);
    }

    private int operand(int i, int k) {
        return k == 0 ? code.first(i) : k == 1 ? code.second(i) : code.third(i);
    }

    private int partials(int i, int a) {
        int op = code.op(i);
        int arity = Primitives.at(op).arity();
        double b = arity > 1 ? at(code.second(i)) : Double.NaN;
        double c = arity > 2 ? at(code.third(i)) : Double.NaN;
        Interpreter.get().partials(op, at(a), b, c, at(i), partials);
        return arity;
    }

    /** Adds what an operand carries, or backwards the result, times their derivative, strongly in zero, to the other of the two. */
    private void move(int operand, int result, double derivative, boolean forwards) {
        if (!varies(operand) || !varies(result)) {
            return;
        }
        int source = forwards ? operand : result;
        int target = forwards ? result : operand;
        int into = (target - from) * count;
        int out = (source - from) * count;
        for (int d = 0; d < count; d++) {
            sums[into + d] += Arithmetic.strongProduct(sums[out + d], derivative);
        }
    }
}
