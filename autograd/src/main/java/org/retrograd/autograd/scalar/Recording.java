package org.retrograd.autograd.scalar;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.scalar.Instructions.Call;

/**
 * A stretch of a tape that holds one evaluation of an inner function, to be differentiated while an outer one is being
 * recorded.
 *
 * <p>The variables of the inner function are numbers of their own on the same tape, and sweeps end there: derivatives of the
 * inner function never mix with those of the outer one. If the stretch uses anything recorded before it, an outer
 * differentiation is <em>watching</em>: then the sweep is made of ordinary operations on scalars, recorded in turn, and can be
 * differentiated to any order in any mode. Otherwise it is a sweep over numbers, and the stretch is forgotten afterwards.
 */
final class Recording {
    private final Tape tape;
    private final Tape.Mark start;
    private final int from;
    private final int to;
    private final Scalar[] variables;
    private final Scalar[] outputs;
    private final boolean watched;

    Recording(Tape tape, Function<Scalar[], Scalar[]> f, Scalar[] x) {
        this.tape = tape;
        this.start = tape.mark();
        this.from = tape.size();
        this.variables = new Scalar[x.length];
        for (int k = 0; k < x.length; k++) {
            variables[k] = tape.copy(x[k]);
        }
        this.outputs = f.apply(variables.clone());
        this.to = tape.size();
        for (Scalar y : outputs) {
            if (y.tape != null) {
                tape.operand(y);
            }
        }
        this.watched = watched();
    }

    /** Whether anything recorded before the stretch is used in it. */
    private boolean watched() {
        if (from == 0) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (usesOuter(i)) {
                return true;
            }
        }
        return Arrays.stream(outputs).anyMatch(y -> y.tape != null && y.index < from);
    }

    private boolean usesOuter(int i) {
        Instructions code = tape.code;
        int a = code.first(i);
        return switch (code.op(i)) {
            case Instructions.INPUT -> false;
            case Instructions.COPY -> outer(a);
            case Instructions.DOT -> outerPair(a, code.second(i));
            case Instructions.CALL -> Arrays.stream(code.calls.get(a).in()).anyMatch(this::outer);
            default -> {
                int arity = Primitives.at(code.op(i)).arity();
                yield outer(a) || (arity > 1 && outer(code.second(i))) || (arity > 2 && outer(code.third(i)));
            }
        };
    }

    private boolean outer(int operand) {
        return operand >= 0 && operand < from;
    }

    private boolean outerPair(int first, int count) {
        for (int k = 0; k < 2 * count; k++) {
            if (outer(tape.code.pair(first + k))) {
                return true;
            }
        }
        return false;
    }

    /** Returns an output; a constant unless an outer differentiation is watching. */
    Scalar output(int k) {
        return watched ? outputs[k] : outputs[k].detach();
    }

    int outputs() {
        return outputs.length;
    }

    /** Forgets the stretch if nobody watches. */
    void close() {
        if (!watched) {
            // a number of the outer function may have decided a branch in here without being used otherwise
            boolean escaped = tape.guards.unguarded();
            tape.rewind(start);
            if (escaped) {
                tape.guards.escape();
            }
        }
    }

    /** Returns the derivatives of the first output by the variables. */
    Scalar[] gradient() {
        Scalar y = outputs[0];
        if (y.tape == null || y.index < from) {
            return zeros(variables.length);
        }
        return watched ? pull(y.index) : Scalar.constants(tape.gradient(y, variables));
    }

    private static Scalar[] zeros(int count) {
        Scalar[] zeros = new Scalar[count];
        Arrays.fill(zeros, Scalar.ZERO);
        return zeros;
    }

    private static Scalar orZero(@Nullable Scalar derivative) {
        return derivative == null ? Scalar.ZERO : derivative;
    }

    private Scalar[] pull(int top) {
        @Nullable Scalar[] adjoints = new @Nullable Scalar[top + 1 - from];
        adjoints[top - from] = Scalar.ONE;
        for (int i = top; i >= from; i--) {
            Scalar g = adjoints[i - from];
            if (g != null) {
                pull(i, g, adjoints);
            }
        }
        Scalar[] gradient = new Scalar[variables.length];
        for (int k = 0; k < gradient.length; k++) {
            int place = variables[k].index - from;
            gradient[k] = place < adjoints.length ? orZero(adjoints[place]) : Scalar.ZERO;
        }
        return gradient;
    }

    private void pull(int i, Scalar g, @Nullable Scalar[] adjoints) {
        Instructions code = tape.code;
        int a = code.first(i);
        switch (code.op(i)) {
            case Instructions.INPUT -> {}
            case Instructions.COPY -> {
                if (a >= from) {
                    add(adjoints, a, g);
                }
            }
            case Instructions.DOT -> {
                Scalar twice = null;
                for (int k = 0; k < code.second(i); k++) {
                    int x = code.pair(a + 2 * k);
                    int y = code.pair(a + 2 * k + 1);
                    if (x == y) {
                        twice = twice == null ? g.multiply(2) : twice;
                        add(adjoints, x, x, twice);
                    } else {
                        add(adjoints, x, y, g);
                        add(adjoints, y, x, g);
                    }
                }
            }
            case Instructions.CALL -> {
                Call call = code.calls.get(a);
                Scalar[] jacobian = jacobian(call);
                int n = call.in().length;
                for (int j = 0; j < n; j++) {
                    if (call.in()[j] >= from) {
                        add(adjoints, call.in()[j], product(g, jacobian[code.second(i) * n + j]));
                    }
                }
            }
            default -> {
                Primitive primitive = Primitives.at(code.op(i));
                for (int k = 0; k < primitive.arity(); k++) {
                    int operand = k == 0 ? a : k == 1 ? code.second(i) : code.third(i);
                    if (operand >= from) {
                        add(adjoints, operand, times(g, primitive, k, i));
                    }
                }
            }
        }
    }

    private void add(@Nullable Scalar[] adjoints, int operand, int factor, Scalar g) {
        if (operand >= from) {
            add(adjoints, operand, product(g, tape.scalar(factor)));
        }
    }

    private void add(@Nullable Scalar[] sums, int operand, @Nullable Scalar term) {
        if (term != null) {
            Scalar sum = sums[operand - from];
            sums[operand - from] = sum == null ? term : sum.add(term);
        }
    }

    private Scalar[] jacobian(Call call) {
        Scalar[] in = new Scalar[call.in().length];
        Arrays.setAll(in, j -> tape.scalar(call.in()[j]));
        return call.function().jacobian(in);
    }

    /** Returns the product of a derivative with the partial derivative of instruction {@code i}; null if that is 0. */
    private @Nullable Scalar times(Scalar g, Primitive primitive, int k, int i) {
        Expr partial = primitive.partial(k);
        if (partial instanceof Expr.Constant constant && Double.isFinite(constant.value())) {
            double factor = constant.value();
            return factor == 0 ? null : factor == 1 ? g : factor == -1 ? g.negate() : g.multiply(factor);
        }
        Instructions code = tape.code;
        int arity = primitive.arity();
        return product(
                g,
                partial.in(
                        ScalarAlgebra.INSTANCE,
                        tape.scalar(code.first(i)),
                        arity > 1 ? tape.scalar(code.second(i)) : null,
                        arity > 2 ? tape.scalar(code.third(i)) : null,
                        tape.scalar(i)));
    }

    private static Scalar product(Scalar g, Scalar factor) {
        return g.tape == null && g.value == 1 ? factor : g.apply(Arithmetic.STRONG_MUL, factor);
    }

    /** Returns the derivatives of the first output by the variables: all directions in one sweep, unless somebody watches. */
    Scalar[] gradientForwards() {
        int n = variables.length;
        Scalar[] gradient = new Scalar[n];
        int together = watched ? 1 : Directions.affordable(to - from, n);
        for (int first = 0; first < n; first += together) {
            if (watched) {
                Scalar[] tangents = zeros(n);
                tangents[first] = Scalar.ONE;
                gradient[first] = push(tangents)[0];
                continue;
            }
            int count = Math.min(together, n - first);
            Directions sweep = new Directions(tape.code, tape.values, tape.jacobians(), from, to, count);
            for (int d = 0; d < count; d++) {
                sweep.set(variables[first + d].index, d, 1);
            }
            sweep.push();
            for (int d = 0; d < count; d++) {
                gradient[first + d] = outputs[0].tape == null ? Scalar.ZERO : Scalar.of(sweep.get(outputs[0].index, d));
            }
        }
        return gradient;
    }

    /** Returns the tangents of the outputs, given those of the variables. */
    Scalar[] push(Scalar[] tangents) {
        boolean varying = watched;
        for (Scalar tangent : tangents) {
            varying |= tangent.tape != null;
        }
        Scalar[] result = new Scalar[outputs.length];
        if (varying) {
            @Nullable Scalar[] all = pushed(tangents);
            Arrays.setAll(result, k -> tangent(outputs[k], all));
        } else {
            Directions sweep = new Directions(tape.code, tape.values, tape.jacobians(), from, to, 1);
            for (int k = 0; k < variables.length; k++) {
                sweep.set(variables[k].index, 0, tangents[k].value);
            }
            sweep.push();
            Arrays.setAll(
                    result, k -> outputs[k].tape == null ? Scalar.ZERO : Scalar.of(sweep.get(outputs[k].index, 0)));
        }
        return result;
    }

    private Scalar tangent(Scalar y, @Nullable Scalar[] all) {
        return y.tape == null || y.index < from ? Scalar.ZERO : orZero(all[y.index - from]);
    }

    private @Nullable Scalar[] pushed(Scalar[] tangents) {
        @Nullable Scalar[] all = new @Nullable Scalar[to - from];
        for (int k = 0; k < variables.length; k++) {
            Scalar t = tangents[k];
            all[variables[k].index - from] = t.tape == null && t.value == 0 ? null : t;
        }
        for (int i = from; i < to; i++) {
            push(i, all);
        }
        return all;
    }

    private void push(int i, @Nullable Scalar[] all) {
        Instructions code = tape.code;
        int a = code.first(i);
        switch (code.op(i)) {
            case Instructions.INPUT -> {}
            case Instructions.COPY -> add(all, i, of(all, a));
            case Instructions.DOT -> {
                for (int k = 0; k < code.second(i); k++) {
                    int x = code.pair(a + 2 * k);
                    int y = code.pair(a + 2 * k + 1);
                    pushProduct(all, i, x, y);
                    pushProduct(all, i, y, x);
                }
            }
            case Instructions.CALL -> {
                Call call = code.calls.get(a);
                Scalar[] jacobian = jacobian(call);
                int n = call.in().length;
                for (int j = 0; j < n; j++) {
                    Scalar t = of(all, call.in()[j]);
                    add(all, i, t == null ? null : product(t, jacobian[code.second(i) * n + j]));
                }
            }
            default -> {
                Primitive primitive = Primitives.at(code.op(i));
                for (int k = 0; k < primitive.arity(); k++) {
                    Scalar t = of(all, k == 0 ? a : k == 1 ? code.second(i) : code.third(i));
                    add(all, i, t == null ? null : times(t, primitive, k, i));
                }
            }
        }
    }

    private void pushProduct(@Nullable Scalar[] all, int i, int operand, int factor) {
        Scalar t = of(all, operand);
        add(all, i, t == null ? null : product(t, tape.scalar(factor)));
    }

    private @Nullable Scalar of(@Nullable Scalar[] all, int operand) {
        return operand < from ? null : all[operand - from];
    }
}
