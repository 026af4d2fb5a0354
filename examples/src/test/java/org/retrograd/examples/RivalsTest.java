package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Dataset;
import org.retrograd.nn.data.CsvReader;
import org.retrograd.nn.data.Preamble;
import org.retrograd.nn.data.Split;

class RivalsTest {
    private static final Dataset DIGITS =
            Dataset.of(CsvReader.readResource(Digits.class, "data/digits.csv.gz", Preamble.NONE), 0, 64, 64, 10);
    private static final Split SPLIT = Split.everyFifth(DIGITS.size());

    @Test
    void threeNearestNeighboursRead354Of359ScansRight() {
        double share = Rivals.nearestNeighbours(DIGITS.rows(SPLIT.train()), DIGITS.rows(SPLIT.test()), 10, 3);
        assertThat(share).isEqualTo(354 / 359.0);
    }

    @Test
    void aModelWithoutHiddenUnitsReadsNineScansOfTen() {
        Dataset scaled = DIGITS.withInputs(DIGITS.inputs().div(16));
        double share =
                Rivals.linear(scaled.rows(SPLIT.train()), scaled.rows(SPLIT.test()), 10, 10, new SplittableRandom(1));
        assertThat(share).isBetween(0.94, 0.98);
    }

    @Test
    void theMajorityOfTheNearestDecides() {
        Dataset train = Dataset.of(Tensor.of(0, 1, 2, 10).reshape(4, 1), Indices.of(1, 0, 0, 1));
        Dataset asked = Dataset.of(Tensor.of(0.1, 9).reshape(2, 1), Indices.of(0, 1));
        assertThat(Rivals.nearestNeighbours(train, asked, 2, 3)).isEqualTo(0.5);
        assertThat(Rivals.nearestNeighbours(train, asked, 2, 1)).isEqualTo(0.5);
    }
}
