package org.retrograd.examples;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Activation;
import org.retrograd.nn.Adam;
import org.retrograd.nn.Convolution;
import org.retrograd.nn.Dataset;
import org.retrograd.nn.Dense;
import org.retrograd.nn.Epoch;
import org.retrograd.nn.Initialiser;
import org.retrograd.nn.Loss;
import org.retrograd.nn.Metrics;
import org.retrograd.nn.Network;
import org.retrograd.nn.Parameter;
import org.retrograd.nn.Pool;
import org.retrograd.nn.Reshape;
import org.retrograd.nn.Schedule;
import org.retrograd.nn.Sequential;
import org.retrograd.nn.Training;
import picocli.CommandLine.Command;

/**
 * A small convolutional net learns to read the digits: its kernels see the same stroke wherever it is.
 *
 * <p>The number of epochs is fixed beforehand; the held-out scans are looked at, but decide nothing.
 */
@Command(name = "ConvDigits", description = "A small convolutional net on the scans of digits.")
final class ConvDigits implements Example {
    private static final int EPOCHS = 12;
    private static final int BATCH = 32;
    private static final double RATE = 0.004;
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-7;

    @Override
    public boolean run(Report out, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Scans scans = Scans.read();
        Initialiser init = Initialiser.heNormal();
        Network net = Sequential.of(
                Reshape.to(1, Scans.SIDE, Scans.SIDE),
                Convolution.conv2d("strokes", 1, 12, 3, init, random).padding(1),
                Activation.SILU,
                Convolution.conv2d("shapes", 12, 24, 3, init, random).padding(1),
                Activation.SILU,
                Pool.max2d(2),
                Reshape.flat(),
                Dense.of("digits", 24 * 16, Scans.CLASSES, init, random));
        int weights = net.parameters().stream().mapToInt(p -> p.get().size()).sum();
        out.text(scans.description());
        out.line("8x8 -> 12 kernels 3x3 -> 24 kernels 3x3 -> max of 2x2 -> 10, %,d weights, seed %d", weights, seed);
        out.gap();
        if (!check(out, net, scans.train().rows(0, 1, 2, 3))) {
            return false;
        }
        out.gap();
        train(out, net, scans, random);
        Tensor logits = net.frozen().apply(scans.heldOut().inputs());
        double right = Metrics.accuracy(logits, scans.heldOut().labels())
                * scans.heldOut().size();
        out.line(
                "held out: %d of %d right (%.1f %%)",
                Math.round(right),
                scans.heldOut().size(),
                100 * right / scans.heldOut().size());
        return true;
    }

    /** Compares the derivative by the heaviest weight of each layer with a central difference of the loss. */
    private static boolean check(Report out, Network net, Dataset batch) {
        out.line("%-18s %18s %18s %9s", "before training", "autograd", "central diff.", "gap");
        Gradients g = loss(net, batch).backward();
        boolean agree = true;
        for (Parameter parameter : net.parameters()) {
            Tensor gradient = g.of(parameter);
            int at = gradient.flatten().abs().argMax(0).get(0);
            double exact = gradient.flatten().get(at);
            double numeric = (lossWith(net, batch, parameter, at, STEP) - lossWith(net, batch, parameter, at, -STEP))
                    / (2 * STEP);
            double gap = Math.abs(exact - numeric) / Math.max(Math.abs(exact), 1e-3);
            out.line("%-18s %18.12f %18.12f %9.1e", parameter.name(), exact, numeric, gap);
            agree &= gap < TOLERANCE;
        }
        return agree;
    }

    private static Tensor loss(Network net, Dataset batch) {
        return Loss.crossEntropy(net.apply(batch.inputs()), batch.labels());
    }

    private static double lossWith(Network net, Dataset batch, Parameter parameter, int at, double step) {
        Tensor before = parameter.get();
        double[] moved = before.toArray();
        moved[at] += step;
        parameter.set(Tensor.of(moved).reshape(before.shape().toArray()));
        double loss = loss(net, batch).item();
        parameter.set(before.detach());
        return loss;
    }

    private static void train(Report out, Network net, Scans scans, RandomGenerator random) {
        long steps = (long) EPOCHS * ((scans.train().size() + BATCH - 1) / BATCH);
        out.line("epoch    loss    train  held out    (Adam %s falling to 0, batch %d)", RATE, BATCH);
        long start = System.nanoTime();
        List<Epoch> epochs = Training.of(
                        net,
                        (logits, batch) -> Loss.crossEntropy(logits, batch.labels()),
                        Adam.of(net.parameters()).rate(RATE).schedule(Schedule.cosine(steps)))
                .epochs(EPOCHS)
                .batchSize(BATCH)
                .shuffle(random)
                .metric("train", (logits, data) -> Metrics.accuracy(logits, data.labels()), scans.train())
                .metric("held out", (logits, data) -> Metrics.accuracy(logits, data.labels()), scans.heldOut())
                .listener(epoch -> out.line(
                        "%5d  %.4f  %5.1f %%   %5.1f %%",
                        epoch.number(), epoch.loss(), 100 * epoch.metric("train"), 100 * epoch.metric("held out")))
                .run(scans.train());
        out.line("  time: %d epochs in %.1f s", epochs.size(), (System.nanoTime() - start) * 1e-9);
    }
}
