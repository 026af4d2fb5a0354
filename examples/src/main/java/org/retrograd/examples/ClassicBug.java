package org.retrograd.examples;

import java.util.List;
import java.util.Locale;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.examples.HandBackprop.Activity;
import org.retrograd.examples.HandBackprop.Deltas;
import org.retrograd.examples.HandBackprop.Layer;
import picocli.CommandLine.Command;

/**
 * The 2-2-2 net with the best-known mistake: the output weights are updated first, and the hidden deltas computed through
 * the new ones.
 *
 * <p>The error falls all the same, and the numbers differ in the seventh digit only, so that published figures carry the
 * mistake. Comparing with autograd finds it at once.
 */
@Command(
        name = "ClassicBug",
        description = "The 2-2-2 net with updated weights in the hidden deltas, a mistake that autograd catches.")
final class ClassicBug implements Example {
    private static final int UPDATES = 10_000;

    @Override
    public boolean run(Report out, long seed) {
        TwoTwoTwoNet net = TwoTwoTwoNet.start();
        TwoTwoTwoNet.Forward forward = net.forward();
        Gradients g = forward.error().backward();
        List<Layer> right = stepped(net.byHand(), false);
        List<Layer> wrong = stepped(net.byHand(), true);

        out.text(
                "One update, where the hidden deltas go up through w5..w8 as they were, and through the updated ones:");
        Comparison comparison = new Comparison();
        Comparison good = new Comparison();
        List<Activity> activities = HandBackprop.forward(net.byHand(), TwoTwoTwoNet.inputs());
        Deltas rightDeltas = hiddenDeltas(net.byHand(), activities, false);
        Deltas wrongDeltas = hiddenDeltas(net.byHand(), activities, true);
        Tensor autograd = g.of(forward.zHidden());
        out.line("%-10s %15s %15s %15s", "", "right", "with the bug", "autograd");
        for (int j = 0; j < 2; j++) {
            double expected = autograd.get(j);
            boolean fine = good.add(rightDeltas.values()[j], rightDeltas.ulps()[j], expected, expected);
            boolean same = comparison.add(wrongDeltas.values()[j], wrongDeltas.ulps()[j], expected, expected);
            out.line(
                    "delta h%d   %15.12f %15.12f %15.12f   %s",
                    j + 1, rightDeltas.values()[j], wrongDeltas.values()[j], expected, verdict(fine, same));
        }
        out.line("error after 1 update       %.9f with the bug, %.9f without", error(wrong), error(right));

        List<Layer> rightEnd = trained(net.byHand(), false);
        List<Layer> wrongEnd = trained(net.byHand(), true);
        out.line("outputs after %,d       %s with the bug, %s without", UPDATES, outputs(wrongEnd), outputs(rightEnd));
        out.line(
                "error after %,d         %.12f with the bug, %.12f without: both learn, which hides the mistake",
                UPDATES, error(wrongEnd), error(rightEnd));

        boolean caught = good.agrees() && comparison.right() == 0;
        out.line(
                "w1 %.9f, should be %.9f: %s",
                wrong.get(0).weights()[0][0],
                right.get(0).weights()[0][0],
                caught ? "WRONG (hidden delta)" : "NOT CAUGHT");
        return caught;
    }

    private static String verdict(boolean rightAgrees, boolean wrongAgrees) {
        return (rightAgrees ? "right agrees" : "right DISAGREES") + ", "
                + (wrongAgrees ? "the bug is not seen" : "bug caught");
    }

    private static Deltas outputDeltas(List<Layer> net, List<Activity> activities) {
        return HandBackprop.squaredErrorDeltas(net.get(1), activities.get(1), TwoTwoTwoNet.targets());
    }

    /** Returns the hidden deltas; the mistake is to pass the updated layer. */
    private static Deltas hiddenDeltas(List<Layer> net, List<Activity> activities, boolean bug) {
        Deltas output = outputDeltas(net, activities);
        Layer above = bug ? net.get(1).stepped(TwoTwoTwoNet.RATE, activities.get(1), output) : net.get(1);
        return HandBackprop.hiddenDeltas(net.get(0), activities.get(0), above, output);
    }

    /** Returns the net after one update of its weights, with the biases as they were. */
    private static List<Layer> stepped(List<Layer> net, boolean bug) {
        List<Activity> activities = HandBackprop.forward(net, TwoTwoTwoNet.inputs());
        Deltas hidden = hiddenDeltas(net, activities, bug);
        Deltas output = outputDeltas(net, activities);
        return List.of(
                net.get(0).stepped(TwoTwoTwoNet.RATE, activities.get(0), hidden).withBiasesOf(net.get(0)),
                net.get(1).stepped(TwoTwoTwoNet.RATE, activities.get(1), output).withBiasesOf(net.get(1)));
    }

    private static List<Layer> trained(List<Layer> net, boolean bug) {
        List<Layer> trained = net;
        for (int i = 0; i < UPDATES; i++) {
            trained = stepped(trained, bug);
        }
        return trained;
    }

    private static double[] output(List<Layer> net) {
        return HandBackprop.forward(net, TwoTwoTwoNet.inputs()).get(1).y();
    }

    private static double error(List<Layer> net) {
        return HandBackprop.halfSquaredError(output(net), TwoTwoTwoNet.targets());
    }

    private static String outputs(List<Layer> net) {
        double[] y = output(net);
        return String.format(Locale.ROOT, "%.9f %.9f", y[0], y[1]);
    }
}
