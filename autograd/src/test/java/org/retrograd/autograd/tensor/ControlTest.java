package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.diff.Derivatives.Mode;

/** The operations whose derivative is stated rather than true. */
class ControlTest {
    private static final Tensor X = Tensor.of(0.4, -1.3, 2.6);

    private static double[] gradient(UnaryOperator<Tensor> f) {
        return Derivatives.gradient((Tensor x) -> f.apply(x).sum(), X).toArray();
    }

    @Test
    void eachStatesItsDerivative() {
        assertThat(gradient(x -> x.straightThrough(x.round()).square())).containsExactly(0, -2, 6);
        assertThat(gradient(x -> x.scaleGradient(0.5).mul(3))).containsExactly(1.5, 1.5, 1.5);
        assertThat(gradient(x -> x.reverseGradient().mul(3))).containsExactly(-3, -3, -3);
        assertThat(gradient(x -> x.mul(x.detach()))).containsExactly(X.toArray());
        assertThat(Derivatives.jvp((Tensor x) -> x.reverseGradient().mul(3), X, X)
                        .toArray())
                .containsExactly(X.mul(-3).toArray());
        for (Tensor y :
                List.of(X.straightThrough(X.round()), X.scaleGradient(2), X.reverseGradient(), X.watch(g -> g))) {
            assertThat(y.traced()).isFalse();
        }
        Tensor x = Tensor.variable(X);
        assertThat(List.of(x.scaleGradient(2), x.reverseGradient(), x.watch(g -> g)))
                .extracting(y -> y.op().name())
                .containsExactly("scaleGradient", "reverseGradient", "watch");
        assertThat(x.watch(g -> g).op().stated()).isTrue();
    }

    /** A function of one entry with a stated derivative, and the derivatives that the statement leads to. */
    private record Stated(
            String name, UnaryOperator<Tensor> f, UnaryOperator<Tensor> first, UnaryOperator<Tensor> second) {}

    private static List<Stated> stated() {
        return List.of(
                // x·c, then c is x
                new Stated("detach", x -> x.mul(x.detach()), x -> x, x -> x.mul(0)),
                new Stated(
                        "detach below",
                        x -> x.square().mul(x.detach().exp()),
                        x -> x.mul(2).mul(x.exp()),
                        x -> x.exp().mul(2)),
                // the value is u(v(x)) with v replaced, whose derivative is 1
                new Stated(
                        "straightThrough",
                        x -> x.straightThrough(x.round()).cube(),
                        x -> x.round().square().mul(3),
                        x -> x.round().mul(6)),
                // each derivative passes the factor once more
                new Stated(
                        "scaleGradient",
                        x -> x.scaleGradient(0.5).cube(),
                        x -> x.square().mul(3 * 0.5),
                        x -> x.mul(6 * 0.25)),
                new Stated(
                        "reverseGradient",
                        x -> x.reverseGradient().cube(),
                        x -> x.square().mul(-3),
                        x -> x.mul(6)),
                new Stated(
                        "reverseGradient outside",
                        x -> x.cube().reverseGradient(),
                        x -> x.square().mul(-3),
                        x -> x.mul(-6)));
    }

    @TestFactory
    Stream<DynamicTest> statedDerivativesAreTheSameInBothModesAndAtEveryOrder() {
        Tensor v = Tensor.of(1, -2, 0.5);
        return stated().stream()
                .map(s -> DynamicTest.dynamicTest(s.name, () -> {
                    Tensor first = s.first.apply(X);
                    Tensor second = s.second.apply(X);
                    Function<Tensor, Tensor> sum = x -> s.f.apply(x).sum();
                    near(Derivatives.gradient(sum, X), first);
                    near(Derivatives.jvp(s.f, X, v), first.mul(v));
                    near(Derivatives.directional(s.f, X, v, 1), first.mul(v));
                    near(Derivatives.hessian(sum, X), second.diag());
                    near(Derivatives.hvp(sum, X, v), second.mul(v));
                    near(Derivatives.vhp(sum, X, v), second.mul(v));
                    near(Derivatives.jvp(x -> Derivatives.jvp(s.f, x, v), X, v), second.mul(v.square()));
                    near(Derivatives.directional(s.f, X, v, 2), second.mul(v.square()));
                }));
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item())
                .as("%s instead of %s", actual, expected)
                .isLessThanOrEqualTo(1e-13);
    }

    @Test
    void watchSeesTheCompleteGradientOnceASweep() {
        List<Tensor> seen = new ArrayList<>();
        Tensor x = Tensor.variable(X);
        Tensor z = x.mul(2).watch(g -> {
            seen.add(g);
            return g;
        });
        Gradients g = z.square().sum().add(z.mul(5).sum()).backward();
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).sameAs(g.of(z))).isTrue();
        assertThat(g.of(x).sameAs(X.mul(2).mul(2).add(5).mul(2))).isTrue();
    }

    @Test
    void watchMayReplaceTheGradient() {
        assertThat(gradient(x -> x.watch(g -> g.clamp(-1, 1)).square())).containsExactly(0.8, -1, 1);
        // recorded, what the callback does is differentiated: d/dx of 3 · 2x
        Tensor second =
                Derivatives.hvp((Tensor x) -> x.watch(g -> g.mul(3)).square().sum(), X, Tensor.ones(3));
        assertThat(second.toArray()).containsExactly(6, 6, 6);
        // in reverse the outer sweep comes by as well: a derivative that is stated need not be symmetric
        Tensor reverse =
                Derivatives.vhp((Tensor x) -> x.watch(g -> g.mul(3)).square().sum(), X, Tensor.ones(3));
        assertThat(reverse.toArray()).containsExactly(18, 18, 18);
    }

    @Test
    void watchIsCalledForEachDirectionAndNotInForwardMode() {
        List<Tensor> seen = new ArrayList<>();
        UnaryOperator<Tensor> f = x -> x.watch(g -> {
                    seen.add(g);
                    return g;
                })
                .square();
        Tensor reverse = Derivatives.jacobian(f, X, Mode.REVERSE);
        assertThat(seen).hasSize(3).allSatisfy(g -> assertThat(g.shape()).isEqualTo(X.shape()));
        assertThat(reverse.sameAs(X.mul(2).diag())).isTrue();
        seen.clear();
        assertThat(Derivatives.jacobian(f, X, Mode.FORWARD).sameAs(reverse)).isTrue();
        assertThat(seen).isEmpty();
    }

    @Test
    void gradientsAreScaledByFiniteNumbers() {
        for (double factor : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> X.scaleGradient(factor))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("scaleGradient needs a finite factor, but got " + factor + "; 0 stops the gradient");
        }
    }

    @Test
    void straightThroughTakesOneShape() {
        assertThatThrownBy(() -> X.straightThrough(Tensor.zeros(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("straightThrough replaces a value by one of the same shape, but got [3] and [2]");
    }

    @Test
    void aCallbackThatReturnsNoGradientIsNamed() {
        assertThatThrownBy(() -> gradient(x -> x.watch(g -> null)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the callback of watch(..) must return a gradient of shape [3], its argument if it only "
                        + "looks, but returned null");
        assertThatThrownBy(() -> gradient(x -> x.watch(Tensor::sum)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("but returned shape []");
    }
}
