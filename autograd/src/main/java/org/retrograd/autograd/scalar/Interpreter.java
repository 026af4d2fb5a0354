package org.retrograd.autograd.scalar;

import org.retrograd.autograd.scalar.Instructions.Call;

/**
 * Runs instructions one after the other: forwards for values, backwards for adjoints.
 *
 * <p>The loops over the primitives are a generated class, {@link InterpreterWriter} writes it from the table; what is special
 * (sums of products, calls) is written out here.
 */
abstract class Interpreter {
    private static final class Holder {
        static final Interpreter INSTANCE = InterpreterWriter.write();
    }

    static Interpreter get() {
        return Holder.INSTANCE;
    }

    /**
     * Computes the values of a chunk from {@code at} on, and returns where an instruction stands that is not a primitive,
     * or {@code to}.
     */
    abstract int values(
            short[] ops,
            int[] a,
            int[] b,
            int[] c,
            double[][] constants,
            double[][] values,
            double[] y,
            int at,
            int to);

    /**
     * Pulls the adjoints of a chunk back, from the instruction before {@code at} down to {@code to}, and returns the place
     * after an instruction that is not a primitive, or {@code to}.
     */
    abstract int reverse(
            short[] ops,
            int[] a,
            int[] b,
            int[] c,
            double[][] constants,
            double[][] values,
            double[] y,
            double[][] adjoints,
            double[] g,
            int at,
            int to);

    /** Computes the partial derivatives of a primitive. */
    abstract void partials(int op, double a, double b, double c, double y, double[] out);

    /** Computes the values of the instructions; those of inputs are there already. */
    final void values(Instructions code, double[][] values, double[][] jacobians, int from, int to) {
        int i = from;
        while (i < to) {
            int chunk = i >>> Instructions.SHIFT;
            int base = chunk << Instructions.SHIFT;
            int end = Math.min(to - base, Instructions.SIZE);
            int at = values(
                    code.ops[chunk],
                    code.first[chunk],
                    code.second[chunk],
                    code.third[chunk],
                    code.constants,
                    values,
                    values[chunk],
                    i - base,
                    end);
            i = base + at;
            if (at < end) {
                special(code, values, jacobians, i++);
            }
        }
    }

    private static void special(Instructions code, double[][] values, double[][] jacobians, int i) {
        int a = code.first(i);
        switch (code.op(i)) {
            case Instructions.INPUT -> {}
            case Instructions.COPY -> set(values, i, Instructions.at(values, code.constants, a));
            case Instructions.DOT -> set(values, i, dot(code, values, a, code.second(i)));
            default -> {
                if (code.second(i) == 0) {
                    Call call = code.calls.get(a);
                    double[] y = new double[call.function().outputs()];
                    call.function().evaluate(inputs(code, values, call), y, jacobians[a]);
                    for (int k = 0; k < y.length; k++) {
                        set(values, i + k, y[k]);
                    }
                }
            }
        }
    }

    private static double dot(Instructions code, double[][] values, int from, int count) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            double term = Instructions.at(values, code.constants, code.pair(from + 2 * k))
                    * Instructions.at(values, code.constants, code.pair(from + 2 * k + 1));
            sum = k == 0 ? term : sum + term;
        }
        return sum;
    }

    private static double[] inputs(Instructions code, double[][] values, Call call) {
        double[] x = new double[call.in().length];
        for (int j = 0; j < x.length; j++) {
            x[j] = Instructions.at(values, code.constants, call.in()[j]);
        }
        return x;
    }

    private static void set(double[][] values, int i, double value) {
        values[i >>> Instructions.SHIFT][i & Instructions.MASK] = value;
    }

    /** Pulls adjoints back from the instruction before {@code to} down to {@code from}. */
    final void reverse(
            Instructions code, double[][] values, double[][] jacobians, double[][] adjoints, int from, int to) {
        int i = to;
        while (i > from) {
            int chunk = (i - 1) >>> Instructions.SHIFT;
            int base = chunk << Instructions.SHIFT;
            int low = Math.max(from, base);
            i = base
                    + reverse(
                            code.ops[chunk],
                            code.first[chunk],
                            code.second[chunk],
                            code.third[chunk],
                            code.constants,
                            values,
                            values[chunk],
                            adjoints,
                            adjoints[chunk],
                            i - base,
                            low - base);
            if (i > low) {
                i--;
                reverseSpecial(code, values, jacobians, adjoints, i);
            }
        }
    }

    private static void reverseSpecial(
            Instructions code, double[][] values, double[][] jacobians, double[][] adjoints, int i) {
        double g = Instructions.at(adjoints, code.constants, i);
        if (g == 0) {
            return;
        }
        int a = code.first(i);
        switch (code.op(i)) {
            case Instructions.INPUT -> {}
            case Instructions.COPY -> add(adjoints, a, g);
            case Instructions.DOT -> {
                int count = code.second(i);
                for (int k = 0; k < count; k++) {
                    int x = code.pair(a + 2 * k);
                    int y = code.pair(a + 2 * k + 1);
                    add(adjoints, x, Arithmetic.strongProduct(g, Instructions.at(values, code.constants, y)));
                    add(adjoints, y, Arithmetic.strongProduct(g, Instructions.at(values, code.constants, x)));
                }
            }
            default -> {
                int[] in = code.calls.get(a).in();
                double[] jacobian = jacobians[a];
                int row = code.second(i) * in.length;
                for (int j = 0; j < in.length; j++) {
                    add(adjoints, in[j], Arithmetic.strongProduct(g, jacobian[row + j]));
                }
            }
        }
    }

    private static void add(double[][] adjoints, int operand, double term) {
        if (operand >= 0) {
            Instructions.add(adjoints, operand, term);
        }
    }
}
