package org.retrograd.autograd.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.check.Reach.State;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Tensor;

/** What tells of more than right or wrong: tables for learners, origins of NaN, ends of paths, rounding. */
class DiagnosisTest {
    private static final Tensor X = Tensor.of(0.3, -0.8, 1.2);
    private static final Tensor W = Tensor.of(new double[][] {{1, 2}, {3, 5}});

    private static Map<String, Tensor> layers(Tensor hidden, Tensor output) {
        Map<String, Tensor> map = new LinkedHashMap<>();
        map.put("hidden", hidden);
        map.put("output", output);
        return map;
    }

    @Test
    void gradientsByHandAreCompared() {
        GradientTable same = GradientCheck.compare(layers(X, W), layers(X, W.mul(1 + 1e-15)));
        assertThat(same.agrees()).isTrue();
        assertThat(same.toString()).startsWith("hidden  right  by hand 0.3");
        GradientTable both = GradientCheck.compare(layers(X.neg(), W.transpose()), layers(X, W));
        assertThat(both.agrees()).isFalse();
        assertThat(both.firstWrong().orElseThrow().name()).isEqualTo("output");
        assertThat(both.toString())
                .endsWith("first wrong on the way back: output\nlikely slip: the Jacobian is transposed\n");
        assertThat(slip(X.neg())).isEqualTo(Slip.SIGN);
        assertThat(slip(X.mul(0.5))).isEqualTo(Slip.FACTOR);
        assertThat(slip(X.div(3))).isEqualTo(Slip.COUNT);
        assertThat(slip(X.flip(0))).isEqualTo(Slip.PERMUTED);
        assertThat(slip(X.mul(0))).isEqualTo(Slip.ZERO);
        assertThat(slip(X.mul(1.00001))).isEqualTo(Slip.INACCURATE);
        assertThat(slip(Tensor.of(0.3, -0.8, 1))).isEqualTo(Slip.SOME_ENTRIES);
        assertThat(GradientCheck.compare(Map.of(), Map.of("w", X)).toString()).contains("not worked out by hand");
        assertThat(GradientCheck.compare(Map.of("w", W.reshape(4)), Map.of("w", W))
                        .toString())
                .contains("shape [4] by hand, but [2, 2] of autograd");
        assertThatThrownBy(() -> GradientCheck.compare(Map.of("w", X), Map.of()))
                .hasMessage("there is a gradient by hand of \"w\", but none of autograd; it has []");
    }

    /** Returns the note on the first wrong gradient of Σ (tanh(x w) + x w)² / 3 by z = x w and by w. */
    private static String mistake(UnaryOperator<Tensor> delta, UnaryOperator<Tensor> toWeights) {
        Tensor w = Recording.variable("w", W);
        Tensor x =
                Tensor.of(new double[][] {{0.3, -0.8}, {1.2, 0.4}, {-0.6, 0.9}}).named("x");
        Tensor z = x.matmul(w).named("z");
        Tensor loss = z.tanh().add(z).square().sum().div(3);
        Tensor above = z.detach().tanh().add(z.detach()).mul(2.0 / 3);
        Tensor byHand = delta.apply(above);
        Map<String, Tensor> by = new LinkedHashMap<>();
        by.put("dw", w);
        by.put("delta", z);
        GradientTable table = GradientCheck.compare(Map.of("delta", byHand, "dw", toWeights.apply(byHand)), loss, by);
        return table.firstWrong().map(GradientTable.Row::note).orElse("right");
    }

    @Test
    void mistakesAreFoundInTheComputation() {
        Tensor x = Tensor.of(new double[][] {{0.3, -0.8}, {1.2, 0.4}, {-0.6, 0.9}});
        Tensor z = x.matmul(W);
        Tensor slope = z.tanh().square().neg().add(1);
        UnaryOperator<Tensor> delta = g -> g.mul(slope).add(g);
        UnaryOperator<Tensor> toWeights = d -> x.transpose().matmul(d);
        assertThat(mistake(delta, toWeights)).isEqualTo("right");
        assertThat(mistake(g -> g.mul(2), toWeights))
                .matches("a factor is forgotten: the derivative of \"tanh\" at DiagnosisTest.java:\\d+");
        assertThat(mistake(g -> g.mul(slope), toWeights))
                .matches("a term is missing or too many: \"z\" is used 2 times, and the term through \"add\" at "
                        + "DiagnosisTest.java:\\d+ is not added");
        assertThat(mistake(g -> delta.apply(g).mul(3), toWeights))
                .matches("a factor is forgotten: the other operand of \"div\" at DiagnosisTest.java:\\d+");
        assertThat(mistake(delta, d -> z.transpose().matmul(d)))
                .matches("the derivative is taken at another value: \"z\" in place of \"x\" in \"matmul\" at "
                        + "DiagnosisTest.java:\\d+");
        assertThat(mistake(delta, d -> toWeights.apply(d).neg())).isEqualTo("the sign is wrong");
        // a factor forgotten before delta would have made delta wrong, too
        assertThat(mistake(delta, d -> toWeights.apply(d).mul(3)))
                .isEqualTo("a constant factor is wrong: it is 3 times the right one");
        // what none of them explains is not explained by one of them
        assertThat(mistake(delta, d -> toWeights.apply(d).add(z.slice(0, 0, 2))))
                .isEqualTo("a term is missing or too many");
    }

    @Test
    void aGradientThatIsNotSummedIsRecognisedByItsShape() {
        Tensor rows = Tensor.of(new double[][] {{1, 2}, {3, 5}, {7, 11}});
        GradientTable table = GradientCheck.compare(Map.of("db", rows), Map.of("db", rows.sum(0)));
        assertThat(table.firstWrong().orElseThrow().slip()).contains(Slip.MISSING_SUM);
        assertThat(table.toString())
                .startsWith(
                        "db  WRONG  shape [3, 2] by hand, but [2] of autograd; summed over the first axis it is right\n");
    }

    private static Slip slip(Tensor wrong) {
        return GradientCheck.compare(Map.of("w", wrong), Map.of("w", X))
                .firstWrong()
                .flatMap(GradientTable.Row::slip)
                .orElseThrow();
    }

    @Test
    void theFirstNumberThatIsNotFiniteIsTraced() {
        assertThat(GradientCheck.of(Tensor::exp).at(X).nonFinite()).isEmpty();
        NonFinite forward = GradientCheck.of(x -> x.sub(2).log().exp().sum())
                .at(X)
                .nonFinite()
                .orElseThrow();
        assertThat(forward.backward()).isFalse();
        assertThat(forward.op()).contains("log");
        assertThat(forward.text())
                .startsWith("forward: \"log\", called at DiagnosisTest.java:")
                .contains("gives NaN for");
        NonFinite backward =
                GradientCheck.of(x -> x.mul(0).sqrt().sum()).at(X).nonFinite().orElseThrow();
        assertThat(backward.backward()).isTrue();
        assertThat(backward.text())
                .startsWith("backward: \"sqrt\", called at")
                .contains("derivative Infinity by its input 0");
        assertThat(GradientCheck.of(Tensor::exp)
                        .at(Tensor.of(Double.NaN))
                        .nonFinite()
                        .orElseThrow()
                        .text())
                .startsWith("input \"x\" is not finite");
    }

    @Test
    void theEndOfAPathIsNamed() {
        Reach reach = GradientCheck.of((x, w) -> x.mul(w.detach().mul(2)).sum())
                .at(X, X)
                .named("x", "w")
                .reach();
        assertThat(reach.paths().get(0).state()).isEqualTo(State.REACHED);
        assertThat(reach.paths().get(1).state()).isEqualTo(State.ABSENT);
        assertThat(reach.paths().get(1).text())
                .startsWith("the path from the value to \"w\" ends at detach() or a comparison, DiagnosisTest.java:");
        Reach dead = GradientCheck.of(x -> x.sin().sub(5).relu().sum()).at(X).reach();
        assertThat(dead.toString()).startsWith("the derivative by \"x\" becomes 0 in \"relu\", DiagnosisTest.java:");
        assertThat(GradientCheck.of((x, w) -> x.sin()).at(X, X).reach().toString())
                .contains("the value was computed without \"x1\"");
    }

    @Test
    void roundingIsBoundedAndUnstableFormsAreNamed() {
        Condition good = GradientCheck.of(Tensor::sin).at(X).condition();
        assertThat(good.unstable()).isEmpty();
        assertThat(good.gradients().get(0).bounds().max().item()).isBetween(1e-17, 1e-15);
        Condition bad =
                GradientCheck.of(x -> x.add(1e8).sub(1e8).square()).at(X).condition();
        assertThat(bad.gradients().get(0).bounds().max().item()).isBetween(1e-9, 1e-6);
        assertThat(unstable(GradientCheck.of(x -> x.abs().add(1).log()))).isEqualTo("log1p()");
        assertThat(unstable(GradientCheck.of(x -> x.softmax(-1).log()))).isEqualTo("logSoftmax(..)");
        assertThat(unstable(GradientCheck.of(x -> x.sigmoid().log()))).isEqualTo("logSigmoid()");
        assertThat(unstable(GradientCheck.of(x -> x.exp().sum().log()))).isEqualTo("logSumExp(..)");
        assertThat(unstable(GradientCheck.of(x -> x.square().sum().sqrt()))).isEqualTo("norm(..)");
        assertThat(unstable(GradientCheck.of(x -> x.exp().sub(1)))).isEqualTo("expm1()");
        assertThat(unstable(GradientCheck.of(x -> x.square().mean().sub(x.mean().square()))))
                .isEqualTo("variance(..)");
        assertThat(GradientCheck.of(x -> x.exp().sub(1)).at(X).condition().toString())
                .contains("unstable: exp(x) - 1 at DiagnosisTest.java:")
                .contains("the gradient by \"x\" by ");
    }

    private static String unstable(GradientCheck check) {
        return check.at(X).condition().unstable().get(0).instead();
    }
}
