package org.retrograd.examples;

import java.util.List;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.examples.HandBackprop.Activity;
import org.retrograd.examples.HandBackprop.Deltas;
import org.retrograd.examples.HandBackprop.Function;
import org.retrograd.examples.HandBackprop.Layer;
import picocli.CommandLine.Command;

/** One sigmoid neuron and its three derivatives, every factor of the chain rule written out. */
@Command(name = "OneNeuron", description = "One sigmoid neuron, every product of the chain rule printed.")
final class OneNeuron implements Example {
    private static final double[] WEIGHTS = {2, -3};
    private static final double BIAS = -3;
    private static final double[] X = {-1, -2};
    private static final double TARGET = 1;
    private static final double STEP = 1e-5;

    @Override
    public boolean run(Report out, long seed) {
        Tensor w = Tensor.variable(WEIGHTS).named("w");
        Tensor b = Tensor.variable(Tensor.scalar(BIAS)).named("b");
        Tensor z = w.dot(Tensor.of(X)).add(b).named("z");
        Tensor y = z.sigmoid().named("y");
        Tensor error = y.sub(TARGET).square().mul(0.5).named("E");
        Gradients g = error.backward();

        Layer neuron = neuron(WEIGHTS, BIAS);
        Activity activity = HandBackprop.forward(List.of(neuron), X).get(0);
        Deltas deltas = HandBackprop.squaredErrorDeltas(neuron, activity, new double[] {TARGET});
        double delta = deltas.values()[0];
        double ulp = deltas.ulps()[0];
        double byHandY = activity.y()[0];

        out.text("forward");
        out.line(
                "  z = w1 x1 + w2 x2 + b = %.0f * %.0f + %.0f * %.0f + %.0f = %.9f",
                WEIGHTS[0], X[0], WEIGHTS[1], X[1], BIAS, z.item());
        out.line("  y = sigmoid(z)        = %.9f", y.item());
        out.line("  E = 1/2 (y - t)^2     = %.9f, target t = %.0f", error.item(), TARGET);
        out.text("backward");
        out.line("  dE/dy                 = y - t           = %12.9f", g.of(y).item());
        out.line(
                "  dy/dz                 = y (1 - y)       = %12.9f",
                neuron.function().slope(byHandY));
        out.line("  delta = dE/dz         = dE/dy * dy/dz   = %12.9f", delta);
        for (int i = 0; i < X.length; i++) {
            out.line("  dE/dw%d = delta * x%d   = %.9f * %2.0f = %12.9f", i + 1, i + 1, delta, X[i], delta * X[i]);
        }
        out.line("  dE/db  = delta * 1    = %.9f *  1 = %12.9f", delta, delta);
        out.gap();

        Comparison comparison = new Comparison();
        Comparison.heading(out);
        for (int i = 0; i < X.length; i++) {
            comparison.row(
                    out,
                    "w" + (i + 1),
                    delta * X[i],
                    ulp * Math.abs(X[i]),
                    g.of(w).get(i),
                    numeric(i));
        }
        comparison.row(out, "b", delta, ulp, g.of(b).item(), numeric(X.length));
        String verdict = comparison.agrees() ? "agrees" : "DISAGREES";
        out.line("dE/dw %s by hand, autograd, numeric: %d of %d", verdict, comparison.right(), comparison.rows());
        return comparison.agrees();
    }

    private static Layer neuron(double[] weights, double bias) {
        return new Layer(new double[][] {{weights[0]}, {weights[1]}}, new double[] {bias}, Function.SIGMOID);
    }

    /** Returns the central difference of E by a weight, or by the bias if {@code i} is beyond the weights. */
    private static double numeric(int i) {
        return (error(i, STEP) - error(i, -STEP)) / (2 * STEP);
    }

    private static double error(int shifted, double by) {
        double[] weights = WEIGHTS.clone();
        if (shifted < weights.length) {
            weights[shifted] += by;
        }
        Layer neuron = neuron(weights, shifted < weights.length ? BIAS : BIAS + by);
        double[] y = HandBackprop.forward(List.of(neuron), X).get(0).y();
        return HandBackprop.halfSquaredError(y, new double[] {TARGET});
    }
}
