package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Scan;

/** Values and both orders of derivatives are checked by the catalogue; here is what else there is. */
class ProgramLoopTest {
    /** s = s + u - a s³, and s² put out. */
    private static final Scan LOOP = Scan.of(
            Program.recordAll(3, v ->
                    new Scalar[] {v[0].add(v[1]).subtract(v[2].multiply(v[0].pow(3))), v[0].square()}),
            1,
            1);

    @Test
    void aLoopIsTheCompositionOfItsSteps() {
        Tensor start = Tensor.variable(0.4);
        Tensor inputs = Tensor.variable(Tensor.of(0.1, -0.2, 0.3, 0.05).reshape(4, 1));
        Tensor a = Tensor.variable(0.5);
        Scanned scanned = Tensor.scan(LOOP, start.reshape(1), inputs, a.reshape(1));
        Tensor s = start;
        Tensor outputs = Tensor.scalar(0);
        for (int i = 0; i < 4; i++) {
            outputs = outputs.add(s.square());
            s = s.add(inputs.slice(0, i, i + 1).reshape()).sub(a.mul(s.square().mul(s)));
        }
        Gradients looped = scanned.last().sum().add(scanned.outputs().sum()).backward();
        Gradients composed = s.add(outputs).backward();
        assertThat(scanned.last().get(0)).isCloseTo(s.get(0), within(1e-15));
        for (Tensor x : List.of(start, inputs, a)) {
            for (int i = 0; i < x.size(); i++) {
                assertThat(looped.of(x).reshape(-1).get(i))
                        .isCloseTo(composed.of(x).reshape(-1).get(i), within(1e-14));
            }
        }
    }

    @Test
    void manyStepsAreOneNodeAtAnyOrder() {
        Tensor inputs = Tensor.full(1e-3, 20_000, 1);
        Scan loop = LOOP.withCheckpoints(141);
        Tensor second = Derivatives.hessian(
                a -> Tensor.scan(loop, Tensor.of(0.1), inputs, a).last().sum(), Tensor.of(0.5));
        // at rest s = (u/a)^(1/3), so its second derivative by a is 4/9 u^(1/3) a^(-7/3)
        assertThat(second.get(0, 0)).isCloseTo(4.0 / 9 * Math.cbrt(1e-3) * Math.pow(0.5, -7.0 / 3), within(1e-9));
    }

    @Test
    void noStepsLeaveTheState() {
        Tensor start = Tensor.variable(Tensor.of(0.4));
        Scanned scanned = Tensor.scan(LOOP, start, Tensor.zeros(0, 1), Tensor.of(0.5));
        assertThat(scanned.outputs().shape().toString()).isEqualTo("[0, 1]");
        assertThat(scanned.last().sum().backward().of(start).get(0)).isEqualTo(1);
    }

    @Test
    void theCheckerLooksIntoTheLoop() {
        // what is left of a state to which 1e8 is added each time and taken away again; and a kink at 0
        Scan cancelling = Scan.of(
                Program.recordAll(
                        1, v -> new Scalar[] {v[0].add(1e8).subtract(1e8).multiply(0.9)}),
                0);
        GradientCheck.of((Tensor s) -> Tensor.scan(cancelling, s, Tensor.zeros(5, 0), Tensor.zeros(0))
                        .last())
                .at(Tensor.of(0.7))
                .assertPasses();
        Scan folding =
                Scan.of(Program.recordAll(1, v -> new Scalar[] {v[0].abs().subtract(1)}), 0);
        assertThat(GradientCheck.of((Tensor s) -> Tensor.scan(folding, s, Tensor.zeros(3, 0), Tensor.zeros(0))
                                .last())
                        .at(Tensor.of(1.0))
                        .check()
                        .toString())
                .contains("VALID_SUBGRADIENT");
    }

    @Test
    void mistakesAreTold() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.scan(LOOP, Tensor.of(1, 2), Tensor.zeros(3, 1), Tensor.of(1)))
                .withMessage("scan needs a state [1], inputs [n, 1] and parameters [1], but got [2], [3, 1] and [1]");
    }
}
