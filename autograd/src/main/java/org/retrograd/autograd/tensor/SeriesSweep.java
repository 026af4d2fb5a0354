package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.scalar.Algebra;
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
    final boolean recorded;

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
        SeriesWalk walk = new SeriesWalk(sweep, null, graph, leaves);
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

    /** Returns a value as coefficients are made of it: linked to its graph only if somebody watches. */
    Tensor seen(Tensor value) {
        return recorded ? value : value.constant();
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

    /** Returns the series of a primitive of series, which is one however often it is asked for. */
    Series call(Primitive primitive, List<Series> in, @Nullable Tensor value) {
        Call call = new Call(primitive, in);
        Series series = calls.get(call);
        if (series == null) {
            series = PrimitiveSeries.of(primitive, in, value, this);
            calls.put(call, series);
        }
        return series;
    }
}
