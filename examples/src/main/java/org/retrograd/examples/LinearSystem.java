package org.retrograd.examples;

import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowFieldMatrix;
import org.apache.commons.math3.linear.ArrayFieldVector;
import org.apache.commons.math3.linear.FieldLUDecomposition;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.ScalarField;
import org.retrograd.autograd.scalar.Tape;
import picocli.CommandLine.Command;

/**
 * A linear system solved by the elimination of Commons Math, and how its solution changes with each entry of matrix and right
 * side: backwards through the elimination, beside the formula.
 */
@Command(name = "LinearSystem", description = "Derivatives through Commons Math's elimination, beside the formula.")
final class LinearSystem implements Example {
    private static final int SIZE = 6;

    @Override
    public boolean run(Report out, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Tape tape = new Tape();
        Scalar[][] a = new Scalar[SIZE][SIZE];
        Scalar[] all = new Scalar[SIZE * SIZE + SIZE];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                a[i][j] = tape.variable(random.nextDouble(-1, 1) + (i == j ? 3 : 0));
                all[i * SIZE + j] = a[i][j];
            }
        }
        Scalar[] b = new Scalar[SIZE];
        for (int i = 0; i < SIZE; i++) {
            b[i] = tape.variable(random.nextDouble(-1, 1));
            all[SIZE * SIZE + i] = b[i];
        }

        Scalar[] x = solve(a, b);
        Scalar first = x[0];
        double[] g = tape.gradient(first, all);
        out.line("A x = b with %d unknowns: %,d operations recorded", SIZE, tape.size());

        // dx[0]/db = w with w = first row of the inverse, and dx[0]/dA[i][j] = -w[i] x[j]
        Scalar[] w = solve(transposed(a), unit());
        int right = 0;
        double worst = 0;
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                double gap = Math.abs(g[i * SIZE + j] + w[i].value() * x[j].value());
                worst = Math.max(worst, gap);
                right += gap < 1e-14 ? 1 : 0;
            }
            double gap = Math.abs(g[SIZE * SIZE + i] - w[i].value());
            worst = Math.max(worst, gap);
            right += gap < 1e-14 ? 1 : 0;
        }
        out.line("x[0] = %.9f, dx[0]/dA[0][0] = %.9f, dx[0]/db[0] = %.9f", first.value(), g[0], g[SIZE * SIZE]);
        out.line("through the elimination and by formula: %d of %d agree, largest gap %.0e", right, g.length, worst);
        return right == g.length;
    }

    private static Scalar[] solve(Scalar[][] a, Scalar[] b) {
        var matrix = new Array2DRowFieldMatrix<>(ScalarField.INSTANCE, a);
        return new FieldLUDecomposition<>(matrix)
                .getSolver()
                .solve(new ArrayFieldVector<>(ScalarField.INSTANCE, b))
                .toArray();
    }

    private static Scalar[][] transposed(Scalar[][] a) {
        Scalar[][] transposed = new Scalar[SIZE][SIZE];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                transposed[i][j] = a[j][i].detach();
            }
        }
        return transposed;
    }

    private static Scalar[] unit() {
        double[] unit = new double[SIZE];
        unit[0] = 1;
        return Scalar.constants(unit);
    }
}
