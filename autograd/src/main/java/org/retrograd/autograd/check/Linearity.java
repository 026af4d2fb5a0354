package org.retrograd.autograd.check;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.check.Finding.Kind;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/** What every rule has in common: it is linear in its cotangent, 0 for 0, and the same when it is asked again. */
final class Linearity {
    private static final double ROUNDING = 0x1p-36;

    private Linearity() {}

    /** Returns what is wrong with the reverse rule of a call, or null. */
    static @Nullable Finding check(Call call, FirstOrder first, Directions random) {
        Linearization at = first.subject().linearized();
        Tensor g = first.cotangent();
        Tensor h = random.cotangent(first.subject().output());
        List<Tensor> ofG = at.pull(g);
        List<Tensor> before = ofG.stream().map(Linearity::copy).toList();
        List<Tensor> again = at.pull(g);
        List<Tensor> ofH = at.pull(h);
        List<Tensor> ofSum = at.pull(g.add(h.mul(3)));
        List<Tensor> ofZero = at.pull(Tensor.zeros(g.shape()));
        for (int k = 0; k < ofG.size(); k++) {
            if (!same(before.get(k), ofG.get(k))) {
                return CallCheck.rule(
                        call,
                        -1,
                        Kind.ALIASED,
                        "its cotangent changed when the rule was called again: it shares storage with a buffer");
            }
            if (!same(ofG.get(k), again.get(k))
                    || !same(ofG.get(k), first.gradient().get(k))) {
                return finding(
                        call,
                        Kind.NOT_REPEATABLE,
                        Slip.RANDOM_OR_STATE,
                        "its vjp returned two results for one cotangent");
            }
            if (ofZero.get(k).ne(0).any() && finite(ofZero.get(k))) {
                return finding(call, Kind.NOT_LINEAR, Slip.SQUARED, "its vjp of a zero cotangent is not zero");
            }
            Tensor sum = ofG.get(k).add(ofH.get(k).mul(3));
            Tensor size = ofG.get(k).abs().add(ofH.get(k).abs().mul(3));
            Tensor off = ofSum.get(k).sub(sum).abs();
            double scale = size.size() == 0 ? 0 : size.max().item();
            double own =
                    64 * first.noise() / Directions.size(first.subject().point().get(k));
            if (off.gt(ROUNDING * scale + own).any()) {
                return finding(call, Kind.NOT_LINEAR, Slip.SQUARED, "its vjp is not linear in the cotangent");
            }
        }
        return null;
    }

    private static Tensor copy(Tensor x) {
        return Tensor.of(x.toArray()).reshape(x.shape().toArray());
    }

    private static boolean finite(Tensor x) {
        return x.eq(x).all();
    }

    private static boolean same(Tensor a, Tensor b) {
        return a.sameAs(b);
    }

    private static Finding finding(Call call, Kind kind, Slip slip, String what) {
        Finding found = CallCheck.rule(call, -1, kind, what);
        return new Finding(kind, "", found.op(), -1, found.site(), Optional.of(slip), found.text());
    }
}
