package org.retrograd.autograd.check;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.check.Finding.Kind;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Recording.Cut;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Looks for values that depend on an input and yet enter the graph as constants.
 *
 * <p>The recorded calls are made again at a moved point, where constants stay what they were, and compared with what the
 * function does there. The first call that differs takes in such a value.
 */
final class Wiring {
    private static final double STEP = 0x1.4p-10;
    private static final double ROUNDING = 0x1p-34;

    private final Subject subject;
    private final UnaryOperator<Tensor> replayed;
    private final Recording moved;

    private Wiring(Subject subject, UnaryOperator<Tensor> replayed, Recording moved) {
        this.subject = subject;
        this.replayed = replayed;
        this.moved = moved;
    }

    /** Returns what the function captures along a direction, or null if its calls made again give its value. */
    static @Nullable Finding captured(Target target, Subject subject, int input, Tensor direction, double widest) {
        List<Tensor> at = subject.moved(subject.along(input, direction), Math.min(STEP, widest));
        UnaryOperator<Tensor> replayed = subject.replay(at);
        Tensor expected = replayed.apply(subject.recording().output());
        Tensor actual = subject.value().apply(at);
        if (!apart(expected, actual)) {
            return null;
        }
        Tensor again = target.recordedAt(at);
        return new Wiring(subject, replayed, Recording.of(again))
                .finding(subject.names().get(input));
    }

    /** Returns what differs between two recordings at one point: the first call whose value does, if the calls are the same. */
    static Finding unlike(Subject one, Subject other) {
        String what =
                "two evaluations at the same point give different values: the function draws random numbers or has a "
                        + "state. Fix the seed, or pass what it draws as an argument";
        List<Call> then = one.recording().calls();
        List<Call> now = other.recording().calls();
        for (int i = 0; i < then.size() && then.size() == now.size(); i++) {
            Call call = then.get(i);
            if (!call.value().sameAs(now.get(i).value())) {
                return Finding.of(Kind.NOT_REPEATABLE, call, changed(call, now.get(i)), what + first(call, now.get(i)))
                        .as(Slip.RANDOM_OR_STATE);
            }
        }
        return Finding.of(Kind.NOT_REPEATABLE, what).as(Slip.RANDOM_OR_STATE);
    }

    private static String first(Call call, Call now) {
        int argument = changed(call, now);
        return "\n  the first call that differs: \"" + call.op().name() + "\""
                + call.site().map(site -> ", called at " + site + ",").orElse("")
                + (argument < 0
                        ? " gives two results for the same inputs"
                        : " takes a constant as its input " + argument + " that is another one each time");
    }

    /** Returns which input of a call is a constant that changes, or -1. */
    private static int changed(Call call, Call now) {
        for (int k = 0; k < Math.min(call.inputs().size(), now.inputs().size()); k++) {
            if (!call.inputs().get(k).sameAs(now.inputs().get(k))) {
                return k;
            }
        }
        return -1;
    }

    private static boolean apart(Tensor a, Tensor b) {
        if (!a.shape().equals(b.shape())) {
            return true;
        }
        double[] x = a.toArray();
        double[] y = b.toArray();
        for (int i = 0; i < x.length; i++) {
            if (Math.abs(x[i] - y[i]) > ROUNDING * Math.max(Math.abs(x[i]), Math.abs(y[i]))) {
                return true;
            }
        }
        return false;
    }

    private Finding finding(String name) {
        List<Call> then = subject.recording().calls();
        List<Call> now = moved.calls();
        for (int i = 0; i < then.size() && then.size() == now.size(); i++) {
            Call call = then.get(i);
            if (apart(replayed.apply(call.value()), now.get(i).value())) {
                return at(name, call, now.get(i));
            }
        }
        return Finding.of(
                        Kind.CAPTURED_VALUE,
                        "the value depends on \"" + name + "\" in ways that are not recorded"
                                + cut(subject.recording().output()))
                .by(name)
                .as(Slip.CAPTURED);
    }

    private static Finding at(String name, Call call, Call now) {
        int argument = -1;
        String from = "";
        for (int k = 0; k < call.inputs().size() && argument < 0; k++) {
            Tensor x = call.inputs().get(k);
            if (!x.traced() && apart(x, now.inputs().get(k))) {
                argument = k;
                from = cut(x);
            }
        }
        String what = argument < 0
                ? " keeps a value of an earlier call"
                : " takes its input " + argument + " as a constant, but it depends on \"" + name + "\"" + from;
        return Finding.of(
                        call.op().stated() ? Kind.INTENDED : Kind.CAPTURED_VALUE,
                        call,
                        argument,
                        "value captured outside the graph: \"" + call.op().name() + "\""
                                + call.site()
                                        .map(site -> ", called at " + site + ",")
                                        .orElse("") + what)
                .by(name)
                .as(Slip.CAPTURED);
    }

    /** Returns where the path of a constant ends, if that is known. */
    private static String cut(Tensor constant) {
        return Recording.cut(constant)
                .map(Cut::site)
                .map(site -> ": the path ends at detach() or a comparison, " + site)
                .orElse(": it was taken out of the graph, by toArray() or item() for instance");
    }
}
