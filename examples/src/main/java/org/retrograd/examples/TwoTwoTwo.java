package org.retrograd.examples;

import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.examples.HandBackprop.Activity;
import org.retrograd.examples.HandBackprop.Deltas;
import org.retrograd.examples.HandBackprop.Layer;
import picocli.CommandLine.Command;

/** The 2-2-2 net: every delta and gradient by hand, by autograd and by central differences, then 10,000 updates. */
@Command(
        name = "TwoTwoTwo",
        description = "A 2-2-2 net by hand, by autograd and by central differences, one update, 10,000 updates.")
final class TwoTwoTwo implements Example {
    private static final double STEP = 1e-5;
    private static final int[] SHOWN = {1, 10, 100, 1_000, 10_000};

    @Override
    public boolean run(Report out, long seed) {
        TwoTwoTwoNet net = TwoTwoTwoNet.start();
        TwoTwoTwoNet.Forward forward = net.forward();
        Gradients g = forward.error().backward();

        List<Layer> layers = net.byHand();
        List<Activity> activities = HandBackprop.forward(layers, TwoTwoTwoNet.inputs());
        Deltas outputDeltas = HandBackprop.squaredErrorDeltas(layers.get(1), activities.get(1), TwoTwoTwoNet.targets());
        Deltas hiddenDeltas = HandBackprop.hiddenDeltas(layers.get(0), activities.get(0), layers.get(1), outputDeltas);

        writeForward(out, forward);
        writeDeltas(out, layers, activities, outputDeltas, hiddenDeltas);
        Comparison comparison = new Comparison();
        Comparison.heading(out);
        writeDeltaRows(out, comparison, "h", g.of(forward.zHidden()), hiddenDeltas);
        writeDeltaRows(out, comparison, "o", g.of(forward.zOutput()), outputDeltas);
        writeWeightRows(out, comparison, net, g, 0, activities.get(0), hiddenDeltas);
        writeWeightRows(out, comparison, net, g, 2, activities.get(1), outputDeltas);
        out.text(comparison.verdict());
        out.gap();

        writeUpdate(out, net, g);
        double after = writeTraining(out);
        out.gap();
        out.line(
                "E %.9f -> %.9f, w5 %.9f",
                forward.error().item(), after, stepped(net, g, true).w2().get(0, 0));
        return comparison.agrees();
    }

    private static void writeForward(Report out, TwoTwoTwoNet.Forward forward) {
        out.text("forward");
        writeLayer(out, "h", "x", forward.zHidden(), forward.hidden());
        writeLayer(out, "o", "h", forward.zOutput(), forward.output());
        out.line("  E    = 1/2 sum (o - t)^2  = %.9f", forward.error().item());
        out.gap();
    }

    private static void writeLayer(Report out, String unit, String below, Tensor z, Tensor y) {
        for (int j = 0; j < 2; j++) {
            String name = unit + (j + 1);
            int weight = (unit.equals("h") ? 1 : 5) + 2 * j;
            String bias = unit.equals("h") ? "b1" : "b2";
            out.line("  z_%s = w%d %s1 + w%d %s2 + %s = %.9f", name, weight, below, weight + 1, below, bias, z.get(j));
            out.line("  %s   = sigmoid(z_%s)      = %.9f", name, name, y.get(j));
        }
    }

    private static void writeDeltas(
            Report out, List<Layer> layers, List<Activity> activities, Deltas output, Deltas hidden) {
        out.text("backward, by hand");
        for (int j = 0; j < 2; j++) {
            double y = activities.get(1).y()[j];
            double slope = layers.get(1).function().slope(y);
            double difference = y - TwoTwoTwoNet.targets()[j];
            out.line(
                    "  delta o%d = (o%d - t%d) * o%d (1 - o%d)     = %12.9f * %.9f = %12.9f",
                    j + 1, j + 1, j + 1, j + 1, j + 1, difference, slope, output.values()[j]);
        }
        for (int j = 0; j < 2; j++) {
            double y = activities.get(0).y()[j];
            double slope = layers.get(0).function().slope(y);
            double first = layers.get(1).weights()[j][0] * output.values()[0];
            double second = layers.get(1).weights()[j][1] * output.values()[1];
            out.line(
                    "  into h%d  = w%d * delta o1 + w%d * delta o2 = %12.9f + %.9f = %12.9f",
                    j + 1, 5 + j, 7 + j, first, second, first + second);
            out.line(
                    "  delta h%d = (into h%d) * h%d (1 - h%d)     = %12.9f * %.9f = %12.9f",
                    j + 1, j + 1, j + 1, j + 1, first + second, slope, hidden.values()[j]);
        }
        out.text("  Each output delta is computed once and used 5 times: for 2 weights, 1 bias and 2 hidden deltas.");
        out.gap();
    }

    private static void writeDeltaRows(Report out, Comparison comparison, String unit, Tensor autograd, Deltas deltas) {
        for (int j = 0; j < 2; j++) {
            double numeric = numericByNetInput(unit.equals("h"), j);
            comparison.row(
                    out, "delta " + unit + (j + 1), deltas.values()[j], deltas.ulps()[j], autograd.get(j), numeric);
        }
    }

    /** Writes a row for each weight of a layer, and for the bias, whose gradient is the sum over both units that use it. */
    private static void writeWeightRows(
            Report out,
            Comparison comparison,
            TwoTwoTwoNet net,
            Gradients g,
            int parameter,
            Activity activity,
            Deltas deltas) {
        Tensor weights = g.of(net.parameters().get(parameter));
        for (int j = 0; j < 2; j++) {
            for (int i = 0; i < 2; i++) {
                double x = activity.x()[i];
                String name = "w" + (2 * parameter + 2 * j + i + 1);
                double numeric = numericByParameter(net, parameter, 2 * i + j);
                comparison.row(out, name, deltas.values()[j] * x, deltas.ulps()[j] * x, weights.get(i, j), numeric);
            }
        }
        double sum = deltas.values()[0] + deltas.values()[1];
        double ulp = Math.max(deltas.ulps()[0], deltas.ulps()[1]);
        double autograd = g.of(net.parameters().get(parameter + 1)).item();
        comparison.row(
                out, parameter == 0 ? "b1" : "b2", sum, ulp, autograd, numericByParameter(net, parameter + 1, 0));
    }

    /** Returns (E(p + h) - E(p - h)) / 2h for one entry of one parameter. */
    private static double numericByParameter(TwoTwoTwoNet net, int parameter, int entry) {
        double up =
                net.with(shifted(net, parameter, entry, STEP)).forward().error().item();
        double down = net.with(shifted(net, parameter, entry, -STEP))
                .forward()
                .error()
                .item();
        return (up - down) / (2 * STEP);
    }

    private static List<Tensor> shifted(TwoTwoTwoNet net, int parameter, int entry, double by) {
        List<Tensor> values = new ArrayList<>(net.parameters());
        double[] entries = values.get(parameter).toArray();
        entries[entry] += by;
        values.set(parameter, Tensor.of(entries).reshape(values.get(parameter).shape()));
        return values;
    }

    /** Returns the central difference of E by the net input of one unit: a shift of z is a bias of that unit alone. */
    private static double numericByNetInput(boolean hidden, int unit) {
        return (errorWithBiasShift(hidden, unit, STEP) - errorWithBiasShift(hidden, unit, -STEP)) / (2 * STEP);
    }

    private static double errorWithBiasShift(boolean hidden, int unit, double by) {
        List<Layer> layers = TwoTwoTwoNet.start().byHand();
        layers.get(hidden ? 0 : 1).biases()[unit] += by;
        double[] y = HandBackprop.forward(layers, TwoTwoTwoNet.inputs()).get(1).y();
        return HandBackprop.halfSquaredError(y, TwoTwoTwoNet.targets());
    }

    private static void writeUpdate(Report out, TwoTwoTwoNet net, Gradients g) {
        TwoTwoTwoNet next = stepped(net, g, true);
        out.line("one update, w - %.1f dE/dw", TwoTwoTwoNet.RATE);
        for (int j = 0; j < 2; j++) {
            for (int i = 0; i < 2; i++) {
                out.line(
                        "  w%d %.2f -> %.9f      w%d %.2f -> %.9f",
                        2 * j + i + 1,
                        net.w1().get(i, j),
                        next.w1().get(i, j),
                        2 * j + i + 5,
                        net.w2().get(i, j),
                        next.w2().get(i, j));
            }
        }
        out.line(
                "  b1 %.2f -> %.9f      b2 %.2f -> %.9f      (where biases are trained too)",
                net.b1().item(), next.b1().item(), net.b2().item(), next.b2().item());
        out.gap();
    }

    /** Writes how the error falls, and returns it after the first update with fixed biases. */
    private static double writeTraining(Report out) {
        TwoTwoTwoNet fixed = TwoTwoTwoNet.start();
        TwoTwoTwoNet trained = TwoTwoTwoNet.start();
        double afterFirst = Double.NaN;
        int done = 0;
        out.text("updates    E, biases fixed        o1            o2   E, biases trained too");
        for (int shown : SHOWN) {
            for (; done < shown; done++) {
                fixed = stepped(fixed, gradients(fixed), false);
                trained = stepped(trained, gradients(trained), true);
            }
            TwoTwoTwoNet.Forward forward = fixed.forward();
            double error = forward.error().item();
            afterFirst = done == 1 ? error : afterFirst;
            out.line(
                    "%7d %18.12f   %.9f   %.9f   %21.12f",
                    done,
                    error,
                    forward.output().get(0),
                    forward.output().get(1),
                    trained.forward().error().item());
        }
        return afterFirst;
    }

    private static Gradients gradients(TwoTwoTwoNet net) {
        return net.forward().error().gradients(net.parameters());
    }

    private static TwoTwoTwoNet stepped(TwoTwoTwoNet net, Gradients g, boolean biasesToo) {
        List<Tensor> values = new ArrayList<>();
        for (Tensor p : net.parameters()) {
            boolean fixed = p.rank() == 0 && !biasesToo;
            values.add(fixed ? p : p.sub(g.of(p).mul(TwoTwoTwoNet.RATE)).detach());
        }
        return net.with(values);
    }
}
