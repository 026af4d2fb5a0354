package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.solvers.AllowedSolution;
import org.apache.commons.math3.analysis.solvers.FieldBracketingNthOrderBrentSolver;
import org.apache.commons.math3.linear.Array2DRowFieldMatrix;
import org.apache.commons.math3.linear.BlockFieldMatrix;
import org.apache.commons.math3.linear.FieldLUDecomposition;
import org.apache.commons.math3.ode.FieldExpandableODE;
import org.apache.commons.math3.ode.FieldODEState;
import org.apache.commons.math3.ode.FirstOrderFieldDifferentialEquations;
import org.apache.commons.math3.ode.FirstOrderFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.AdamsBashforthFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.AdamsMoultonFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.ClassicalRungeKuttaFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.DormandPrince54FieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853FieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.EulerFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.GillFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.HighamHall54FieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.LutherFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.MidpointFieldIntegrator;
import org.apache.commons.math3.ode.nonstiff.ThreeEighthesFieldIntegrator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Commons Math's algorithms over fields are differentiated as they are. */
class CommonsMathTest {
    private static final ScalarField FIELD = ScalarField.INSTANCE;
    private static final double RATE = -0.7;
    private static final int STEPS = 16;
    private static final double END = 2;
    private static final double TOLERANCE = 1e-11;

    /** y' = k y, from 1: y(t) = exp(k t), and dy/dk = t y. */
    private static Scalar solution(FirstOrderFieldIntegrator<Scalar> integrator, Scalar k) {
        var equation = new FieldExpandableODE<>(new FirstOrderFieldDifferentialEquations<Scalar>() {
            @Override
            public int getDimension() {
                return 1;
            }

            @Override
            public void init(Scalar start, Scalar[] y, Scalar end) {}

            @Override
            public Scalar[] computeDerivatives(Scalar t, Scalar[] y) {
                return new Scalar[] {k.multiply(y[0])};
            }
        });
        var start = new FieldODEState<>(Scalar.ZERO, new Scalar[] {Scalar.ONE});
        return integrator.integrate(equation, start, Scalar.of(END)).getState()[0];
    }

    static Stream<Arguments> integratorsOfFixedStep() {
        Scalar step = Scalar.of(END / STEPS);
        return Stream.of(
                Arguments.of(new EulerFieldIntegrator<>(FIELD, step), 1),
                Arguments.of(new MidpointFieldIntegrator<>(FIELD, step), 2),
                Arguments.of(new ClassicalRungeKuttaFieldIntegrator<>(FIELD, step), 4),
                Arguments.of(new GillFieldIntegrator<>(FIELD, step), 4),
                Arguments.of(new ThreeEighthesFieldIntegrator<>(FIELD, step), 4));
    }

    /** With as many stages as its order p, a step multiplies by 1 + z + ... + z^p / p! with z = k h, and nothing else. */
    @ParameterizedTest
    @MethodSource("integratorsOfFixedStep")
    void aFixedStepIsThePolynomialThatItIs(FirstOrderFieldIntegrator<Scalar> integrator, int order) {
        Tape tape = new Tape();
        Scalar k = tape.variable(RATE);
        Scalar y = solution(integrator, k);
        double h = END / STEPS;
        double factor = 1;
        double slope = 0;
        double term = 1;
        for (int p = 1; p <= order; p++) {
            slope += h * term;
            term *= RATE * h / p;
            factor += term;
        }
        double expected = STEPS * StrictMath.pow(factor, STEPS - 1) * slope;
        assertThat(tape.gradient(y, k)[0]).isCloseTo(expected, byUlps(8 * STEPS, expected));
    }

    private static org.assertj.core.data.Offset<Double> byUlps(int count, double of) {
        return org.assertj.core.data.Offset.offset(count * Math.ulp(of));
    }

    static Stream<FirstOrderFieldIntegrator<Scalar>> accurateIntegrators() {
        return Stream.of(
                new LutherFieldIntegrator<>(FIELD, Scalar.of(END / 200)),
                new HighamHall54FieldIntegrator<>(FIELD, 1e-8, 1, TOLERANCE, TOLERANCE),
                new DormandPrince54FieldIntegrator<>(FIELD, 1e-8, 1, TOLERANCE, TOLERANCE),
                new DormandPrince853FieldIntegrator<>(FIELD, 1e-8, 1, TOLERANCE, TOLERANCE),
                new AdamsBashforthFieldIntegrator<>(FIELD, 4, 1e-8, 1, TOLERANCE, TOLERANCE),
                new AdamsMoultonFieldIntegrator<>(FIELD, 4, 1e-8, 1, TOLERANCE, TOLERANCE));
    }

    @ParameterizedTest
    @MethodSource("accurateIntegrators")
    void adaptiveIntegratorsAreDifferentiatedBackwards(FirstOrderFieldIntegrator<Scalar> integrator) {
        Tape tape = new Tape();
        Scalar k = tape.variable(RATE);
        Scalar y = solution(integrator, k);
        double exact = StrictMath.exp(RATE * END);
        assertThat(Math.abs(y.value() - exact)).isLessThan(100 * TOLERANCE);
        assertThat(Math.abs(tape.gradient(y, k)[0] - END * exact)).isLessThan(1000 * TOLERANCE);
    }

    @Test
    void aProgramOfAnIntegratorIsRecordedAnewSinceItsStepsDependOnBareNumbers() {
        Program program = Program.recordAt(new double[] {RATE}, x -> new Scalar[] {
            solution(new DormandPrince853FieldIntegrator<>(FIELD, 1e-8, 1, TOLERANCE, TOLERANCE), x[0])
        });
        assertThat(program.unguarded()).isTrue();
        for (double k : new double[] {RATE, 1.5}) {
            assertThat(Math.abs(program.gradient(k)[0] - END * StrictMath.exp(k * END)))
                    .isLessThan(1000 * TOLERANCE * StrictMath.exp(k * END));
        }
    }

    @Test
    void theRootThatASolverFindsIsDifferentiated() {
        Tape tape = new Tape();
        Scalar a = tape.variable(2);
        var solver = new FieldBracketingNthOrderBrentSolver<>(Scalar.of(1e-15), Scalar.of(1e-15), Scalar.of(1e-15), 5);
        Scalar root = solver.solve(
                100, x -> x.multiply(x).multiply(x).subtract(a), Scalar.of(0), Scalar.of(3), AllowedSolution.ANY_SIDE);
        double expected = StrictMath.cbrt(2);
        assertThat(root.value()).isCloseTo(expected, byUlps(4, expected));
        // d cbrt(a) / da = cbrt(a) / (3 a); the last step of the solver is an interpolation of high order
        assertThat(Math.abs(tape.gradient(root, a)[0] - expected / 6)).isLessThan(1e-9);
    }

    /** Matrices are rotations in a plane: what is to come out is known. */
    @Test
    void productsDeterminantsAndInversesOfMatricesAreDifferentiated() {
        Tape tape = new Tape();
        Scalar angle = tape.variable(0.4);
        Scalar[][] rotation = {{angle.cos(), angle.sin().negate()}, {angle.sin(), angle.cos()}};
        var rows = new Array2DRowFieldMatrix<>(FIELD, rotation);
        var blocks = new BlockFieldMatrix<>(rows.getData());

        DoubleUnaryOperator slopeOfSine = t -> StrictMath.cos(t);
        Function<Scalar, Double> slope = y -> tape.gradient(y, angle)[0];
        Scalar doubled = blocks.multiply(rows).getEntry(1, 0);
        assertThat(slope.apply(doubled)).isCloseTo(2 * slopeOfSine.applyAsDouble(0.8), byUlps(4, 1));
        Scalar inverse =
                new FieldLUDecomposition<>(rows).getSolver().getInverse().getEntry(0, 1);
        assertThat(slope.apply(inverse)).isCloseTo(slopeOfSine.applyAsDouble(0.4), byUlps(8, 1));
        Scalar determinant = new FieldLUDecomposition<>(blocks).getDeterminant();
        assertThat(slope.apply(determinant)).isCloseTo(0, byUlps(4, 1));
        assertThat(slope.apply(rows.power(5).getEntry(1, 0)))
                .isCloseTo(5 * slopeOfSine.applyAsDouble(2), byUlps(16, 5));
    }
}
