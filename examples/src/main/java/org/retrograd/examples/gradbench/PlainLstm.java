package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** A recurrent net of cells with diagonal weights, in loops. */
final class PlainLstm {
    private PlainLstm() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[][] main = input.matrix("main_params");
        double[][] extra = input.matrix("extra_params");
        double[][] state = input.matrix("state");
        double[][] sequence = input.matrix("sequence");
        return () -> objective(main, extra, state, sequence);
    }

    static double objective(double[][] main, double[][] extra, double[][] start, double[][] sequence) {
        int layers = main.length / 2;
        int b = extra[0].length;
        double[][] state = new double[start.length][];
        for (int row = 0; row < start.length; row++) {
            state[row] = start[row].clone();
        }
        double total = 0;
        double[] x = new double[b];
        double[] y = new double[b];
        for (int t = 0; t + 1 < sequence.length; t++) {
            for (int j = 0; j < b; j++) {
                x[j] = sequence[t][j] * extra[0][j];
            }
            for (int layer = 0; layer < layers; layer++) {
                double[] weight = main[2 * layer];
                double[] bias = main[2 * layer + 1];
                double[] hidden = state[2 * layer];
                double[] cell = state[2 * layer + 1];
                for (int j = 0; j < b; j++) {
                    double forget = sigmoid(x[j] * weight[j] + bias[j]);
                    double in = sigmoid(hidden[j] * weight[b + j] + bias[b + j]);
                    double out = sigmoid(x[j] * weight[2 * b + j] + bias[2 * b + j]);
                    double change = Math.tanh(hidden[j] * weight[3 * b + j] + bias[3 * b + j]);
                    cell[j] = cell[j] * forget + in * change;
                    hidden[j] = out * Math.tanh(cell[j]);
                    x[j] = hidden[j];
                }
            }
            double sum = 2;
            for (int j = 0; j < b; j++) {
                y[j] = x[j] * extra[1][j] + extra[2][j];
                sum += Math.exp(y[j]);
            }
            double normaliser = Math.log(sum);
            for (int j = 0; j < b; j++) {
                total += sequence[t + 1][j] * (y[j] - normaliser);
            }
        }
        return -total / (b * (sequence.length - 1));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
