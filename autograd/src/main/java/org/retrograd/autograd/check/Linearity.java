package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.check.Finding.Kind;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/**
 * What every rule has in common: it is linear in its cotangent, 0 for 0, the same when it is asked again, and for several
 * directions at once what it is for each of them.
 */
final class Linearity {
    private static final double ROUNDING = 0x1p-36;

    private final Call call;
    private final FirstOrder first;
    private final Linearization at;
    private final Directions random;

    private Linearity(Call call, FirstOrder first, Directions random) {
        this.call = call;
        this.first = first;
        this.at = first.subject().linearized();
        this.random = random;
    }

    /** Returns what is wrong with the rules of a call, or null. */
    static @Nullable Finding check(Call call, FirstOrder first, Directions random) {
        return new Linearity(call, first, random).check();
    }

    private @Nullable Finding check() {
        Tensor g = first.cotangent();
        Tensor h = random.cotangent(first.subject().output());
        List<Tensor> ofG = at.pull(g);
        List<Tensor> before = ofG.stream().map(Linearity::copy).toList();
        List<Tensor> again = at.pull(g);
        List<Tensor> ofH = at.pull(h);
        List<Tensor> ofSum = at.pull(g.add(h.mul(3)));
        List<Tensor> ofZero = at.pull(Tensor.zeros(g.shape()));
        for (int k = 0; k < ofG.size(); k++) {
            if (!before.get(k).sameAs(ofG.get(k))) {
                return CallCheck.rule(
                        call,
                        -1,
                        Kind.ALIASED,
                        "its cotangent changed when the rule was called again: it shares storage with a buffer");
            }
            if (!ofG.get(k).sameAs(again.get(k))
                    || !ofG.get(k).sameAs(first.gradient().get(k))) {
                return finding(
                        Kind.NOT_REPEATABLE, Slip.RANDOM_OR_STATE, "its vjp returned two results for one cotangent");
            }
            if (ofZero.get(k).ne(0).any() && finite(ofZero.get(k))) {
                return finding(Kind.NOT_LINEAR, Slip.SQUARED, "its vjp of a zero cotangent is not zero");
            }
            Tensor sum = ofG.get(k).add(ofH.get(k).mul(3));
            Tensor size = ofG.get(k).abs().add(ofH.get(k).abs().mul(3));
            if (apart(sum, ofSum.get(k), size, own(k))) {
                return finding(Kind.NOT_LINEAR, Slip.SQUARED, "its vjp is not linear in the cotangent");
            }
        }
        return atOnce(g, ofG, h, ofH);
    }

    /** Asks both rules for two directions at once. */
    private @Nullable Finding atOnce(Tensor g, List<Tensor> ofG, Tensor h, List<Tensor> ofH) {
        try {
            List<Tensor> both = at.pull(Tensor.stack(0, g, h));
            for (int k = 0; k < both.size(); k++) {
                Tensor each = Tensor.stack(0, ofG.get(k), ofH.get(k));
                if (apart(each, both.get(k), each.abs(), own(k))) {
                    return directions("its vjp of two cotangents at once is not that of each");
                }
            }
        } catch (RuntimeException e) {
            return directions("its vjp of two cotangents at once failed: " + e.getMessage());
        }
        List<Tensor> t = first.subject().point().stream().map(random::even).toList();
        List<Tensor> s = first.subject().point().stream().map(random::even).toList();
        Tensor each = Tensor.stack(0, at.push(t), at.push(s));
        try {
            List<Tensor> pairs = new ArrayList<>();
            for (int k = 0; k < t.size(); k++) {
                pairs.add(Tensor.stack(0, t.get(k), s.get(k)));
            }
            return apart(each, at.push(pairs), each.abs(), 64 * first.noise())
                    ? directions("its jvp of two tangents at once is not that of each")
                    : null;
        } catch (RuntimeException e) {
            return directions("its jvp of two tangents at once failed: " + e.getMessage());
        }
    }

    /** Returns what rounding may do to the gradient by an input. */
    private double own(int k) {
        return 64 * first.noise() / Directions.size(first.subject().point().get(k));
    }

    private static boolean apart(Tensor expected, Tensor actual, Tensor size, double own) {
        double scale = size.size() == 0 ? 0 : size.max().item();
        return actual.sub(expected).abs().gt(ROUNDING * scale + own).any();
    }

    private static Tensor copy(Tensor x) {
        return Tensor.of(x.toArray()).reshape(x.shape().toArray());
    }

    private static boolean finite(Tensor x) {
        return x.eq(x).all();
    }

    private Finding directions(String what) {
        return finding(
                Kind.DIRECTIONS,
                Slip.AXES_FROM_THE_FRONT,
                what + ": derivatives may carry one more axis, in front, unless oneDirectionAtATime() says otherwise");
    }

    private Finding finding(Kind kind, Slip slip, String what) {
        return CallCheck.rule(call, -1, kind, what).with(Likely.of(slip));
    }
}
