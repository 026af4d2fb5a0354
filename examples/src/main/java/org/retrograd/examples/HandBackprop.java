package org.retrograd.examples;

import java.util.ArrayList;
import java.util.List;

/**
 * Backpropagation by hand: forward pass, deltas and weight gradients of a net of dense layers, as plain loops over doubles.
 *
 * <p>Nothing here knows the library; that is the point, for the examples compare the two. With net inputs
 * {@code z = x w + b} and activations {@code y = f(z)},
 *
 * <pre>
 *   delta of an output      = dE/dy * f'(z)
 *   delta of a hidden unit  = f'(z) * sum over the units above of (connecting weight * their delta)
 *   dE/dw                   = delta * x      (x enters the connection, delta belongs to the unit it ends at)
 * </pre>
 */
final class HandBackprop {
    private HandBackprop() {}

    /** An activation function and its derivative, which each of these can compute from its own output. */
    enum Function {
        SIGMOID {
            @Override
            double value(double z) {
                return 1 / (1 + StrictMath.exp(-z));
            }

            @Override
            double slope(double y) {
                return y * (1 - y);
            }
        },
        TANH {
            @Override
            double value(double z) {
                return StrictMath.tanh(z);
            }

            @Override
            double slope(double y) {
                return (1 - y) * (1 + y);
            }
        },
        IDENTITY {
            @Override
            double value(double z) {
                return z;
            }

            @Override
            double slope(double y) {
                return 1;
            }
        };

        /** Returns f(z). */
        abstract double value(double z);

        /** Returns f'(z), given y = f(z). */
        abstract double slope(double y);
    }

    /**
     * A dense layer.
     *
     * @param weights {@code weights[i][j]} leads from input i to unit j
     * @param biases one per unit
     */
    record Layer(double[][] weights, double[] biases, Function function) {
        int units() {
            return biases.length;
        }

        /** Returns the layer after one step of gradient descent: every weight less rate * delta * x, every bias less rate * delta. */
        Layer stepped(double rate, Activity activity, Deltas deltas) {
            double[][] stepped = new double[weights.length][units()];
            double[] steppedBiases = new double[units()];
            for (int j = 0; j < units(); j++) {
                for (int i = 0; i < weights.length; i++) {
                    stepped[i][j] = weights[i][j] - rate * (deltas.values()[j] * activity.x()[i]);
                }
                steppedBiases[j] = biases[j] - rate * deltas.values()[j];
            }
            return new Layer(stepped, steppedBiases, function);
        }

        /** Returns the layer with these weights, but the biases of another. */
        Layer withBiasesOf(Layer other) {
            return new Layer(weights, other.biases, function);
        }
    }

    /** What one layer received (x), summed up (z) and sent on (y). */
    record Activity(double[] x, double[] z, double[] y) {}

    /**
     * The deltas of one layer.
     *
     * @param values the deltas
     * @param ulps for each delta an ulp of the largest term of each sum on the way to it, added up: the measure of its rounding errors
     */
    record Deltas(double[] values, double[] ulps) {}

    /** Returns what happens in each layer when the net is given {@code x}. */
    static List<Activity> forward(List<Layer> net, double[] x) {
        List<Activity> activities = new ArrayList<>();
        double[] input = x;
        for (Layer layer : net) {
            double[] z = new double[layer.units()];
            double[] y = new double[layer.units()];
            for (int j = 0; j < layer.units(); j++) {
                double sum = 0;
                for (int i = 0; i < input.length; i++) {
                    sum = Math.fma(layer.weights()[i][j], input[i], sum);
                }
                z[j] = sum + layer.biases()[j];
                y[j] = layer.function().value(z[j]);
            }
            activities.add(new Activity(input, z, y));
            input = y;
        }
        return activities;
    }

    /** Returns E = 1/2 sum (y - t)^2. */
    static double halfSquaredError(double[] y, double[] t) {
        double sum = 0;
        for (int j = 0; j < y.length; j++) {
            sum += (y[j] - t[j]) * (y[j] - t[j]);
        }
        return sum / 2;
    }

    /** Returns the output deltas (y - t) f'(z) of the error 1/2 sum (y - t)^2. */
    static Deltas squaredErrorDeltas(Layer output, Activity activity, double[] t) {
        double[] values = new double[t.length];
        double[] ulps = new double[t.length];
        for (int j = 0; j < t.length; j++) {
            double y = activity.y()[j];
            double slope = output.function().slope(y);
            values[j] = (y - t[j]) * slope;
            ulps[j] = Math.ulp(Math.max(Math.abs(y), Math.abs(t[j]))) * slope;
        }
        return new Deltas(values, ulps);
    }

    /** Returns log sum exp(z), the logarithm of what divides in p = exp(z) / sum exp(z). */
    static double logSumExp(double[] z) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : z) {
            largest = Math.max(largest, value);
        }
        double sum = 0;
        for (double value : z) {
            sum += StrictMath.exp(value - largest);
        }
        return largest + StrictMath.log(sum);
    }

    /**
     * Returns the output deltas p - t of softmax and cross-entropy, where t is 1 for the true class and 0 elsewhere.
     *
     * <p>E is -log p of the true class, so p is computed as exp(log p), with log p = z - log sum exp(z). The exponential makes
     * relative errors of absolute ones: a rounding of a term of that sum counts as many times as the term is large.
     */
    static Deltas crossEntropyDeltas(Activity activity, int label) {
        double logSum = logSumExp(activity.z());
        double[] values = new double[activity.z().length];
        double[] ulps = new double[values.length];
        for (int j = 0; j < values.length; j++) {
            double z = activity.z()[j];
            double p = StrictMath.exp(z - logSum);
            double t = j == label ? 1 : 0;
            values[j] = p - t;
            ulps[j] = Math.max(Math.ulp(Math.max(p, t)), p * Math.ulp(Math.max(Math.abs(z), Math.abs(logSum))));
        }
        return new Deltas(values, ulps);
    }

    /**
     * Returns the deltas of a layer from those of the layer above, whose weights connect them.
     *
     * @param above the layer above, with the weights of the forward pass: the deltas belong to them, not to updated ones
     */
    static Deltas hiddenDeltas(Layer layer, Activity activity, Layer above, Deltas deltasAbove) {
        double[] values = new double[layer.units()];
        double[] ulps = new double[layer.units()];
        for (int j = 0; j < layer.units(); j++) {
            double sum = 0;
            double ulp = 0;
            for (int k = 0; k < above.units(); k++) {
                double weight = above.weights()[j][k];
                sum = Math.fma(weight, deltasAbove.values()[k], sum);
                double term = weight * deltasAbove.values()[k];
                ulp = Math.max(
                        ulp, Math.ulp(term) + Math.abs(weight) * deltasAbove.ulps()[k]);
            }
            double slope = layer.function().slope(activity.y()[j]);
            values[j] = sum * slope;
            ulps[j] = ulp * slope;
        }
        return new Deltas(values, ulps);
    }

    /** Returns the deltas of every layer: those of the output as given, those below from the layer above. */
    static List<Deltas> deltas(List<Layer> net, List<Activity> activities, Deltas outputDeltas) {
        List<Deltas> deltas = new ArrayList<>(List.of(outputDeltas));
        for (int k = net.size() - 2; k >= 0; k--) {
            deltas.add(0, hiddenDeltas(net.get(k), activities.get(k), net.get(k + 1), deltas.get(0)));
        }
        return deltas;
    }
}
