package org.retrograd.examples.gradbench;

import java.util.function.Supplier;
import org.apache.commons.math3.special.Gamma;

/** The log-likelihood of a Gaussian mixture with a Wishart prior, in loops. */
final class PlainGmm {
    private PlainGmm() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[][] x = input.matrix("x");
        double[] alpha = input.vector("alpha");
        double[][] mu = input.matrix("mu");
        double[][] q = input.matrix("q");
        double[][] l = input.matrix("l");
        int m = input.integer("m");
        double gamma = input.number("gamma");
        return () -> objective(x, alpha, mu, q, l, m, gamma);
    }

    static double objective(
            double[][] x, double[] alpha, double[][] mu, double[][] q, double[][] l, int m, double gamma) {
        int n = x.length;
        int k = alpha.length;
        int d = mu[0].length;
        double[][] diagonal = new double[k][d];
        double[] sums = new double[k];
        double prior = 0;
        for (int c = 0; c < k; c++) {
            double squares = 0;
            for (int i = 0; i < d; i++) {
                diagonal[c][i] = Math.exp(q[c][i]);
                sums[c] += q[c][i];
                squares += diagonal[c][i] * diagonal[c][i];
            }
            for (double entry : l[c]) {
                squares += entry * entry;
            }
            prior += gamma * gamma / 2 * squares - m * sums[c];
        }
        double total = 0;
        double[] beta = new double[k];
        double[] centred = new double[d];
        double[] product = new double[d];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < k; c++) {
                for (int j = 0; j < d; j++) {
                    centred[j] = x[i][j] - mu[c][j];
                    product[j] = diagonal[c][j] * centred[j];
                }
                int at = 0;
                for (int column = 0; column < d; column++) {
                    for (int row = column + 1; row < d; row++) {
                        product[row] += l[c][at++] * centred[column];
                    }
                }
                double squares = 0;
                for (int j = 0; j < d; j++) {
                    squares += product[j] * product[j];
                }
                beta[c] = alpha[c] + sums[c] - squares / 2;
            }
            total += PlainLse.logSumExp(beta);
        }
        return -n * d / 2.0 * Math.log(2 * Math.PI)
                + total
                - n * PlainLse.logSumExp(alpha)
                + k * wishartConstant(d, m, gamma)
                - prior;
    }

    /** Returns N d (ln γ - ½ ln 2) - ln Γ_d(N / 2) with N = d + m + 1: a constant of the problem. */
    static double wishartConstant(int d, int m, double gamma) {
        int n = d + m + 1;
        double logGamma = d * (d - 1) / 4.0 * Math.log(Math.PI);
        for (int j = 1; j <= d; j++) {
            logGamma += Gamma.logGamma(n / 2.0 + (1 - j) / 2.0);
        }
        return n * d * (Math.log(gamma) - 0.5 * Math.log(2)) - logGamma;
    }
}
