package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Op.Kink;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/**
 * How far a point may be moved before an operation on the way meets a kink or jump that it has declared.
 *
 * <p>The operations give their distances as tensor expressions, so forward mode gives the rates along a direction.
 */
final class Kinks {
    /** The part of the distance that a step may go, for distances are not linear. */
    private static final double SAFETY = 0.5;

    /** Nearer than this, in steps, the pieces cannot be told apart: the point counts as being at the kink. */
    static final double AT = 0x1p-36;

    private final @Nullable Linearization distances;
    private final Function<List<Tensor>, double[]> signs;
    private final Subject subject;
    private final double[] values;

    private Kinks(Subject subject, @Nullable Linearization distances, Function<List<Tensor>, double[]> signs) {
        this.subject = subject;
        this.distances = distances;
        this.signs = signs;
        this.values = distances == null ? new double[0] : distances.value().toArray();
    }

    static Kinks of(Subject subject) {
        boolean any = false;
        for (Call call : subject.recording().calls()) {
            any |= !call.op().kinks(call.constants(), call.value().detach()).isEmpty();
        }
        if (!any) {
            return new Kinks(subject, null, x -> new double[0]);
        }
        Function<List<Tensor>, Tensor> all = x -> distances(subject, x);
        return new Kinks(
                subject,
                Linearization.of(all, subject.point()),
                x -> all.apply(x).toArray());
    }

    private static Tensor distances(Subject subject, List<Tensor> point) {
        UnaryOperator<Tensor> at = subject.replay(point);
        List<Tensor> found = new ArrayList<>();
        for (Call call : subject.recording().calls()) {
            Tensor[] in = call.inputs().stream().map(at).toArray(Tensor[]::new);
            for (Kink kink : call.op().kinks(in, at.apply(call.value()))) {
                found.add(kink.distance());
            }
        }
        return Subject.joined(found);
    }

    /** Returns the longest step along a direction that stays on the smooth piece around the point. */
    double widest(List<Tensor> directions) {
        double widest = Differences.WIDEST;
        if (distances == null) {
            return widest;
        }
        double[] rates = distances.push(directions).toArray();
        double[] near = values.clone();
        for (int i = 0; i < rates.length; i++) {
            double safe = SAFETY * Math.abs(values[i] / rates[i]);
            if (safe <= AT || !Double.isFinite(values[i])) {
                near[i] = 0;
            } else if (safe < widest) {
                widest = safe;
            }
        }
        while (widest > 4 * AT && crosses(near, directions, widest)) {
            widest /= 4;
        }
        return widest;
    }

    /** Whether a step either way takes some distance that is not 0 to 0 or beyond. */
    private boolean crosses(double[] near, List<Tensor> directions, double step) {
        double[] up = signs.apply(subject.moved(directions, step));
        double[] down = signs.apply(subject.moved(directions, -step));
        for (int i = 0; i < near.length; i++) {
            double side = Math.signum(near[i]);
            if (side != 0 && (Math.signum(up[i]) != side || Math.signum(down[i]) != side)) {
                return true;
            }
        }
        return false;
    }
}
