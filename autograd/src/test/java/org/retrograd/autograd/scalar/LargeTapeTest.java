package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A tape of 50 million operations is recorded and swept in a Java machine of its own that may take 4 GB. */
@Tag("heavy")
class LargeTapeTest {
    private static final int OPERATIONS = 50_000_000;

    @Test
    void fiftyMillionOperationsFitIntoFourGigabytes() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx4g",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LargeTapeTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        // op code and operands 14, value 8, adjoint 8, and 8 for the constant that every other operation adds
        assertThat(said).contains("50000001 operations, 34.0 bytes each");
    }

    /** Records y = x y + 1e-9 over and over, and compares derivatives with those of the loop. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        double x = 1 - 1e-8;
        Tape tape = Tape.withLimit(OPERATIONS + 1);
        Scalar variable = tape.variable(x);
        Scalar y = Scalar.ONE;
        double value = 1;
        double derivative = 0;
        for (int i = 0; i < OPERATIONS; i += 2) {
            y = y.multiply(variable).add(1e-9);
            derivative = derivative * x + value;
            value = value * x + 1e-9;
        }
        double swept = tape.gradient(y, variable)[0];
        if (y.value() != value || Math.abs(swept - derivative) > 1e-9 * derivative) {
            throw new AssertionError(
                    "value " + y.value() + ", not " + value + "; derivative " + swept + ", not " + derivative);
        }
        System.out.printf(
                Locale.ROOT, "%d operations, %.1f bytes each%n", tape.size(), (double) tape.bytes() / tape.size());
    }
}
