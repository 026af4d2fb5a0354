package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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

    /** In the program that repeats the body step by step, everything happens in the same order. */
    @Test
    void aLoopHasTheBitsOfTheUnrolledProgram() {
        double[][] pushes = pushes(100_000);
        Scan scan = Scan.of(Program.recordAll(4, ScanTest::pendulum), 1);
        double[] start = {0.5, -0.2};
        double[] x = new double[3 + pushes.length];
        System.arraycopy(start, 0, x, 0, 2);
        x[2] = 0.3;
        for (int i = 0; i < pushes.length; i++) {
            x[3 + i] = pushes[i][0];
        }
        Program unrolled = Program.record(x.length, v -> {
            Scalar[] s = {v[0], v[1]};
            for (int i = 0; i < pushes.length; i++) {
                s = pendulum(s[0], s[1], v[3 + i], v[2]);
            }
            return s[0].multiply(2).subtract(s[1]);
        });
        double[] g = unrolled.gradient(x);
        for (int every : new int[] {1, 7, 316, 100_000, 200_000, Integer.MAX_VALUE}) {
            Scan.Derivatives d = scan.withCheckpoints(every).pull(start, pushes, new double[] {0.3}, 2, -1);
            assertThat(2 * d.last()[0] - d.last()[1]).isEqualTo(unrolled.value(x));
            assertThat(d.byStart()).containsExactly(g[0], g[1]);
            assertThat(d.byParameters()).containsExactly(g[2]);
            for (int i = 0; i < pushes.length; i++) {
                assertThat(d.byInputs()[i][0]).isEqualTo(g[3 + i]);
            }
            assertThat(scan.run(start, pushes, 0.3)).isEqualTo(d.last());
        }
    }

    /** A state of eight numbers that is turned and shrunk. */
    private static Scalar[] turn(Scalar... v) {
        Scalar[] next = new Scalar[8];
        for (int k = 0; k < 8; k++) {
            next[k] = v[k].multiply(v[8]).add(v[(k + 1) % 8].multiply(0.1));
        }
        return next;
    }

    @Test
    void checkpointsNeedLittleMemory() {
        Scan scan = Scan.of(Program.recordAll(9, ScanTest::turn), 0);
        assertThat(bytes(scan)).isGreaterThan(100_000 * 8 * Double.BYTES);
        // 316 states here and 317 there
        assertThat(bytes(scan.withCheckpoints(316))).isLessThan(150_000);
    }

    private static long bytes(Scan scan) {
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        double[] start = {1, 2, 3, 4, 5, 6, 7, 8};
        double[] last = new double[8];
        scan.pull(start, 10, new double[0], new double[] {0.9}, start, last);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        scan.pull(start, 100_000, new double[0], new double[] {0.9}, start, last);
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    @Test
    void stepsMayPutSomethingOut() {
        Scan sums = Scan.of(
                Program.recordAll(3, v -> {
                    Scalar sum = v[0].add(v[1].multiply(v[2]));
                    return new Scalar[] {sum, sum.square()};
                }),
                1,
                1);
        Scan.Run run = sums.runAll(new double[] {1}, new double[][] {{2}, {3}, {4}}, 10);
        assertThat(run.last()).containsExactly(91);
        assertThat(run.outputs()).isDeepEqualTo(new double[][] {{21 * 21}, {51 * 51}, {91 * 91}});
        assertThat(sums.reversed()
                        .runAll(new double[] {1}, new double[][] {{2}, {3}, {4}}, 10)
                        .outputs())
                .isDeepEqualTo(new double[][] {{91 * 91}, {71 * 71}, {41 * 41}});
        Scan.Derivatives d = sums.pullAll(
                new double[] {1}, new double[][] {{2}, {3}, {4}}, new double[] {10}, new double[] {0}, new double[][] {
                    {1}, {0}, {1}
                });
        assertThat(d.byStart()).containsExactly(2 * 21 + 2 * 91);
        assertThat(d.byInputs()).isDeepEqualTo(new double[][] {{10 * 224}, {10 * 182}, {10 * 182}});
        assertThat(d.byParameters()).containsExactly(2 * 42 + 9 * 182);
        assertThat(sums.toString())
                .startsWith(
                        "Scan with a state of 1, inputs of 1, outputs of 1 and 1 parameters; each step a Program of 3");
    }

    @Test
    void aBranchThatGoesTheOtherWayIsReported() {
        Scan loop =
                Scan.of(Program.recordAll(1, v -> new Scalar[] {v[0].isGreaterThan(-9) ? v[0].subtract(1) : v[0]}), 0);
        assertThat(loop.run(new double[] {5}, new double[14][0])).containsExactly(-9);
        assertThatExceptionOfType(BranchException.class)
                .isThrownBy(() -> loop.run(new double[] {5}, new double[15][0]))
                .withMessageStartingWith(
                        "the comparison x1 > -9 was true when the program was recorded, and is false here");
    }

    /** A ball that bounces: height, speed, push, damping. */
    private static Scalar[] ball(Scalar... v) {
        Scalar speed = v[1].subtract(0.01).add(v[2].multiply(0.001));
        Scalar height = v[0].add(speed.multiply(0.1));
        return height.isGreaterThan(0)
                ? new Scalar[] {height, speed}
                : new Scalar[] {height.negate().multiply(v[3]), speed.negate().multiply(v[3])};
    }

    @Test
    void aStepWhoseComparisonGoesAnotherWayIsRecordedAgain() {
        double[][] pushes = pushes(300);
        Tape tape = new Tape();
        Scalar[] v = tape.variables(1, 0, 0.8);
        Scalar[] s = {v[0], v[1]};
        int bounces = 0;
        for (double[] push : pushes) {
            Scalar[] next = ball(s[0], s[1], Scalar.of(push[0]), v[2]);
            bounces += s[1].value() < 0 && next[1].value() > 0 ? 1 : 0;
            s = next;
        }
        assertThat(bounces).isGreaterThan(3);
        double[] g = tape.gradient(s[0], v);
        Scan scan = Scan.of(Program.recordAll(4, ScanTest::ball).onBranch(Branches.RECORD), 1);
        for (int every : new int[] {1, 7, 300}) {
            Scan.Derivatives d =
                    scan.withCheckpoints(every).pull(new double[] {1, 0}, pushes, new double[] {0.8}, 1, 0);
            assertThat(d.last()).containsExactly(s[0].value(), s[1].value());
            assertThat(d.byStart()).containsExactly(new double[] {g[0], g[1]}, within(1e-12));
            assertThat(d.byParameters()).containsExactly(new double[] {g[2]}, within(1e-12));
        }
    }

    @Test
    void statesAndParametersMustBeFinite() {
        Scan scan =
                Scan.of(Program.recordAll(2, x -> new Scalar[] {x[0].square().multiply(x[1])}), 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scan.pull(new double[] {10}, new double[20][0], new double[] {1}, 1))
                .withMessage("input 1 is Infinity: a program needs finite inputs");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scan.pull(new double[] {10}, new double[2][0], new double[] {Double.NaN}, 1))
                .withMessage("input 2 is NaN: a program needs finite inputs");
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
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Scan.of(body, 3, 0))
                .withMessage(
                        "the body of a scan gives the next state of 3 numbers, and the output of the step, but has 2"
                                + " outputs");
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
