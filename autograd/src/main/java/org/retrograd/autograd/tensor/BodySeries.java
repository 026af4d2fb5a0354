package org.retrograd.autograd.tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A composition of other operations, walked as one recorded in their place would be. */
final class BodySeries extends Series {
    private final SeriesWalk walk;
    private final Tensor body;
    private final @Nullable Tensor value;

    private BodySeries(SeriesWalk walk, Tensor body, @Nullable Tensor value) {
        super(body.shape);
        this.walk = walk;
        this.body = body;
        this.value = value;
    }

    /** Returns the series of an operation that is a composition of others, recorded at stand-ins for its inputs; null if it is none. */
    static @Nullable Series of(SeriesSweep sweep, Op op, Series[] in, @Nullable Tensor value) {
        Variable scope = Variable.scope();
        Map<Long, Series> leaves = new HashMap<>();
        Tensor[] at = new Tensor[in.length];
        for (int j = 0; j < in.length; j++) {
            at[j] = in[j].constant() ? in[j].value() : SeriesWalk.standIn(scope, in[j].value(), in[j], leaves);
        }
        Tensor found = op.body(at);
        return found == null || !scope.reaches(found)
                ? null
                : new BodySeries(new SeriesWalk(sweep, Graph.of(List.of(found), scope), leaves, false), found, value);
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
