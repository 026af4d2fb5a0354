package org.retrograd.autograd.tensor;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call of an operation of no family, from its rule for tangents, which is recorded once and swept itself. */
final class RuleSeries extends Series {
    private final SeriesWalk around;
    private final Tensor y;
    private final Series[] in;
    private @Nullable SeriesWalk walk;
    private @Nullable Tensor rule;

    RuleSeries(SeriesWalk around, Tensor y, Series[] in) {
        super(y.shape);
        this.around = around;
        this.y = y;
        this.in = in;
    }

    @Override
    @Nullable
    Tensor next(int k) {
        if (k == 0) {
            return around.seen(y);
        }
        Tensor tangent = rule == null ? record() : rule;
        if (k == 1) {
            return around.seen(tangent);
        }
        if (walk == null) {
            return null;
        }
        walk.extend(k - 1);
        Tensor c = walk.of(tangent).at(k - 1);
        return c == null ? null : c.div(k);
    }

    /** Records the rule at the tensors of the call, and at variables for the tangents. */
    private Tensor record() {
        Variable scope = Variable.scope();
        Map<Long, Series> leaves = new HashMap<>();
        @Nullable Tensor[] tangents = new @Nullable Tensor[in.length];
        for (int j = 0; j < in.length; j++) {
            if (!in[j].constant()) {
                Series slope = new Slope(in[j]);
                Tensor tangent = scope.of(slope.value());
                leaves.put(tangent.id, slope);
                tangents[j] = tangent;
            }
        }
        Tensor found = y.op().jvp(tangents, y.in, y);
        rule = found;
        if (scope.reaches(found)) {
            walk = around.inside(found, scope, leaves);
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
