package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeltasOfYourOwnTest {
    @Test
    void everyClassicMistakeIsDiagnosed() {
        for (int seed = 1; seed <= 3; seed++) {
            Run run = Run.of("DeltasOfYourOwn", "--seed", Integer.toString(seed));
            assertThat(run.exitCode()).isZero();
            assertThat(run.lastLine()).isEqualTo("by hand agrees with autograd; 10 of 10 mistakes diagnosed");
        }
    }

    @Test
    void theMistakeIsNamedWithTheLineWhereItIs() {
        assertThat(Run.of("DeltasOfYourOwn").lines())
                .filteredOn(line -> line.startsWith("  likely slip: "))
                .map(line -> line.replaceAll("java:\\d+", "java:N"))
                .containsExactly(
                        "  likely slip: a factor is forgotten: the derivative of \"sigmoid\" at DeltasOfYourOwn.java:N",
                        "  likely slip: a factor is forgotten: the other operand of \"div\" at DeltasOfYourOwn.java:N",
                        "  likely slip: the sign is wrong",
                        "  likely slip: the derivative is taken at another value: \"h2\" in place of the value of \"add\" at "
                                + "DeltasOfYourOwn.java:N in \"matmul\" at DeltasOfYourOwn.java:N",
                        "  likely slip: the sum over a broadcast axis is missing or wrong",
                        "  likely slip: a factor is forgotten: the derivative of \"tanh\" at DeltasOfYourOwn.java:N",
                        "  likely slip: the derivative is taken at another value: the derivative of \"tanh\" at "
                                + "DeltasOfYourOwn.java:N is taken at its result",
                        "  likely slip: a value is used as it is after an update: \"W3\" in \"matmul\" at "
                                + "DeltasOfYourOwn.java:N is changed by -0.5 times its gradient",
                        "  likely slip: the Jacobian is transposed: \"W2\" in \"matmul\" at DeltasOfYourOwn.java:N is to be "
                                + "transposed, or not to be",
                        "  likely slip: a term is missing or too many: \"h1\" is used 2 times, and the term through \"add\" at "
                                + "DeltasOfYourOwn.java:N is not added");
    }
}
