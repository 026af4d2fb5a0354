package org.retrograd.examples;

import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowFieldMatrix;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayFieldVector;
import org.apache.commons.math3.linear.FieldLUDecomposition;
import org.apache.commons.math3.linear.LUDecomposition;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.ScalarField;
import org.retrograd.autograd.scalar.Tape;
import picocli.CommandLine.Command;

/**
 * A linear system solved by the elimination of Commons Math, and how its solution and its determinant change with each entry of
 * matrix and right side: backwards through the elimination, beside the formula.
 */
@Command(name = "LinearSystem", description = "Derivatives through Commons Math's elimination, beside the formula.")
final class LinearSystem implements Example {
    private static final int SIZE = 6;

    @Override
    public boolean run(Report out, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Tape tape = new Tape();
        Scalar[][] a = new Scalar[SIZE][];
        for (int i = 0; i < SIZE; i++) {
            a[i] = tape.variables(random.doubles(SIZE, -1, 1).toArray());
        }
        Scalar[] b = tape.variables(random.doubles(SIZE, -1, 1).toArray());

        var elimination = eliminate(a);
        Scalar[] x = solve(elimination, b);
        Scalar det = elimination.getDeterminant();
        out.line("A x = b with %d unknowns by Commons Math's elimination: %,d operations recorded", SIZE, tape.size());

        // the first row of the inverse: dx[0]/db; with it dx[0]/dA[i][j] = -w[i] x[j]
        double[][] inverse = inverse(a);
        double[] w = inverse[0];
        double[] byB = tape.gradient(x[0], b);
        double[][] byA = new double[SIZE][];
        double[][] ofDet = new double[SIZE][];
        for (int i = 0; i < SIZE; i++) {
            byA[i] = tape.gradient(x[0], a[i]);
            ofDet[i] = tape.gradient(det, a[i]);
        }
        out.line("x[0] = %.9f, det A = %.9f", x[0].value(), det.value());
        out.gap();
        Agreement solution = new Agreement();
        Agreement determinant = new Agreement();
        for (int i = 0; i < SIZE; i++) {
            solution.compare(byB[i], w[i]);
            for (int j = 0; j < SIZE; j++) {
                solution.compare(byA[i][j], -w[i] * x[j].value());
                determinant.compare(ofDet[i][j], det.value() * inverse[j][i]);
            }
        }
        out.text("                through elimination     by formula");
        out.line("dx[0]/dA[0][0]  %19.12f %14.12f", byA[0][0], -w[0] * x[0].value());
        out.line("dx[0]/db[0]     %19.12f %14.12f", byB[0], w[0]);
        out.line("ddet/dA[0][0]   %19.12f %14.12f", ofDet[0][0], det.value() * inverse[0][0]);
        out.text("dx[0]/dA and dx[0]/db: " + solution);
        out.text("ddet/dA:               " + determinant);
        return solution.holds() && determinant.holds();
    }

    /** Counts how many numbers agree with others to twelve digits of the largest. */
    private static final class Agreement {
        private int count;
        private double gap;
        private double largest;

        void compare(double actual, double expected) {
            count++;
            gap = Math.max(gap, Math.abs(actual - expected));
            largest = Math.max(largest, Math.abs(expected));
        }

        boolean holds() {
            return gap <= 1e-12 * largest;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%d of them, largest gap %.0e: %s", count, gap, holds() ? "agree" : "DISAGREE");
        }
    }

    private static FieldLUDecomposition<Scalar> eliminate(Scalar[][] a) {
        return new FieldLUDecomposition<>(new Array2DRowFieldMatrix<>(ScalarField.INSTANCE, a));
    }

    private static Scalar[] solve(FieldLUDecomposition<Scalar> elimination, Scalar[] b) {
        return elimination
                .getSolver()
                .solve(new ArrayFieldVector<>(ScalarField.INSTANCE, b))
                .toArray();
    }

    /** Returns the inverse by Commons Math's decomposition of plain numbers. */
    private static double[][] inverse(Scalar[][] a) {
        double[][] numbers = new double[SIZE][SIZE];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                numbers[i][j] = a[i][j].value();
            }
        }
        return new LUDecomposition(new Array2DRowRealMatrix(numbers))
                .getSolver()
                .getInverse()
                .getData();
    }
}
