package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;

class ProgramOpTest {
    private static final Program CURVE =
            Program.record(2, (a, b) -> a.sin().multiply(b).add(b.square().exp()));

    @Test
    void theGeneratedLoopHasTheBitsOfTheInterpreter() {
        SplittableRandom random = new SplittableRandom(1);
        Program program =
                Program.record(2, (a, b) -> a.sin().multiply(b).add(b.square().exp()));
        for (int n : new int[] {0, 1, 7, 100_000, 7}) {
            Tensor x = Tensor.uniform(random, -1, 1, n);
            Tensor y = Tensor.uniform(random, -1, 1, n);
            Tensor z = Tensor.map(program, x, y);
            for (int i = 0; i < n; i += 97) {
                assertThat(z.get(i)).isEqualTo(CURVE.value(x.get(i), y.get(i)));
            }
        }
    }

    @Test
    void aLargeProgramIsCalledForEachRow() {
        Program program = Program.recordAll(2, x -> {
            Scalar y = x[0];
            for (int i = 0; i < 1000; i++) {
                y = y.multiply(x[1]).add(0.5 + i * 1e-4);
            }
            return new Scalar[] {y, x[0], Scalar.of(2)};
        });
        Tensor x = Tensor.uniform(new SplittableRandom(1), 0, 0.5, 200, 2);
        Tensor y = Tensor.mapRows(program, x);
        for (int i = 0; i < 200; i++) {
            assertThat(new double[] {y.get(i, 0), y.get(i, 1), y.get(i, 2)})
                    .containsExactly(program.values(x.get(i, 0), x.get(i, 1)));
        }
    }

    @Test
    void blocksOfJacobiansAreThoseOfEachRow() {
        Program program = Program.recordAll(3, x ->
                new Scalar[] {x[0].multiply(x[1]), x[2].exp().divide(x[1])});
        Tensor x = Tensor.uniform(new SplittableRandom(1), 1, 2, 50, 3);
        Tensor blocks = Tensor.jacobianRows(program, x);
        assertThat(blocks.shape().toString()).isEqualTo("[50, 2, 3]");
        for (int row = 0; row < 50; row++) {
            double[][] expected = program.jacobian(x.get(row, 0), x.get(row, 1), x.get(row, 2));
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 3; j++) {
                    assertThat(blocks.get(row, i, j)).isEqualTo(expected[i][j]);
                }
            }
        }
    }

    @Test
    void blocksMayLeaveOutWhatIsData() {
        Program program = Program.recordAll(3, x ->
                new Scalar[] {x[0].multiply(x[1]).add(x[2]), x[2].exp().divide(x[1])});
        Tensor x = Tensor.uniform(new SplittableRandom(1), 1, 2, 50, 3);
        Tensor all = Tensor.jacobianRows(program, x);
        for (int n = 1; n < 3; n++) {
            Tensor some = Tensor.jacobianRows(program, x.slice(1, 0, n), x.slice(1, n, 3));
            assertThat(some.shape().toString()).isEqualTo("[50, 2, " + n + "]");
            assertThat(some.toArray()).isEqualTo(all.slice(2, 0, n).toArray());
        }
    }

    @Test
    void theGradientIsThatOfTheComposition() {
        Tensor x = Tensor.variable(0.3, -0.5, 0.8);
        Tensor y = Tensor.variable(0.1, 0.7, -0.2);
        Gradients fused = Tensor.map(CURVE, x, y).sum().backward();
        Gradients composed = x.sin().mul(y).add(y.square().exp()).sum().backward();
        for (Tensor variable : List.of(x, y)) {
            for (int i = 0; i < 3; i++) {
                assertThat(fused.of(variable).get(i))
                        .isCloseTo(composed.of(variable).get(i), within(1e-15));
            }
        }
    }

    @Test
    void slopesComputedWithAnotherValueAreNotTakenForThoseOfThis() {
        Tensor x = Tensor.variable(0.3, -0.5, 0.8);
        Tensor y = Tensor.variable(0.1, 0.7, -0.2);
        Tensor z = Tensor.map(CURVE, x, y);
        Gradients before = z.sum().backward();
        z.op().apply(new Tensor[] {y, x});
        Gradients after = z.sum().backward();
        for (Tensor variable : List.of(x, y)) {
            assertThat(after.of(variable).toArray())
                    .isEqualTo(before.of(variable).toArray());
        }
    }

    @Test
    void theCheckerKnowsWhatRoundingDoesInside() {
        // 27 bits are left of a
        Program cancelling = Program.record(a -> a.add(1e8).subtract(1e8).sin());
        Tensor x = Tensor.of(0.3, -0.8, 1.1);
        Op op = Tensor.map(cancelling, Tensor.variable(x)).op;
        Tensor magnitude = op.magnitude(new Tensor[] {x}, Tensor.map(cancelling, x));
        for (int i = 0; i < 3; i++) {
            double rounded = x.get(i) + 1e8 - 1e8;
            double expected = Math.abs(StrictMath.sin(rounded))
                    + Math.abs(StrictMath.cos(rounded)) * (Math.abs(rounded) + (x.get(i) + 1e8));
            assertThat(magnitude.get(i)).isCloseTo(expected, within(1e-7));
        }
        GradientCheck.of(v -> Tensor.map(cancelling, v)).at(x).assertPasses();
        GradientCheck.of((Tensor v) -> Tensor.mapRows(
                        Program.recordAll(3, a ->
                                new Scalar[] {a[0].add(1e8).subtract(a[1].add(1e8)), a[2], Scalar.of(3)}),
                        v))
                .at(x)
                .assertPasses();
    }

    @Test
    void roundingInsideHidesNoMistake() {
        CustomFunction wrong = CustomFunction.of(
                        "wrong", in -> Tensor.map(a -> a.add(1e4).subtract(1e4).sin(), in.get(0)))
                .vjp((g, in, y) -> List.of(g.mul(in.get(0).cos()).mul(1.001)));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> GradientCheck.of((Tensor v) ->
                                wrong.apply(Tensor.map(a -> a.add(1e4).subtract(1e4), v)))
                        .at(Tensor.of(0.3, -0.8, 1.1))
                        .assertPasses());
    }

    @Test
    void kinksInsideAreKinksForTheChecker() {
        Program sizes = Program.record(2, (a, b) -> a.abs().add(a.max(b)));
        assertThat(GradientCheck.of((Tensor x, Tensor y) -> Tensor.map(sizes, x, y))
                        .at(Tensor.of(0, 0.5, -1), Tensor.of(2, 0.5, 1))
                        .check()
                        .toString())
                .contains("\"x0\" of shape [3]: VALID_SUBGRADIENT");
    }

    @Test
    void aTermThatIsPassedOnPassesTheCotangentOn() {
        Tensor x = Tensor.variable(0.3, -0.5, 0.8);
        Tensor y = Tensor.uniform(new SplittableRandom(1), 0, 1, 2, 3);
        Tensor seed = Tensor.uniform(new SplittableRandom(2), 0, 1, 2, 3);
        Gradients gradients =
                Tensor.map((a, b) -> a.add(b.sin()), x, y).mul(seed).sum().backward();
        assertThat(gradients.of(x).toArray()).isEqualTo(seed.sum(0).toArray());
    }

    @Test
    void mistakesAreTold() {
        Tensor x = Tensor.of(1, 2, 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.map(v -> v.isGreaterThan(0) ? v : v.negate(), x))
                .withMessage(
                        "map needs a program that goes the same way for every entry, but this one compares numbers: use"
                                + " min, max, abs, or a primitive that chooses, instead of if");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.map(CURVE, x))
                .withMessage(
                        "map needs a program of one output and an input for each tensor, but got 2 inputs and 1 outputs"
                                + " for 1 tensors");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.mapRows(CURVE, x))
                .withMessage("mapRows needs rows of together 2 entries, the inputs of the program, but got [[3]]");
    }
}
