package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

class LossTest {
    private static final Tensor Y = Tensor.of(new double[][] {{1, -2}, {0.5, 3}});
    private static final Tensor T = Tensor.of(new double[][] {{0, 0}, {0.5, 1}});

    private static final Map<String, BinaryOperator<Tensor>> ALL = Map.of(
            "halfSquaredError", Loss::halfSquaredError,
            "meanSquaredError", Loss::meanSquaredError,
            "l1", Loss::l1,
            "huber", (y, t) -> Loss.huber(y, t, 1),
            "binaryCrossEntropy", Loss::binaryCrossEntropy,
            "sumBinaryCrossEntropy", Loss::sumBinaryCrossEntropy);

    @Test
    void areTheirFormulas() {
        assertThat(Loss.halfSquaredError(Y, T).item()).isEqualTo(0.5 * (1 + 4 + 0 + 4));
        assertThat(Loss.meanSquaredError(Y, T).item()).isEqualTo((1 + 4 + 0 + 4) / 4.0);
        assertThat(Loss.l1(Y, T).item()).isEqualTo((1 + 2 + 0 + 2) / 4.0);
        assertThat(Loss.huber(Y, T, 1).item()).isEqualTo((0.5 + 1.5 + 0 + 1.5) / 4.0);
    }

    @Test
    void ofLogitsAreMinusTheLogOfTheProbability() {
        Tensor probability = Y.softmax(-1);
        double expected = -Math.log(probability.get(0, 1)) - Math.log(probability.get(1, 0));
        Indices labels = Indices.of(1, 0);
        assertThat(Loss.sumCrossEntropy(Y, labels).item()).isCloseTo(expected, within(1e-14));
        assertThat(Loss.crossEntropy(Y, labels).item()).isCloseTo(expected / 2, within(1e-14));
        assertThat(Loss.crossEntropy(Y.slice(0, 0, 1).reshape(2), Indices.of(1).reshape())
                        .item())
                .isCloseTo(-Math.log(probability.get(0, 1)), within(1e-14));

        Tensor p = Y.sigmoid();
        double binary = -Math.log(1 - p.get(0, 0))
                - Math.log(1 - p.get(0, 1))
                - 0.5 * Math.log(p.get(1, 0))
                - 0.5 * Math.log(1 - p.get(1, 0))
                - Math.log(p.get(1, 1));
        assertThat(Loss.sumBinaryCrossEntropy(Y, T).item()).isCloseTo(binary, within(1e-14));
        assertThat(Loss.binaryCrossEntropy(Y, T).item()).isCloseTo(binary / 4, within(1e-14));
    }

    @Test
    void ofTwoClassesIsTheBinaryLoss() {
        Tensor z = Tensor.of(0.7, -1.3);
        Tensor logits = Tensor.stack(-1, Tensor.zeros(2), z);
        assertThat(Loss.sumCrossEntropy(logits, Indices.of(1, 0)).item())
                .isCloseTo(Loss.sumBinaryCrossEntropy(z, Tensor.of(1, 0)).item(), within(1e-15));
    }

    @Test
    void keepTheirDigitsForLargeLogits() {
        Tensor z = Tensor.variable(40, -40, 800, -800);
        Tensor right = Loss.sumBinaryCrossEntropy(z, Tensor.of(1, 0, 1, 0));
        assertThat(right.item()).isCloseTo(2 * Math.exp(-40), within(1e-30));
        assertThat(right.backward().of(z).get(0)).isCloseTo(-Math.exp(-40), within(1e-30));
        assertThat(Loss.sumBinaryCrossEntropy(z, Tensor.of(0, 1, 0, 1)).item()).isEqualTo(1680);
        Tensor wide = Tensor.variable(Tensor.of(new double[][] {{1000, 0, -1000}}));
        Tensor loss = Loss.crossEntropy(wide, Indices.of(1));
        assertThat(loss.item()).isEqualTo(1000);
        assertThat(loss.backward().of(wide).toArray()).containsExactly(1, -1, 0);
    }

    @Test
    void haveTheGradientOfTheTextbookAtLogits() {
        Tensor z = Tensor.variable(Y);
        Tensor g = Loss.sumCrossEntropy(z, Indices.of(1, 0)).backward().of(z);
        Tensor expected = Y.softmax(-1).sub(Indices.of(1, 0).oneHot(2));
        assertThat(g.sub(expected).normInf().item()).isLessThan(1e-15);
        Tensor b = Loss.sumBinaryCrossEntropy(z, T).backward().of(z);
        assertThat(b.sub(Y.sigmoid().sub(T)).normInf().item()).isLessThan(1e-15);
    }

    @Test
    void neverBroadcast() {
        ALL.forEach((name, loss) -> assertThatThrownBy(() -> loss.apply(Tensor.ones(4), Tensor.ones(4, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        name + " needs outputs and targets of one shape, but got [4] and [4, 1]: reshape the targets,"
                                + " a loss does not broadcast"));
    }

    @Test
    void refuseAMeanOfNothing() {
        Tensor none = Tensor.zeros(0, 3);
        for (String name : new String[] {"meanSquaredError", "l1", "huber", "binaryCrossEntropy"}) {
            assertThatThrownBy(() -> ALL.get(name).apply(none, none))
                    .hasMessage(
                            name + " is a mean and needs at least one example, but got outputs of shape [0, 3]; leave"
                                    + " empty batches out");
        }
        assertThatThrownBy(() -> Loss.crossEntropy(none, Indices.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "crossEntropy is a mean and needs at least one example, but got outputs of shape [0, 3]; leave"
                                + " empty batches out");
        assertThat(Loss.sumCrossEntropy(none, Indices.of()).item()).isZero();
        assertThat(Loss.halfSquaredError(none, none).item()).isZero();
    }

    @Test
    void refuseLabelsOutsideTheClasses() {
        assertThatThrownBy(() -> Loss.crossEntropy(Y, Indices.of(0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "crossEntropy got label 2 at position 1, which is outside the classes 0 to 1 of logits of shape"
                                + " [2, 2]: number the classes from 0, or give the net more outputs");
        assertThatThrownBy(() -> Loss.sumCrossEntropy(Y, Indices.of(-1, 0)))
                .hasMessageStartingWith(
                        "sumCrossEntropy got label -1 at position 0, which is outside the classes 0 to 1");
    }

    @Test
    void refuseLabelsThatAreNotOneForEachRow() {
        assertThatThrownBy(() -> Loss.crossEntropy(Y, Indices.of(0, 1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "crossEntropy needs logits [.., classes] and one label for each row, but got [2, 2] and labels"
                                + " of shape [3]");
        assertThatThrownBy(() -> Loss.crossEntropy(Y, Indices.of(0, 1).reshape(2, 1)))
                .hasMessageEndingWith("but got [2, 2] and labels of shape [2, 1]");
        assertThatThrownBy(() -> Loss.crossEntropy(Tensor.scalar(1), Indices.of(0)))
                .hasMessageEndingWith("but got [] and labels of shape [1]");
    }

    @Test
    void refuseTargetsThatAreNoProbabilities() {
        for (double target : new double[] {-0.5, 1.5, Double.NaN}) {
            assertThatThrownBy(() -> Loss.binaryCrossEntropy(Tensor.of(0), Tensor.of(target)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("binaryCrossEntropy needs targets from 0 to 1, but got Tensor[1]")
                    .hasMessageEndingWith("1 stands for yes, 0 for no");
        }
        assertThatThrownBy(() -> Loss.huber(Y, T, 0))
                .hasMessage("huber needs a delta above 0, but got 0.0; 1 is usual");
    }
}
