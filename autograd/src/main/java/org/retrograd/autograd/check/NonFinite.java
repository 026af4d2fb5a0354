package org.retrograd.autograd.check;

import java.util.List;
import java.util.Optional;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Where the first number that is not finite came from.
 *
 * @param backward whether it is a derivative, or already a value
 * @param op the operation that made it of finite numbers; empty if an input was not finite
 * @param site the source line of the call
 * @param text the finding, with the inputs
 */
public record NonFinite(boolean backward, Optional<String> op, Optional<String> site, String text) {
    /** Returns the first NaN or infinity on the way forward, else on the way back, if there is one. */
    static Optional<NonFinite> in(Subject subject) {
        for (int k = 0; k < subject.point().size(); k++) {
            if (!finite(subject.point().get(k))) {
                return Optional.of(new NonFinite(
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        "input \"" + subject.names().get(k) + "\" is not finite: "
                                + subject.point().get(k)));
            }
        }
        List<Call> calls = subject.recording().calls();
        for (Call call : calls) {
            if (!finite(call.value())) {
                return Optional.of(at(false, call, "gives " + number(call.value()) + " for " + inputs(call)));
            }
        }
        Tensor output = subject.recording().output();
        if (!output.traced()) {
            return Optional.empty();
        }
        Gradients gradients = output.backward(Tensor.ones(output.shape().toArray()));
        for (int i = calls.size() - 1; i >= 0; i--) {
            Call call = calls.get(i);
            for (int k = 0; k < call.inputs().size(); k++) {
                if (call.inputs().get(k).traced() && gradients.has(call.value())) {
                    Tensor g = gradients.of(call.value());
                    Tensor contribution = call.vjp(k, g);
                    if (finite(g) && contribution != null && !finite(contribution)) {
                        return Optional.of(at(
                                true,
                                call,
                                "has the derivative " + number(contribution) + " by its input " + k + " at "
                                        + inputs(call)));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static NonFinite at(boolean backward, Call call, String what) {
        return new NonFinite(
                backward,
                Optional.of(call.op().name()),
                call.site(),
                (backward ? "backward: \"" : "forward: \"") + call.op().name() + "\""
                        + call.site().map(site -> ", called at " + site + ",").orElse("") + " " + what);
    }

    private static boolean finite(Tensor x) {
        return x.abs().lt(Double.POSITIVE_INFINITY).all();
    }

    private static double number(Tensor x) {
        for (double v : x.toArray()) {
            if (!Double.isFinite(v)) {
                return v;
            }
        }
        return 0;
    }

    private static String inputs(Call call) {
        return String.join(", ", call.inputs().stream().map(Tensor::toString).toList());
    }

    /** Returns the text. */
    @Override
    public String toString() {
        return text;
    }
}
