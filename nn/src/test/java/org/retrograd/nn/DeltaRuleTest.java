package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

class DeltaRuleTest {
    /** Large, and a power of two, so that the steps and not the weights set the scale of the comparison. */
    private static final double RATE = 0x1.0p20;

    private static final Tensor X = Tensor.normal(Seeds.random(1), 7, 3);
    private static final Tensor T = Tensor.uniform(Seeds.random(2), 0, 1, 7, 3);
    private static final Indices LABELS = Indices.of(0, 1, 2, 2, 1, 0, 1);

    private static final Map<String, LossFunction> LOSSES = Map.of(
            "half squared error", (y, batch) -> Loss.halfSquaredError(y, T),
            "sum of cross-entropies", (y, batch) -> Loss.sumCrossEntropy(y, LABELS),
            "sum of binary cross-entropies", (y, batch) -> Loss.sumBinaryCrossEntropy(y, T),
            "one of one's own", (y, batch) -> y.sub(T).cube().abs().add(y.sin()).sum());

    static List<Network> networks() {
        List<Network> networks = new ArrayList<>();
        List<Activation> activations = List.of(
                Activation.SIGMOID,
                Activation.TANH,
                Activation.RELU,
                Activation.GELU,
                Activation.IDENTITY,
                Activation.of("sin", Tensor::sin));
        for (Activation activation : activations) {
            for (int[] sizes : new int[][] {{3, 3}, {3, 5, 3}, {3, 4, 6, 5, 3}}) {
                networks.add(
                        Mlp.of(Seeds.random(3), Initialiser.glorotNormal(), activation, Activation.IDENTITY, sizes));
                networks.add(Mlp.of(Seeds.random(4), Initialiser.uniform(-1, 1), activation, activation, sizes));
            }
            Dense square = Dense.of("square", 3, 3, Initialiser.glorotUniform(), Seeds.random(5));
            Dense alike = Dense.of("alike", square.weights(), new Parameter("alike.bias", Tensor.of(0.1, 0.2, 0.3)));
            networks.add(Sequential.of(square, activation, square, activation, alike, Activation.SOFTMAX));
        }
        return networks;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void agreesWithGradientDescentOnTheSummedLossToFourUlpOfTheLargestTerm(Network net) {
        LOSSES.forEach((name, lossFunction) -> {
            Map<Parameter, Tensor> start = new LinkedHashMap<>();
            net.parameters().forEach(p -> start.put(p, p.get().detach()));
            Trace trace = net.trace(X);
            Tensor loss = lossFunction.of(trace.output(), Dataset.of(X, T));
            Gradients g = loss.backward();
            DeltaRule.of(net).rate(RATE).step(trace, loss.gradients(trace.netInputs()));

            start.forEach((p, before) -> {
                double[] expected = before.sub(g.of(p).mul(RATE)).toArray();
                double[] actual = p.get().toArray();
                double[] largest = largestTerms(p, before, trace, g);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(actual[i])
                            .as("%s, %s, entry %d of %s", net, name, i, p.name())
                            .isCloseTo(expected[i], within(4 * Math.ulp(largest[i])));
                }
            });
            start.forEach(Parameter::set);
        });
    }

    /** Returns for each weight w - Σ η x δ the largest of the numbers that are summed. */
    private static double[] largestTerms(Parameter p, Tensor before, Trace trace, Gradients g) {
        Tensor largest = before.abs();
        for (int k = 0; k < trace.layers().size(); k++) {
            Trace.Step step = trace.layers().get(k);
            Tensor delta = trace.delta(g, k).mul(RATE).abs();
            if (p == step.dense().weights()) {
                Tensor terms = step.input().detach().abs().expandDims(2).mul(delta.expandDims(1));
                largest = largest.maximum(terms.max(0));
            } else if (p == step.dense().bias()) {
                largest = largest.maximum(delta.max(0));
            }
        }
        return largest.toArray();
    }

    /** The net of two inputs, two hidden units and two outputs that many introductions compute by hand, biases fixed. */
    @Test
    void makesTheFirstStepsOfTheTextbook() {
        Dense hidden = dense("hidden", new double[][] {{0.15, 0.25}, {0.20, 0.30}}, 0.35);
        Dense output = dense("output", new double[][] {{0.40, 0.50}, {0.45, 0.55}}, 0.60);
        Mlp net = Mlp.of(Activation.SIGMOID, Activation.SIGMOID, List.of(hidden, output));
        Tensor x = Tensor.of(0.05, 0.10);
        Tensor t = Tensor.of(0.01, 0.99);
        double[] losses = {0.298371108760, 0.291027773694};
        for (double expected : losses) {
            Trace trace = net.trace(x);
            Tensor loss = Loss.halfSquaredError(trace.output(), t);
            assertThat(loss.item()).isCloseTo(expected, within(1e-12));
            DeltaRule.of(net).rate(0.5).step(trace, loss.backward());
            if (expected == losses[0]) {
                assertThat(hidden.weights().get().toArray())
                        .containsExactly(
                                new double[] {0.149780716133, 0.249751143632, 0.199561432266, 0.299502287265},
                                within(1e-12));
                assertThat(output.weights().get().toArray())
                        .containsExactly(
                                new double[] {0.358916479718, 0.511301270239, 0.408666186076, 0.561370121108},
                                within(1e-12));
            }
        }
    }

    private static Dense dense(String name, double[][] weights, double bias) {
        return Dense.of(
                name,
                new Parameter(name + ".weights", Tensor.of(weights)),
                new Parameter(name + ".bias", Tensor.of(bias, bias)).frozen());
    }

    @Test
    void takesOneExampleAndBatchesOfAnyShape() {
        for (Tensor x : List.of(Tensor.of(1, 2, 3), X, X.slice(0, 0, 6).reshape(2, 3, 3))) {
            Mlp net = Mlp.of(Seeds.random(1), Initialiser.glorotUniform(), Activation.TANH, Activation.TANH, 3, 4, 2);
            Trace trace = net.trace(x);
            Gradients g = trace.output().square().sum().backward();
            Tensor w = net.layers().get(0).weights().get().detach();
            DeltaRule.of(net).rate(1).step(trace, g);
            Tensor expected = w.sub(g.of(net.layers().get(0).weights()));
            Tensor actual = net.layers().get(0).weights().get();
            assertThat(actual.sub(expected).normInf().item()).isLessThan(1e-14);
        }
    }

    @Test
    void refusesOtherLayersWithParametersByName() {
        Dense dense = Dense.of("dense", 3, 3, Initialiser.zeros(), Seeds.random(1));
        Layer scale = new NetworkTest.Scale(new Parameter("factor", Tensor.of(2)));
        assertThatThrownBy(() -> DeltaRule.of(Sequential.of(dense, scale)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the delta rule is for dense layers, but layer \"scale\" has parameters and is a Scale: train "
                                + "this network by GradientDescent");
        assertThatThrownBy(() -> DeltaRule.of(Sequential.of(dense).frozen()))
                .hasMessageStartingWith("there is nothing to train");
    }

    @Test
    void refusesTheTraceOfAnotherNetworkAndGradientsOfAnotherPass() {
        Network one = Sequential.of(Dense.of("one", 3, 3, Initialiser.zeros(), Seeds.random(1)));
        Network two = Sequential.of(Dense.of("two", 3, 3, Initialiser.zeros(), Seeds.random(1)));
        Trace trace = two.trace(X);
        Gradients g = trace.output().sum().backward();
        assertThatThrownBy(() -> DeltaRule.of(one).step(trace, g))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the delta rule was made for the dense layers [Dense one 3 -> 3], but the trace is of [Dense "
                                + "two 3 -> 3]: trace the network that the rule was made for");
        assertThatThrownBy(() -> DeltaRule.of(two).step(two.trace(X), g)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void changesNothingIfASumIsNotFinite() {
        Mlp net = Mlp.of(Seeds.random(1), Initialiser.glorotUniform(), Activation.TANH, Activation.IDENTITY, 3, 4, 2);
        List<Tensor> before = net.parameters().stream().map(Parameter::get).toList();
        Trace trace = net.trace(X);
        Gradients g = trace.output().mul(Double.NaN).sum().backward();
        assertThatThrownBy(() -> DeltaRule.of(net).step(trace, g))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageStartingWith("the gradient by \"output.weights\" has an entry that is NaN or infinite");
        assertThat(net.parameters().stream().map(Parameter::get).toList()).isEqualTo(before);
    }

    @Test
    void leavesAFrozenBiasAsItIs() {
        Parameter bias = new Parameter("b", Tensor.of(1, 2, 3)).frozen();
        Dense dense = Dense.of("dense", new Parameter("w", Tensor.zeros(3, 3)), bias);
        Network net = Sequential.of(dense);
        Trace trace = net.trace(X);
        DeltaRule.of(net).step(trace, trace.output().sum().backward());
        assertThat(bias.get().toArray()).containsExactly(1, 2, 3);
        assertThat(dense.weights().get().toArray()).doesNotContain(0);
    }
}
