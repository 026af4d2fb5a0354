package org.retrograd.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {
    @Test
    void holdsOutEveryFifthRow() {
        Split split = Split.everyFifth(12);
        assertThat(split.train()).containsExactly(0, 1, 2, 3, 5, 6, 7, 8, 10, 11);
        assertThat(split.test()).containsExactly(4, 9);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 1, 0", "4, 4, 0", "5, 4, 1", "150, 120, 30", "178, 143, 35", "1797, 1438, 359"})
    void hasTheSizesOfEveryFifth(int rows, int train, int test) {
        assertThat(Split.everyFifth(rows).train()).hasSize(train);
        assertThat(Split.everyFifth(rows).test()).hasSize(test);
    }

    @Test
    void holdsOutTheLastRows() {
        assertThat(Split.ordered(5, 3)).isEqualTo(new Split(new int[] {0, 1, 2}, new int[] {3, 4}));
        assertThat(Split.ordered(2, 0).train()).isEmpty();
        assertThat(Split.ordered(2, 2).test()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 6})
    void refusesToTrainOnMoreRowsThanThereAre(int train) {
        assertThatThrownBy(() -> Split.ordered(5, train))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("of 5 rows, 0 to 5 can be trained on, but got " + train);
    }

    @Test
    void refusesNegativeNumbersOfRows() {
        assertThatThrownBy(() -> Split.everyFifth(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the number of rows must be 0 or more, but got -1");
    }

    @Test
    void refusesARowInBothParts() {
        assertThatThrownBy(() -> new Split(new int[] {0, 1, 2}, new int[] {3, 1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the rows of a split must differ, but row 1 occurs twice;"
                        + " a row that is trained on must not be tested on");
        assertThatThrownBy(() -> new Split(new int[] {-2}, new int[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rows are counted from 0, but the split has row -2");
    }

    @Test
    void isAValue() {
        int[] rows = {0, 1};
        Split split = new Split(rows, new int[] {2});
        rows[0] = 7;
        split.train()[0] = 7;
        split.test()[0] = 7;
        assertThat(split).isEqualTo(Split.ordered(3, 2)).hasSameHashCodeAs(Split.ordered(3, 2));
        assertThat(split).isNotEqualTo(Split.ordered(3, 1)).isNotEqualTo("split");
        assertThat(split).hasToString("Split[2 to train, 1 held out]");
    }
}
