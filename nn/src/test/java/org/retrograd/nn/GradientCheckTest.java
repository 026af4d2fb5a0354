package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.check.Report;
import org.retrograd.autograd.check.Verdict;
import org.retrograd.autograd.diff.Checkpoint;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** Every layer, net and loss by its input and all its parameters, with the checker that authors of layers use. */
class GradientCheckTest {
    private static final Initialiser INIT = Initialiser.glorotNormal();

    private static Tensor normal(int... shape) {
        return Tensor.normal(Seeds.random(5), shape);
    }

    private static Stream<Layer> vectors() {
        RandomGenerator random = Seeds.random(3);
        return Stream.of(
                Dense.of("dense", 4, 3, INIT, random),
                Mlp.of(random, INIT, Activation.TANH, Activation.SOFTMAX, 4, 5, 3),
                Mlp.of(random, INIT, Activation.RELU, Activation.IDENTITY, 4, 5, 3),
                Normalisation.layerNorm("layerNorm", 4),
                Normalisation.rmsNorm("rmsNorm", 4),
                BatchNorm.of("batchNorm", 4, -1),
                Dropout.of(0.4, () -> 7),
                Activation.IDENTITY,
                Activation.SIGMOID,
                Activation.TANH,
                Activation.RELU,
                Activation.SOFTPLUS,
                Activation.SILU,
                Activation.GELU,
                Activation.SOFTMAX,
                Activation.leakyRelu(0.1),
                Activation.elu(1.5));
    }

    private static Stream<Layer> images() {
        RandomGenerator random = Seeds.random(3);
        return Stream.of(
                Convolution.conv2d("conv", 1, 4, 3, INIT, random).padding(1).groups(2),
                BatchNorm.of("batchNorm", 2, -3),
                Pool.max2d(2),
                Pool.average2d(2),
                Reshape.flat(),
                Reshape.to(4, 8));
    }

    private static Stream<Layer> sequences() {
        RandomGenerator random = Seeds.random(3);
        return Stream.of(
                MultiHeadAttention.of("attention", 4, 2, INIT, random).causal(),
                Convolution.conv1d("conv", 3, 2, 3, INIT, random).stride(2),
                Pool.max1d(2),
                Pool.average1d(2),
                MultiHeadAttention.of("attention", 4, 2, INIT, random));
    }

    @TestFactory
    Stream<DynamicTest> everyLayerIsRight() {
        return Stream.of(
                        vectors().map(layer -> test(layer, normal(3, 4))),
                        images().map(layer -> test(layer, normal(2, 2, 4, 4))),
                        sequences().map(layer -> test(layer, normal(2, 3, 4))),
                        LayersTest.cases().stream().map(c -> test(c.net(), c.x())))
                .flatMap(tests -> tests);
    }

    private static DynamicTest test(Layer layer, Tensor x) {
        return DynamicTest.dynamicTest(layer.name() + " " + x.shape(), () -> {
            List<Tensor> before =
                    layer.parameters().stream().map(Parameter::get).toList();
            Report report = GradientCheck.of(layer.name(), layer::apply)
                    .parameters(layer.parameters())
                    .at(x)
                    .check();
            assertThat(report.inputs()).hasSize(1 + layer.parameters().size());
            assertThat(report.inputs()).as(report.toString()).allMatch(input -> input.verdict() == Verdict.PASS);
            for (int k = 0; k < before.size(); k++) {
                assertThat(layer.parameters().get(k).get().sameAs(before.get(k)))
                        .isTrue();
            }
        });
    }

    @Test
    void anEmbeddingIsRightByItsRows() {
        Embedding words = Embedding.of("words", 5, 3, INIT, Seeds.random(3));
        Report report = GradientCheck.of(
                        () -> words.apply(Indices.of(4, 0, 4, 2)).tanh())
                .parameters(words.parameters())
                .check();
        assertThat(report.verdict("words.rows")).as(report.toString()).isEqualTo(Verdict.PASS);
    }

    /** A layer that is in none of the lists above would not be checked. */
    @Test
    void noLayerIsForgotten() {
        assertThat(new ClassFileImporter()
                                .withImportOption(new ImportOption.DoNotIncludeTests())
                                .importPackages("org.retrograd.nn")
                                .stream()
                                .filter(type -> type.isAssignableTo(Layer.class) && !type.isInterface())
                                .map(JavaClass::reflect))
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                vectors(),
                                images(),
                                sequences(),
                                LayersTest.cases().stream().map(LayersTest.Case::net))
                        .flatMap(layers -> layers)
                        .<Class<?>>map(Layer::getClass)
                        .distinct()
                        .toList());
    }

    /** The mean squared length of the gradient by the input, as Wasserstein nets punish it. */
    @TestFactory
    Stream<DynamicTest> penaltiesOnGradientsAreRight() {
        return LayersTest.cases().stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.name(),
                        () -> GradientCheck.of(x -> Derivatives.gradient(
                                                v -> c.net().apply(v).square().sum(), x)
                                        .square()
                                        .mean())
                                .parameters(c.net().parameters())
                                .at(c.x())
                                .order(1)
                                .assertPasses()));
    }

    @Test
    void aNetThatIsComputedAgainIsRight() {
        Mlp net = Mlp.of(Seeds.random(3), INIT, Activation.TANH, Activation.IDENTITY, 4, 5, 3);
        Report report = GradientCheck.of(x -> Checkpoint.checkpoint(net::apply, x))
                .parameters(net.parameters())
                .at(normal(3, 4))
                .check();
        assertThat(report.inputs()).hasSize(5);
        assertThat(report.inputs()).as(report.toString()).allMatch(input -> input.verdict() == Verdict.PASS);
    }

    @Test
    void lossesAreRight() {
        Tensor y = normal(4, 3);
        Tensor t = Tensor.uniform(Seeds.random(8), 0, 1, 4, 3);
        GradientCheck.of(x -> Loss.crossEntropy(x, Indices.of(0, 2, 1, 2)))
                .at(y)
                .assertPasses();
        GradientCheck.of(x -> Loss.sumCrossEntropy(x, Indices.of(0, 2, 1, 2)))
                .at(y)
                .assertPasses();
        GradientCheck.of(Loss::halfSquaredError).at(y, t).assertPasses();
        GradientCheck.of(x -> Loss.sumBinaryCrossEntropy(x, t)).at(y).assertPasses();
        GradientCheck.of(x -> Loss.meanSquaredError(x, t)).at(y).assertPasses();
        GradientCheck.of(x -> Loss.l1(x, t)).at(y).assertPasses();
        GradientCheck.of(x -> Loss.huber(x, t, 0.7)).at(y).assertPasses();
        GradientCheck.of(x -> Loss.binaryCrossEntropy(x, t)).at(y).assertPasses();
    }

    @Test
    void aParameterThatIsDetachedIsFoundInTheLayerThatDidIt() {
        Dense dense = Dense.of("dense", 4, 3, INIT, Seeds.random(3));
        Report report = GradientCheck.of(x -> x.matmul(dense.weights().get().detach()))
                .parameters(dense.parameters())
                .at(normal(2, 4))
                .check();
        assertThat(report.passed()).isFalse();
        assertThat(report.verdict("dense.weights")).as(report.toString()).isEqualTo(Verdict.FAIL);
        assertThat(report.toString())
                .contains("\"matmul\", called at GradientCheckTest.java:")
                .contains("takes its input 1 as a constant, but it depends on \"dense.weights\"");
    }
}
