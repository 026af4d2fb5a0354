package org.retrograd.benchmarks;

import java.util.Arrays;

/**
 * The hand-written twin of {@link DigitsEpoch}: 64 inputs, a hidden layer of tanh units, softmax with cross-entropy,
 * gradient descent with momentum, all in loops over plain arrays with the deltas derived by hand.
 */
final class PlainNet {
    private final int inputs;
    private final int hidden;
    private final int classes;
    private final double[][] weights;
    private final double[][] gradients;
    private final double[][] steps;
    private final double[] h;
    private final double[] p;
    private final double[] back;

    /** Makes a net with copies of the weights and biases of both layers: w1, b1, w2, b2. */
    PlainNet(int inputs, int hidden, int classes, int batch, double[]... start) {
        this.inputs = inputs;
        this.hidden = hidden;
        this.classes = classes;
        weights = new double[start.length][];
        gradients = new double[start.length][];
        steps = new double[start.length][];
        for (int k = 0; k < start.length; k++) {
            weights[k] = start[k].clone();
            gradients[k] = new double[start[k].length];
            steps[k] = new double[start[k].length];
        }
        h = new double[batch * hidden];
        p = new double[batch * classes];
        back = new double[hidden];
    }

    /** Trains on rows {@code from} to {@code to} once; returns their mean loss before the update. */
    double step(double[] x, int[] labels, int from, int to, double rate, double momentum) {
        int rows = to - from;
        layer(x, from * inputs, rows, inputs, weights[0], weights[1], h, hidden);
        for (int i = 0; i < rows * hidden; i++) {
            h[i] = StrictMath.tanh(h[i]);
        }
        layer(h, 0, rows, hidden, weights[2], weights[3], p, classes);
        double loss = 0;
        for (int r = 0; r < rows; r++) {
            loss += outputDeltas(r * classes, labels[from + r], 1.0 / rows);
        }
        for (double[] gradient : gradients) {
            Arrays.fill(gradient, 0);
        }
        for (int r = 0; r < rows; r++) {
            accumulate(h, r * hidden, hidden, p, r * classes, classes, gradients[2], gradients[3]);
            for (int j = 0; j < hidden; j++) {
                double sum = 0;
                for (int k = 0; k < classes; k++) {
                    sum += weights[2][j * classes + k] * p[r * classes + k];
                }
                double y = h[r * hidden + j];
                back[j] = sum * (1 - y) * (1 + y);
            }
            accumulate(x, (from + r) * inputs, inputs, back, 0, hidden, gradients[0], gradients[1]);
        }
        for (int k = 0; k < weights.length; k++) {
            for (int i = 0; i < weights[k].length; i++) {
                steps[k][i] = momentum * steps[k][i] - rate * gradients[k][i];
                weights[k][i] += steps[k][i];
            }
        }
        return loss / rows;
    }

    /** Computes z = x·w + b for each row. */
    private static void layer(double[] x, int at, int rows, int in, double[] w, double[] b, double[] z, int out) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(b, 0, z, r * out, out);
            for (int i = 0; i < in; i++) {
                double xi = x[at + r * in + i];
                for (int j = 0; j < out; j++) {
                    z[r * out + j] += xi * w[i * out + j];
                }
            }
        }
    }

    /** Turns one row of net inputs into deltas, softmax less target, times {@code scale}; returns its loss. */
    private double outputDeltas(int at, int label, double scale) {
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            max = Math.max(max, p[at + k]);
        }
        double target = p[at + label] - max;
        double sum = 0;
        for (int k = 0; k < classes; k++) {
            p[at + k] = StrictMath.exp(p[at + k] - max);
            sum += p[at + k];
        }
        for (int k = 0; k < classes; k++) {
            p[at + k] = (p[at + k] / sum - (k == label ? 1 : 0)) * scale;
        }
        return StrictMath.log(sum) - target;
    }

    /** Adds delta·x to the gradient by the weights, delta to that by the biases. */
    private static void accumulate(
            double[] x, int at, int in, double[] delta, int from, int out, double[] dw, double[] db) {
        for (int j = 0; j < out; j++) {
            db[j] += delta[from + j];
        }
        for (int i = 0; i < in; i++) {
            double xi = x[at + i];
            for (int j = 0; j < out; j++) {
                dw[i * out + j] += xi * delta[from + j];
            }
        }
    }
}
