package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

class ParameterTest {
    @Test
    void isAVariableUnderItsName() {
        Parameter w = new Parameter("w", Tensor.of(1, 2));
        assertThat(w.get().traced()).isTrue();
        assertThat(w.get().toString()).contains("w");
        assertThat(w.toString()).startsWith("Parameter w = ");
        assertThat(w.name()).isEqualTo("w");
    }

    @Test
    void meansTheValueOfTheForwardPassAfterItWasSet() {
        Parameter w = new Parameter("w", Tensor.of(1, 2));
        Gradients g = w.get().square().sum().backward();
        w.set(Tensor.of(10, 20));
        assertThat(g.of(w).toArray()).containsExactly(2, 4);
        assertThat(w.get().toArray()).containsExactly(10, 20);
    }

    @Test
    void cutsANewValueFromItsGraph() {
        Parameter w = new Parameter("w", Tensor.of(1, 2));
        Parameter other = new Parameter("other", Tensor.of(3, 4));
        w.set(other.get().mul(2));
        assertThat(w.get().sum().backward().has(other.get())).isFalse();
    }

    @Test
    void keepsItsShape() {
        Parameter w = new Parameter("w", Tensor.of(1, 2));
        assertThatThrownBy(() -> w.set(Tensor.of(1, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter \"w\" has shape [2], but the new value has [3]; a parameter keeps its shape");
    }

    @Test
    void recordsNothingAndKeepsItsValueWhenFrozen() {
        Parameter w = new Parameter("w", Tensor.of(1, 2));
        Parameter frozen = w.frozen();
        w.set(Tensor.of(3, 4));
        assertThat(frozen.get().traced()).isFalse();
        assertThat(frozen.get().toArray()).containsExactly(1, 2);
        assertThat(frozen.frozen()).isSameAs(frozen);
        assertThatThrownBy(() -> frozen.set(Tensor.of(0, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("parameter \"w\" is frozen and keeps its value; set the parameter of the network it was "
                        + "frozen from");
    }
}
