package org.retrograd.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.examples.HandBackprop.Activity;
import org.retrograd.examples.HandBackprop.Deltas;
import org.retrograd.examples.HandBackprop.Function;
import org.retrograd.examples.HandBackprop.Layer;
import org.retrograd.nn.Dense;
import org.retrograd.nn.Loss;
import org.retrograd.nn.Mlp;
import org.retrograd.nn.Parameter;
import org.retrograd.nn.Trace;

/** One scan through a classifier: all deltas and all gradients by hand, by autograd and by central differences. */
final class DigitsProof {
    private static final double STEP = 1e-5;
    private static final int SHOWN_HIDDEN = 4;
    private static final int TIMED_SWEEPS = 200;

    private final Mlp net;
    private final Tensor scan;
    private final int label;

    DigitsProof(Mlp net, Tensor scan, int label) {
        this.net = net;
        this.scan = scan;
        this.label = label;
    }

    /** Writes the comparison and returns whether all three agree. */
    boolean run(Report out) {
        Trace trace = net.trace(scan);
        Gradients g = loss(trace.output()).backward();

        List<Layer> layers = byHand(net);
        List<Activity> activities = HandBackprop.forward(layers, scan.toArray());
        List<Deltas> deltas = HandBackprop.deltas(
                layers, activities, HandBackprop.crossEntropyDeltas(activities.get(layers.size() - 1), label));

        long start = System.nanoTime();
        List<double[]> numeric = new ArrayList<>();
        for (Parameter parameter : net.parameters()) {
            numeric.add(
                    centralDifferences(parameter, () -> loss(net.apply(scan)).item()));
        }
        double differencesSeconds = (System.nanoTime() - start) * 1e-9;

        Comparison comparison = new Comparison();
        Comparison.heading(out);
        for (int k = layers.size() - 1; k >= 0; k--) {
            boolean output = k == layers.size() - 1;
            // A shift of the net input is a shift of that unit's bias.
            double[] numericDelta = numeric.get(2 * k + 1);
            Tensor delta = trace.delta(g, k);
            for (int j = 0; j < layers.get(k).units(); j++) {
                double hand = deltas.get(k).values()[j];
                double ulp = deltas.get(k).ulps()[j];
                if (output || j < SHOWN_HIDDEN) {
                    String name = (output ? "output " : "hidden ") + j;
                    comparison.row(out, name, hand, ulp, delta.get(j), numericDelta[j]);
                } else {
                    comparison.add(hand, ulp, delta.get(j), numericDelta[j]);
                }
            }
        }
        out.line("The deltas: output p - t; hidden f'(z) * sum of w delta, of which %d are shown.", SHOWN_HIDDEN);
        out.text("  all deltas            " + comparison.verdict());

        Comparison weights = new Comparison();
        for (int k = 0; k < layers.size(); k++) {
            compareLayer(weights, net.layers().get(k), g, activities.get(k), deltas.get(k), numeric, 2 * k);
        }
        out.text("  all dE/dw = delta * x  " + weights.verdict());
        writeCost(out, differencesSeconds, weights.rows());
        return comparison.agrees() && weights.agrees();
    }

    private static void compareLayer(
            Comparison comparison,
            Dense dense,
            Gradients g,
            Activity activity,
            Deltas deltas,
            List<double[]> numeric,
            int parameter) {
        double[] byWeight = g.of(dense.weights()).toArray();
        double[] byBias = g.of(dense.bias()).toArray();
        for (int j = 0; j < dense.outputs(); j++) {
            double delta = deltas.values()[j];
            double ulp = deltas.ulps()[j];
            for (int i = 0; i < dense.inputs(); i++) {
                double x = activity.x()[i];
                int entry = i * dense.outputs() + j;
                comparison.add(delta * x, ulp * x, byWeight[entry], numeric.get(parameter)[entry]);
            }
            comparison.add(delta, ulp, byBias[j], numeric.get(parameter + 1)[j]);
        }
    }

    private void writeCost(Report out, double differencesSeconds, int values) {
        // The first sweeps are slow, as the differences' first forward passes were: the program is still being
        // compiled.
        long start = System.nanoTime();
        for (int i = 0; i < TIMED_SWEEPS; i++) {
            loss(net.apply(scan)).backward();
        }
        double sweepSeconds = (System.nanoTime() - start) * 1e-9 / TIMED_SWEEPS;
        out.line(
                "  time: %.2f ms forward and backward for all gradients, %.0f ms by %,d central differences",
                sweepSeconds * 1e3, differencesSeconds * 1e3, values);
    }

    private Tensor loss(Tensor logits) {
        return Loss.crossEntropy(logits.reshape(1, logits.size()), Indices.of(label));
    }

    /** Returns (E(p + h) - E(p - h)) / 2h for each entry of a parameter, which gets its value back. */
    private static double[] centralDifferences(Parameter parameter, DoubleSupplier error) {
        Tensor original = parameter.get();
        double[] entries = original.toArray();
        double[] differences = new double[entries.length];
        for (int i = 0; i < entries.length; i++) {
            double entry = entries[i];
            entries[i] = entry + STEP;
            parameter.set(Tensor.of(entries).reshape(original.shape()));
            double up = error.getAsDouble();
            entries[i] = entry - STEP;
            parameter.set(Tensor.of(entries).reshape(original.shape()));
            double down = error.getAsDouble();
            entries[i] = entry;
            differences[i] = (up - down) / (2 * STEP);
        }
        parameter.set(original);
        return differences;
    }

    /** Returns the net for computing by hand: tanh in the hidden layers, logits at the output. */
    private static List<Layer> byHand(Mlp net) {
        List<Layer> layers = new ArrayList<>();
        for (Dense dense : net.layers()) {
            boolean output = layers.size() == net.layers().size() - 1;
            double[] flat = dense.weights().get().toArray();
            double[][] weights = new double[dense.inputs()][];
            Arrays.setAll(weights, i -> Arrays.copyOfRange(flat, i * dense.outputs(), (i + 1) * dense.outputs()));
            double[] biases = dense.bias().get().toArray();
            layers.add(new Layer(weights, biases, output ? Function.IDENTITY : Function.TANH));
        }
        return layers;
    }
}
