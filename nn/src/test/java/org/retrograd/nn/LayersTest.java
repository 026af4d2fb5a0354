package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.diff.Checkpoint;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Convolutions;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Mask;
import org.retrograd.autograd.tensor.Normalisations;
import org.retrograd.autograd.tensor.Sliding;
import org.retrograd.autograd.tensor.Tensor;

/** The layers over images and sequences: values, freezing, errors. */
class LayersTest {
    private static final Initialiser HE = Initialiser.heNormal();

    private static RandomGenerator random() {
        return Seeds.random(3);
    }

    private static Tensor normal(int... shape) {
        return Tensor.normal(Seeds.random(5), shape);
    }

    /** A net with an input for it. */
    record Case(String name, Network net, Tensor x) {}

    static List<Case> cases() {
        RandomGenerator random = random();
        Sequential images = Sequential.of(
                Reshape.to(1, 6, 6),
                Convolution.conv2d("first", 1, 4, 3, HE, random).padding(1),
                Activation.TANH,
                BatchNorm.of("norm", 4, -3),
                Pool.max2d(2),
                Convolution.conv2d("second", 2, 4, 2, HE, random).groups(2).withoutBias(),
                Activation.SILU,
                Pool.average2d(2),
                Reshape.flat(),
                Dropout.of(0.3, () -> 7),
                Dense.of("output", 4, 2, HE, random));
        Sequential sequences = Sequential.of(
                Convolution.conv1d("first", 3, 4, 3, HE, random)
                        .stride(2)
                        .padding(2)
                        .dilation(2),
                Pool.max1d(2),
                Normalisation.layerNorm("layers", 4, 2),
                Reshape.to(2, 4),
                MultiHeadAttention.of("attention", 4, 2, HE, random).causal(),
                Normalisation.rmsNorm("roots", 4),
                Pool.average1d(4),
                Dense.of("output", 1, 2, HE, random));
        return List.of(new Case("images", images, normal(3, 36)), new Case("sequences", sequences, normal(2, 3, 9)));
    }

    @TestFactory
    Stream<DynamicTest> frozenNetsRecordNothingAndKeepTheirValues() {
        return cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name, () -> {
                    c.net.apply(c.x);
                    Network frozen = c.net.frozen();
                    Tensor before = frozen.apply(c.x);
                    assertThat(before.traced()).isFalse();
                    assertThat(frozen.parameters()).isEmpty();
                    assertThat(frozen.frozen().apply(c.x).sameAs(before)).isTrue();
                    c.net.parameters().forEach(p -> p.set(p.get().add(1)));
                    c.net.apply(c.x.mul(2));
                    assertThat(frozen.apply(c.x).sameAs(before)).isTrue();
                    assertThat(c.net.frozen().apply(c.x).sameAs(before)).isFalse();
                }));
    }

    @TestFactory
    Stream<DynamicTest> tracesReachTheDenseLayers() {
        return cases().stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.name,
                        () -> assertThat(c.net.trace(c.x).output().sameAs(c.net.apply(c.x)))
                                .isTrue()));
    }

    @Test
    void layersTellWhatTheyAre() {
        assertThat(cases().get(0).net)
                .hasToString("Sequential[reshape[1, 6, 6], Convolution first 1 -> 4, 3 x 3, padding 1, tanh, "
                        + "BatchNorm norm, 4 channels, maxPool2d(2), "
                        + "Convolution second 4 -> 4, 2 x 2, stride 1, 2 groups, no bias, silu, avgPool2d(2), flat, "
                        + "dropout(0.3), Dense output 4 -> 2]");
        assertThat(cases().get(1).net)
                .hasToString("Sequential[Convolution first 3 -> 4, 3, stride 2, padding 2, dilation 2, maxPool1d(2), "
                        + "layerNorm layers [4, 2], reshape[2, 4], "
                        + "MultiHeadAttention attention, 4 features, 2 heads, causal, rmsNorm roots [4], "
                        + "avgPool1d(4), Dense output 1 -> 2]");
        assertThat(cases().get(0).net.name())
                .isEqualTo("reshape[1, 6, 6], first, tanh, norm, maxPool2d(2), second, silu, avgPool2d(2), flat, "
                        + "dropout(0.3), output");
        assertThat(cases().get(0).net.parameters())
                .extracting(Parameter::name)
                .containsExactly(
                        "first.kernels",
                        "first.bias",
                        "norm.scale",
                        "norm.shift",
                        "second.kernels",
                        "output.weights",
                        "output.bias");
        assertThat(Embedding.of("words", 10, 3, HE, random())).hasToString("Embedding words 10 x 3");
    }

    private static void refuses(ThrowingCallable mistake, String message) {
        assertThatThrownBy(mistake).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    // --- convolution ---

    @Test
    void aConvolutionIsItsFunctionPlusABias() {
        Convolution layer = Convolution.conv2d("c", 2, 3, 3, Initialiser.uniform(-1, 1), random());
        Parameter bias = layer.parameters().get(1);
        Tensor x = normal(4, 2, 5, 7);
        Sliding sliding = Sliding.BY_ONE.stride(1, 2).padding(1, 0);
        Tensor expected = Convolutions.conv2d(x, layer.kernels().get(), sliding)
                .add(bias.get().reshape(3, 1, 1));
        assertThat(layer.sliding(sliding).apply(x).sameAs(expected)).isTrue();
        assertThat(layer.withoutBias().parameters()).containsExactly(layer.kernels());
    }

    @Test
    void kernelsAreDrawnByTheInputsOfAUnit() {
        Tensor drawn =
                Convolution.conv2d("c", 40, 80, 5, HE, random()).kernels().get();
        assertThat(drawn.variance(0, 0, 1, 2, 3).item() * (40 * 25) / 2).isCloseTo(1, within(0.02));
        drawn = Convolution.conv1d("c", 40, 80, 5, Initialiser.glorotUniform(), random())
                .kernels()
                .get();
        assertThat(drawn.normInf().item()).isCloseTo(Math.sqrt(6.0 / (120 * 5)), within(1e-4));
    }

    @Test
    void convolutionsRefuse() {
        Convolution layer = Convolution.conv2d("c", 2, 3, 5, HE, random());
        refuses(
                () -> layer.apply(Tensor.zeros(4, 3, 8, 8)),
                "convolution \"c\" takes [.., 2, h, w], but got [4, 3, 8, 8]");
        refuses(
                () -> layer.apply(Tensor.zeros(4, 2, 8, 4)),
                "convolution \"c\": conv2d: the kernel is larger than the padded image: it spans 5 entries ([3, 2, 5, 5], "
                        + "dilation 1) of axis -1, which has 4 ([4, 2, 8, 4], padding 0 on each side); give it more "
                        + "padding, or take a smaller kernel");
        refuses(
                () -> Convolution.conv1d("c", 2, 3, 5, HE, random()).apply(Tensor.zeros(2)),
                "convolution \"c\" takes [.., 2, length], but got [2]");
        refuses(() -> layer.groups(2), "the groups of convolution \"c\" must divide its 3 outputs, but got 2 groups");
        refuses(() -> layer.dilation(-1), "the dilation of a window must be at least 1, but got -1");
        refuses(
                () -> Convolution.conv2d("c", 0, 3, 5, HE, random()),
                "the number of channels of convolution \"c\" must be at least 1, but got 0");
        refuses(
                () -> Convolution.conv2d("c", 1, 3, 0, HE, random()),
                "the size of the kernels of convolution \"c\" must be at least 1, but got 0");
        refuses(
                () -> Convolution.of("c", new Parameter("k", Tensor.zeros(3, 2)), new Parameter("b", Tensor.zeros(3))),
                "convolution \"c\" needs kernels [outputs, channels / groups, kh, kw], or [.., k] for sequences, and a "
                        + "bias [outputs], but got [3, 2] and [3]");
        refuses(() -> Pool.max2d(0), "the size of a window of pooling must be at least 1, but got 0");
    }

    // --- reshape ---

    @Test
    void reshapingKeepsTheExamples() {
        assertThat(Reshape.to(1, 2, 3).apply(normal(5, 6)).shape()).hasToString("[5, 1, 2, 3]");
        assertThat(Reshape.flat().apply(normal(5, 1, 2, 3)).shape()).hasToString("[5, 6]");
        assertThat(Reshape.flat().apply(Tensor.zeros(0, 2, 3)).shape()).hasToString("[0, 6]");
        assertThat(Reshape.flat().apply(normal(5)).shape()).hasToString("[5, 1]");
        refuses(
                () -> Reshape.flat().apply(Tensor.scalar(1)),
                "examples are reshaped along a first axis, [n, ..], but got a scalar: put one in front of it");
        refuses(
                () -> Reshape.to(2, 2).apply(normal(5, 6)),
                "reshape keeps the number of entries, but shape [5, 6] has 30 and [5, 2, 2] has 20");
    }

    // --- normalisation ---

    @Test
    void aNormalisationScalesAndShifts() {
        Tensor x = normal(2, 3, 4);
        Normalisation layer = Normalisation.layerNorm("n", 4).epsilon(0.1);
        layer.parameters().get(0).set(Tensor.of(1, 2, 3, 4));
        layer.parameters().get(1).set(Tensor.of(5, 6, 7, 8));
        Tensor expected =
                Normalisations.layerNorm(x, 0.1, -1).mul(Tensor.of(1, 2, 3, 4)).add(Tensor.of(5, 6, 7, 8));
        assertThat(layer.apply(x).sameAs(expected)).isTrue();
        Tensor both = Normalisation.rmsNorm("n", 3, 4).apply(x);
        assertThat(both.sameAs(Normalisations.rmsNorm(x, 1e-5, 1, 2))).isTrue();
        refuses(() -> layer.apply(normal(4, 3)), "normalisation \"n\" is for last axes [4], but got [4, 3]");
        refuses(
                () -> Normalisation.rmsNorm("n"),
                "normalisation \"n\" needs the lengths of the last axes, at least one and none below 1, but got []");
        refuses(
                () -> layer.epsilon(-1),
                "the epsilon of normalisation \"n\" must be a finite number of at least 0, but got -1.0; 0 leaves it out");
    }

    @Test
    void aBatchNormNormalisesByTheBatchAndFrozenByWhatItHasSeen() {
        BatchNorm layer = BatchNorm.of("b", 2, -1);
        Tensor x = Tensor.of(1, 10, 3, 30).reshape(2, 2);
        assertThat(layer.frozen().apply(x).div(x).sub(1).abs().lt(1e-5).all()).isTrue();
        Tensor y = layer.apply(x);
        assertThat(y.sameAs(Normalisations.batchNorm(x, 1e-5, 1))).isTrue();
        assertThat(layer.statistics().mean().toArray()).containsExactly(2, 20);
        assertThat(layer.statistics().variance().toArray()).containsExactly(2, 200);
        // the first batches count alike
        layer.apply(x.add(2));
        assertThat(layer.statistics().mean().toArray()).containsExactly(3, 21);
        assertThat(layer.statistics()).hasToString("RunningStatistics of 2 batches");
        double expected = (7 - 3) / Math.sqrt(2 + 1e-5);
        assertThat(layer.frozen().apply(Tensor.of(7, 21)).toArray())
                .containsExactly(new double[] {expected, 0}, within(1e-12));
        assertThat(layer.statistics().batches()).isEqualTo(2);
    }

    @Test
    void aBatchNormIsTheSameFunctionAtEachCall() {
        BatchNorm layer = BatchNorm.of("b", 2, -1);
        Tensor x = normal(4, 2);
        Tensor first = layer.apply(x);
        layer.apply(x.mul(3));
        assertThat(layer.apply(x).sameAs(first)).isTrue();
    }

    @Test
    void aCheckpointCountsABatchForEachEvaluationAndKeepsItsValue() {
        BatchNorm plain = BatchNorm.of("b", 2, -1);
        BatchNorm again = BatchNorm.of("b", 2, -1);
        Tensor x = normal(4, 2);
        // enough batches before, so that a new one has its final weight
        for (int k = 0; k < 20; k++) {
            plain.apply(x);
            again.apply(x);
        }
        Tensor batch = x.mul(3).add(1);
        Tensor expected = Derivatives.gradient(z -> plain.apply(z).cube().sum(), batch);
        Tensor actual = Derivatives.gradient(
                z -> Checkpoint.checkpoint(again::apply, z).cube().sum(), batch);
        assertThat(actual.sameAs(expected)).isTrue();
        assertThat(plain.statistics().batches()).isEqualTo(21);
        assertThat(again.statistics().batches()).isEqualTo(22);
        Tensor before = x.mean(0);
        Tensor step = batch.mean(0).sub(before);
        assertThat(plain.statistics().mean().sub(before).div(step).toArray())
                .containsExactly(new double[] {0.1, 0.1}, within(1e-12));
        assertThat(again.statistics().mean().sub(before).div(step).toArray())
                .containsExactly(new double[] {0.19, 0.19}, within(1e-12));
    }

    @Test
    void laterBatchesWeighATenth() {
        BatchNorm layer = BatchNorm.of("b", 1, -1);
        Tensor zeros = Tensor.of(-1, 1).reshape(2, 1);
        for (int k = 0; k < 20; k++) {
            layer.apply(zeros);
        }
        layer.apply(zeros.add(10));
        assertThat(layer.statistics().mean().item()).isCloseTo(1, within(1e-12));
        layer.apply(Tensor.of(Double.NaN, 1).reshape(2, 1));
        assertThat(layer.statistics().mean().item()).isCloseTo(1, within(1e-12));
        assertThat(layer.statistics().batches()).isEqualTo(21);
    }

    @Test
    void aBatchOfOneImageHasStatisticsOfItsPixelsAndOneRowHasNone() {
        BatchNorm images = BatchNorm.of("b", 3, -3);
        assertThat(images.apply(normal(1, 3, 2, 2)).shape()).hasToString("[1, 3, 2, 2]");
        BatchNorm rows = BatchNorm.of("b", 3, -1);
        refuses(
                () -> rows.apply(normal(1, 3)),
                "batch normalisation \"b\": batchNorm needs at least 2 entries for each channel, but shape [1, 3] gives 1 "
                        + "along the axes other than -1: take larger batches, or the statistics of earlier ones");
        assertThat(rows.frozen().apply(normal(1, 3)).shape()).hasToString("[1, 3]");
        refuses(
                () -> rows.apply(normal(5, 4)),
                "batch normalisation \"b\" is for 3 channels on axis -1, but got [5, 4]");
        refuses(
                () -> rows.frozen().apply(normal(5, 4)),
                "batch normalisation \"b\" is for 3 channels on axis -1, but got [5, 4]");
        refuses(
                () -> BatchNorm.of("b", 3, 1),
                "batch normalisation \"b\" needs the axis of its channels counted from the end, -3 for [.., channels, "
                        + "h, w], but got 1");
    }

    // --- dropout ---

    @Test
    void dropoutDropsOthersAtEachCallUnlessItsGeneratorSaysTheSame() {
        Tensor x = Tensor.ones(100);
        Dropout changing = Dropout.of(0.5, random());
        assertThat(changing.apply(x).sameAs(changing.apply(x))).isFalse();
        assertThat(Dropout.of(0.5, random())
                        .apply(x)
                        .sameAs(Dropout.of(0.5, random()).apply(x)))
                .isTrue();
        Dropout fixed = Dropout.of(0.5, () -> 7);
        assertThat(fixed.apply(x).sameAs(fixed.apply(x))).isTrue();
        assertThat(changing.frozen().apply(x)).isSameAs(x);
        assertThat(Dropout.of(1, random()).apply(x).sum().item()).isZero();
        refuses(
                () -> Dropout.of(1.1, random()),
                "the rate of dropout must be from 0 (nothing is dropped) to 1 (everything is), but got 1.1; 0.5 is usual");
    }

    @Test
    void aCheckpointReplaysDropoutOfAFixedKeyAndRefusesARunningGenerator() {
        Tensor x = normal(20);
        Dropout fixed = Dropout.of(0.5, () -> 7);
        Function<Tensor, Tensor> plain = z -> fixed.apply(z.sin()).cube().sum();
        Function<Tensor, Tensor> again = z -> Checkpoint.checkpoint(plain, z);
        assertThat(again.apply(x).sameAs(plain.apply(x))).isTrue();
        Tensor gradient = Derivatives.gradient(plain, x);
        assertThat(gradient.eq(0).any()).isTrue();
        assertThat(Derivatives.gradient(again, x).sameAs(gradient)).isTrue();
        assertThat(Derivatives.hessian(again, x).sameAs(Derivatives.hessian(plain, x)))
                .isTrue();
        Dropout running = Dropout.of(0.5, random());
        Tensor y = Checkpoint.checkpoint(running::apply, Tensor.variable(x));
        assertThatThrownBy(() -> y.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "\"checkpoint\" was evaluated again for its derivative and gave another value than before: it "
                                + "must depend on nothing but its arguments; make a random generator inside the function, from a "
                                + "seed, and give dropout a fixed key, as in Dropout.of(0.5, () -> key)");
    }

    // --- embedding ---

    @Test
    void anEmbeddingReadsRowsAndAddsUpTheGradientsOfThoseThatRepeat() {
        Embedding words = Embedding.of("words", 4, 2, HE, random());
        Indices sentence = Indices.of(3, 1, 3, 0).reshape(2, 2);
        Tensor y = words.apply(sentence);
        assertThat(y.shape()).hasToString("[2, 2, 2]");
        Tensor rows = words.rows().get();
        assertThat(y.get(0, 0, 1)).isEqualTo(rows.get(3, 1));
        Tensor g = y.sum().backward().of(words.rows());
        assertThat(g.toArray()).containsExactly(1, 1, 1, 1, 0, 0, 2, 2);
        assertThat(words.frozen().apply(sentence).traced()).isFalse();
        assertThat(words.frozen().parameters()).isEmpty();
        assertThatThrownBy(() -> words.apply(Indices.of(0, -1)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("embedding \"words\" has rows 0 to 3, but got -1 at position 1 of indices of shape [2]");
        refuses(
                () -> Embedding.of("words", new Parameter("w", Tensor.zeros(3))),
                "embedding \"words\" needs rows [count, features], but got [3]");
    }

    // --- attention ---

    @Test
    void attentionSeesWhatItMay() {
        MultiHeadAttention layer = MultiHeadAttention.of("a", 4, 2, Initialiser.uniform(-1, 1), random());
        Tensor x = normal(3, 4);
        Tensor causal = layer.causal().apply(x);
        assertThat(causal.sub(layer.apply(
                                x,
                                Mask.of(true, false, false, true, true, false, true, true, true)
                                        .reshape(3, 3)))
                        .abs()
                        .lt(1e-14)
                        .all())
                .isTrue();
        Tensor first = layer.causal().apply(x.slice(0, 0, 1));
        assertThat(causal.slice(0, 0, 1).sub(first).abs().lt(1e-14).all()).isTrue();
        assertThat(layer.apply(x, x).sameAs(layer.apply(x))).isTrue();
        assertThat(layer.apply(x, normal(5, 4)).shape()).hasToString("[3, 4]");
        Tensor blind = layer.apply(x, Mask.of(new boolean[9]).reshape(3, 3));
        Tensor bias = layer.parameters().get(7).get();
        assertThat(blind.sameAs(Tensor.zeros(3, 4).add(bias))).isTrue();
        Gradients gradients = blind.sum().backward();
        for (int i = 0; i < 7; i++) {
            assertThat(gradients.of(layer.parameters().get(i)).normInf().item())
                    .as("%s", layer.parameters().get(i))
                    .isZero();
        }
        assertThat(gradients.of(layer.parameters().get(7)).toArray()).containsOnly(3);
    }

    @Test
    void attentionRefuses() {
        refuses(
                () -> MultiHeadAttention.of("a", 4, 3, HE, random()),
                "the heads of attention \"a\" must divide its 4 features, but got 3 heads");
        MultiHeadAttention layer = MultiHeadAttention.of("a", 4, 2, HE, random());
        refuses(() -> layer.apply(normal(4)), "attention \"a\" takes sequences [.., n, 4], but got [4]");
        refuses(() -> layer.causal().apply(normal(3, 5)), "attention \"a\" takes sequences [.., n, 4], but got [3, 5]");
        refuses(
                () -> layer.apply(normal(3, 4), normal(3, 5)),
                "attention \"a\" takes sequences [.., n, 4], but got [3, 5]");
    }
}
