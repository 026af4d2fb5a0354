package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.apache.commons.math3.util.MathArrays;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.scalar.BranchException;
import org.retrograd.autograd.scalar.Branches;
import org.retrograd.autograd.scalar.Compiled;
import org.retrograd.autograd.scalar.Mode;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.Primitives;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape;

/**
 * {@linkplain RandomFunction Random functions} have the same value, gradient and Hessian on the tape, as a program, compiled,
 * in forward mode, as tensors of one entry, and by Commons Math.
 *
 * <p>What may differ is rounding, and how much is computed: the {@linkplain RunningError running error} of the very program
 * that gives the number.
 */
class ProgramProperties {
    private static final int INPUTS = 3;

    /** Numbers with how far off each may be, in whichever mode it was computed. */
    private record Expected(double[] numbers, double[] errors) {
        /**
         * Returns the numbers that some programs compute.
         *
         * @param places which of their outputs these are
         */
        static Expected of(double[] at, int[] places, Program... ways) {
            List<RunningError> x = Arrays.stream(RandomFunction.withConstants(at))
                    .mapToObj(RunningError.NUMBERS::constant)
                    .toList();
            double[] numbers = new double[places.length];
            double[] errors = new double[places.length];
            for (Program way : ways) {
                List<RunningError> y = way.over(RunningError.NUMBERS, x);
                for (int k = 0; k < places.length; k++) {
                    numbers[k] = y.get(places[k]).value();
                    errors[k] = Math.max(errors[k], y.get(places[k]).error());
                }
            }
            return new Expected(numbers, errors);
        }

        /** Both may be off, each by its error. */
        void requireNear(String what, double... actual) {
            assertThat(actual).as(what).hasSameSizeAs(numbers);
            for (int k = 0; k < actual.length; k++) {
                assertThat(Math.abs(actual[k] - numbers[k]))
                        .as("%s [%d]: %s instead of %s", what, k, actual[k], numbers[k])
                        .isLessThanOrEqualTo(2 * errors[k]);
            }
        }
    }

    private static double[] point(long seed) {
        return new SplittableRandom(seed).doubles(INPUTS, -1.5, 1.5).toArray();
    }

    private static double[] flat(double[][] rows) {
        return Arrays.stream(rows).flatMapToDouble(DoubleStream::of).toArray();
    }

    private static double[] numbers(Scalar[] scalars) {
        return Arrays.stream(scalars).mapToDouble(Scalar::value).toArray();
    }

    private static Program record(RandomFunction f, double[] at) {
        return Program.recordAt(at, x -> new Scalar[] {f.of(x)});
    }

    /** The three things that are compared, with what rounding may do to them. */
    private record Reference(Expected value, Expected gradient, Expected hessian) {
        static Reference of(RandomFunction f, double[] at) {
            Program program = f.unfolded(at);
            int n = program.inputs();
            Program reverse = program.differentiate(Mode.REVERSE);
            Program forward = program.differentiate(Mode.FORWARD);
            int[] all = IntStream.range(0, n * n)
                    .filter(k -> k / n < INPUTS && k % n < INPUTS)
                    .toArray();
            return new Reference(
                    Expected.of(at, new int[1], program),
                    Expected.of(at, IntStream.range(0, INPUTS).toArray(), reverse, forward),
                    Expected.of(
                            at,
                            all,
                            reverse.differentiate(Mode.FORWARD),
                            reverse.differentiate(Mode.REVERSE),
                            forward.differentiate(Mode.FORWARD),
                            forward.differentiate(Mode.REVERSE)));
        }
    }

    @Property(tries = 300)
    void everyWayGivesTheSame(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int operations) {
        double[] at = point(seed);
        RandomFunction f = new RandomFunction(Primitives.all(), seed, operations, at);
        Program program = record(f, at);
        Reference expected = Reference.of(f, at);

        onTape(expected, f, at);
        asProgram(expected, program, at);
        compiled(expected, program, at);
        asTensors(expected, program, at);
    }

    private static void onTape(Reference expected, RandomFunction f, double[] at) {
        Tape tape = new Tape();
        Scalar[] x = tape.variables(at);
        Scalar y = f.of(x);
        expected.value.requireNear("value on tape", y.value());
        expected.gradient.requireNear("gradient on tape", tape.gradient(y, x));
        for (Mode inner : Mode.values()) {
            Scalar[] g = tape.gradient(inner, f::of, x);
            double[][] rows = Arrays.stream(g).map(gk -> tape.gradient(gk, x)).toArray(double[][]::new);
            expected.hessian.requireNear("reverse of " + inner + " on tape", flat(rows));
        }
        // nobody watches: these are numbers, not recorded
        Scalar[] constants = Scalar.constants(at);
        expected.gradient.requireNear("unwatched gradient", numbers(tape.gradient(f::of, constants)));
        double[] slopes = new double[INPUTS];
        double[] unwatched = new double[INPUTS];
        double[][] columns = new double[INPUTS][];
        for (int k = 0; k < INPUTS; k++) {
            double[] unit = new double[INPUTS];
            unit[k] = 1;
            slopes[k] = tape.push(v -> new Scalar[] {f.of(v)}, x, Scalar.constants(unit))[0].value();
            unwatched[k] = tape.push(v -> new Scalar[] {f.of(v)}, constants, Scalar.constants(unit))[0].value();
            Scalar[] along = tape.push(v -> tape.gradient(f::of, v), x, Scalar.constants(unit));
            columns[k] = numbers(along);
        }
        expected.gradient.requireNear("forward on tape", slopes);
        expected.gradient.requireNear("unwatched forward", unwatched);
        expected.hessian.requireNear("forward of reverse on tape", flat(columns));
    }

    private static void asProgram(Reference expected, Program program, double[] at) {
        expected.value.requireNear("value replayed", program.value(at));
        expected.gradient.requireNear("gradient replayed", program.gradient(at));
        for (Mode mode : Mode.values()) {
            expected.gradient.requireNear("jacobian, " + mode, program.jacobian(mode, at)[0]);
            Program first = program.differentiate(mode);
            expected.gradient.requireNear("gradient program, " + mode, first.values(at));
            for (Mode outer : Mode.values()) {
                double[] second = first.differentiate(outer).values(at);
                expected.hessian.requireNear(outer + " of " + mode, second);
            }
        }
        expected.hessian.requireNear("hessian", flat(program.hessian(at)));
        double[][] units = new double[INPUTS][INPUTS];
        for (int k = 0; k < INPUTS; k++) {
            units[k][k] = 1;
        }
        expected.gradient.requireNear("push", flat(program.push(at, units)));
        double[] pulled = program.pullback().values(MathArrays.concatenate(at, new double[] {1}));
        expected.gradient.requireNear("pullback", pulled);
        double[] pushed = Arrays.stream(units)
                .flatMapToDouble(unit -> Arrays.stream(program.pushforward().values(MathArrays.concatenate(at, unit))))
                .toArray();
        expected.gradient.requireNear("pushforward", pushed);
    }

    private static void compiled(Reference expected, Program program, double[] at) {
        Compiled compiled = program.compile();
        assertThat(compiled.value(at)).as("compiled").isEqualTo(program.value(at));
        expected.gradient.requireNear("gradient compiled", compiled.gradient(at));
        expected.gradient.requireNear("jacobian compiled", compiled.jacobian(at)[0]);
        expected.hessian.requireNear("hessian compiled", flat(compiled.hessian(at)));
    }

    private static List<Tensor> entries(Tensor x) {
        List<Tensor> entries = new ArrayList<>();
        for (int k = 0; k < INPUTS; k++) {
            entries.add(x.slice(0, k, k + 1));
        }
        return entries;
    }

    private static void asTensors(Reference expected, Program program, double[] at) {
        Tensor x = Tensor.of(at);
        Function<Tensor, Tensor> composed =
                v -> program.over(TensorAlgebra.INSTANCE, entries(v)).get(0).sum();
        expected.value.requireNear("value of tensors", composed.apply(x).item());
        expected.gradient.requireNear(
                "gradient of tensors", Derivatives.gradient(composed, x).toArray());
        expected.gradient.requireNear(
                "forward of tensors",
                Derivatives.jacobian(composed, x, Derivatives.Mode.FORWARD).toArray());
        expected.hessian.requireNear(
                "hessian of tensors", Derivatives.hessian(composed, x).toArray());
        if (program.guards() == 0) {
            Function<Tensor, Tensor> mapped =
                    v -> Tensor.map(program, entries(v).toArray(new Tensor[0])).sum();
            expected.value.requireNear("value of map", mapped.apply(x).item());
            expected.gradient.requireNear(
                    "gradient of map", Derivatives.gradient(mapped, x).toArray());
            expected.hessian.requireNear(
                    "hessian of map", Derivatives.hessian(mapped, x).toArray());
        }
    }

    @Property(tries = 300)
    void commonsMathGivesTheSame(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int operations) {
        double[] at = point(seed);
        List<Primitive> known = Primitives.all().stream()
                .filter(RandomFunction.Commons.KNOWN::containsKey)
                .toList();
        RandomFunction f = new RandomFunction(known, seed, operations, at);
        Reference expected = Reference.of(f, at);

        List<DerivativeStructure> x = new ArrayList<>();
        for (int k = 0; k < INPUTS; k++) {
            x.add(new DerivativeStructure(INPUTS, 2, k, at[k]));
        }
        DerivativeStructure y = f.of(new RandomFunction.Commons(x.get(0)), x);
        double[] gradient = new double[INPUTS];
        double[][] hessian = new double[INPUTS][INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            int[] order = new int[INPUTS];
            order[i]++;
            gradient[i] = y.getPartialDerivative(order);
            for (int j = 0; j < INPUTS; j++) {
                order[j]++;
                hessian[i][j] = y.getPartialDerivative(order);
                order[j]--;
            }
        }
        expected.value.requireNear("value by Commons Math", y.getValue());
        expected.gradient.requireNear("gradient by Commons Math", gradient);
        expected.hessian.requireNear("Hessian by Commons Math", flat(hessian));
    }

    @Property(tries = 100)
    void aProgramHasTheBitsOfItsRecording(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int operations) {
        double[] at = point(seed);
        RandomFunction f = new RandomFunction(Primitives.all(), seed, operations, at);
        Program program = record(f, at);
        Scalar[] x = new Tape().variables(at);
        requireSame(program.values(at), f.of(x).value());
        requireSame(program.values(at), program.apply(x)[0].value());
        Compiled compiled = program.compile();
        requireSame(program.values(at), compiled.values(at));
        requireSame(program.gradient(at), compiled.gradient(at));
        requireSame(flat(program.jacobian(at)), flat(compiled.jacobian(at)));
        requireSame(flat(program.hessian(at)), flat(compiled.hessian(at)));
    }

    @Property(tries = 200)
    void branchesAreReportedOrRecordedAnew(@ForAll long seed, @ForAll @IntRange(min = 10, max = 40) int operations) {
        double[] at = point(seed);
        RandomFunction f = new RandomFunction(Primitives.all(), seed, operations, at);
        Program program = record(f, at);
        double[] elsewhere = point(seed + 1);
        Assume.that(f.definedAt(elsewhere));
        Program there = record(f, elsewhere);
        Program recording = program.onBranch(Branches.RECORD);
        requireSame(there.values(elsewhere), recording.values(elsewhere));
        requireSame(there.gradient(elsewhere), recording.gradient(elsewhere));
        requireSame(there.values(elsewhere), recording.compile().values(elsewhere));
        if (goesTheSameWay(program, elsewhere)) {
            requireSame(there.values(elsewhere), program.values(elsewhere));
        } else {
            assertThatThrownBy(() -> program.compile().value(elsewhere)).isInstanceOf(BranchException.class);
        }
    }

    /** Requires the same bits; away from the point where a function was made, it may be NaN. */
    private static void requireSame(double[] expected, double... actual) {
        assertThat(Arrays.stream(actual).boxed().toList())
                .isEqualTo(Arrays.stream(expected).boxed().toList());
    }

    private static boolean goesTheSameWay(Program program, double[] at) {
        try {
            program.value(at);
            return true;
        } catch (BranchException e) {
            return false;
        }
    }

    @Test
    void everyPrimitiveAndKindOfStepIsDrawn() {
        Set<Primitive> drawn = new HashSet<>();
        int branching = 0;
        for (int seed = 0; seed < 100; seed++) {
            RandomFunction f = new RandomFunction(Primitives.all(), seed, 40, point(seed));
            Primitives.all().stream().filter(f::calls).forEach(drawn::add);
            branching += f.branches() ? 1 : 0;
        }
        assertThat(drawn).containsAll(Primitives.all());
        assertThat(branching).isBetween(50, 99);
    }
}
