package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

class TrainingTest {
    private static final Dataset XOR = Dataset.of(
            Tensor.of(new double[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}), Tensor.of(new double[][] {{0}, {1}, {1}, {0}}));

    private static final LossFunction CROSS_ENTROPY = (y, batch) -> Loss.crossEntropy(y, batch.labels());
    private static final Metric ACCURACY = (y, data) -> Metrics.accuracy(y, data.labels());

    /** Three classes, by the direction in which a point lies. */
    private static Dataset points(long seed) {
        Tensor x = Tensor.normal(Seeds.random(seed), 50, 2);
        Tensor directions = Tensor.of(new double[][] {{1, -0.5, -0.5}, {0, 0.9, -0.9}});
        return Dataset.of(x, x.matmul(directions).argMax(-1));
    }

    private static Mlp net() {
        return Mlp.of(Seeds.random(5), Initialiser.heNormal(), Activation.RELU, Activation.IDENTITY, 2, 8, 3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void learnsXorWithFourHiddenUnits(long seed) {
        Mlp net =
                Mlp.of(Seeds.random(seed), Initialiser.glorotUniform(), Activation.TANH, Activation.IDENTITY, 2, 4, 1);
        Training.of(
                        net,
                        (y, batch) -> Loss.binaryCrossEntropy(y, batch.targets()),
                        GradientDescent.of(net.parameters()).rate(0.5).momentum(0.9))
                .epochs(400)
                .batchSize(4)
                .run(XOR);
        Tensor y = net.frozen().apply(XOR.inputs()).sigmoid();
        assertThat(y.sub(XOR.targets()).normInf().item()).isLessThan(0.05);
    }

    @Test
    void learnsXorByTheDeltaRule() {
        Mlp net = Mlp.of(Seeds.random(1), Initialiser.uniform(-1, 1), Activation.SIGMOID, Activation.SIGMOID, 2, 4, 1);
        Training.of(
                        net,
                        (y, batch) -> Loss.halfSquaredError(y, batch.targets()),
                        DeltaRule.of(net).rate(2))
                .epochs(3000)
                .batchSize(4)
                .run(XOR);
        assertThat(net.frozen().apply(XOR.inputs()).sub(XOR.targets()).normInf().item())
                .isLessThan(0.1);
    }

    @Test
    void isTheLoopOneWritesByHand() {
        Dataset train = points(1);
        Mlp ours = net();
        Optimiser momentum = GradientDescent.of(ours.parameters()).rate(0.05).momentum(0.9);
        List<Epoch> epochs = Training.of(ours, CROSS_ENTROPY, momentum)
                .epochs(3)
                .batchSize(8)
                .shuffle(Seeds.random(9))
                .run(train);

        Mlp net = net();
        RandomGenerator random = Seeds.random(9);
        Optimiser descent = GradientDescent.of(net.parameters()).rate(0.05).momentum(0.9);
        List<Double> losses = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            for (Dataset batch : train.shuffled(random).batches(8)) {
                Tensor loss = Loss.crossEntropy(net.apply(batch.inputs()), batch.labels());
                descent.step(loss.backward());
                losses.add(loss.item());
            }
        }

        assertThat(losses).hasSize(21);
        for (int k = 0; k < 4; k++) {
            Tensor byHand = net.parameters().get(k).get();
            assertThat(ours.parameters().get(k).get().sameAs(byHand)).isTrue();
        }
        double sum = losses.subList(14, 21).stream().reduce(0.0, Double::sum);
        assertThat(epochs.get(2).loss()).isEqualTo(sum / 7);
    }

    @Test
    void isTheSameByTheDeltaRuleAsByGradientDescent() {
        Dataset train = points(1);
        Mlp a = net();
        Mlp b = net();
        Training.of(a, CROSS_ENTROPY, DeltaRule.of(a).rate(0.1)).epochs(2).run(train);
        Training.of(b, CROSS_ENTROPY, GradientDescent.of(b.parameters()).rate(0.1))
                .epochs(2)
                .run(train);
        for (int k = 0; k < 4; k++) {
            Tensor difference =
                    a.parameters().get(k).get().sub(b.parameters().get(k).get());
            assertThat(difference.normInf().item()).isLessThan(1e-13);
        }
    }

    @Test
    void tellsListenersOfBatchesAndEpochsAndMeasuresHeldOutExamples() {
        List<String> told = new ArrayList<>();
        EpochListener listener = new EpochListener() {
            @Override
            public void epoch(Epoch epoch) {
                told.add("epoch " + epoch.number());
            }

            @Override
            public void batch(int epoch, int batch, int batches, double loss) {
                told.add("batch " + epoch + " " + batch + "/" + batches);
            }
        };
        Mlp net = net();
        Dataset held = points(2);
        Training training = Training.of(
                        net, CROSS_ENTROPY, Adam.of(net.parameters()).rate(0.05))
                .epochs(2)
                .batchSize(25)
                .listener(listener)
                .metric("held-out accuracy", ACCURACY, held)
                .metric("loss", (y, data) -> Loss.crossEntropy(y, data.labels()).item(), held);
        List<Epoch> history = training.run(points(1));
        assertThat(told)
                .containsExactly("batch 1 1/2", "batch 1 2/2", "epoch 1", "batch 2 1/2", "batch 2 2/2", "epoch 2");
        assertThat(history).extracting(Epoch::number).containsExactly(1, 2);
        assertThat(history.get(1).metric("held-out accuracy"))
                .isEqualTo(Metrics.accuracy(net.apply(held.inputs()), held.labels()));
        assertThat(history.get(1).metrics().keySet()).containsExactly("held-out accuracy", "loss");
        assertThat(history.get(1).toString())
                .matches("epoch 2 of 2: loss [0-9.]+, held-out accuracy 0\\.[0-9]{4}, loss [0-9.]+");
        assertThat(training).hasToString("Training of mlp 2-8-3[2 epochs, batches of 25, in order]");
        assertThatThrownBy(() -> history.get(0).metric("recall"))
                .hasMessage("there is no metric \"recall\", only [held-out accuracy, loss]; ask for it by "
                        + "Training.metric(..)");
    }

    @Test
    void learnsThePointsAndEndsEarlyWhenAsked() {
        Mlp net = net();
        List<Epoch> history = Training.of(
                        net, CROSS_ENTROPY, Adam.of(net.parameters()).rate(0.02))
                .epochs(500)
                .shuffle(Seeds.random(1))
                .metric("accuracy", ACCURACY, points(1))
                .stopWhen(epoch -> epoch.metric("accuracy") == 1)
                .run(points(1));
        assertThat(history).hasSizeLessThan(500);
        assertThat(history.get(history.size() - 1).metric("accuracy")).isEqualTo(1);
        assertThat(history.get(history.size() - 2).metric("accuracy")).isLessThan(1);
    }

    @Test
    void stopsBeforeTheStepOfALossThatIsNotFinite() {
        Mlp net = net();
        Tensor before = net.parameters().get(0).get();
        Dataset bad = Dataset.of(Tensor.full(Double.NaN, 2, 2), Indices.of(0, 1));
        assertThatThrownBy(() -> Training.of(net, CROSS_ENTROPY, Adam.of(net.parameters()))
                        .run(bad))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("the loss of epoch 1, batch 1 of 1 is NaN, so training stopped before its step: lower the "
                        + "learning rate, and look for inputs that are not finite");
        assertThat(net.parameters().get(0).get()).isSameAs(before);
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        Mlp net = net();
        Training training = Training.of(net, CROSS_ENTROPY, Adam.of(net.parameters()));
        assertThatThrownBy(() -> training.epochs(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of epochs must be at least 1, but got 0");
        assertThatThrownBy(() -> training.batchSize(-1))
                .hasMessage("the size of a mini-batch must be at least 1, but got -1");
        assertThatThrownBy(() -> training.run(points(1).rows()))
                .hasMessage("training needs at least one example, but got Dataset of 0: inputs [0, 2], labels [0]");
    }
}
