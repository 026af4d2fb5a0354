package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The training loop: epochs of mini-batches, each a forward pass, gradients and a step.
 *
 * <p>There is no more to it than can be written by hand, with the same numbers:
 *
 * <pre>{@code
 * for (int epoch = 0; epoch < 20; epoch++) {
 *     for (Dataset batch : train.shuffled(random).batches(32)) {
 *         Tensor loss = Loss.crossEntropy(net.apply(batch.inputs()), batch.labels());
 *         descent.step(loss.backward());
 *     }
 * }
 * }</pre>
 *
 * <p>Each setting returns a new training, which shares net and optimiser. With batches of 1 training is online; with batches
 * as large as the data set it is by full batches.
 */
public final class Training {
    private final Layer net;
    private final Rule rule;
    private final int epochs;
    private final int batchSize;
    private final @Nullable RandomGenerator shuffle;
    private final ImmutableList<EpochListener> listeners;
    private final ImmutableMap<String, Supplier<Double>> metrics;
    private final Predicate<Epoch> stop;

    /** One step of learning in two halves, so that nothing is changed after a loss that is not finite. */
    private interface Rule {
        Step forward(Dataset batch);
    }

    /** A loss, and what is left to do after it. */
    private record Step(Tensor loss, Runnable update) {}

    private Training(
            Layer net,
            Rule rule,
            int epochs,
            int batchSize,
            @Nullable RandomGenerator shuffle,
            ImmutableList<EpochListener> listeners,
            ImmutableMap<String, Supplier<Double>> metrics,
            Predicate<Epoch> stop) {
        this.net = net;
        this.rule = rule;
        this.epochs = epochs;
        this.batchSize = batchSize;
        this.shuffle = shuffle;
        this.listeners = listeners;
        this.metrics = metrics;
        this.stop = stop;
    }

    private static Training of(Layer net, Rule rule) {
        return new Training(net, rule, 1, 32, null, ImmutableList.of(), ImmutableMap.of(), epoch -> false);
    }

    /** Returns training by an optimiser: one epoch, batches of 32, rows in their order. */
    public static Training of(Layer net, LossFunction lossFunction, Optimiser optimiser) {
        return of(net, batch -> {
            Tensor loss = lossFunction.of(net.apply(batch.inputs()), batch);
            return new Step(loss, () -> optimiser.step(loss.gradients(values(optimiser.parameters()))));
        });
    }

    /** Returns training by the delta rule: one epoch, batches of 32, rows in their order. */
    public static Training of(Network net, LossFunction lossFunction, DeltaRule deltaRule) {
        return of(net, batch -> {
            Trace trace = net.trace(batch.inputs());
            Tensor loss = lossFunction.of(trace.output(), batch);
            return new Step(loss, () -> deltaRule.step(trace, loss.gradients(trace.netInputs())));
        });
    }

    private static ImmutableList<Tensor> values(ImmutableList<Parameter> parameters) {
        return parameters.stream().map(Parameter::get).collect(ImmutableList.toImmutableList());
    }

    /** Returns the same training over so many passes. */
    public Training epochs(int newEpochs) {
        int checked = Checks.positive("the number of epochs", newEpochs);
        return new Training(net, rule, checked, batchSize, shuffle, listeners, metrics, stop);
    }

    /** Returns the same training with mini-batches of another size; the last of an epoch may be smaller. */
    public Training batchSize(int newSize) {
        int checked = Checks.positive("the size of a mini-batch", newSize);
        return new Training(net, rule, epochs, checked, shuffle, listeners, metrics, stop);
    }

    /** Returns the same training with rows in a new random order for each epoch. */
    public Training shuffle(RandomGenerator random) {
        return new Training(net, rule, epochs, batchSize, random, listeners, metrics, stop);
    }

    /** Returns the same training with one more listener. */
    public Training listener(EpochListener listener) {
        ImmutableList<EpochListener> all = ImmutableList.<EpochListener>builder()
                .addAll(listeners)
                .add(listener)
                .build();
        return new Training(net, rule, epochs, batchSize, shuffle, all, metrics, stop);
    }

    /**
     * Returns the same training that also computes a figure on some examples, for instance held-out ones, after each epoch.
     *
     * @throws IllegalArgumentException if there is a figure of this name already
     */
    public Training metric(String name, Metric metric, Dataset data) {
        ImmutableMap<String, Supplier<Double>> all = ImmutableMap.<String, Supplier<Double>>builder()
                .putAll(metrics)
                .put(name, () -> metric.of(net.frozen().apply(data.inputs()), data))
                .buildOrThrow();
        return new Training(net, rule, epochs, batchSize, shuffle, listeners, all, stop);
    }

    /** Returns the same training that ends early, after the first epoch for which the condition holds. */
    public Training stopWhen(Predicate<Epoch> condition) {
        return new Training(net, rule, epochs, batchSize, shuffle, listeners, metrics, condition);
    }

    /**
     * Trains on some examples and returns what came of each epoch.
     *
     * @throws IllegalArgumentException if there are no examples
     * @throws ArithmeticException if the loss or a gradient is NaN or infinite; the step that would follow is not made
     */
    public ImmutableList<Epoch> run(Dataset train) {
        if (train.size() == 0) {
            throw new IllegalArgumentException("training needs at least one example, but got " + train);
        }
        ImmutableList.Builder<Epoch> history = ImmutableList.builder();
        for (int number = 1; number <= epochs; number++) {
            double loss = pass(number, train);
            ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
            metrics.forEach((name, figure) -> figures.put(name, figure.get()));
            Epoch epoch = new Epoch(number, epochs, loss, figures.buildOrThrow());
            listeners.forEach(listener -> listener.epoch(epoch));
            history.add(epoch);
            if (stop.test(epoch)) {
                break;
            }
        }
        return history.build();
    }

    /** Learns every example once and returns the mean loss of the batches. */
    private double pass(int epoch, Dataset train) {
        ImmutableList<Dataset> batches = (shuffle == null ? train : train.shuffled(shuffle)).batches(batchSize);
        double sum = 0;
        for (int k = 1; k <= batches.size(); k++) {
            Step step = rule.forward(batches.get(k - 1));
            double loss = step.loss.item();
            if (!Double.isFinite(loss)) {
                throw new ArithmeticException("the loss of epoch " + epoch + ", batch " + k + " of " + batches.size()
                        + " is " + loss
                        + ", so training stopped before its step: lower the learning rate, and look for "
                        + "inputs that are not finite");
            }
            step.update.run();
            sum += loss;
            for (EpochListener listener : listeners) {
                listener.batch(epoch, k, batches.size(), loss);
            }
        }
        return sum / batches.size();
    }

    /** Returns the settings. */
    @Override
    public String toString() {
        return "Training of " + net.name() + "[" + epochs + " epochs, batches of " + batchSize
                + (shuffle == null ? ", in order" : ", shuffled") + "]";
    }
}
