package org.retrograd.autograd.check;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.check.Outcome.Status;
import org.retrograd.autograd.check.Report.Comparison;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Second derivatives: first derivatives of the gradient and of the tangent, each again from three sources.
 *
 * <p>The gradient in both modes gives forward over reverse and reverse over reverse, whose equality is the symmetry of the
 * Hessian; the tangent gives forward over forward and reverse over forward.
 */
final class SecondOrder {
    private SecondOrder() {}

    /**
     * The worst comparison.
     *
     * @param outcome the comparison
     * @param of the first derivatives of gradient or tangent, to which it belongs; null if there are none
     */
    record Result(Outcome outcome, @Nullable FirstOrder of) {}

    /** Returns the worst comparison of second derivatives along a random pair of directions. */
    static Result check(FirstOrder first, Directions random) {
        try {
            return compared(first, random);
        } catch (IllegalStateException e) {
            // a custom function that is declared to be differentiable once only says so
            if (String.valueOf(e.getMessage()).contains("once only")) {
                return new Result(
                        new Outcome(Status.UNSETTLED, new Comparison("", 0, 0, 0, 0, 0, 0), false, false), null);
            }
            throw e;
        }
    }

    private static Result compared(FirstOrder first, Directions random) {
        Subject subject = first.subject();
        List<Tensor> t = subject.point().stream().map(random::even).toList();
        List<Tensor> s = subject.point().stream().map(random::even).toList();
        Subject gradient = subject.gradient(first.cotangent());
        FirstOrder ofGradient = FirstOrder.of(gradient, finite(Subject.joined(s), gradient.output()), first.kinks());
        Outcome reverse = ofGradient.judge("along a pair of directions, of the gradient", t);
        if (reverse.fault()) {
            return new Result(reverse, ofGradient);
        }
        Subject tangent = subject.tangent(s);
        FirstOrder ofTangent = FirstOrder.of(tangent, finite(first.cotangent(), tangent.output()), first.kinks());
        Outcome forward = ofTangent.judge("along a pair of directions, of the tangent", t);
        return forward.status() == Status.AGREE ? new Result(reverse, ofGradient) : new Result(forward, ofTangent);
    }

    /** Returns weights with 0 where the value is not finite. */
    private static Tensor finite(Tensor weights, Tensor value) {
        double[] w = weights.toArray();
        double[] v = value.toArray();
        for (int i = 0; i < w.length; i++) {
            w[i] = Double.isFinite(v[i]) ? w[i] : 0;
        }
        return Tensor.of(w).reshape(weights.shape().toArray());
    }
}
