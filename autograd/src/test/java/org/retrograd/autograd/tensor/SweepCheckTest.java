package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** Tests the tester: a rule that depends on how it is swept must be caught. */
class SweepCheckTest {
    private static final Tensor ROWS = Tensor.of(0.3, -0.8, 1.2, 0.7, 1.9, -0.4).reshape(2, 3);

    private static void check(UnaryOperator<Tensor> f) {
        SweepCheck.check("f", in -> f.apply(in.get(0)), List.of(ROWS));
    }

    /** The sum over the first axis, by rules that find it from the front or from the end. */
    private static final class ColumnSums extends Op {
        private final int reverse;
        private final int forward;

        ColumnSums(int reverse, int forward) {
            this.reverse = reverse;
            this.forward = forward;
        }

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
            return g.expandDims(reverse).broadcastTo(Directions.of(g, y).append(in[0].shape));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return Objects.requireNonNull(t[0]).sum(forward);
        }
    }

    @Test
    void aRuleThatCountsAxesFromTheFrontIsCaught() {
        check(x -> new ColumnSums(-2, -2).apply(x));
        assertThatThrownBy(() -> check(x -> new ColumnSums(-2, 0).apply(x)))
                .hasMessageContaining("f: two tangents in one forward sweep (expected: one by one)");
        assertThatThrownBy(() -> check(x -> new ColumnSums(0, -2).apply(x)))
                .hasMessageContaining("f: two cotangents in one reverse sweep, input 0 (expected: one by one)");
    }

    /** x with a derivative that depends on whether it is recorded. */
    private static final class Unlike extends Identity {
        @Override
        public String name() {
            return "unlike";
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return g.traced() ? g : g.mul(1 + 1e-15);
        }
    }

    @Test
    void aFusedLoopThatDiffersFromTheRecordedRuleIsCaught() {
        assertThatThrownBy(() -> check(x -> new Unlike().apply(x)))
                .hasMessageContaining("the recorded reverse derivative by input 0 (expected: the fused one)");
    }

    @Test
    void aValueThatDependsOnBeingTracedIsCaught() {
        assertThatThrownBy(() -> check(x -> x.traced() ? x.mul(1 + 1e-15) : x.mul(1)))
                .hasMessageContaining("the value of the linearised call (expected: that of the plain one)");
    }
}
