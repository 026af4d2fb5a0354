package org.retrograd.autograd.tensor;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A composition of other operations, walked as one recorded in their place would be. */
final class BodySeries extends Series {
    private final SeriesWalk walk;
    private final Tensor body;
    private final Tensor value;

    private BodySeries(SeriesWalk walk, Tensor body, Tensor value) {
        super(value.shape);
        this.walk = walk;
        this.body = body;
        this.value = value;
    }

    /** Returns the series of a call of an operation that is a composition of others; null if it is none. */
    static @Nullable Series of(SeriesWalk around, Tensor y) {
        Variable scope = Variable.scope();
        Tensor body = y.op().body(y.in);
        return body == null || !scope.reaches(body)
                ? null
                : new BodySeries(around.inside(body, scope, Map.of()), body, around.seen(y));
    }

    @Override
    @Nullable
    Tensor next(int k) {
        if (k == 0) {
            return value;
        }
        walk.extend(k);
        return walk.of(body).at(k);
    }
}
