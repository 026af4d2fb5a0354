package org.retrograd.autograd.scalar;

/** Runs a program over scalars, operation by operation, so that it becomes part of what they record. */
final class Replay {
    private Replay() {}

    static Scalar[] of(Program program, Scalar[] x) {
        Instructions code = program.code;
        Scalar[] values = java.util.Arrays.copyOf(x, code.size);
        for (int i = program.inputs(); i < code.size; i++) {
            int a = code.first(i);
            if (code.op(i) == Instructions.CALL) {
                if (code.second(i) == 0) {
                    Instructions.Call call = code.calls.get(a);
                    Scalar[] in = new Scalar[call.in().length];
                    for (int j = 0; j < in.length; j++) {
                        in[j] = at(code, values, call.in()[j]);
                    }
                    Scalar[] y = Scalar.call(call.function(), in);
                    System.arraycopy(y, 0, values, i, y.length);
                }
                continue;
            }
            Primitive p = Primitives.at(code.op(i));
            values[i] = switch (p.arity()) {
                case 1 -> at(code, values, a).apply(p);
                case 2 -> at(code, values, a).apply(p, at(code, values, code.second(i)));
                default ->
                    at(code, values, a).apply(p, at(code, values, code.second(i)), at(code, values, code.third(i)));
            };
        }
        guard(program, values);
        Scalar[] y = new Scalar[program.outputs.length];
        java.util.Arrays.setAll(y, k -> at(code, values, program.outputs[k]));
        return y;
    }

    /** What the program depends on, the recording that it becomes part of depends on as well. */
    private static void guard(Program program, Scalar[] values) {
        for (int k = 0; k < program.guards.size(); k++) {
            Scalar comparison = values[program.guards.comparison(k)];
            if (program.branches() != Branches.KEEP && (comparison.value != 0) != program.guards.held(k)) {
                throw program.otherWay(k);
            }
            if (comparison.tape != null) {
                comparison.tape.guards.add(comparison.index, program.guards.held(k));
            }
        }
    }

    private static Scalar at(Instructions code, Scalar[] values, int operand) {
        return operand >= 0 ? values[operand] : Scalar.of(code.constantAt(operand));
    }
}
