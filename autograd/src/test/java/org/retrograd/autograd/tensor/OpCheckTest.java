package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** Tests the tester: each planted error must be caught, and the rule it was made from must pass. */
class OpCheckTest {
    private static final Tensor X = Tensor.of(0.3, -0.8, 1.2);
    private static final Tensor ROWS = Tensor.of(0.3, -0.8, 1.2, 0.7, 1.9, -0.4).reshape(2, 3);

    /** x² with rules that can be spoiled. */
    private static class Planted extends Op {
        private final UnaryOperator<Tensor> derivativeBackward;
        private final UnaryOperator<Tensor> derivativeForward;

        Planted(UnaryOperator<Tensor> backward, UnaryOperator<Tensor> forward) {
            this.derivativeBackward = backward;
            this.derivativeForward = forward;
        }

        @Override
        public String name() {
            return "planted";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape;
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return in[0].detach().square().data;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return g.mul(derivativeBackward.apply(in[0]));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return Objects.requireNonNull(t[0]).mul(derivativeForward.apply(in[0]));
        }
    }

    /** The product of x and a scalar or row s, with a reduction that can be forgotten or done twice. */
    private static final class PlantedProduct extends Op {
        private final Function<Tensor, Tensor> reduction;
        private final boolean keepsBothTerms;

        PlantedProduct(Function<Tensor, Tensor> reduction, boolean keepsBothTerms) {
            this.reduction = reduction;
            this.keepsBothTerms = keepsBothTerms;
        }

        @Override
        public String name() {
            return "plantedProduct";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return Shape.broadcast(in[0].shape, in[1].shape);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return in[0].detach().mul(in[1].detach()).data;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return k == 0 ? g.mul(in[1]) : reduction.apply(g.mul(in[0]));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor first = Objects.requireNonNull(t[0]);
            Tensor second = Objects.requireNonNull(t[1]);
            Tensor term = first.mul(in[1]);
            return keepsBothTerms
                    ? term.add(Directions.align(second, in[1], y.rank()).mul(in[0]))
                    : term;
        }
    }

    private static Tensor right(Tensor x) {
        return x.mul(2);
    }

    private static void check(UnaryOperator<Tensor> backward, UnaryOperator<Tensor> forward) {
        OpCheck.check("planted", x -> new Planted(backward, forward).apply(x), X, 3);
    }

    private static void checkProduct(Function<Tensor, Tensor> reduction, boolean keepsBothTerms) {
        OpCheck.check(
                "plantedProduct",
                "plantedProduct(x, s)",
                in -> new PlantedProduct(reduction, keepsBothTerms).apply(in.get(0), in.get(1)),
                List.of(ROWS, Tensor.of(0.5, -1.5, 2.5)),
                3);
    }

    @Test
    void rightRulesPass() {
        check(OpCheckTest::right, OpCheckTest::right);
        checkProduct(g -> g, true);
    }

    @Test
    void oneInAThousandIsCaughtInEitherMode() {
        assertThatThrownBy(() -> check(x -> x.mul(2.002), OpCheckTest::right))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("planted: the reverse derivative");
        assertThatThrownBy(() -> check(OpCheckTest::right, x -> x.mul(2.002)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("planted: the forward derivative");
    }

    @Test
    void oneInAMillionIsCaught() {
        assertThatThrownBy(() -> check(x -> x.mul(2.000002), x -> x.mul(2.000002)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the forward derivative (expected: differences)");
    }

    @Test
    void aWrongSignIsCaught() {
        assertThatThrownBy(() -> check(x -> x.mul(-2), OpCheckTest::right)).hasMessageContaining("reverse derivative");
        assertThatThrownBy(() -> check(x -> x.mul(-2), x -> x.mul(-2))).hasMessageContaining("forward derivative");
    }

    @Test
    void aSingleWrongEntryIsCaught() {
        Tensor spoil = Tensor.of(1, 1.001, 1);
        assertThatThrownBy(() -> check(x -> x.mul(2).mul(spoil), OpCheckTest::right))
                .hasMessageContaining("reverse derivative");
    }

    @Test
    void whatIsWrongInSecondOrderOnlyIsCaught() {
        // the right number, but not recorded: the second derivative is lost
        assertThatThrownBy(() -> check(x -> x.detach().mul(2), x -> x.detach().mul(2)))
                .hasMessageContaining("second order, forward over reverse (expected: differences of the gradient)");
        // the right number, recorded with a wrong derivative
        assertThatThrownBy(() -> check(x -> x.mul(2).scaleGradient(1.001), OpCheckTest::right))
                .hasMessageContaining("second order, forward over reverse");
        assertThatThrownBy(() -> check(OpCheckTest::right, x -> x.mul(2).scaleGradient(1.001)))
                .hasMessageContaining("second order, forward over forward");
    }

    @Test
    void aReductionThatSumsTooMuchOrTooLittleIsCaught() {
        assertThatThrownBy(() -> checkProduct(g -> g.slice(-2, 0, 1), true)).hasMessageContaining("reverse derivative");
        assertThatThrownBy(() -> checkProduct(g -> g.mean(Dims.KEEP, -2), true))
                .hasMessageContaining("reverse derivative");
        assertThatThrownBy(() -> checkProduct(g -> g.sum(Dims.KEEP, -1).broadcastTo(g.shape()), true))
                .hasMessageContaining("reverse derivative");
    }

    @Test
    void aDroppedTermIsCaught() {
        assertThatThrownBy(() -> checkProduct(g -> g, false)).hasMessageContaining("forward derivative");
    }

    @Test
    void aRuleThatCountsAxesFromTheFrontIsCaught() {
        UnaryOperator<Tensor> columnSums = x -> new ColumnSums().apply(x);
        assertThatThrownBy(() -> OpCheck.check("columnSums", columnSums, ROWS, 3))
                .hasMessageContaining("columnSums: two tangents in one forward sweep");
    }

    /** The sum over the first axis, which is another one when directions stand before it. */
    private static final class ColumnSums extends Op {
        @Override
        public String name() {
            return "columnSums";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.slice(1, in[0].rank());
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return in[0].detach().sum(0).data;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return g.expandDims(-2).broadcastTo(Directions.of(g, y).append(in[0].shape));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return Objects.requireNonNull(t[0]).sum(0);
        }
    }

    @Test
    void aFunctionWhoseValueDependsOnBeingRecordedIsCaught() {
        assertThatThrownBy(() -> OpCheck.check("peeks", x -> x.traced() ? x.mul(1 + 1e-15) : x, X, 3))
                .hasMessageContaining("the value of the recorded call differs in its bits");
    }

    @Test
    void aFusedLoopThatDiffersFromTheRecordedRuleIsCaught() {
        // straight through its own value: the number of one formula, the derivative of another
        assertThatThrownBy(() -> OpCheck.check(
                        "unlike",
                        x -> new Planted(y -> y.traced() ? y.mul(2) : y.mul(2).mul(1 + 1e-15), OpCheckTest::right)
                                .apply(x),
                        X,
                        3))
                .hasMessageContaining("the recorded reverse derivative by input 0 (expected: the fused one)");
    }

    @Test
    void theMessageSaysHowToRepeatIt() {
        assertThatThrownBy(() -> check(x -> x.mul(-2), OpCheckTest::right))
                .hasMessageStartingWith("planted: ")
                .hasMessageContaining("call      planted")
                .hasMessageContaining("point     [3] [0.3, -0.8, 1.2]")
                .hasMessageContaining("direction [3] [")
                .hasMessageContaining("expected  [] [")
                .hasMessageContaining("actual    [] [")
                .hasMessageContaining("seed      3");
    }

    @Test
    void pointsKeepTheirDistanceFromKinks() {
        for (long seed = 0; seed < 50; seed++) {
            Definition abs = definition("abs");
            Tensor x = OpCheck.draw(abs.examples().get(0), seed).get(0);
            assertThat(x.abs().min().item()).isGreaterThan(0.1);
            Definition max = definition("max");
            double[] sorted = OpCheck.draw(max.examples().get(0), seed).get(0).toArray();
            java.util.Arrays.sort(sorted);
            assertThat(sorted[sorted.length - 1] - sorted[sorted.length - 2]).isGreaterThan(0.09);
        }
    }

    private static Definition definition(String name) {
        return Catalogue.definitions().stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
