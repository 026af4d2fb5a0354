package org.retrograd.autograd.scalar;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes a program as the evaluation trace of textbooks: a name and a line for each intermediate value. */
final class Trace {
    private Trace() {}

    static String of(Program program, @Nullable Evaluation values) {
        StringBuilder text = new StringBuilder();
        for (int k = 0; values != null && k < program.inputs(); k++) {
            line(text, name(program, k), "", values, k);
        }
        for (int i = program.inputs(); i < program.code.size; i++) {
            line(text, name(program, i), operation(program, i), values, i);
        }
        for (int k = 0; k < program.outputs.length; k++) {
            text.append(program.outputs.length == 1 ? "y" : "y" + (k + 1))
                    .append(" = ")
                    .append(name(program, program.outputs[k]))
                    .append('\n');
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String operation, @Nullable Evaluation values, int i) {
        String line = operation.isEmpty() ? name : name + " = " + operation;
        text.append(values == null ? line : String.format(Locale.ROOT, "%-32s = %.9g", line, values.at(i)));
        text.append('\n');
    }

    /** Returns a comparison as it stands in the program. */
    static String comparison(Program program, int guard) {
        return operation(program, program.guards.comparison(guard));
    }

    private static String operation(Program program, int i) {
        Instructions code = program.code;
        int a = code.first(i);
        if (code.op(i) == Instructions.CALL) {
            return "output " + (code.second(i) + 1) + " of " + code.calls.get(a).function();
        }
        Primitive p = Primitives.at(code.op(i));
        String written = switch (p.arity()) {
            case 1 -> p.text(name(program, a));
            case 2 -> p.text(name(program, a), name(program, code.second(i)));
            default -> p.text(name(program, a), name(program, code.second(i)), name(program, code.third(i)));
        };
        return written.startsWith("(") && written.endsWith(")") ? written.substring(1, written.length() - 1) : written;
    }

    private static String name(Program program, int operand) {
        if (operand < 0) {
            return Expr.constant(program.code.constantAt(operand)).toString();
        }
        return operand < program.inputs() ? "x" + (operand + 1) : "v" + (operand - program.inputs() + 1);
    }
}
