package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScanTest {
    /** A damped pendulum that is pushed: angle, speed, push, damping. */
    private static Scalar[] pendulum(Scalar... v) {
        Scalar acceleration = v[0].sin().negate().subtract(v[3].multiply(v[1])).add(v[2]);
        return new Scalar[] {v[0].add(v[1].multiply(0.01)), v[1].add(acceleration.multiply(0.01))};
    }

    private static double[][] pushes(int steps) {
        double[][] pushes = new double[steps][1];
        for (int i = 0; i < steps; i++) {
            pushes[i][0] = StrictMath.sin(0.03 * i);
        }
        return pushes;
    }

    @Test
    void aLoopIsDifferentiatedLikeTheTapeOfIt() {
        double[][] pushes = pushes(500);
        Scan scan = Scan.of(Program.recordAll(4, ScanTest::pendulum), 1);
        Tape tape = new Tape();
        Scalar[] variables = tape.variables(0.5, -0.2, 0.3);
        Scalar[] push = new Scalar[pushes.length];
        Scalar[] s = {variables[0], variables[1]};
        for (int i = 0; i < pushes.length; i++) {
            push[i] = tape.variable(pushes[i][0]);
            s = pendulum(s[0], s[1], push[i], variables[2]);
        }
        Scalar y = s[0].multiply(2).subtract(s[1]);
        double[] g = tape.gradient(y, variables);
        double[] byPush = tape.gradient(y, push);
        for (int every : new int[] {1, 7, 22, 500, 1000}) {
            Scan.Derivatives d =
                    scan.withCheckpoints(every).pull(new double[] {0.5, -0.2}, pushes, new double[] {0.3}, 2, -1);
            assertThat(d.last()).containsExactly(s[0].value(), s[1].value());
            assertThat(d.byStart()[0]).isCloseTo(g[0], within(1e-13));
            assertThat(d.byStart()[1]).isCloseTo(g[1], within(1e-13));
            assertThat(d.byParameters()[0]).isCloseTo(g[2], within(1e-12));
            for (int i = 0; i < pushes.length; i++) {
                assertThat(d.byInputs()[i][0]).isCloseTo(byPush[i], within(1e-14));
            }
        }
        assertThat(scan.run(new double[] {0.5, -0.2}, pushes, 0.3)).containsExactly(s[0].value(), s[1].value());
    }

    @Test
    void noStepLeavesTheState() {
        Scan scan = Scan.of(Program.recordAll(4, ScanTest::pendulum), 1);
        Scan.Derivatives d = scan.pull(new double[] {1, 2}, new double[0][], new double[] {0.3}, 3, 4);
        assertThat(d.last()).containsExactly(1, 2);
        assertThat(d.byStart()).containsExactly(3, 4);
        assertThat(d.byParameters()).containsExactly(0);
    }

    @Test
    void mistakesAreTold() {
        Program body = Program.recordAll(4, ScanTest::pendulum);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Scan.of(body, 3))
                .withMessage(
                        "the body of a scan takes its state of 2 numbers, the step's input of 3, and parameters, but has 4"
                                + " inputs");
        Scan scan = Scan.of(body, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scan.run(new double[1], pushes(2), 0.3))
                .withMessage("the state has 2 numbers, not 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scan.run(new double[2], new double[2][2], 0.3))
                .withMessage("the input of a step has 1 numbers, not 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scan.run(new double[2], pushes(2)))
                .withMessage("the loop has 1 parameters, but got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scan.withCheckpoints(0))
                .withMessage("checkpoints are at least 1 step apart, not 0");
    }
}
