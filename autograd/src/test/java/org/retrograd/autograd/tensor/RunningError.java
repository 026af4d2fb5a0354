package org.retrograd.autograd.tensor;

import org.retrograd.autograd.scalar.Algebra;
import org.retrograd.autograd.scalar.Expr;
import org.retrograd.autograd.scalar.Primitive;

/**
 * Numbers with a bound for what rounding did to them so far (Wilkinson's running error analysis): evaluating a program over
 * them bounds the error of its result.
 *
 * @param value the number as it is computed
 * @param error how far it may be from what exact arithmetic gives
 */
record RunningError(double value, double error) {
    private static final double UNIT = 0x1p-53;

    /**
     * The error of a primitive's own code, in units of its value and of what its value changes if an operand is rounded: most
     * are right to one unit in the last place, which is two of these; error and gamma functions to four.
     */
    private static final double OWN = 8;

    static final Algebra<RunningError> NUMBERS = new Algebra<>() {
        @Override
        public RunningError constant(double value) {
            return new RunningError(value, 0);
        }

        @Override
        public RunningError apply(Primitive p, RunningError a) {
            return of(p, p.value(a.value), a);
        }

        @Override
        public RunningError apply(Primitive p, RunningError a, RunningError b) {
            return of(p, p.value(a.value, b.value), a, b);
        }

        @Override
        public RunningError apply(Primitive p, RunningError a, RunningError b, RunningError c) {
            return of(p, p.value(a.value, b.value, c.value), a, b, c);
        }
    };

    private static RunningError of(Primitive p, double y, RunningError... in) {
        double error = OWN * UNIT * Math.abs(y);
        for (int k = 0; k < in.length; k++) {
            double moved = in[k].error + OWN * UNIT * Math.abs(in[k].value);
            double slope = steepest(p, k, y, moved, in);
            // a branch that is not taken may be infinite
            error += slope == 0 ? 0 : moved * slope;
        }
        return new RunningError(y, error);
    }

    /** Returns the largest slope by operand k as far as it may be moved: in the middle or at an end. */
    private static double steepest(Primitive p, int k, double y, double moved, RunningError... in) {
        Expr partial = p.partial(k);
        double largest = 0;
        for (int side = -1; side <= 1; side++) {
            double[] x = new double[3];
            for (int j = 0; j < in.length; j++) {
                x[j] = in[j].value + (j == k ? side * moved : 0);
            }
            double slope = Math.abs(partial.value(x[0], x[1], x[2], y, 0));
            largest = Double.isNaN(slope) ? largest : Math.max(largest, slope);
        }
        return largest;
    }
}
