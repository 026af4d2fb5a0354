package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ProgramTest {
    /** log(a) + a b - sin(b): the example of Griewank and Walther's book. */
    private static final Program TEXTBOOK =
            Program.record(2, (a, b) -> a.log().add(a.multiply(b)).subtract(b.sin()));

    @Test
    void theTextbooksFunction() {
        assertThat(TEXTBOOK.value(2, 5)).isCloseTo(11.652071455223084, within(1e-14));
        assertThat(TEXTBOOK.gradient(2, 5)).containsExactly(5.5, 2 - StrictMath.cos(5));
        double[][] hessian = TEXTBOOK.hessian(2, 5);
        assertThat(hessian[0]).containsExactly(-0.25, 1);
        assertThat(hessian[1][0]).isEqualTo(1);
        assertThat(hessian[1][1]).isCloseTo(StrictMath.sin(5), within(1e-15));
        assertThat(TEXTBOOK.print().lines()).anyMatch(line -> line.contains("log"));
        assertThat(TEXTBOOK.print(2, 5)).contains("v5 = v3 - v4                     = 11.6520715");
        assertThat(TEXTBOOK.toString()).startsWith("Program of 2 inputs, 1 output, 5 operations, 0 guards");
    }

    @Test
    void nothingIsInItTwiceOrInVain() {
        Program program = Program.record(1, (Scalar[] x) -> {
            x[0].exp(); // in vain
            Scalar sine = x[0].sin();
            Scalar again = x[0].sin();
            Scalar constant = Scalar.of(2).multiply(Scalar.of(3));
            return sine.add(again).multiply(constant);
        });
        assertThat(program.size()).isEqualTo(3);
        assertThat(program.value(0.5)).isEqualTo((StrictMath.sin(0.5) + StrictMath.sin(0.5)) * 6);
    }

    private static Scalar[] branch(Scalar[] x) {
        return new Scalar[] {x[0].isGreaterThan(0) ? x[0].square() : x[0].negate()};
    }

    @Test
    void aComparisonThatGoesTheOtherWayIsReportedOrRecordedAnew() {
        Program program = Program.recordAt(new double[] {1}, ProgramTest::branch);
        assertThat(program.guards()).isEqualTo(1);
        assertThat(program.gradient(3)).containsExactly(6);
        assertThatThrownBy(() -> program.gradient(-3))
                .isInstanceOf(BranchException.class)
                .hasMessageContaining("was true when the program was recorded, and is false here");
        assertThat(program.onBranch(Branches.RECORD).gradient(-3)).containsExactly(-1);
        assertThat(program.onBranch(Branches.RECORD).value(-3)).isEqualTo(3);
        assertThat(program.onBranch(Branches.KEEP).gradient(-3)).containsExactly(-6);
        Program derivative = program.differentiate();
        assertThatThrownBy(() -> derivative.values(-3)).isInstanceOf(BranchException.class);
        assertThat(derivative.onBranch(Branches.RECORD).values(-3)).containsExactly(-1);
    }

    @Test
    void aBranchTheRecordingCannotSeeMakesItRecordAnew() {
        Program program = Program.recordAt(new double[] {1}, x ->
                new Scalar[] {x[0].getReal() > 0 ? x[0].square() : x[0].negate()});
        assertThat(program.unguarded()).isTrue();
        assertThat(program.gradient(3)).containsExactly(6);
        assertThat(program.gradient(-3)).containsExactly(-1);
        assertThat(program.onBranch(Branches.KEEP).gradient(-3)).containsExactly(-6);
    }

    @Test
    void everyComparisonIsAGuard() {
        double[] at = {2, 3};
        for (Function<Scalar[], Boolean> comparison : List.<Function<Scalar[], Boolean>>of(
                x -> x[0].equals(x[1]),
                x -> x[0].compareTo(x[1]) > 0,
                x -> x[0].isGreaterThan(x[1]),
                x -> x[1].isLessThan(x[0]),
                x -> x[0].isGreaterThan(2.5),
                x -> !x[0].isLessThan(2.5))) {
            Program program = Program.recordAt(at, x -> new Scalar[] {comparison.apply(x) ? x[0] : x[1]});
            assertThat(program.unguarded()).isFalse();
            assertThat(program.value(1, 3)).isEqualTo(3);
            double[] other = comparison.apply(Scalar.constants(3, 3)) ? new double[] {3, 3} : new double[] {4, 3};
            assertThatThrownBy(() -> program.value(other)).isInstanceOf(BranchException.class);
            assertThat(program.onBranch(Branches.RECORD).value(other)).isEqualTo(other[0]);
        }
    }

    @Test
    void whatTheTapeCannotSeeIsRemembered() {
        Tape tape = new Tape();
        Scalar x = tape.variable(2);
        Tape.Mark mark = tape.mark();
        assertThat(x.value()).isEqualTo(2);
        assertThat(tape.guards.unguarded()).isFalse();
        assertThat(x.getReal()).isEqualTo(2);
        assertThat(tape.guards.unguarded()).isTrue();
        tape.rewind(mark);
        assertThat(tape.guards.unguarded()).isFalse();
        assertThat(x.hashCode()).isEqualTo(Double.hashCode(2));
        assertThat(tape.guards.unguarded()).isTrue();
        tape.rewind();
        Scalar y = tape.variable(2.4);
        assertThat(y.round()).isEqualTo(2);
        assertThat(tape.guards.unguarded()).isTrue();
        tape.rewind();
        // the inner function leaves no trace on the tape, but what was asked for in it
        Scalar z = tape.variable(3);
        tape.gradient(v -> z.getReal() > 0 ? v[0].square() : v[0], Scalar.of(5));
        assertThat(tape.size()).isEqualTo(1);
        assertThat(tape.guards.unguarded()).isTrue();
    }

    @Test
    void remaindersAreThoseOfIeee754() {
        Tape tape = new Tape();
        Scalar[] x = tape.variables(5, 3);
        Scalar y = x[0].remainder(x[1]);
        // 5 = 2 times 3 less 1
        assertThat(y.value()).isEqualTo(Math.IEEEremainder(5, 3)).isEqualTo(-1);
        assertThat(tape.gradient(y, x)).containsExactly(1, -2);
        assertThat(x[0].remainder(3).value()).isEqualTo(-1);
        assertThat(org.retrograd.autograd.tensor.Tensor.scalar(5)
                        .remainder(org.retrograd.autograd.tensor.Tensor.scalar(3))
                        .get())
                .isEqualTo(2);
    }

    @Test
    void aProgramIsAFunctionOfScalars() {
        Tape tape = new Tape();
        Scalar[] x = tape.variables(2, 5);
        for (Scalar y : new Scalar[] {TEXTBOOK.apply(x)[0], TEXTBOOK.call(x)[0]}) {
            assertThat(y.value()).isEqualTo(TEXTBOOK.value(2, 5));
            assertThat(tape.gradient(y, x)).containsExactly(TEXTBOOK.gradient(2, 5));
        }
        Program nested = Program.record(2, x2 -> TEXTBOOK.call(x2)[0].multiply(x2[0]));
        // a f(a, b): second derivative by a is 2 f' + a f''
        assertThat(nested.hessian(2, 5)[0][0]).isCloseTo(2 * 5.5 + 2 * -0.25, within(1e-12));
    }

    @Test
    void anyOrderInAnyMix() {
        Program program = Program.record(1, x -> x[0].multiply(0.7).sin());
        for (Mode[] modes : new Mode[][] {
            {Mode.REVERSE, Mode.REVERSE, Mode.REVERSE, Mode.REVERSE},
            {Mode.FORWARD, Mode.FORWARD, Mode.FORWARD, Mode.FORWARD},
            {Mode.FORWARD, Mode.REVERSE, Mode.FORWARD, Mode.REVERSE}
        }) {
            Program p = program;
            for (Mode mode : modes) {
                p = p.differentiate(mode);
            }
            assertThat(p.value(0.4)).isCloseTo(Math.pow(0.7, 4) * Math.sin(0.28), within(1e-14));
        }
    }

    @Test
    void wrongCallsAreNamed() {
        assertThatThrownBy(() -> TEXTBOOK.value(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the program has 2 inputs, but got 1");
        assertThatThrownBy(() -> TEXTBOOK.value(1, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("input 2 is NaN: a program needs finite inputs");
        Program two = Program.recordAll(1, x -> new Scalar[] {x[0], x[0].sin()});
        assertThatThrownBy(() -> two.gradient(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("gradient is for one output, but the program has 2: use values or jacobian");
        assertThat(two.jacobian(0)).isDeepEqualTo(new double[][] {{1}, {1}});
    }

    @Test
    void whatCannotBeAProgramIsNamed() {
        Tape tape = new Tape();
        Scalar[] x = tape.variables(2, 3);
        Scalar y = x[0].multiply(x[1]);
        assertThatThrownBy(() -> Program.of(tape, new Scalar[] {x[0]}, new Scalar[] {y}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the outputs depend on the variable 3.0 (operation 1), which is not among the inputs");
        assertThatThrownBy(() -> Program.of(tape, Scalar.constants(2), new Scalar[] {y}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an input is the constant 2.0: derivatives are by variables, made by tape.variable(..)");
        assertThat(Program.of(tape, new Scalar[] {x[1], x[0]}, new Scalar[] {y}).value(5, 7))
                .isEqualTo(35);
        assertThatThrownBy(() -> Program.record(3, (a, b) -> a))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a function of (a, b) has 2 inputs, not 3");
        assertThatThrownBy(() -> Program.recordAll(-1, v -> v))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a program has 0 inputs or more, not -1");
        Scalar[] variable = {new Tape().variable(1)};
        assertThatThrownBy(() -> Program.record(v -> v.add(variable[0])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was recorded on another tape");
    }

    @Test
    void wrongDirectionsAreNamed() {
        assertThatThrownBy(() -> TEXTBOOK.push(new double[] {2, 5}, new double[][] {{1, 2, 3}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a direction has 2 entries, not 3");
        assertThatThrownBy(() -> TEXTBOOK.gradient(new double[] {2, 5}, new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 derivatives do not fit into an array of 3");
        assertThatThrownBy(() -> TEXTBOOK.apply(Scalar.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the program has 2 inputs, but got 1");
        assertThat(TEXTBOOK.push(new double[] {2, 5}, new double[][] {{1, 0}, {0, 1}, {2, 3}}))
                .isDeepEqualTo(new double[][] {{5.5}, {2 - StrictMath.cos(5)}, {2 * 5.5 + 3 * (2 - StrictMath.cos(5))}
                });
    }

    @Test
    void aRecordingOfATapeCannotBeMadeAgain() {
        Tape tape = new Tape();
        Scalar x = tape.variable(1);
        Scalar y = x.isGreaterThan(0) ? x.square() : x;
        Program program = Program.of(tape, new Scalar[] {x}, new Scalar[] {y}).onBranch(Branches.RECORD);
        assertThat(program.value(3)).isEqualTo(9);
        assertThatThrownBy(() -> program.value(-3))
                .isInstanceOf(BranchException.class)
                .hasMessage("this program cannot be recorded again: it was not made from a function");
    }

    @Test
    void functionsWithANumericJacobianAreSweptButNotDerivedAsPrograms() {
        LocalFunction square = new Square();
        Program program = Program.record(v -> Scalar.call(square, v.sin())[0]);
        double expected = 2 * StrictMath.sin(0.5) * StrictMath.cos(0.5);
        assertThat(program.gradient(0.5)[0]).isCloseTo(expected, within(1e-15));
        assertThat(program.jacobian(Mode.FORWARD, 0.5)[0][0]).isCloseTo(expected, within(1e-15));
        assertThatThrownBy(program::differentiate)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "the program calls square, which brings its derivative as numbers: there is no program of it;"
                                + " gradient and jacobian of this program work");
        assertThatThrownBy(() -> program.over(ScalarAlgebra.INSTANCE, List.of(Scalar.ONE)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("the program calls square, which has values and derivatives for numbers only");
    }
}
