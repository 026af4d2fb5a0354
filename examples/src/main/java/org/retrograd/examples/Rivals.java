package org.retrograd.examples;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Activation;
import org.retrograd.nn.Dataset;
import org.retrograd.nn.GradientDescent;
import org.retrograd.nn.Initialiser;
import org.retrograd.nn.Loss;
import org.retrograd.nn.Metrics;
import org.retrograd.nn.Mlp;
import org.retrograd.nn.Training;

/** What a network should be compared with: simpler classifiers, measured on the same rows. */
final class Rivals {
    private Rivals() {}

    /** Returns the share of rows that a network without hidden units (logistic regression) reads right. */
    static double linear(Dataset train, Dataset heldOut, int classes, int epochs, RandomGenerator random) {
        Mlp model = Mlp.of(
                random,
                Initialiser.glorotUniform(),
                Activation.IDENTITY,
                Activation.IDENTITY,
                train.inputs().dim(-1),
                classes);
        Training.of(
                        model,
                        (logits, batch) -> Loss.crossEntropy(logits, batch.labels()),
                        GradientDescent.of(model.parameters()).rate(0.1).momentum(0.9))
                .epochs(epochs)
                .shuffle(random)
                .run(train);
        return Metrics.accuracy(model.frozen().apply(heldOut.inputs()), heldOut.labels());
    }

    /** Returns the share of rows whose label most of the k nearest rows have; of equal counts the smallest label wins. */
    static double nearestNeighbours(Dataset train, Dataset heldOut, int classes, int k) {
        Tensor a = heldOut.inputs();
        Tensor b = train.inputs();
        // |a - b|^2 for all pairs
        Tensor distances = a.square()
                .sum(Dims.KEEP, 1)
                .add(b.square().sum(1))
                .sub(a.matmul(b.transpose()).mul(2));
        int right = 0;
        for (int i = 0; i < heldOut.size(); i++) {
            double[] row = distances.slice(0, i, i + 1).toArray();
            int[] votes = new int[classes];
            IntStream.range(0, row.length)
                    .boxed()
                    .sorted((p, q) -> Double.compare(row[p], row[q]))
                    .limit(k)
                    .forEach(j -> votes[train.labels().get(j)]++);
            int most =
                    IntStream.range(0, classes).reduce(0, (best, label) -> votes[label] > votes[best] ? label : best);
            right += most == heldOut.labels().get(i) ? 1 : 0;
        }
        return (double) right / heldOut.size();
    }
}
