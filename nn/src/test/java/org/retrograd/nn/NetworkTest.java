package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

class NetworkTest {
    private static final Tensor X = Tensor.of(new double[][] {{0.5, -1}, {2, 0.25}, {-0.75, 1.5}});

    private static Mlp mlp() {
        return Mlp.of(Seeds.random(1), Initialiser.glorotUniform(), Activation.TANH, Activation.IDENTITY, 2, 3, 4);
    }

    @Test
    void appliesItsStepsInTurn() {
        Mlp mlp = mlp();
        Dense hidden = mlp.layers().get(0);
        Dense output = mlp.layers().get(1);
        Tensor h = X.matmul(hidden.weights().get()).add(hidden.bias().get()).tanh();
        Tensor y = h.matmul(output.weights().get()).add(output.bias().get());
        assertThat(mlp.apply(X).sameAs(y)).isTrue();
        assertThat(Sequential.of(hidden, Activation.TANH, output).apply(X).sameAs(y))
                .isTrue();
        assertThat(Sequential.of().apply(X)).isSameAs(X);
    }

    @Test
    void tellsItsSizesAndParameters() {
        Mlp mlp = mlp();
        assertThat(mlp.name()).isEqualTo("mlp 2-3-4");
        assertThat(mlp).hasToString("mlp 2-3-4, tanh, output identity");
        assertThat(mlp.parameters())
                .extracting(Parameter::name)
                .containsExactly("hidden1.weights", "hidden1.bias", "output.weights", "output.bias");
        assertThat(mlp.layers()).hasToString("[Dense hidden1 2 -> 3, Dense output 3 -> 4]");
    }

    @Test
    void laysNetworksWithinItOutFlatAndCountsASharedParameterOnce() {
        Dense square = Dense.of("square", 2, 2, Initialiser.glorotUniform(), Seeds.random(1));
        Sequential inner = Sequential.of(square, Activation.TANH);
        Sequential twice = Sequential.of(inner, inner);
        assertThat(twice.steps()).containsExactly(square, Activation.TANH, square, Activation.TANH);
        assertThat(twice.name()).isEqualTo("square, tanh, square, tanh");
        assertThat(twice.parameters()).containsExactly(square.weights(), square.bias());
    }

    @Test
    void tracesInputNetInputAndActivationOfEachLayer() {
        Mlp mlp = mlp();
        Trace trace = mlp.trace(X);
        assertThat(trace.output().sameAs(mlp.apply(X))).isTrue();
        assertThat(trace.layers()).hasSize(2);
        Trace.Step hidden = trace.layers().get(0);
        Trace.Step output = trace.layers().get(1);
        assertThat(hidden.dense()).isSameAs(mlp.layers().get(0));
        assertThat(hidden.input()).isSameAs(X);
        assertThat(hidden.activation().sameAs(hidden.netInput().tanh())).isTrue();
        assertThat(output.input()).isSameAs(hidden.activation());
        assertThat(output.activation()).isSameAs(trace.output());
        assertThat(trace.netInputs()).containsExactly(hidden.netInput(), output.netInput());
        assertThat(trace).hasToString("Trace of [hidden1, output]");
    }

    @Test
    void endsATracedActivationBeforeTheNextLayerWithParameters() {
        Dense dense = Dense.of("dense", 2, 2, Initialiser.glorotUniform(), Seeds.random(1));
        Scale scale = new Scale(new Parameter("factor", Tensor.of(2)));
        Trace trace = Sequential.of(Activation.TANH, dense, Activation.SIGMOID, Activation.TANH, scale)
                .trace(X);
        Trace.Step step = trace.layers().get(0);
        assertThat(step.activation().sameAs(step.netInput().sigmoid().tanh())).isTrue();
        assertThat(trace.output().sameAs(step.activation().mul(2))).isTrue();
    }

    @Test
    void readsTheDeltaOfALayerAsTheGradientByItsNetInput() {
        Tensor t = Tensor.ones(3, 4);
        Trace trace = mlp().trace(X);
        Gradients g = Loss.halfSquaredError(trace.output(), t).backward();
        // The textbook: at a linear output unit, delta is output minus target.
        assertThat(trace.delta(g, 1).sameAs(trace.output().detach().sub(t))).isTrue();
        assertThat(trace.delta(g, 0).shape()).hasToString("[3, 3]");
        assertThatThrownBy(() -> trace.delta(g, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void isTheSameFunctionWhenFrozenAndRecordsNothing() {
        Mlp mlp = mlp();
        for (Network net : List.of(mlp, Sequential.of(mlp, new Scale(new Parameter("factor", Tensor.of(2)))))) {
            Layer frozen = net.frozen();
            assertThat(frozen.apply(X).traced()).isFalse();
            assertThat(frozen.apply(X).sameAs(net.apply(X))).isTrue();
            assertThat(frozen.parameters()).isEmpty();
        }
        Layer frozen = mlp.frozen();
        Tensor before = frozen.apply(X);
        mlp.layers().get(0).bias().set(Tensor.ones(3));
        assertThat(frozen.apply(X).sameAs(before)).isTrue();
    }

    @Test
    void isStillDifferentiableByItsInputWhenFrozen() {
        Tensor x = Tensor.variable(X);
        Mlp mlp = mlp();
        Tensor ofFrozen = mlp.frozen().apply(x).sum().backward().of(x);
        assertThat(ofFrozen.sameAs(mlp.apply(x).sum().backward().of(x))).isTrue();
    }

    @Test
    void takesAnyNumberOfAxesBeforeTheFeatures() {
        Mlp mlp = mlp();
        Tensor one = Tensor.of(0.5, -1);
        assertThat(mlp.apply(one).sameAs(mlp.apply(X).slice(0, 0, 1).reshape(4)))
                .isTrue();
        assertThat(mlp.apply(X.reshape(3, 1, 2)).shape()).hasToString("[3, 1, 4]");
    }

    @Test
    void refusesInputsOfAnotherLength() {
        assertThatThrownBy(() -> mlp().apply(Tensor.zeros(5, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "dense layer \"hidden1\" takes [.., 2], but got [5, 3]: the last axis must hold its 2 inputs");
        assertThatThrownBy(() -> mlp().apply(Tensor.scalar(1)))
                .hasMessageContaining("takes [.., 2], but got []: the last axis");
    }

    @Test
    void refusesSizesThatMakeNoNet() {
        assertThatThrownBy(() -> Mlp.of(Seeds.random(1), Initialiser.zeros(), Activation.TANH, Activation.TANH, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a net needs the numbers of its inputs and outputs, for instance 64, 32, 10, but got [3]");
        assertThatThrownBy(() -> Mlp.of(Seeds.random(1), Initialiser.zeros(), Activation.TANH, Activation.TANH, 3, 0))
                .hasMessage("the number of outputs of dense layer \"output\" must be at least 1, but got 0");
        assertThatThrownBy(() -> Mlp.of(Activation.TANH, Activation.TANH, List.of()))
                .hasMessage("a net needs at least one dense layer, but got none");
        ImmutableList<Dense> layers = mlp().layers();
        assertThatThrownBy(() -> Mlp.of(Activation.TANH, Activation.TANH, layers.reverse()))
                .hasMessage("dense layer \"hidden1\" takes 2 inputs, but \"output\" before it has 4 outputs");
        Parameter weights = new Parameter("w", Tensor.zeros(2, 3));
        assertThatThrownBy(() -> Dense.of("d", weights, new Parameter("b", Tensor.zeros(2))))
                .hasMessage("dense layer \"d\" needs weights [inputs, outputs] and a bias [outputs], but got [2, 3] and"
                        + " [2]");
    }

    /** The layer of one's own that the documentation of {@link Layer} shows. */
    record Scale(Parameter factor) implements Layer {
        @Override
        public Tensor apply(Tensor x) {
            return x.mul(factor.get());
        }

        @Override
        public List<Parameter> parameters() {
            return factor.isFrozen() ? List.of() : List.of(factor);
        }

        @Override
        public Layer frozen() {
            return new Scale(factor.frozen());
        }

        @Override
        public String name() {
            return "scale";
        }
    }
}
