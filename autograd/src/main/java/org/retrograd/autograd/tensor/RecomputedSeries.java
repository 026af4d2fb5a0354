package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call of a function that is evaluated again for each coefficient, so that nothing of its inside is stored. */
final class RecomputedSeries extends Series {
    private final SeriesWalk around;
    private final Recomputed op;
    private final Tensor y;
    private final Series[] in;

    RecomputedSeries(SeriesWalk around, Recomputed op, Tensor y, Series[] in) {
        super(y.shape);
        this.around = around;
        this.op = op;
        this.y = y;
        this.in = in;
    }

    @Override
    @Nullable
    Tensor next(int k) {
        if (k == 0) {
            return around.seen(y);
        }
        List<List<@Nullable Tensor>> curve = new ArrayList<>();
        for (int i = 1; i <= k; i++) {
            List<@Nullable Tensor> coefficients = new ArrayList<>();
            for (Series x : in) {
                coefficients.add(x.at(i));
            }
            curve.add(coefficients);
        }
        return op.coefficient(curve, y, around.watched());
    }
}
