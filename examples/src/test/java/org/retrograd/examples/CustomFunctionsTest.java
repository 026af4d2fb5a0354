package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Tensor;

class CustomFunctionsTest {
    @Test
    void theThreeWaysAgree() {
        Run run = Run.of("CustomFunctions");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lines())
                .contains("in traces: from add, from slidingDotOnArrays, from slidingDot")
                .contains("checked as the built-in operations are: slidingDot(a, b, 3) passed")
                .anyMatch(line -> line.startsWith(
                        "second derivative of a rule on arrays: \"cube\" can be differentiated" + " once only"));
        assertThat(run.lastLine()).isEqualTo("all three ways agree");
    }

    @Test
    void theOperationRefusesAWindowThatDoesNotFit() {
        assertThatThrownBy(() -> new CustomFunctions.SlidingDot(4).apply(Tensor.of(1, 2, 3), Tensor.of(1, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slidingDot needs [.., n], [.., n] and a width from 1 to n, but got [3], [3] and 4");
    }
}
