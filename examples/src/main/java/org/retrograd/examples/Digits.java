package org.retrograd.examples;

import static java.util.Comparator.comparingInt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Activation;
import org.retrograd.nn.Confusion;
import org.retrograd.nn.Dataset;
import org.retrograd.nn.Epoch;
import org.retrograd.nn.GradientDescent;
import org.retrograd.nn.Initialiser;
import org.retrograd.nn.Loss;
import org.retrograd.nn.Metrics;
import org.retrograd.nn.Mlp;
import org.retrograd.nn.Training;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A net learns to read scans of handwritten digits, after its gradients have been proved on one of them. */
@Command(
        name = "Digits",
        description = "Real scans of digits: the deltas by hand, training, and what the net got right and wrong.")
final class Digits implements Example {
    private static final int HIDDEN = 32;
    private static final double RATE = 0.1;
    private static final double MOMENTUM = 0.9;
    private static final int BATCH = 32;
    private static final int SHOWN_MISREAD = 3;
    private static final int BAR = 40;

    private int epochs;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "30",
            description = "How often the net sees each scan, 1 or more (default: ${DEFAULT-VALUE}).")
    void epochs(int number) {
        if (number < 1 && spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "--epochs must be 1 or more, but got " + number + "; leave it out for 30");
        }
        epochs = number;
    }

    @Override
    public boolean run(Report out, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Scans scans = Scans.read();
        Dataset train = scans.train();
        Dataset heldOut = scans.heldOut();
        Mlp net = Mlp.of(
                random,
                Initialiser.glorotUniform(),
                Activation.TANH,
                Activation.IDENTITY,
                Scans.PIXELS,
                HIDDEN,
                Scans.CLASSES);

        int weights = net.parameters().stream().mapToInt(p -> p.get().size()).sum();
        out.text(scans.description());
        out.line(
                "Network %d -> %d tanh -> %d softmax, %,d weights, seed %d",
                Scans.PIXELS, HIDDEN, Scans.CLASSES, weights, seed);
        out.gap();

        int label = train.labels().get(0);
        out.line("Before training: scan 0, a \"%d\", by hand and by autograd", label);
        if (!new DigitsProof(net, row(train, 0), label).run(out)) {
            out.text("The gradients do not agree, so there is nothing to train with.");
            return false;
        }
        out.gap();

        train(out, net, train, heldOut, random);
        out.gap();
        writeLearned(out, net.frozen(), train, heldOut, random);
        return true;
    }

    // On JDK 22 to 24 a console is there even if output is redirected; the lines then come at the end, none is lost.
    @SuppressWarnings("SystemConsoleNull")
    private void train(Report out, Mlp net, Dataset train, Dataset heldOut, RandomGenerator random) {
        Training training = Training.of(
                        net,
                        (logits, batch) -> Loss.crossEntropy(logits, batch.labels()),
                        GradientDescent.of(net.parameters()).rate(RATE).momentum(MOMENTUM))
                .epochs(epochs)
                .batchSize(BATCH)
                .shuffle(random)
                .metric("train", (logits, data) -> Metrics.accuracy(logits, data.labels()), train)
                .metric("held out", (logits, data) -> Metrics.accuracy(logits, data.labels()), heldOut);
        out.line("epoch    loss    train  held out    (SGD %s, momentum %s, batch %d)", RATE, MOMENTUM, BATCH);
        long start = System.nanoTime();
        if (System.console() == null) {
            training.listener(epoch -> writeEpoch(out, epoch)).run(train);
        } else {
            trainWithBar(training, train).forEach(epoch -> writeEpoch(out, epoch));
        }
        out.line("  time: trained in %.1f s", (System.nanoTime() - start) * 1e-9);
    }

    /** Trains behind a progress bar and returns the epochs: lines of their own would break the bar. */
    private List<Epoch> trainWithBar(Training training, Dataset train) {
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("Training")
                .setInitialMax(epochs)
                .setUpdateIntervalMillis(200)
                .build()) {
            return training.listener(epoch -> bar.step()).run(train);
        }
    }

    private static void writeEpoch(Report out, Epoch epoch) {
        double heldOut = epoch.metric("held out");
        out.line(
                "%5d  %.4f  %5.1f %%   %5.1f %%  %s",
                epoch.number(), epoch.loss(), 100 * epoch.metric("train"), 100 * heldOut, "#".repeat((int)
                                Math.round(BAR * heldOut)));
    }

    private void writeLearned(Report out, Mlp net, Dataset train, Dataset heldOut, RandomGenerator random) {
        Tensor logits = net.apply(heldOut.inputs());
        Tensor probabilities = logits.softmax(-1);
        Indices read = logits.argMax(-1);
        List<Integer> shown = new ArrayList<>(List.of(0));
        int right = 0;
        for (int i = 0; i < heldOut.size(); i++) {
            if (read.get(i) == heldOut.labels().get(i)) {
                right++;
            } else if (shown.size() <= SHOWN_MISREAD) {
                shown.add(i);
            }
        }
        StringBuilder captions = new StringBuilder();
        for (int i : shown) {
            int is = heldOut.labels().get(i);
            double p = probabilities.get(i, read.get(i));
            String caption = is == read.get(i)
                    ? String.format(Locale.ROOT, "%d with %.3f", is, p)
                    : String.format(Locale.ROOT, "%d read as %d, %.2f", is, read.get(i), p);
            captions.append(String.format(Locale.ROOT, "   %-16s", caption));
        }
        out.text("The first held-out scan, and the first that were misread:");
        Picture.beside(shown.stream().map(i -> Picture.ofScan(row(heldOut, i))).toList())
                .forEach(out::text);
        out.text(captions.toString().stripTrailing());
        out.gap();
        writeUnit(out, net);
        out.gap();
        out.text("most often misread: " + misread(Metrics.confusion(logits, heldOut.labels())));
        out.line(
                "to compare, on the same rows: without hidden units %.1f %%, three nearest neighbours %.1f %%",
                100 * Rivals.linear(train, heldOut, Scans.CLASSES, epochs, random),
                100 * Rivals.nearestNeighbours(train, heldOut, Scans.CLASSES, 3));
        out.text("next: -Dexample=TwoTwoTwo, a net small enough to follow by hand, -Dexample=Xor");
        out.line("held out: %d of %d right (%.1f %%)", right, heldOut.size(), 100.0 * right / heldOut.size());
    }

    /** Writes what the hidden unit looks for that has the heaviest weight to an output. */
    private static void writeUnit(Report out, Mlp net) {
        Tensor upper = net.layers().get(1).weights().get();
        int heaviest = upper.flatten().abs().argMax(0).get(0);
        int unit = heaviest / Scans.CLASSES;
        int digit = heaviest % Scans.CLASSES;
        double weight = upper.get(unit, digit);
        out.line(
                "Hidden unit %d speaks %s %d (weight %.2f). Its weights from the pixels, # + above 0, = - below:",
                unit, weight > 0 ? "for" : "against", digit, weight);
        Tensor lower = net.layers().get(0).weights().get().slice(1, unit, unit + 1);
        Picture.beside(List.of(Picture.ofWeights(lower))).forEach(out::text);
    }

    /** Returns the three most frequent confusions: {@code 3 read as 5 (3 times), ...}. */
    private static String misread(Confusion confusion) {
        record Pair(int is, int read, int times) {}
        List<Pair> pairs = new ArrayList<>();
        for (int is = 0; is < Scans.CLASSES; is++) {
            for (int read = 0; read < Scans.CLASSES; read++) {
                if (is != read && confusion.count(is, read) > 0) {
                    pairs.add(new Pair(is, read, confusion.count(is, read)));
                }
            }
        }
        pairs.sort(comparingInt(Pair::times).reversed());
        List<String> texts = pairs.stream()
                .limit(SHOWN_MISREAD)
                .map(pair -> String.format(
                        Locale.ROOT,
                        "%d read as %d (%s)",
                        pair.is,
                        pair.read,
                        pair.times == 1 ? "once" : pair.times + " times"))
                .toList();
        return texts.isEmpty() ? "none" : String.join(", ", texts);
    }

    private static Tensor row(Dataset data, int i) {
        return data.rows(i).inputs().flatten();
    }
}
