package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.math3.RealFieldElement;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.apache.commons.math3.util.MathArrays;

/**
 * Random programs with shared subexpressions and constants have the same value, gradient and Hessian however they are
 * computed, and those of Commons Math's {@link DerivativeStructure}.
 */
class ProgramProperties {
    private static final int INPUTS = 3;

    /** A program of random operations, written once for every kind of number. */
    private static <T extends RealFieldElement<T>> T random(long seed, int operations, T[] x) {
        SplittableRandom random = new SplittableRandom(seed);
        List<T> values = new ArrayList<>(List.of(x));
        for (int k = 0; k < operations; k++) {
            T a = values.get(random.nextInt(values.size()));
            T b = values.get(random.nextInt(values.size()));
            double c = random.nextInt(-20, 20) / 8.0;
            values.add(
                    switch (random.nextInt(18)) {
                        case 0 -> a.add(b);
                        case 1 -> a.subtract(b);
                        case 2 -> a.multiply(b);
                        case 3 -> a.divide(b.multiply(b).add(1));
                        case 4 -> a.sin();
                        case 5 -> a.cos().multiply(c);
                        case 6 -> a.tanh();
                        case 7 -> a.multiply(0.1).exp();
                        case 8 -> a.multiply(a).add(1).log();
                        case 9 -> a.multiply(a).add(0.5).sqrt();
                        case 10 -> a.atan();
                        case 11 -> a.add(c);
                        case 12 -> a.negate();
                        case 13 -> a.multiply(a).add(1).pow(0.3);
                        case 14 -> a.hypot(b.add(3));
                        case 15 -> a.linearCombination(c, a, 0.5, b);
                        case 16 -> a.atan2(b.multiply(b).add(1));
                        default -> a.asinh();
                    });
        }
        T sum = values.get(0);
        for (int k = Math.max(1, values.size() - 3); k < values.size(); k++) {
            sum = sum.add(values.get(k).tanh());
        }
        return sum;
    }

    private static double[] point(long seed) {
        return new SplittableRandom(seed).doubles(INPUTS, -1.5, 1.5).toArray();
    }

    private static Function<Scalar[], Scalar> function(long seed, int operations) {
        return x -> random(seed, operations, x);
    }

    private static DerivativeStructure reference(long seed, int operations, double[] at) {
        DerivativeStructure[] x = new DerivativeStructure[INPUTS];
        for (int k = 0; k < INPUTS; k++) {
            x[k] = new DerivativeStructure(INPUTS, 2, k, at[k]);
        }
        return random(seed, operations, x);
    }

    @Property(tries = 300)
    void everyWayGivesTheSame(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int operations) {
        double[] at = point(seed);
        DerivativeStructure expected = reference(seed, operations, at);
        double[] gradient = new double[INPUTS];
        double[][] hessian = new double[INPUTS][INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            int[] order = new int[INPUTS];
            order[i]++;
            gradient[i] = expected.getPartialDerivative(order);
            for (int j = 0; j < INPUTS; j++) {
                order[j]++;
                hessian[i][j] = expected.getPartialDerivative(order);
                order[j]--;
            }
        }

        Tape tape = new Tape();
        Scalar[] x = tape.variables(at);
        Scalar y = random(seed, operations, x);
        near("value on tape", y.value(), expected.getValue());
        near("gradient on tape", tape.gradient(y, x), gradient);

        Program program = Program.record(INPUTS, function(seed, operations));
        near("value replayed", program.value(at), expected.getValue());
        near("gradient replayed", program.gradient(at), gradient);
        near("forward", program.jacobian(Mode.FORWARD, at)[0], gradient);
        near("reverse", program.jacobian(Mode.REVERSE, at)[0], gradient);
        for (Mode outer : Mode.values()) {
            Program first = program.differentiate(outer);
            near("gradient program, " + outer, first.values(at), gradient);
            for (Mode inner : Mode.values()) {
                double[] second = first.differentiate(inner).values(at);
                for (int i = 0; i < INPUTS; i++) {
                    double[] row = Arrays.copyOfRange(second, i * INPUTS, (i + 1) * INPUTS);
                    near("second, " + outer + " then " + inner, row, hessian[i]);
                }
            }
        }
        double[][] found = program.hessian(at);
        for (int i = 0; i < INPUTS; i++) {
            near("hessian", found[i], hessian[i]);
        }
        double[] direction = {1, -2, 0.5};
        near("pushforward", program.pushforward().values(MathArrays.concatenate(at, direction)), new double[] {
            MathArrays.linearCombination(gradient, direction)
        });
        double[] pulled = program.pullback().values(MathArrays.concatenate(at, new double[] {2}));
        near("pullback", pulled, MathArrays.scale(2, gradient));
    }

    @Property(tries = 100)
    void aProgramIsTheBitsOfItsRecording(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int operations) {
        double[] at = point(seed);
        Program program = Program.record(INPUTS, function(seed, operations));
        Program recorded = Program.recordAt(at, x -> new Scalar[] {random(seed, operations, x)});
        assertThat(program.value(at)).isEqualTo(recorded.value(at));
        assertThat(program.gradient(at)).containsExactly(recorded.gradient(at));
        Scalar[] x = new Tape().variables(at);
        assertThat(program.apply(x)[0].value()).isEqualTo(program.value(at));
    }

    private static void near(String what, double actual, double expected) {
        assertThat(Math.abs(actual - expected))
                .as("%s: %s instead of %s", what, actual, expected)
                .isLessThanOrEqualTo(1e-10 * Math.max(1, Math.abs(expected)));
    }

    private static void near(String what, double[] actual, double[] expected) {
        double largest = 1;
        for (double e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int k = 0; k < expected.length; k++) {
            assertThat(Math.abs(actual[k] - expected[k]))
                    .as("%s [%d]: %s instead of %s", what, k, actual[k], expected[k])
                    .isLessThanOrEqualTo(1e-10 * largest);
        }
    }
}
