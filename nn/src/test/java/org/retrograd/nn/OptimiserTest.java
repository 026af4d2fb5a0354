package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/** Gradient descent and Adam on E = Σ wᵢ⁴/4, whose gradient is w³, against plain loops. */
class OptimiserTest {
    private final Parameter w = new Parameter("w", Tensor.of(0.9, -0.4));

    private Gradients gradients() {
        return w.get().pow(4).sum().div(4).backward();
    }

    @Test
    void gradientDescentFollowsThePaperOf1986() {
        GradientDescent descent = GradientDescent.of(List.of(w, w)).rate(0.2).momentum(0.9);
        assertThat(descent.parameters()).containsExactly(w);
        double[] value = {0.9, -0.4};
        double[] change = {0, 0};
        for (int step = 0; step < 10; step++) {
            descent.step(gradients());
            for (int i = 0; i < 2; i++) {
                change[i] = -0.2 * value[i] * value[i] * value[i] + 0.9 * change[i];
                value[i] += change[i];
            }
            assertThat(w.get().toArray()).containsExactly(value, within(1e-14));
        }
        assertThat(descent).hasToString("GradientDescent[rate 0.2, momentum 0.9, weight decay 0.0, 10 steps made]");
    }

    @Test
    void gradientDescentDecaysWeightsBesideTheStepAndFollowsItsSchedule() {
        GradientDescent descent = GradientDescent.of(List.of(w))
                .rate(0.2)
                .momentum(0.5)
                .weightDecay(0.1)
                .schedule(Schedule.inverseTime(1));
        double[] value = {0.9, -0.4};
        double[] change = {0, 0};
        for (int step = 0; step < 5; step++) {
            descent.step(gradients());
            double rate = 0.2 / (1 + step);
            for (int i = 0; i < 2; i++) {
                change[i] = -rate * value[i] * value[i] * value[i] + 0.5 * change[i];
                value[i] += change[i] - rate * 0.1 * value[i];
            }
            assertThat(w.get().toArray()).containsExactly(value, within(1e-14));
        }
    }

    @Test
    void adamFollowsItsPaper() {
        Adam adam = Adam.of(List.of(w))
                .rate(0.05)
                .betas(0.8, 0.95)
                .weightDecay(0.01)
                .schedule(Schedule.stepDecay(3, 0.5));
        double[] value = {0.9, -0.4};
        double[] m = {0, 0};
        double[] v = {0, 0};
        for (int t = 1; t <= 8; t++) {
            adam.step(gradients());
            double rate = 0.05 * (t <= 3 ? 1 : t <= 6 ? 0.5 : 0.25);
            for (int i = 0; i < 2; i++) {
                double g = value[i] * value[i] * value[i];
                m[i] = 0.8 * m[i] + 0.2 * g;
                v[i] = 0.95 * v[i] + 0.05 * g * g;
                double mHat = m[i] / (1 - Math.pow(0.8, t));
                double vHat = v[i] / (1 - Math.pow(0.95, t));
                value[i] -= rate * mHat / (Math.sqrt(vHat) + 1e-8) + rate * 0.01 * value[i];
            }
            assertThat(w.get().toArray()).containsExactly(value, within(1e-13));
        }
        assertThat(adam).hasToString("Adam[rate 0.05, betas 0.8 and 0.95, weight decay 0.01, 8 steps made]");
    }

    @Test
    void settingsReturnARuleBeforeItsFirstStep() {
        GradientDescent descent = GradientDescent.of(List.of(w)).rate(0.1).momentum(0.9);
        descent.step(gradients());
        Parameter fresh = new Parameter("fresh", w.get());
        descent.rate(0.1).step(gradients());
        GradientDescent.of(List.of(fresh))
                .rate(0.1)
                .step(fresh.get().pow(4).sum().div(4).backward());
        assertThat(w.get().sameAs(fresh.get())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.1})
    void refuseRatesThatAreNotFiniteAndAboveZero(double rate) {
        String message = "the learning rate must be a finite number above 0, but got " + rate
                + "; start with 0.1 for gradient descent, 0.001 for Adam";
        assertThatThrownBy(() -> GradientDescent.of(List.of(w)).rate(rate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Adam.of(List.of(w)).rate(rate)).hasMessage(message);
        Network net = Sequential.of(Dense.of("d", 1, 1, Initialiser.zeros(), Seeds.random(1)));
        assertThatThrownBy(() -> DeltaRule.of(net).rate(rate)).hasMessage(message);
    }

    @Test
    void refuseOtherSettingsThatMakeNoSense() {
        GradientDescent descent = GradientDescent.of(List.of(w));
        assertThatThrownBy(() -> descent.momentum(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("momentum must be at least 0 and below 1, but got 1.0; 0.9 is usual");
        assertThatThrownBy(() -> descent.weightDecay(Double.NaN))
                .hasMessage("weight decay must be a finite number of at least 0, but got NaN; 0 leaves it out");
        assertThatThrownBy(() -> Adam.of(List.of(w)).betas(0.9, -1))
                .hasMessage("beta2 must be at least 0 and below 1, but got -1.0; 0.9 is usual");
        assertThatThrownBy(() -> descent.schedule(step -> Double.NaN).step(gradients()))
                .hasMessage("a schedule must give a finite factor of at least 0, but gave NaN at step 0");
        assertThat(w.get().toArray()).containsExactly(0.9, -0.4);
    }

    @Test
    void refuseToTrainWhatIsFrozenOrNotThere() {
        assertThatThrownBy(() -> GradientDescent.of(List.of(w.frozen())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "parameter \"w\" is frozen and cannot be trained; give the parameters of the network it was "
                                + "frozen from");
        assertThatThrownBy(() -> Adam.of(List.of()))
                .hasMessage(
                        "there is nothing to train: the list of parameters is empty, as that of a frozen network is");
    }

    @Test
    void changeNothingIfAGradientIsNotFinite() {
        Parameter bad = new Parameter("bad", Tensor.of(0, 1));
        List<Parameter> both = List.of(w, bad);
        for (Optimiser optimiser : List.of(GradientDescent.of(both).momentum(0.9), Adam.of(both))) {
            String before = optimiser.toString();
            Gradients g = w.get().sum().add(bad.get().log().sum()).backward();
            assertThatThrownBy(() -> optimiser.step(g))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage("the gradient by \"bad\" has an entry that is NaN or infinite, so the step was not"
                            + " made and nothing was changed: lower the learning rate, or look for a logarithm"
                            + " or division at 0");
            Gradients nan = w.get().sum().add(bad.get().mul(Double.NaN).sum()).backward();
            assertThatThrownBy(() -> optimiser.step(nan)).isInstanceOf(ArithmeticException.class);
            assertThat(w.get().toArray()).containsExactly(0.9, -0.4);
            assertThat(bad.get().toArray()).containsExactly(0, 1);
            assertThat(optimiser).hasToString(before);
        }
    }

    @Test
    void changeNothingIfTheLossDoesNotDependOnAParameter() {
        Parameter unused = new Parameter("unused", Tensor.of(1));
        GradientDescent descent = GradientDescent.of(List.of(w, unused));
        assertThatThrownBy(() -> descent.step(gradients()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no gradient by \"unused\": ");
        assertThat(w.get().toArray()).containsExactly(0.9, -0.4);
    }

    @Test
    void schedulesAreTheirFormulas() {
        assertThat(Schedule.CONSTANT.factor(99)).isEqualTo(1);
        assertThat(Schedule.stepDecay(10, 0.5).factor(29)).isEqualTo(0.25);
        assertThat(Schedule.cosine(10).factor(0)).isEqualTo(1);
        assertThat(Schedule.cosine(10).factor(5)).isCloseTo(0.5, within(1e-15));
        assertThat(Schedule.cosine(10).factor(11)).isZero();
        assertThat(Schedule.CONSTANT.withWarmUp(4).factor(0)).isEqualTo(0.25);
        assertThat(Schedule.inverseTime(1).withWarmUp(4).factor(9)).isEqualTo(0.1);
        assertThatThrownBy(() -> Schedule.cosine(0)).hasMessage("the number of steps must be at least 1, but got 0");
    }
}
