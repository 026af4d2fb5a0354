package org.retrograd.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.examples.HandBackprop.Activity;
import org.retrograd.examples.HandBackprop.Deltas;
import org.retrograd.examples.HandBackprop.Function;
import org.retrograd.examples.HandBackprop.Layer;
import picocli.CommandLine.Command;

/**
 * Ten units in a row, each with weight 1 and bias 0, given x = 1 with target 0.
 *
 * <p>On its way down a delta is multiplied by f'(z) in every unit, at most 1/4 for the sigmoid and at most 1 for tanh, so
 * that little of it reaches the first unit.
 */
@Command(name = "VanishingDelta", description = "How the delta fades along ten units, with sigmoid and with tanh.")
final class VanishingDelta implements Example {
    private static final int UNITS = 10;
    private static final double STEP = 1e-5;

    /** What one chain gave: its output, error and deltas from the first unit to the last. */
    private record Chain(double y, double error, double[] deltas, Comparison comparison) {
        double ratio() {
            return deltas[0] / deltas[UNITS - 1];
        }
    }

    @Override
    public boolean run(Report out, long seed) {
        Chain sigmoid = chain(Tensor::sigmoid, Function.SIGMOID);
        Chain tanh = chain(Tensor::tanh, Function.TANH);
        out.line("Ten units in a row, weights 1, biases 0, x = 1, target 0, E = 1/2 (y - t)^2");
        out.line("%10s %14s %14s", "", "sigmoid", "tanh");
        out.line("%-10s %14.12f %14.12f", "y", sigmoid.y, tanh.y);
        out.line("%-10s %14.12f %14.12f", "E", sigmoid.error, tanh.error);
        for (int k = UNITS - 1; k >= 0; k--) {
            out.line("%-10s %14.6e %14.6e", "delta " + (k + 1), sigmoid.deltas[k], tanh.deltas[k]);
        }
        out.text("sigmoid: " + sigmoid.comparison.verdict());
        out.text("tanh:    " + tanh.comparison.verdict());
        out.line("first/last delta %.2e (sigmoid) %.2e (tanh)", sigmoid.ratio(), tanh.ratio());
        return sigmoid.comparison.agrees() && tanh.comparison.agrees();
    }

    private static Chain chain(UnaryOperator<Tensor> f, Function byHand) {
        List<Tensor> netInputs = new ArrayList<>();
        Tensor y = Tensor.scalar(1);
        for (int k = 0; k < UNITS; k++) {
            Tensor w = Tensor.variable(Tensor.scalar(1)).named("w" + (k + 1));
            Tensor z = y.mul(w).named("z" + (k + 1));
            netInputs.add(z);
            y = f.apply(z);
        }
        Tensor error = y.square().mul(0.5).named("E");
        Gradients g = error.backward();

        List<Layer> net = new ArrayList<>();
        for (int k = 0; k < UNITS; k++) {
            net.add(new Layer(new double[][] {{1}}, new double[] {0}, byHand));
        }
        double[] x = {1};
        double[] t = {0};
        List<Activity> activities = HandBackprop.forward(net, x);
        Deltas last = HandBackprop.squaredErrorDeltas(net.get(UNITS - 1), activities.get(UNITS - 1), t);
        List<Deltas> deltas = HandBackprop.deltas(net, activities, last);

        Comparison comparison = new Comparison();
        double[] autograd = new double[UNITS];
        for (int k = 0; k < UNITS; k++) {
            autograd[k] = g.of(netInputs.get(k)).item();
            comparison.add(deltas.get(k).values()[0], deltas.get(k).ulps()[0], autograd[k], numeric(net, k));
        }
        return new Chain(y.item(), error.item(), autograd, comparison);
    }

    /** Returns the central difference of E by the net input of a unit, which is that by its bias. */
    private static double numeric(List<Layer> net, int unit) {
        return (errorWithBias(net, unit, STEP) - errorWithBias(net, unit, -STEP)) / (2 * STEP);
    }

    private static double errorWithBias(List<Layer> net, int unit, double bias) {
        List<Layer> shifted = new ArrayList<>(net);
        Layer layer = net.get(unit);
        shifted.set(unit, new Layer(layer.weights(), new double[] {bias}, layer.function()));
        double[] y =
                HandBackprop.forward(shifted, new double[] {1}).get(UNITS - 1).y();
        return HandBackprop.halfSquaredError(y, new double[] {0});
    }
}
