package org.retrograd.examples;

import org.apache.commons.math3.ode.FieldExpandableODE;
import org.apache.commons.math3.ode.FieldODEState;
import org.apache.commons.math3.ode.FirstOrderFieldDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853FieldIntegrator;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.ScalarField;
import org.retrograd.autograd.scalar.Tape;
import picocli.CommandLine.Command;

/**
 * The rate of a growth law is fitted to measurements, the derivatives going backwards through the adaptive integrator of
 * Commons Math as it is.
 */
@Command(name = "OdeFit", description = "A rate constant fitted through Commons Math's adaptive integrator.")
final class OdeFit implements Example {
    private static final double START = 0.1;
    private static final double RATE = 0.8;
    private static final double[] TIMES = {1, 2, 3, 4, 6};
    private static final int ROUNDS = 12;
    private static final double TOLERANCE = 1e-11;

    /** The logistic law y' = k y (1 - y). */
    private static FirstOrderFieldDifferentialEquations<Scalar> law(Scalar rate) {
        return new FirstOrderFieldDifferentialEquations<>() {
            @Override
            public int getDimension() {
                return 1;
            }

            @Override
            public void init(Scalar start, Scalar[] y, Scalar end) {}

            @Override
            public Scalar[] computeDerivatives(Scalar t, Scalar[] y) {
                return new Scalar[] {rate.multiply(y[0]).multiply(Scalar.ONE.subtract(y[0]))};
            }
        };
    }

    /** Returns the solution at the times of the measurements. */
    static Scalar[] solution(Scalar rate) {
        var integrator =
                new DormandPrince853FieldIntegrator<Scalar>(ScalarField.INSTANCE, 1e-6, 1, TOLERANCE, TOLERANCE);
        var equation = new FieldExpandableODE<>(law(rate));
        Scalar[] solution = new Scalar[TIMES.length];
        var state = new FieldODEState<>(Scalar.ZERO, new Scalar[] {Scalar.of(START)});
        for (int i = 0; i < TIMES.length; i++) {
            var end = integrator.integrate(equation, state, Scalar.of(TIMES[i]));
            solution[i] = end.getState()[0];
            state = new FieldODEState<>(Scalar.of(TIMES[i]), end.getState());
        }
        return solution;
    }

    /** The solution in closed form, which the fit does not use. */
    private static double exact(double rate, double t) {
        return 1 / (1 + (1 / START - 1) * StrictMath.exp(-rate * t));
    }

    @Override
    public boolean run(Report out, long seed) {
        out.text("y' = k y (1 - y), y(0) = 0.1, measured at t = 1, 2, 3, 4, 6; the data were made with k = 0.8");
        out.gap();
        double rate = fit(out);
        out.gap();
        boolean slopes = compareWithTheClosedForm(out, rate);
        boolean found = Math.abs(rate - RATE) < 10 * TOLERANCE;
        out.line("k = %.9f: %s", rate, found ? "found" : "NOT FOUND");
        return found && slopes;
    }

    /** Returns the rate of least squares, by Gauss and Newton. */
    private static double fit(Report out) {
        Tape tape = new Tape();
        double rate = 0.3;
        double step = 1;
        for (int round = 0; round < ROUNDS && Math.abs(step) > TOLERANCE; round++) {
            tape.rewind();
            Scalar k = tape.variable(rate);
            Scalar[] y = solution(k);
            double top = 0;
            double bottom = 0;
            double error = 0;
            for (int i = 0; i < y.length; i++) {
                double slope = tape.gradient(y[i], k)[0];
                double residual = y[i].value() - exact(RATE, TIMES[i]);
                top += slope * residual;
                bottom += slope * slope;
                error += residual * residual;
            }
            out.line(
                    "round %d: k = %.10f, squared error %.1e, %,d operations recorded",
                    round, rate, error, tape.size());
            step = top / bottom;
            rate -= step;
        }
        return rate;
    }

    private static boolean compareWithTheClosedForm(Report out, double rate) {
        Tape tape = new Tape();
        Scalar k = tape.variable(rate);
        Scalar[] y = solution(k);
        out.text("t        y   dy/dk by the tape   t y (1 - y)        gap");
        double worst = 0;
        for (int i = 0; i < y.length; i++) {
            double slope = tape.gradient(y[i], k)[0];
            double value = exact(rate, TIMES[i]);
            double expected = TIMES[i] * value * (1 - value);
            out.line(
                    "%.0f %8.6f      %.10f  %.10f   %9.1e",
                    TIMES[i], y[i].value(), slope, expected, Math.abs(slope - expected));
            worst = Math.max(worst, Math.abs(slope - expected));
        }
        // the integrator keeps the local error of y within its tolerance; that of dy/dk may be larger, but not by much
        boolean agree = worst < 100 * TOLERANCE;
        out.line("dy/dk backwards through the integrator and in closed form: %s", agree ? "agree" : "DISAGREE");
        return agree;
    }
}
