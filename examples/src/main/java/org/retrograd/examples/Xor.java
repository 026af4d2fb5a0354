package org.retrograd.examples;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Activation;
import org.retrograd.nn.Dataset;
import org.retrograd.nn.Epoch;
import org.retrograd.nn.GradientDescent;
import org.retrograd.nn.Initialiser;
import org.retrograd.nn.Loss;
import org.retrograd.nn.Mlp;
import org.retrograd.nn.Training;
import picocli.CommandLine.Command;

/**
 * Exclusive or, which no single unit can learn, with four hidden units, from ten random starts.
 *
 * <p>The settings are those of the 1986 experiments: logistic units, E = 1/2 sum (y - t)^2 over all four cases, one update
 * per sweep with rate 0.5 and momentum 0.9, start within +-1. A run is solved when every output is within 0.1 of its target.
 */
@Command(name = "Xor", description = "Exclusive or with 4 hidden units, from ten random starts.")
final class Xor implements Example {
    private static final int SEEDS = 10;
    private static final int HIDDEN = 4;
    private static final int SWEEPS = 3_000;
    private static final double RATE = 0.5;
    private static final double MOMENTUM = 0.9;
    private static final double NEAR = 0.1;

    private static final Dataset CASES = Dataset.of(
            Tensor.of(0, 0, 0, 1, 1, 0, 1, 1).reshape(4, 2),
            Tensor.of(0, 1, 1, 0).reshape(4, 1));

    @Override
    public boolean run(Report out, long seed) {
        out.line(
                "2-%d-1 sigmoid net, E = 1/2 sum (y - t)^2, rate %s, momentum %s, start within +-1",
                HIDDEN, RATE, MOMENTUM);
        out.line("%6s %8s %12s   %6s %6s %6s %6s", "seed", "sweeps", "E", "0 0", "0 1", "1 0", "1 1");
        List<Integer> solved = new ArrayList<>();
        for (long s = seed; s < seed + SEEDS; s++) {
            Mlp net = Mlp.of(
                    new SplittableRandom(s),
                    Initialiser.uniform(-1, 1),
                    Activation.SIGMOID,
                    Activation.SIGMOID,
                    2,
                    HIDDEN,
                    1);
            int sweeps = train(net);
            Tensor y = net.frozen().apply(CASES.inputs());
            boolean done = farthest(y) < NEAR;
            if (done) {
                solved.add(sweeps);
            }
            out.line(
                    "%6d %8s %12.9f   %6.3f %6.3f %6.3f %6.3f",
                    s,
                    done ? Integer.toString(sweeps) : "none",
                    Loss.halfSquaredError(y, CASES.targets()).item(),
                    y.get(0, 0),
                    y.get(1, 0),
                    y.get(2, 0),
                    y.get(3, 0));
        }
        Collections.sort(solved);
        String median = solved.isEmpty() ? "" : ", median " + median(solved) + " sweeps";
        out.line("%d of %d solved%s", solved.size(), SEEDS, median);
        return true;
    }

    /** Trains until every output is near its target, and returns the number of sweeps. */
    private static int train(Mlp net) {
        List<Epoch> epochs = Training.of(
                        net,
                        (y, batch) -> Loss.halfSquaredError(y, batch.targets()),
                        GradientDescent.of(net.parameters()).rate(RATE).momentum(MOMENTUM))
                .epochs(SWEEPS)
                .batchSize(CASES.size())
                .metric("farthest", (y, data) -> farthest(y), CASES)
                .stopWhen(epoch -> epoch.metric("farthest") < NEAR)
                .run(CASES);
        return epochs.size();
    }

    private static double farthest(Tensor y) {
        return y.sub(CASES.targets()).normInf().item();
    }

    private static long median(List<Integer> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : Math.round((sorted.get(middle - 1) + sorted.get(middle)) / 2.0);
    }
}
