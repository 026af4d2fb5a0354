package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeltasOfYourOwnTest {
    @Test
    void everyClassicMistakeIsLocated() {
        for (int seed = 1; seed <= 3; seed++) {
            Run run = Run.of("DeltasOfYourOwn", "--seed", Integer.toString(seed));
            assertThat(run.exitCode()).isZero();
            assertThat(run.lastLine()).isEqualTo("by hand agrees with autograd; 8 of 8 mistakes located");
        }
    }

    @Test
    void aSignAndACountAreDiagnosed() {
        assertThat(Run.of("DeltasOfYourOwn").lines())
                .containsSubsequence(
                        "Mistake: the sum over the examples in place of the mean",
                        "  first wrong on the way back: delta 3",
                        "  likely slip: a factor n or 1/n, the number of entries, is missing or too many",
                        "Mistake: t - y in place of y - t",
                        "  first wrong on the way back: delta 3",
                        "  likely slip: the sign is wrong",
                        "Mistake: the two terms of delta 1 not added: the second overwrites the first",
                        "  first wrong on the way back: delta 1",
                        "  likely slip: a term is missing or too many");
    }
}
