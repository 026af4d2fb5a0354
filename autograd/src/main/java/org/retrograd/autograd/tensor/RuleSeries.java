package org.retrograd.autograd.tensor;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;

/** An operation of neither family, from its rule for tangents, which is recorded once and swept itself. */
final class RuleSeries extends Series {
    private final SeriesSweep sweep;
    private final Op op;
    private final Series[] in;
    private final @Nullable Tensor value;
    private @Nullable SeriesWalk walk;
    private @Nullable Tensor rule;

    RuleSeries(SeriesSweep sweep, Op op, Series[] in, Shape shape, @Nullable Tensor value) {
        super(shape);
        this.sweep = sweep;
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
            return k == 1 ? sweep.seen(tangent) : null;
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
                at[j] = SeriesWalk.standIn(scope, x.value(), x, leaves);
                tangents[j] = SeriesWalk.standIn(scope, Tensor.zeros(x.shape), new Slope(x), leaves);
            }
        }
        Tensor found = op.jvp(tangents, at, SeriesWalk.standIn(scope, value(), this, leaves));
        rule = found;
        if (scope.reaches(found)) {
            walk = new SeriesWalk(sweep, Graph.of(List.of(found), scope), leaves, false);
        }
        return found;
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
