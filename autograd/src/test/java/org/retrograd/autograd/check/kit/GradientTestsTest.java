package org.retrograd.autograd.check.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.check.Planted;
import org.retrograd.autograd.tensor.Tensor;

/** Itself a class of gradient tests, besides what it tests of others. */
class GradientTestsTest implements GradientTests {
    private int calls;

    @GradientTest
    Tensor swish(Tensor x) {
        calls++;
        return x.mul(x.sigmoid());
    }

    @GradientTest(samples = 2, seed = 5)
    Tensor entropy(@In(Domain.SIMPLEX) @OfShape(4) Tensor p) {
        assertThat(p.gt(0).all()).isTrue();
        assertThat(p.dim(0)).isEqualTo(4);
        return p.mul(p.log()).sum().neg();
    }

    @GradientTest
    Tensor form(@In(Domain.POSITIVE_DEFINITE) Tensor a, @OfShape(3) Tensor x) {
        return a.matmul(x).dot(x);
    }

    @Test
    void eachMarkedMethodIsATestThatCallsIt() throws Throwable {
        assertThat(gradients())
                .extracting(DynamicTest::getDisplayName)
                .containsExactlyInAnyOrder("swish", "entropy", "form");
        for (DynamicTest test : gradients()) {
            test.getExecutable().execute();
        }
        assertThat(calls).isPositive();
    }

    /** Each method of it is wrong. */
    static class Wrong implements GradientTests {
        private static final Planted WRONG = Planted.unary("mySin", Tensor::sin)
                .backward((g, x, y) -> g.mul(x.cos()).neg());

        @GradientTest(samples = 1, seed = 8)
        Tensor wave(Tensor x) {
            return WRONG.apply(x.mul(2));
        }
    }

    /** Has nothing to check. */
    static class Nothing implements GradientTests {}

    /** Is no function of tensors. */
    static class NoFunction implements GradientTests {
        @GradientTest
        double length(Tensor x) {
            return x.norm().item();
        }
    }

    /** Returns nothing. */
    static class Null implements GradientTests {
        @GradientTest
        Tensor nothing(Tensor x) {
            return null;
        }
    }

    private static void first(GradientTests tests) throws Throwable {
        tests.gradients().get(0).getExecutable().execute();
    }

    @Test
    void aWrongRuleFailsWithTheReportOfTheChecker() {
        assertThatThrownBy(() -> first(new Wrong()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("FAILED: wave, sample 1 of seed 8")
                .hasMessageContaining("mySin")
                .hasMessageContaining("GradientTestsTest.java:");
    }

    @Test
    void whatIsNoGradientTestSaysWhy() {
        assertThatThrownBy(() -> new Nothing().gradients())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Nothing implements GradientTests, but no method is marked with @GradientTest: there is nothing to check");
        assertThatThrownBy(() -> first(new NoFunction()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "a @GradientTest takes tensors, at least one, and returns a tensor, but got double ");
    }

    @Test
    void aMethodThatReturnsNullSaysSo() {
        assertThatThrownBy(() -> first(new Null())).hasMessageContaining("nothing returned null");
    }
}
