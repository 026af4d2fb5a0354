package org.retrograd.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Activation;
import org.retrograd.nn.Initialiser;
import org.retrograd.nn.Loss;
import org.retrograd.nn.Mlp;
import org.retrograd.nn.Trace;
import picocli.CommandLine.Command;

/**
 * The delta rule of Widrow and Hoff (1960) for one linear unit: {@code w += rate * (t - y) * x}, summed over the examples.
 *
 * <p>It goes down the squared error to the least-squares solution, which is also known in closed form. For exclusive or that
 * solution is to answer 1/2 to everything: the reason for hidden units.
 */
@Command(
        name = "DeltaRule",
        description = "The delta rule on a line, AND, OR and XOR, against least squares in closed form.")
final class DeltaRule implements Example {
    private static final double NEAR = 1e-8;
    private static final int HAND_STEPS = 3;

    /** Examples to learn, with the rate and the number of steps, and the numbers of steps after which to look. */
    private record Task(String name, double[][] x, double[] t, double rate, List<Integer> shown) {}

    private static final List<Integer> LOOKS = List.of(1, 2, 10, 100, 500);
    private static final double[][] CASES = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};

    private static final Task LINE = new Task(
            "line",
            new double[][] {{1}, {2}, {3}, {4}, {5}},
            new double[] {2.2, 4.1, 6.2, 7.8, 10.1},
            0.02,
            List.of(1, 2, 3, 10, 100, 1_000, 2_000));
    private static final Task AND = new Task("AND", CASES, new double[] {0, 0, 0, 1}, 0.1, LOOKS);
    private static final Task OR = new Task("OR", CASES, new double[] {0, 1, 1, 1}, 0.1, LOOKS);
    private static final Task XOR = new Task("XOR", CASES, new double[] {0, 1, 1, 0}, 0.1, LOOKS);

    /** Weights as learned and in closed form, and whether they agree. */
    private record Learned(double[] weights, double[] exact, boolean agrees) {}

    @Override
    public boolean run(Report out, long seed) {
        boolean agrees = true;
        for (Task task : List.of(AND, OR, XOR)) {
            agrees &= learn(out, task).agrees;
        }
        out.text("XOR: the best that one unit can do is to answer 1/2 to everything. Hence hidden units.");
        out.gap();
        Learned line = learn(out, LINE);
        out.line(
                "slope %.6f intercept %.6f, exact %.2f %.2f",
                line.weights[0], line.weights[1], line.exact[0], line.exact[1]);
        return agrees && line.agrees;
    }

    /** Writes how the unit learns, and returns whether it ends at the least squares, by the same first steps as by hand. */
    private static Learned learn(Report out, Task task) {
        Mlp net = net(task);
        Tensor x = Tensor.of(task.x);
        Tensor t = Tensor.of(task.t).reshape(task.t.length, 1);
        org.retrograd.nn.DeltaRule rule = org.retrograd.nn.DeltaRule.of(net).rate(task.rate);
        double[] byHand = new double[task.x[0].length + 1];
        Comparison comparison = new Comparison();

        out.line("%s: rate %s, %d examples at once, from 0", task.name, task.rate, task.t.length);
        int last = task.shown.get(task.shown.size() - 1);
        for (int step = 1; step <= last; step++) {
            Trace trace = net.trace(x);
            Gradients g = Loss.halfSquaredError(trace.output(), t).gradients(trace.netInputs());
            rule.step(trace, g);
            if (step <= HAND_STEPS) {
                double ulp = stepByHand(byHand, task);
                double[] values = weights(net);
                for (int i = 0; i < values.length; i++) {
                    comparison.add(byHand[i], ulp, values[i], values[i]);
                }
            }
            if (task.shown.contains(step)) {
                out.line("  step %5d   %s", step, text(weights(net)));
            }
        }
        double[] exact = leastSquares(task);
        double gap = distance(weights(net), exact);
        boolean near = gap <= NEAR;
        out.line("  exact        %s   largest gap %s", text(exact), near ? "below 1e-8" : "TOO LARGE: " + gap);
        out.line("  outputs      %s", text(net.frozen().apply(x).flatten().toArray()));
        out.line(
                "  by hand      the first %d steps: %s",
                HAND_STEPS, comparison.agrees() ? "agree" : "WRONG, " + comparison.verdict());
        return new Learned(weights(net), exact, near && comparison.agrees());
    }

    private static Mlp net(Task task) {
        return Mlp.of(
                new SplittableRandom(0),
                Initialiser.zeros(),
                Activation.IDENTITY,
                Activation.IDENTITY,
                task.x[0].length,
                1);
    }

    /** Returns the weights and then the bias. */
    private static double[] weights(Mlp net) {
        double[] w = net.layers().get(0).weights().get().toArray();
        double[] all = Arrays.copyOf(w, w.length + 1);
        all[w.length] = net.layers().get(0).bias().get().item();
        return all;
    }

    /** Changes weights and bias by one step of the rule and returns an ulp of the largest term that occurred. */
    private static double stepByHand(double[] weights, Task task) {
        int inputs = weights.length - 1;
        double[] sums = new double[weights.length];
        double largest = 0;
        for (int n = 0; n < task.t.length; n++) {
            double y = weights[inputs];
            for (int i = 0; i < inputs; i++) {
                y += weights[i] * task.x[n][i];
            }
            double delta = y - task.t[n];
            for (int i = 0; i <= inputs; i++) {
                double term = delta * (i < inputs ? task.x[n][i] : 1);
                sums[i] += term;
                largest = Math.max(largest, Math.abs(term));
            }
            largest = Math.max(largest, Math.max(Math.abs(y), Math.abs(task.t[n])));
        }
        for (int i = 0; i <= inputs; i++) {
            weights[i] -= task.rate * sums[i];
        }
        return Math.ulp(largest);
    }

    /** Returns the weights and the bias that make the sum of squares least, by a QR decomposition. */
    private static double[] leastSquares(Task task) {
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.newSampleData(task.t, task.x);
        double[] interceptFirst = regression.estimateRegressionParameters();
        double[] weights = Arrays.copyOfRange(interceptFirst, 1, interceptFirst.length + 1);
        weights[weights.length - 1] = interceptFirst[0];
        return weights;
    }

    private static double distance(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static String text(double[] values) {
        StringBuilder text = new StringBuilder();
        for (double value : values) {
            // + 0 turns a -0.0 into 0.0.
            text.append(String.format(Locale.ROOT, "%12.8f", Math.rint(value * 1e8) / 1e8 + 0.0));
        }
        return text.toString();
    }
}
