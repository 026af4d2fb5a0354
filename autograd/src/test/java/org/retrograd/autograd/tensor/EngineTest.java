package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.diff.Derivatives;

/** The sweeps and what they promise: nesting, closures, threads, depth, memory, and answers that say why there is none. */
class EngineTest {
    private static Tensor derivative(UnaryOperator<Tensor> f, Tensor x) {
        return Derivatives.gradient(f, x);
    }

    private static Tensor forward(UnaryOperator<Tensor> f, Tensor x) {
        return Derivatives.jvp(f, x, Tensor.ones(x.shape().toArray()));
    }

    // --- nesting ---

    @Test
    void derivativesNestToTheSixthOrderInAnyMixOfModes() {
        double x = 0.7;
        double[] expected = {
            Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x), Math.sin(x), Math.cos(x), -Math.sin(x)
        };
        for (int mix = 0; mix < 64; mix += 7) {
            UnaryOperator<Tensor> f = Tensor::sin;
            for (int order = 0; order <= 6; order++) {
                Tensor value = f.apply(Tensor.scalar(x));
                assertThat(value.item()).isCloseTo(expected[order], org.assertj.core.data.Offset.offset(1e-12));
                assertThat(value.traced()).isFalse();
                UnaryOperator<Tensor> before = f;
                f = (mix >> order & 1) == 1 ? v -> forward(before, v) : v -> derivative(before, v);
            }
        }
    }

    @Test
    void perturbationsAreNotConfused() {
        // Siskind and Pearlmutter (2005): d/dx (x · d/dy (x + y)) = 1, not 2
        List<UnaryOperator<Tensor>> results = List.of(
                x -> derivative(v -> v.mul(derivative(w -> v.add(w), Tensor.scalar(1))), x),
                x -> derivative(v -> v.mul(forward(w -> v.add(w), Tensor.scalar(1))), x),
                x -> forward(v -> v.mul(derivative(w -> v.add(w), Tensor.scalar(1))), x),
                x -> forward(v -> v.mul(forward(w -> v.add(w), Tensor.scalar(1))), x));
        for (UnaryOperator<Tensor> result : results) {
            assertThat(result.apply(Tensor.scalar(3)).item()).isEqualTo(1);
        }
        // d/dx (x · d/dy (x y)) = 2 x at any y
        assertThat(derivative(v -> v.mul(forward(w -> v.mul(w), v)), Tensor.scalar(3))
                        .item())
                .isEqualTo(6);
        assertThat(forward(v -> v.mul(derivative(w -> v.mul(w), v)), Tensor.scalar(3))
                        .item())
                .isEqualTo(6);
    }

    @Test
    void closuresOverOuterVariablesKeepTheirDerivatives() {
        Tensor a = Tensor.variable(Tensor.scalar(2));
        Tensor inner = derivative(x -> a.mul(x.square()), Tensor.scalar(3));
        assertThat(inner.traced()).isTrue();
        assertThat(inner.item()).isEqualTo(12);
        assertThat(inner.backward().of(a).item()).isEqualTo(6);
    }

    @Test
    void aGradientPenaltyInsideALossIsDifferentiated() {
        Tensor w = Tensor.variable(0.5, -1.5);
        Tensor x = Tensor.of(0.3, 0.8);
        UnaryOperator<Tensor> model = v -> v.mul(w).tanh().sum();
        Tensor gradient = derivative(model, x);
        Gradients g = model.apply(x).add(gradient.sumSquares()).backward();
        UnaryOperator<Tensor> penalised = v -> x.mul(v)
                .tanh()
                .sum()
                .add(derivative(p -> p.mul(v).tanh().sum(), x).sumSquares());
        GradientCheck.of(penalised).at(w).assertPasses();
        Tensor expected = derivative(penalised, w.detach());
        assertThat(g.of(w).toArray()).containsExactly(expected.toArray());
    }

    @Test
    void backwardInsideATransformIsWatched() {
        // the inner free variable is a stand-in for v: its gradient 3 v² must itself be differentiable by v
        Tensor second = derivative(
                v -> {
                    Tensor w = Tensor.variable(Tensor.scalar(3));
                    Gradients g = w.mul(v.cube()).backward();
                    return g.of(w);
                },
                Tensor.scalar(2));
        assertThat(second.item()).isEqualTo(12);
    }

    @Test
    void resultsAreUntracedWhenNobodyWatches() {
        UnaryOperator<Tensor> f = x -> x.tanh().mul(x).sum();
        Tensor x = Tensor.of(1, 2);
        assertThat(derivative(f, x).traced()).isFalse();
        assertThat(forward(f, x).traced()).isFalse();
        assertThat(Derivatives.hvp(f, x, x).traced()).isFalse();
        assertThat(Derivatives.valueAndGradient(f, x).value().traced()).isFalse();
        assertThat(derivative(v -> derivative(f, v).sum(), x).traced()).isFalse();
        Tensor w = Tensor.variable(1, 2);
        assertThat(w.mul(w).sum().backward().of(w).traced()).isFalse();
        assertThat(derivative(f, w).traced()).isTrue();
    }

    @Test
    void hessianVectorProductsAgreeWhicheverSweepIsOutside() {
        UnaryOperator<Tensor> f = x -> x.sin().mul(x).sum().square().add(x.prod());
        Tensor x = Tensor.of(0.4, -1.1, 2.3);
        Tensor v = Tensor.of(1, -2, 0.5);
        double[] forwardReverse = Derivatives.hvp(f, x, v).toArray();
        double[] reverseReverse = derivative(at -> derivative(f, at).dot(v), x).toArray();
        double[] reverseForward = derivative(at -> Derivatives.jvp(f, at, v), x).toArray();
        assertThat(reverseReverse).containsExactly(forwardReverse, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(reverseForward).containsExactly(forwardReverse, org.assertj.core.data.Offset.offset(1e-12));
    }

    @Test
    void severalDirectionsGiveTheJacobianInOneSweep() {
        Linearization at = Linearization.of(
                in -> in.get(0).matmul(in.get(0)).flatten(),
                List.of(Tensor.of(1, 2, 3, 4).reshape(2, 2)));
        Tensor rows = at.pull(Tensor.eye(4)).get(0).reshape(4, 4);
        Tensor columns = at.push(List.of(Tensor.eye(4).reshape(4, 2, 2)));
        assertThat(rows.sameAs(columns.transpose())).isTrue();
        assertThat(rows.toArray()).containsExactly(2, 3, 2, 0, 2, 5, 0, 2, 3, 0, 5, 3, 0, 3, 2, 8);
    }

    @Test
    void transformsReturnZerosWhereThereIsNoPath() {
        assertThat(derivative(x -> Tensor.scalar(3), Tensor.of(1, 2)).toArray()).containsExactly(0, 0);
        assertThat(derivative(x -> x.detach().sum(), Tensor.of(1, 2)).toArray()).containsExactly(0, 0);
        assertThat(forward(x -> Tensor.of(1, 2, 3), Tensor.scalar(1)).toArray()).containsExactly(0, 0, 0);
    }

    // --- gradients of values ---

    @Test
    void everyValueInBetweenHasAGradient() {
        Tensor w = Tensor.variable(1, 2);
        Tensor z = w.mul(3);
        Tensor y = z.square();
        Gradients g = y.sum().backward();
        assertThat(g.of(y).toArray()).containsExactly(1, 1);
        assertThat(g.of(z).toArray()).containsExactly(6, 12);
        assertThat(g.of(w).toArray()).containsExactly(18, 36);
        assertThat(g.of(() -> w).toArray()).containsExactly(18, 36);
        assertThat(g.has(w)).isTrue();
        assertThat(g.has(Tensor.variable(1))).isFalse();
    }

    @Test
    void aNewValueOfAVariableIsFoundByEitherTensor() {
        Tensor w = Tensor.variable(1, 2).named("w");
        Gradients g = w.square().sum().backward();
        Tensor updated = w.withValue(Tensor.of(5, 6));
        assertThat(updated.toArray()).containsExactly(5, 6);
        assertThat(updated.toString()).contains("\"w\"");
        assertThat(g.of(updated).toArray()).containsExactly(2, 4);
        assertThat(g.of(w).toArray()).containsExactly(2, 4);
        assertThat(g.has(updated)).isTrue();
        Tensor before = updated.withValue(w);
        assertThat(before.id).isEqualTo(w.id).isNotEqualTo(updated.id);
        assertThat(before.sameAs(w)).isTrue();
    }

    @Test
    void askingForAGradientThatIsNotThereSaysWhy() {
        Tensor w = Tensor.variable(1, 2).named("w");
        Tensor hidden = w.square();
        Tensor loss = hidden.sum().named("loss");
        Gradients g = loss.backward();
        assertThatThrownBy(() -> g.of(Tensor.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "no gradient by a constant of shape [1]: it is a constant. Make it with "
                                + "Tensor.variable(..), or ask for the gradient of the value before detach() if it was detached");
        assertThatThrownBy(() -> g.of(w.exp()))
                .hasMessageContaining("it was computed after \"loss\", which therefore cannot depend on it");
        Tensor unused = Tensor.variable(3).named("unused");
        Gradients later = w.sum().backward();
        assertThatThrownBy(() -> later.of(unused))
                .hasMessageStartingWith("no gradient by \"unused\": ")
                .hasMessageContaining("was computed without it, or only through a detached or integer value");
        Gradients only = loss.gradients(List.of(w));
        assertThat(only.of(w).toArray()).containsExactly(2, 4);
        assertThatThrownBy(() -> only.of(hidden)).hasMessageContaining("only the gradients of the named parameters");
        Tensor updatedMidway = w.withValue(Tensor.of(3, 4));
        Gradients two = w.mul(updatedMidway).sum().backward();
        assertThat(two.of(w).toArray()).containsExactly(3, 4);
        assertThatThrownBy(() -> two.of(w.withValue(Tensor.of(7, 8)))).hasMessageContaining("holds two values");
    }

    @Test
    void backwardNeedsAScalarOrASeedThatFits() {
        Tensor w = Tensor.variable(1, 2).named("w");
        assertThatThrownBy(() -> w.square().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("backward() differentiates a scalar, but the result of square of shape [2] has shape [2]: "
                        + "reduce it first, for instance by sum(), or give backward(seed) a cotangent of that shape");
        assertThatThrownBy(() -> w.square().gradients(List.of(w)))
                .hasMessageContaining("gradients(..) differentiates a scalar");
        assertThatThrownBy(() -> w.square().backward(Tensor.of(1, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must have its shape [2], but has [3]");
        assertThatThrownBy(() -> Tensor.of(1).backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is nothing to differentiate: a constant of shape [1]");
        assertThat(w.square().backward(Tensor.of(10, 1)).of(w).toArray()).containsExactly(20, 4);
    }

    @Test
    void transformsRefuseWhatDoesNotFit() {
        assertThatThrownBy(() -> derivative(Tensor::exp, Tensor.of(1, 2)))
                .hasMessageContaining("a gradient is that of a scalar function, but the value has shape [2]");
        assertThatThrownBy(() -> Derivatives.vjp(Tensor::exp, Tensor.of(1, 2), Tensor.of(1, 2, 3)))
                .hasMessageContaining("the cotangent needs the shape [2]");
        assertThatThrownBy(() -> Derivatives.jvp(Tensor::exp, Tensor.of(1, 2), Tensor.of(1)))
                .hasMessageContaining("the tangent needs the shape [2]");
    }

    @Test
    void onlyFreeVariablesTakeNewValues() {
        assertThatThrownBy(() -> Tensor.of(1).withValue(Tensor.of(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is not a variable");
        assertThatThrownBy(() -> Tensor.variable(1).withValue(Tensor.of(2, 3)))
                .hasMessageContaining("must have its shape, but has [2]");
    }

    // --- size, memory, threads ---

    @Test
    void graphsOfEverySizeAroundPowersOfTwoAreSweptWhole() {
        for (int length = 1; length <= 300; length++) {
            Tensor x = Tensor.variable(Tensor.scalar(1));
            Tensor y = x;
            for (int i = 0; i < length; i++) {
                y = y.add(x);
            }
            assertThat(y.backward().of(x).item()).isEqualTo(length + 1);
            int n = length;
            UnaryOperator<Tensor> f = v -> {
                Tensor sum = v;
                for (int i = 0; i < n; i++) {
                    sum = sum.add(v);
                }
                return sum;
            };
            assertThat(forward(f, Tensor.scalar(1)).item()).isEqualTo(length + 1);
        }
        for (int size : new int[] {1023, 1024, 1025, 4095, 4096, 4097, 65535, 65536, 65537}) {
            Tensor x = Tensor.variable(Tensor.scalar(1));
            assertThat(chain(x, size).backward().of(x).item()).isEqualTo(1);
        }
    }

    private static Tensor chain(Tensor x, int length) {
        Tensor y = x;
        for (int i = 0; i < length; i++) {
            y = y.neg().neg();
        }
        return y;
    }

    @Test
    void aMillionOperationsNeedNoDeepStackAndAreFreedWhenDropped() throws InterruptedException {
        List<WeakReference<Tensor>> middle = new ArrayList<>();
        double[] gradient = new double[1];
        Thread small = new Thread(
                null,
                () -> {
                    Tensor x = Tensor.variable(Tensor.scalar(1));
                    Tensor half = chain(x, 250_000);
                    middle.add(new WeakReference<>(half));
                    gradient[0] = chain(half, 250_000).backward().of(x).item();
                },
                "small stack",
                512 * 1024);
        small.start();
        small.join();
        assertThat(gradient[0]).isEqualTo(1);
        for (int tries = 0; tries < 50 && middle.get(0).get() != null; tries++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(middle.get(0).get()).isNull();
    }

    @Test
    void threadsMayDifferentiateGraphsThatShareParts() throws Exception {
        Tensor w = Tensor.variable(Tensor.uniform(new SplittableRandom(1), -1, 1, 20));
        Tensor shared = w.mul(w).tanh();
        List<double[]> alone = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            alone.add(oneOf(shared, w, k));
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<double[]>> together = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                int k = i % 4;
                together.add(pool.submit(() -> oneOf(shared, w, k)));
            }
            for (int i = 0; i < 400; i++) {
                assertThat(together.get(i).get()).containsExactly(alone.get(i % 4));
            }
        } finally {
            pool.shutdown();
        }
    }

    private static double[] oneOf(Tensor shared, Tensor w, int k) {
        Tensor loss = shared.mul(w).pow(k).add(shared.sin()).sum();
        return loss.backward().of(w).toArray();
    }

    // --- what values say of themselves ---

    @Test
    void valuesSayWhatTheyAre() {
        assertThat(Tensor.of(1, 2, 3).reshape(1, 3)).hasToString("Tensor[1, 3] float64 {{1, 2, 3}}");
        assertThat(Tensor.scalar(0.5)).hasToString("Tensor[] float64 0.5");
        assertThat(Tensor.variable(1, 2).named("w")).hasToString("Tensor[2] float64 {1, 2} \"w\", variable");
        assertThat(Tensor.variable(0).tanh()).hasToString("Tensor[1] float64 {0}, from tanh");
        assertThat(Tensor.range(9)).hasToString("Tensor[9] float64 {0, 1, 2, …, 6, 7, 8}");
        assertThat(Tensor.zeros(0, 2)).hasToString("Tensor[0, 2] float64 {}");
        assertThat(Mask.of(true, false)).hasToString("Mask[2] [true, false]");
        assertThat(Indices.of(3, 1)).hasToString("Indices[2] [3, 1]");
        assertThat(Tensor.variable(1).square().sum().named("E").backward())
                .hasToString("Gradients of \"E\" by 3 values");
    }

    @Test
    void resultsOfASitedVariableRememberTheirLine() {
        Tensor x = Tensor.variable(1).sited();
        Tensor y = x.tanh();
        int line = StackWalker.getInstance()
                .walk(frames -> frames.findFirst().orElseThrow().getLineNumber());
        assertThat(y.origin).isNotNull();
        assertThat(y.origin.site()).isEqualTo("EngineTest.java:" + (line - 2));
        assertThat(y.named("y").origin.site()).isEqualTo(y.origin.site());
        assertThat(Tensor.variable(1).tanh().origin).isNull();
    }
}
