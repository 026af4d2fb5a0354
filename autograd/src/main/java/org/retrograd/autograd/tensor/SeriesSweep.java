package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.scalar.Algebra;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Expr;
import org.retrograd.autograd.scalar.Primitive;

/**
 * The third sweep over a {@link Graph}: forwards with truncated power series, which gives derivatives of every order along a
 * curve at a cost that grows with the square of the order.
 *
 * <p>Along a curve x(t) every operation obeys y' = jvp(x, x'): so coefficient k of y is coefficient k - 1 of its rule,
 * divided by k (Griewank and Walther 2008, chapter 13). The rules are those of the forward sweep; nothing is stated twice.
 * The partial derivatives of a primitive are formulas, evaluated here over the algebra of series; what two formulas have in
 * common is one series, so that sine and cosine find each other. Other operations have their rule recorded once, as a graph
 * which is swept in the same way. Products are convolutions.
 */
final class SeriesSweep implements Algebra<Series> {
    /** Whether an enclosing differentiation is watching, so that values must stay linked to the graph. */
    private final boolean recorded;

    private final Map<Call, Series> calls = new HashMap<>();
    private final Map<Double, Series> constants = new HashMap<>();

    /** A primitive applied to certain series; series are the same only if they are one object. */
    private record Call(Primitive primitive, List<Series> in) {}

    private SeriesSweep(boolean recorded) {
        this.recorded = recorded;
    }

    /**
     * Returns the coefficients 1 to {@code order} of the outputs, each list holding one for every output, null where zero.
     *
     * @param curve the coefficients of the variables from order 1 on, each list holding one for every variable
     */
    static List<List<@Nullable Tensor>> run(
            Graph graph,
            List<Tensor> outputs,
            Tensor[] variables,
            List<? extends List<? extends @Nullable Tensor>> curve,
            int order) {
        boolean recorded =
                graph.watched() || curve.stream().anyMatch(c -> c.stream().anyMatch(x -> x != null && x.traced()));
        SeriesSweep sweep = new SeriesSweep(recorded);
        Map<Long, Series> leaves = new HashMap<>();
        for (int k = 0; k < variables.length; k++) {
            List<@Nullable Tensor> coefficients = new ArrayList<>();
            coefficients.add(sweep.seen(variables[k]));
            for (List<? extends @Nullable Tensor> c : curve) {
                coefficients.add(c.get(k));
            }
            leaves.put(variables[k].id, Series.of(variables[k].shape, coefficients));
        }
        Walk walk = sweep.new Walk(graph, leaves, true);
        walk.extend(order);
        List<List<@Nullable Tensor>> found = new ArrayList<>();
        for (int k = 1; k <= order; k++) {
            List<@Nullable Tensor> coefficients = new ArrayList<>();
            for (Tensor output : outputs) {
                coefficients.add(walk.of(output).at(k));
            }
            found.add(coefficients);
        }
        return found;
    }

    private Tensor seen(Tensor value) {
        return recorded ? value : value.constant();
    }

    /** The series of all calls of a graph. */
    private final class Walk {
        private final Graph graph;
        private final @Nullable Series[] bySlot;
        private final List<Series> inOrder = new ArrayList<>();

        /**
         * @param leaves the series of the graph's own variables
         * @param atTheirPoint whether the recorded values are those at the point, rather than of a rule at stand-ins for it
         */
        Walk(Graph graph, Map<Long, Series> leaves, boolean atTheirPoint) {
            this.graph = graph;
            this.bySlot = new @Nullable Series[graph.slots()];
            for (int i = 0; i < graph.size(); i++) {
                int slot = graph.slot(i);
                Tensor y = graph.at(slot);
                Series series = leaves.get(y.id);
                if (series == null) {
                    series = graph.wanted(y) < 0 || y.in.length == 0 ? Series.of(seen(y)) : series(y, atTheirPoint);
                }
                bySlot[slot] = series;
                inOrder.add(series);
            }
        }

        private Series series(Tensor y, boolean atTheirPoint) {
            Series[] in = new Series[y.in.length];
            for (int k = 0; k < in.length; k++) {
                in[k] = of(y.in[k]);
            }
            Op op = y.op();
            Tensor value = atTheirPoint ? seen(y) : null;
            if (op instanceof Elementwise elementwise) {
                return call(elementwise.primitive, List.of(in), value);
            }
            if (op instanceof Variable) {
                return in[0];
            }
            if (op instanceof Linear linear) {
                return new OfLinear(linear, in, y.shape, value);
            }
            if (op instanceof Division division) {
                return new OfDivision(division, in, y.shape, value);
            }
            Series body = body(op, in, value);
            return body != null ? body : new OfRule(op, in, y.shape, value);
        }

        Series of(Tensor x) {
            int slot = x.op == null ? -1 : graph.find(x);
            Series found = slot < 0 ? null : bySlot[slot];
            return found == null ? Series.of(seen(x)) : found;
        }

        /** Finds all coefficients up to an order, in the order of the calls, so that no chain of calls needs a deep stack. */
        void extend(int order) {
            for (Series series : inOrder) {
                series.at(order);
            }
        }
    }

    /** Returns the series of an operation that is a composition of others, recorded at stand-ins for its inputs. */
    private @Nullable Series body(Op op, Series[] in, @Nullable Tensor value) {
        Variable scope = Variable.scope();
        Map<Long, Series> leaves = new HashMap<>();
        Tensor[] at = new Tensor[in.length];
        for (int j = 0; j < in.length; j++) {
            at[j] = in[j].constant() ? in[j].value() : standIn(scope, in[j].value(), in[j], leaves);
        }
        Tensor found = op.body(at);
        return found == null || !scope.reaches(found)
                ? null
                : new OfBody(new Walk(Graph.of(List.of(found), scope), leaves, false), found, value);
    }

    private static Tensor standIn(Variable scope, Tensor value, Series series, Map<Long, Series> leaves) {
        Tensor variable = scope.of(value.constant());
        leaves.put(variable.id, series);
        return variable;
    }

    @Override
    public Series constant(double value) {
        return constants.computeIfAbsent(value, v -> Series.of(Tensor.scalar(v)));
    }

    @Override
    public Series apply(Primitive primitive, Series a) {
        return call(primitive, List.of(a), null);
    }

    @Override
    public Series apply(Primitive primitive, Series a, Series b) {
        return call(primitive, List.of(a, b), null);
    }

    @Override
    public Series apply(Primitive primitive, Series a, Series b, Series c) {
        return call(primitive, List.of(a, b, c), null);
    }

    private Series call(Primitive primitive, List<Series> in, @Nullable Tensor value) {
        Call call = new Call(primitive, in);
        Series series = calls.get(call);
        if (series == null) {
            series = make(primitive, in, value);
            calls.put(call, series);
        }
        return series;
    }

    private Series make(Primitive primitive, List<Series> in, @Nullable Tensor value) {
        if (primitive == Arithmetic.SELECT) {
            return new OfSelect(in, value);
        }
        if (primitive.piecewiseConstant() || in.stream().allMatch(Series::constant)) {
            return new Jumps(primitive, in, value);
        }
        if (primitive == Arithmetic.MUL || primitive == Arithmetic.STRONG_MUL) {
            return new OfProduct(primitive, in, value);
        }
        return primitive == Arithmetic.DIV ? new OfQuotient(in, value) : new OfFormulas(primitive, in, value);
    }

    /** Returns a product in which what is exactly 0 stays 0, as in the other sweeps; null is zero. */
    private static @Nullable Tensor times(@Nullable Tensor a, @Nullable Tensor b) {
        return a == null || b == null
                ? null
                : Elementwise.of(Arithmetic.STRONG_MUL).apply(a, b);
    }

    private static Shape shape(List<Series> in) {
        Shape shape = in.get(0).shape;
        for (Series x : in.subList(1, in.size())) {
            shape = Shape.broadcast(shape, x.shape);
        }
        return shape;
    }

    /** A primitive of series: its value, and how to find later coefficients. */
    private abstract static class OfPrimitive extends Series {
        final Primitive primitive;
        final List<Series> in;
        private final @Nullable Tensor value;

        OfPrimitive(Primitive primitive, List<Series> in, @Nullable Tensor value) {
            super(SeriesSweep.shape(in));
            this.primitive = primitive;
            this.in = in;
            this.value = value;
        }

        @Override
        final @Nullable Tensor next(int k) {
            if (k > 0) {
                return later(k);
            }
            return value != null
                    ? value
                    : Elementwise.of(primitive)
                            .apply(in.stream().map(Series::value).toArray(Tensor[]::new));
        }

        abstract @Nullable Tensor later(int k);
    }

    /** What does not vary near the point: a function constant between its jumps, or one of constants. */
    private static final class Jumps extends OfPrimitive {
        Jumps(Primitive primitive, List<Series> in, @Nullable Tensor value) {
            super(primitive, in, value);
        }

        @Override
        boolean constant() {
            return true;
        }

        @Override
        @Nullable
        Tensor later(int k) {
            return null;
        }
    }

    /** A choice by a condition, which is decided at the point. */
    private static final class OfSelect extends OfPrimitive {
        OfSelect(List<Series> in, @Nullable Tensor value) {
            super(Arithmetic.SELECT, in, value);
        }

        @Override
        boolean constant() {
            return in.get(1).constant() && in.get(2).constant();
        }

        @Override
        @Nullable
        Tensor later(int k) {
            Tensor then = in.get(1).at(k);
            Tensor otherwise = in.get(2).at(k);
            Tensor zero = Tensor.scalar(0);
            return then == null && otherwise == null
                    ? null
                    : Elementwise.of(primitive)
                            .apply(
                                    in.get(0).value().constant(),
                                    then == null ? zero : then,
                                    otherwise == null ? zero : otherwise);
        }
    }

    /** The product a b, by convolution. */
    private static final class OfProduct extends OfPrimitive {
        OfProduct(Primitive primitive, List<Series> in, @Nullable Tensor value) {
            super(primitive, in, value);
        }

        @Override
        @Nullable
        Tensor later(int k) {
            Tensor sum = null;
            for (int i = 0; i <= k; i++) {
                sum = plus(sum, times(in.get(0).at(i), in.get(1).at(k - i)));
            }
            return sum;
        }
    }

    /** The quotient y = a / b, from a = y b. */
    private static final class OfQuotient extends OfPrimitive {
        private @Nullable Tensor reciprocal;

        OfQuotient(List<Series> in, @Nullable Tensor value) {
            super(Arithmetic.DIV, in, value);
        }

        @Override
        @Nullable
        Tensor later(int k) {
            Tensor rest = null;
            for (int i = 1; i <= k; i++) {
                rest = plus(rest, times(in.get(1).at(i), at(k - i)));
            }
            Tensor a = in.get(0).at(k);
            Tensor numerator = rest == null ? a : a == null ? rest.neg() : a.sub(rest);
            if (reciprocal == null) {
                reciprocal = in.get(1).value().reciprocal();
            }
            return times(numerator, reciprocal);
        }
    }

    /** Any other primitive, from its partial derivatives. */
    private final class OfFormulas extends OfPrimitive {
        private @Nullable Series @Nullable [] partials;

        OfFormulas(Primitive primitive, List<Series> in, @Nullable Tensor value) {
            super(primitive, in, value);
        }

        @Override
        @Nullable
        Tensor later(int k) {
            if (partials == null) {
                partials = partials();
            }
            Tensor sum = null;
            Tensor linear = null;
            for (int j = 0; j < partials.length; j++) {
                Series partial = partials[j];
                if (partial == null) {
                    continue;
                }
                if (primitive.partial(j) instanceof Expr.Constant constant && Double.isFinite(constant.value())) {
                    Tensor x = in.get(j).at(k);
                    double factor = constant.value();
                    linear = plus(linear, x == null || factor == 0 ? null : factor == 1 ? x : x.mul(factor));
                    continue;
                }
                for (int i = 0; i < k; i++) {
                    sum = plus(sum, times(partial.at(i), in.get(j).slope(k - 1 - i)));
                }
            }
            return plus(sum == null || k == 1 ? sum : sum.div(k), linear);
        }

        /** Returns the series of the partial derivatives; none for inputs that do not vary. */
        private @Nullable Series[] partials() {
            @Nullable Series[] found = new @Nullable Series[in.size()];
            Series b = in.size() > 1 ? in.get(1) : null;
            Series c = in.size() > 2 ? in.get(2) : null;
            for (int j = 0; j < found.length; j++) {
                if (!in.get(j).constant()) {
                    found[j] = j == 0 && b != null && divides()
                            ? apply(Arithmetic.MUL, b, apply(Arithmetic.DIV, this, in.get(0)))
                            : primitive.partial(j).in(SeriesSweep.this, in.get(0), b, c, this);
                }
            }
            return found;
        }

        /**
         * Whether the derivative b a^(b-1) of a power is found as b y / a. That is one more series, while the formula as it
         * is stated needs another power for each order, but it does not hold where a is 0.
         */
        private boolean divides() {
            return primitive == Arithmetic.POW && !in.get(0).value().eq(0).any();
        }
    }

    /** An operation that is linear in each input, or in all together. */
    private static final class OfLinear extends Series {
        private final Linear op;
        private final Series[] in;
        private final @Nullable Tensor value;

        OfLinear(Linear op, Series[] in, Shape shape, @Nullable Tensor value) {
            super(shape);
            this.op = op;
            this.in = in;
            this.value = value;
        }

        @Override
        @Nullable
        Tensor next(int k) {
            if (k == 0 && value != null) {
                return value;
            }
            int[] orders = new int[in.length];
            return op.together() ? together(k) : in.length == 1 ? product(new int[] {k}) : products(k, orders);
        }

        private @Nullable Tensor together(int k) {
            Tensor[] parts = new Tensor[in.length];
            boolean varies = false;
            for (int j = 0; j < parts.length; j++) {
                Tensor part = in[j].at(k);
                varies |= part != null;
                parts[j] = part == null ? Tensor.zeros(in[j].shape) : part;
            }
            return varies ? op.apply(parts) : null;
        }

        /** Adds up the products of coefficients whose orders add up to {@code k}: counts through the orders of all inputs. */
        private @Nullable Tensor products(int k, int[] orders) {
            Tensor sum = null;
            int last = orders.length - 1;
            while (true) {
                int rest = k;
                for (int j = 0; j < last; j++) {
                    rest -= orders[j];
                }
                if (rest >= 0) {
                    orders[last] = rest;
                    sum = plus(sum, product(orders));
                }
                int j = 0;
                while (j < last && ++orders[j] > k) {
                    orders[j++] = 0;
                }
                if (j == last) {
                    return sum;
                }
            }
        }

        private @Nullable Tensor product(int[] orders) {
            Tensor[] factors = new Tensor[in.length];
            for (int j = 0; j < factors.length; j++) {
                Tensor factor = in[j].at(orders[j]);
                if (factor == null) {
                    return null;
                }
                factors[j] = factor;
            }
            return op.apply(factors);
        }
    }

    /** The solution of A X = B, from B = A X: the quotient of matrices. */
    private static final class OfDivision extends Series {
        private final Division op;
        private final Series a;
        private final Series b;
        private final @Nullable Tensor value;

        OfDivision(Division op, Series[] in, Shape shape, @Nullable Tensor value) {
            super(shape);
            this.op = op;
            this.a = in[0];
            this.b = in[1];
            this.value = value;
        }

        @Override
        @Nullable
        Tensor next(int k) {
            if (k == 0) {
                return value != null ? value : op.apply(a.value(), b.value());
            }
            Tensor rest = null;
            for (int i = 1; i <= k; i++) {
                Tensor change = a.at(i);
                Tensor x = at(k - i);
                rest = change == null || x == null ? rest : plus(rest, op.multiply(change, x));
            }
            Tensor right = b.at(k);
            right = rest == null ? right : right == null ? rest.neg() : right.sub(rest);
            return right == null ? null : op.apply(a.value(), right);
        }
    }

    /** An operation of neither family, from its rule for tangents, which is recorded once and swept itself. */
    private final class OfRule extends Series {
        private final Op op;
        private final Series[] in;
        private final @Nullable Tensor value;
        private @Nullable Walk walk;
        private @Nullable Tensor rule;

        OfRule(Op op, Series[] in, Shape shape, @Nullable Tensor value) {
            super(shape);
            this.op = op;
            this.in = in;
            this.value = value;
        }

        @Override
        boolean constant() {
            return Arrays.stream(in).allMatch(Series::constant);
        }

        @Override
        @Nullable
        Tensor next(int k) {
            if (k == 0) {
                return value != null
                        ? value
                        : op.apply(Arrays.stream(in).map(Series::value).toArray(Tensor[]::new));
            }
            if (constant()) {
                return null;
            }
            Tensor tangent = rule == null ? record() : rule;
            if (walk == null) {
                return k == 1 ? seen(tangent) : null;
            }
            walk.extend(k - 1);
            Tensor c = walk.of(tangent).at(k - 1);
            return c == null || k == 1 ? c : c.div(k);
        }

        /** Records the rule at stand-ins for inputs, result and tangents, whose series are put in their places. */
        private Tensor record() {
            Variable scope = Variable.scope();
            Map<Long, Series> leaves = new HashMap<>();
            Tensor[] at = new Tensor[in.length];
            @Nullable Tensor[] tangents = new @Nullable Tensor[in.length];
            for (int j = 0; j < in.length; j++) {
                Series x = in[j];
                if (x.constant()) {
                    at[j] = x.value();
                } else {
                    at[j] = standIn(scope, x.value(), x, leaves);
                    tangents[j] = standIn(scope, Tensor.zeros(x.shape), new Slope(x), leaves);
                }
            }
            Tensor found = op.jvp(tangents, at, standIn(scope, value(), this, leaves));
            rule = found;
            if (scope.reaches(found)) {
                walk = new Walk(Graph.of(List.of(found), scope), leaves, false);
            }
            return found;
        }
    }

    /** A composition of other operations, walked as one recorded in their place would be. */
    private static final class OfBody extends Series {
        private final Walk walk;
        private final Tensor body;
        private final @Nullable Tensor value;

        OfBody(Walk walk, Tensor body, @Nullable Tensor value) {
            super(body.shape);
            this.walk = walk;
            this.body = body;
            this.value = value;
        }

        @Override
        @Nullable
        Tensor next(int k) {
            if (k == 0 && value != null) {
                return value;
            }
            walk.extend(k);
            return walk.of(body).at(k);
        }
    }

    /** The derivative of a series by t. */
    private static final class Slope extends Series {
        private final Series of;

        Slope(Series of) {
            super(of.shape);
            this.of = of;
        }

        @Override
        @Nullable
        Tensor next(int k) {
            return of.slope(k);
        }
    }
}
