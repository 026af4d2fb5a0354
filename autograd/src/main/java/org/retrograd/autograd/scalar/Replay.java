package org.retrograd.autograd.scalar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/** Runs a program over any domain, operation by operation. */
final class Replay {
    private Replay() {}

    /** Runs a program over scalars, so that it becomes part of what they record. */
    static Scalar[] of(Program program, Scalar[] x) {
        List<Scalar> values = run(
                program,
                ScalarAlgebra.INSTANCE,
                Arrays.asList(x),
                (function, in) -> Arrays.asList(Scalar.call(function, in.toArray(new Scalar[0]))));
        guard(program, values);
        return outputs(program, ScalarAlgebra.INSTANCE, values).toArray(new Scalar[0]);
    }

    /**
     * Returns the outputs of a program over any domain.
     *
     * @throws UnsupportedOperationException if it calls a function that is no program
     */
    static <V> List<V> over(Program program, Algebra<V> algebra, List<V> x) {
        return outputs(program, algebra, run(program, algebra, x, (function, in) -> {
            if (function instanceof Program inner) {
                return over(inner, algebra, in);
            }
            throw new UnsupportedOperationException(
                    "the program calls " + function + ", which has values and derivatives for numbers only");
        }));
    }

    private static <V> List<V> run(
            Program program, Algebra<V> algebra, List<V> x, BiFunction<LocalFunction, List<V>, List<V>> call) {
        Instructions code = program.code;
        List<V> values = new ArrayList<>(code.size);
        values.addAll(x);
        for (int i = program.inputs(); i < code.size; i++) {
            int a = code.first(i);
            if (code.op(i) != Instructions.CALL) {
                Primitive p = Primitives.at(code.op(i));
                V first = at(code, algebra, values, a);
                values.add(
                        switch (p.arity()) {
                            case 1 -> algebra.apply(p, first);
                            case 2 -> algebra.apply(p, first, at(code, algebra, values, code.second(i)));
                            default ->
                                algebra.apply(
                                        p,
                                        first,
                                        at(code, algebra, values, code.second(i)),
                                        at(code, algebra, values, code.third(i)));
                        });
            } else if (code.second(i) == 0) {
                Instructions.Call called = code.calls.get(a);
                List<V> in = new ArrayList<>();
                for (int operand : called.in()) {
                    in.add(at(code, algebra, values, operand));
                }
                // its other outputs are the instructions that follow
                values.addAll(call.apply(called.function(), in));
            }
        }
        return values;
    }

    private static <V> List<V> outputs(Program program, Algebra<V> algebra, List<V> values) {
        List<V> outputs = new ArrayList<>();
        for (int output : program.outputs) {
            outputs.add(at(program.code, algebra, values, output));
        }
        return outputs;
    }

    /** What the program depends on, the recording that it becomes part of depends on as well. */
    private static void guard(Program program, List<Scalar> values) {
        for (int k = 0; k < program.guards.size(); k++) {
            Scalar comparison = values.get(program.guards.comparison(k));
            if (program.branches() != Branches.KEEP && (comparison.value != 0) != program.guards.held(k)) {
                throw program.otherWay(k);
            }
            if (comparison.tape != null) {
                comparison.tape.guards.add(comparison.index, program.guards.held(k));
            }
        }
    }

    private static <V> V at(Instructions code, Algebra<V> algebra, List<V> values, int operand) {
        return operand >= 0 ? values.get(operand) : algebra.constant(code.constantAt(operand));
    }
}
