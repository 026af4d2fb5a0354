package org.retrograd.autograd.scalar;

import java.util.Arrays;
import org.retrograd.autograd.scalar.Instructions.Call;

/** Reads a program off a tape. */
final class Extraction {
    private Extraction() {}

    /** Returns the program of what lies on a tape between the given operands and the outputs. */
    static Program from(Tape tape, ProgramBuilder builder, int[] given, Scalar[] outputs) {
        boolean[] needed = needed(tape, given, outputs);
        int[] map = given.clone();
        for (int i = 0; i < given.length; i++) {
            if (!needed[i] || given[i] != ProgramBuilder.NONE) {
                continue;
            }
            if (tape.code.op(i) == Instructions.INPUT) {
                throw new IllegalArgumentException("the outputs depend on the variable " + tape.scalar(i).value
                        + " (operation " + i + "), which is not among the inputs");
            }
            builder.append(tape.code, i, map);
        }
        for (int k = 0; k < tape.guards.size(); k++) {
            builder.guard(map[tape.guards.comparison(k)], tape.guards.held(k));
        }
        if (tape.guards.unguarded()) {
            builder.escape();
        }
        int[] results = new int[outputs.length];
        Arrays.setAll(
                results,
                k -> outputs[k].tape == null ? builder.constant(outputs[k].value) : map[tape.operand(outputs[k])]);
        return builder.build(results);
    }

    private static boolean[] needed(Tape tape, int[] given, Scalar[] outputs) {
        Instructions code = tape.code;
        boolean[] needed = new boolean[given.length];
        for (Scalar y : outputs) {
            mark(needed, y.tape == null ? -1 : tape.operand(y));
        }
        for (int k = 0; k < tape.guards.size(); k++) {
            mark(needed, tape.guards.comparison(k));
        }
        for (int i = given.length - 1; i >= 0; i--) {
            if (!needed[i] || given[i] != ProgramBuilder.NONE) {
                continue;
            }
            int a = code.first(i);
            int b = code.second(i);
            switch (code.op(i)) {
                case Instructions.INPUT -> {}
                case Instructions.COPY -> mark(needed, a);
                case Instructions.DOT -> {
                    for (int k = 0; k < 2 * b; k++) {
                        mark(needed, code.pair(a + k));
                    }
                }
                case Instructions.CALL -> {
                    Arrays.fill(needed, i - b, i, true);
                    for (int x : call(code, a).in()) {
                        mark(needed, x);
                    }
                }
                default -> {
                    int arity = Primitives.at(code.op(i)).arity();
                    mark(needed, a);
                    mark(needed, arity > 1 ? b : -1);
                    mark(needed, arity > 2 ? code.third(i) : -1);
                }
            }
        }
        return needed;
    }

    private static Call call(Instructions code, int number) {
        return code.calls.get(number);
    }

    private static void mark(boolean[] needed, int operand) {
        if (operand >= 0) {
            needed[operand] = true;
        }
    }
}
