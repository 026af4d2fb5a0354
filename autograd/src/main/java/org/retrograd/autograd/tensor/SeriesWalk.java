package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The power series of all calls of a graph, in the order of the calls.
 *
 * <p>The graph may be that of a rule or body, recorded at the very tensors that an operation was called with. Those, and
 * whatever else it captured, have their series in the walk around it.
 */
final class SeriesWalk {
    private final SeriesSweep sweep;
    private final @Nullable SeriesWalk around;
    private final Graph graph;
    private final @Nullable Series[] bySlot;
    private final List<Series> inOrder = new ArrayList<>();

    /**
     * @param around the walk that has the series of what the graph captures, null if it is the outermost
     * @param leaves the series of the graph's own variables, by their ids
     */
    SeriesWalk(SeriesSweep sweep, @Nullable SeriesWalk around, Graph graph, Map<Long, Series> leaves) {
        this.sweep = sweep;
        this.around = around;
        this.graph = graph;
        this.bySlot = new @Nullable Series[graph.slots()];
        for (int i = 0; i < graph.size(); i++) {
            int slot = graph.slot(i);
            Tensor y = graph.at(slot);
            Series series = leaves.get(y.id);
            if (series == null) {
                series = graph.outside(y) ? fromAround(y) : series(slot, y);
            }
            bySlot[slot] = series;
            inOrder.add(series);
        }
    }

    /** Returns the walk over the graph of a rule or body of this one, which began with the given scope. */
    SeriesWalk inside(Tensor output, Variable scope, Map<Long, Series> leaves) {
        return new SeriesWalk(sweep, this, Graph.capturing(output, scope, false), leaves);
    }

    private Series series(int slot, Tensor y) {
        if (graph.wanted(y) != slot || y.in.length == 0) {
            return constant(y);
        }
        Series[] in = new Series[y.in.length];
        for (int k = 0; k < in.length; k++) {
            in[k] = of(y.in[k]);
        }
        Op op = y.op();
        if (op instanceof Variable) {
            return in[0];
        }
        if (Arrays.stream(in).allMatch(Series::constant)) {
            return constant(y);
        }
        if (op instanceof Elementwise elementwise) {
            return sweep.call(elementwise.primitive, List.of(in), seen(y));
        }
        if (op instanceof Linear linear) {
            return new LinearSeries(linear, in, seen(y));
        }
        if (op instanceof Division division) {
            return new DivisionSeries(division, in, seen(y));
        }
        if (op instanceof Recomputed recomputed) {
            return new RecomputedSeries(this, recomputed, y, in);
        }
        Series body = BodySeries.of(this, y);
        return body != null ? body : new RuleSeries(this, y, in);
    }

    private Series constant(Tensor x) {
        return Series.of(seen(x));
    }

    private Series fromAround(Tensor x) {
        return around == null ? constant(x) : around.of(x);
    }

    Series of(Tensor x) {
        int slot = x.op == null ? -1 : graph.find(x);
        Series found = slot < 0 ? null : bySlot[slot];
        return found == null ? fromAround(x) : found;
    }

    /** Returns a value as coefficients are made of it: linked to its graph only if somebody watches. */
    Tensor seen(Tensor value) {
        return sweep.seen(value);
    }

    /** Whether an enclosing differentiation is watching. */
    boolean watched() {
        return sweep.recorded;
    }

    /** Finds all coefficients up to an order, in the order of the calls, so that no chain of calls needs a deep stack. */
    void extend(int order) {
        for (Series series : inOrder) {
            series.at(order);
        }
    }
}
