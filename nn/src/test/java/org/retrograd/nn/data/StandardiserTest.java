package org.retrograd.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StandardiserTest {
    @Test
    void bringsTrainingRowsToMeanZeroAndDeviationOne() {
        Standardiser standardiser = Standardiser.of(new double[] {2, 10, 4, 20, 4, 20, 6, 30}, 2);
        assertThat(standardiser.means()).containsExactly(4, 20);
        assertThat(standardiser.deviations())
                .containsExactly(new double[] {Math.sqrt(2), Math.sqrt(50)}, within(1e-15));
        double half = Math.sqrt(2);
        assertThat(standardiser.apply(new double[] {2, 10, 4, 20, 6, 30}))
                .containsExactly(new double[] {-half, -half, 0, 0, half, half}, within(1e-15));
    }

    @Test
    void leavesTheUnitOfAConstantColumn() {
        Standardiser standardiser = Standardiser.of(new double[] {0.1, 0.1, 0.1}, 1);
        assertThat(standardiser.means()).containsExactly(0.1);
        assertThat(standardiser.deviations()).containsExactly(1);
        assertThat(standardiser.apply(new double[] {0.1, 2.1})).containsExactly(0, 2);
    }

    @Test
    void takesOneRow() {
        assertThat(Standardiser.of(new double[] {3, 4}, 2).apply(new double[] {3, 5}))
                .containsExactly(0, 1);
    }

    @Test
    void isImmutable() {
        double[] rows = {1, 3};
        Standardiser standardiser = Standardiser.of(rows, 1);
        standardiser.means()[0] = 9;
        standardiser.deviations()[0] = 9;
        assertThat(standardiser.apply(rows)).containsExactly(-1, 1);
        assertThat(rows).containsExactly(1, 3);
        assertThat(standardiser).hasToString("Standardiser[means [2.0], deviations [1.0]]");
    }

    @Test
    void refusesRowsThatAreNotFull() {
        assertThatThrownBy(() -> Standardiser.of(new double[] {1, 2, 3}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected full rows of 2 columns (at least 1), but got 3 numbers");
        assertThatThrownBy(() -> Standardiser.of(new double[] {1, 2, 3}, 0))
                .hasMessage("expected full rows of 0 columns (at least 1), but got 3 numbers");
        Standardiser standardiser = Standardiser.of(new double[] {1, 2}, 2);
        assertThatThrownBy(() -> standardiser.apply(new double[] {1}))
                .hasMessage("expected full rows of 2 columns (at least 1), but got 1 numbers");
    }

    @Test
    void refusesNoRows() {
        assertThatThrownBy(() -> Standardiser.of(new double[0], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a mean needs at least one row, but there is none");
    }

    @Test
    void refusesNumbersThatAreNotFinite() {
        assertThatThrownBy(() -> Standardiser.of(new double[] {1, 2, 1, Double.NaN}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("column 1 (counted from 0) needs a finite mean and deviation, but they are NaN and NaN;"
                        + " remove the values that are not finite or too large");
        assertThatThrownBy(() -> Standardiser.of(new double[] {1e300, -1e300}, 1))
                .hasMessage(
                        "column 0 (counted from 0) needs a finite mean and deviation, but they are 0.0 and Infinity;"
                                + " remove the values that are not finite or too large");
    }
}
