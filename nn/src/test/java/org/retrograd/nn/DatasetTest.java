package org.retrograd.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.data.CsvReader;
import org.retrograd.nn.data.Preamble;
import org.retrograd.nn.data.Table;

class DatasetTest {
    private static final Tensor X = Tensor.range(10).reshape(5, 2);
    private static final Dataset LABELLED = Dataset.of(X, Indices.of(0, 1, 2, 3, 4));
    private static final Dataset WITH_TARGETS = Dataset.of(X, Tensor.range(5).mul(10));

    @Test
    void keepsInputsAndAnswersTogether() {
        for (Dataset data : List.of(LABELLED.rows(3, 0, 3), LABELLED.shuffled(Seeds.random(1)))) {
            for (int i = 0; i < data.size(); i++) {
                assertThat(data.inputs().get(i, 0)).isEqualTo(2 * data.labels().get(i));
            }
        }
        Dataset shuffled = WITH_TARGETS.shuffled(Seeds.random(1));
        assertThat(shuffled.targets()
                        .sameAs(shuffled.inputs()
                                .take(Indices.of(0), 1)
                                .reshape(5)
                                .mul(5)))
                .isTrue();
    }

    @Test
    void cutsBatchesOfWhichTheLastMayBeSmaller() {
        assertThat(LABELLED.batches(2)).extracting(Dataset::size).containsExactly(2, 2, 1);
        assertThat(LABELLED.batches(2).get(1).labels()).isEqualTo(Indices.of(2, 3));
        assertThat(LABELLED.batches(Integer.MAX_VALUE)).containsExactly(LABELLED);
        assertThat(LABELLED.rows().batches(2)).isEmpty();
        assertThatThrownBy(() -> LABELLED.batches(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the size of a mini-batch must be 1 or more, but got 0");
    }

    @Test
    void readsRowsOfATable() {
        Table table = CsvReader.read(
                new ByteArrayInputStream("1,2,0\n3,4,1\n5,6,2\n".getBytes(StandardCharsets.UTF_8)),
                "three.csv",
                Preamble.NONE);
        Dataset data = Dataset.of(table, 0, 2, 2, 3);
        assertThat(data.inputs().sameAs(Tensor.of(new double[][] {{1, 2}, {3, 4}, {5, 6}})))
                .isTrue();
        assertThat(data.labels()).isEqualTo(Indices.of(0, 1, 2));
        assertThatThrownBy(() -> Dataset.of(table, 0, 2, 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "three.csv, line 3, column 3: expected a class label, a whole number from 0 to 1");
    }

    @Test
    void changesInputsOnly() {
        assertThat(LABELLED.withInputs(X.div(2)).labels()).isSameAs(LABELLED.labels());
        assertThat(WITH_TARGETS.withInputs(X.div(2)).targets()).isSameAs(WITH_TARGETS.targets());
    }

    @Test
    void saysWhatItHas() {
        assertThat(LABELLED).hasToString("Dataset of 5: inputs [5, 2], labels [5]");
        assertThat(WITH_TARGETS).hasToString("Dataset of 5: inputs [5, 2], targets [5]");
        assertThatThrownBy(LABELLED::targets)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this data set has labels, not targets: ask for labels(), or make targets of them by "
                        + "labels().oneHot(classes)");
        assertThatThrownBy(WITH_TARGETS::labels)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "this data set has targets, not labels: ask for targets(), or make it of inputs and Indices");
    }

    @Test
    void refusesAnswersThatAreNotOneForEachInput() {
        assertThatThrownBy(() -> Dataset.of(X, Indices.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a data set needs as many targets or labels as inputs, one a row, but got inputs of shape "
                        + "[5, 2] and labels of shape [2]");
        assertThatThrownBy(() -> Dataset.of(X, Indices.of(0, 0, 0, 0, 0).reshape(5, 1)))
                .hasMessageEndingWith("inputs of shape [5, 2] and labels of shape [5, 1]");
        assertThatThrownBy(() -> Dataset.of(X, Tensor.scalar(1)))
                .hasMessageEndingWith("inputs of shape [5, 2] and targets of shape []");
        assertThatThrownBy(() -> LABELLED.rows(5)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
