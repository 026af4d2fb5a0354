package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The power series of all calls of a graph, in the order of the calls. */
final class SeriesWalk {
    private final SeriesSweep sweep;
    private final Graph graph;
    private final @Nullable Series[] bySlot;
    private final List<Series> inOrder = new ArrayList<>();

    /**
     * @param leaves the series of the graph's own variables
     * @param atTheirPoint whether the recorded values are those at the point, rather than of a rule at stand-ins for it
     */
    SeriesWalk(SeriesSweep sweep, Graph graph, Map<Long, Series> leaves, boolean atTheirPoint) {
        this.sweep = sweep;
        this.graph = graph;
        this.bySlot = new @Nullable Series[graph.slots()];
        for (int i = 0; i < graph.size(); i++) {
            int slot = graph.slot(i);
            Tensor y = graph.at(slot);
            Series series = leaves.get(y.id);
            if (series == null) {
                series = graph.wanted(y) < 0 || y.in.length == 0 ? Series.of(sweep.seen(y)) : series(y, atTheirPoint);
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
        Tensor value = atTheirPoint ? sweep.seen(y) : null;
        if (op instanceof Elementwise elementwise) {
            return sweep.call(elementwise.primitive, List.of(in), value);
        }
        if (op instanceof Variable) {
            return in[0];
        }
        if (op instanceof Linear linear) {
            return new LinearSeries(linear, in, y.shape, value);
        }
        if (op instanceof Division division) {
            return new DivisionSeries(division, in, y.shape, value);
        }
        Series body = BodySeries.of(sweep, op, in, value);
        return body != null ? body : new RuleSeries(sweep, op, in, y.shape, value);
    }

    Series of(Tensor x) {
        int slot = x.op == null ? -1 : graph.find(x);
        Series found = slot < 0 ? null : bySlot[slot];
        return found == null ? Series.of(sweep.seen(x)) : found;
    }

    /** Finds all coefficients up to an order, in the order of the calls, so that no chain of calls needs a deep stack. */
    void extend(int order) {
        for (Series series : inOrder) {
            series.at(order);
        }
    }

    /** Records a variable with a value, and puts a series in its place. */
    static Tensor standIn(Variable scope, Tensor value, Series series, Map<Long, Series> leaves) {
        Tensor variable = scope.of(value.constant());
        leaves.put(variable.id, series);
        return variable;
    }
}
