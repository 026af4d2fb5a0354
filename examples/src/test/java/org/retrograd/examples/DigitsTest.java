package org.retrograd.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.nn.Activation;
import org.retrograd.nn.Initialiser;
import org.retrograd.nn.Mlp;

class DigitsTest {
    private static final Run THREE = Run.of("Digits", "--epochs", "3");

    private static List<String> withoutTimes(Run run) {
        return run.lines().stream().filter(line -> !line.startsWith("  time: ")).toList();
    }

    @Test
    void whatDataAndNet() {
        assertThat(THREE.exitCode()).isZero();
        assertThat(THREE.err()).isEmpty();
        assertThat(THREE.out()).startsWith("""
                        Optical digits (UCI, 1,797 scans of 8x8): 1,438 to train, 359 held out (every fifth row)
                        Network 64 -> 32 tanh -> 10 softmax, 2,410 weights, seed 1
                        """);
    }

    @Test
    void theProofOnOneScan() {
        assertThat(THREE.lines())
                .contains("Before training: scan 0, a \"0\", by hand and by autograd")
                .anyMatch(line -> line.matches("output 0 +(-0\\.\\d{12}) +\\1 +-0\\.\\d{12}   \\d ulp, (exact|close)"))
                .anyMatch(line -> line.startsWith("hidden 3 "))
                .anyMatch(line -> line.contains("all deltas") && line.contains("42 of 42 agree; largest gap "))
                .anyMatch(line -> line.contains("delta * x") && line.contains("2410 of 2410 agree; largest gap "))
                .anyMatch(line -> line.matches("  time: \\S+ ms forward .* by 2,410 central differences"));
        assertThat(THREE.out()).doesNotContain("WRONG");
    }

    @Test
    void oneLineForEachEpoch() {
        assertThat(THREE.lines().stream().filter(line -> line.matches(" +\\d+  \\d\\.\\d{4} .*#")))
                .hasSize(3)
                .allMatch(line -> line.matches(" +\\d+  \\d\\.\\d{4} + \\d+\\.\\d % + \\d+\\.\\d %  #{30,40}"));
    }

    @Test
    void whatItLearnedAndGotWrong() {
        assertThat(THREE.lines())
                .contains("The first held-out scan, and the first that were misread:")
                .anyMatch(line -> line.matches("   \\d with 0\\.\\d{3} +\\d read as \\d, 0\\.\\d\\d .*"))
                .anyMatch(line -> line.matches("Hidden unit \\d+ speaks (for|against) \\d .*"))
                .anyMatch(line -> line.matches("most often misread: \\d read as \\d \\(\\d times\\), .*"));
    }

    @Test
    void theExamplesItPointsToExist() {
        List<String> names = THREE.out()
                .lines()
                .filter(line -> line.startsWith("next: "))
                .flatMap(line -> Pattern.compile("-Dexample=(\\w+)")
                        .matcher(line)
                        .results()
                        .map(match -> match.group(1)))
                .toList();
        assertThat(names).isNotEmpty();
        assertThat(LauncherTest.names()).containsAll(names);
    }

    @Test
    void atLeast95PercentOfTheHeldOutScansAreRead() {
        Run run = Run.of("Digits");
        assertThat(run.exitCode()).isZero();
        assertThat(run.lastLine()).matches("held out: 3\\d\\d of 359 right \\(9[5-9]\\.\\d %\\)");
        assertThat(run.lastLine()).isEqualTo("held out: 348 of 359 right (96.9 %)");
    }

    @Test
    void theSameSeedGivesTheSameText() {
        assertThat(withoutTimes(Run.of("Digits", "--epochs=3", "--seed=1"))).isEqualTo(withoutTimes(THREE));
        assertThat(withoutTimes(Run.of("Digits", "--epochs=3", "--seed=2"))).isNotEqualTo(withoutTimes(THREE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -3})
    void epochsMustBePositive(int epochs) {
        Run run = Run.of("Digits", "--epochs=" + epochs);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--epochs must be 1 or more, but got " + epochs + "; leave it out for 30");
    }

    @Test
    void aNetThatIsNotWhatTheHandThinksIsFoundOut() {
        // By hand the hidden units are tanh; here they are sigmoid.
        Mlp other = Mlp.of(
                new SplittableRandom(1),
                Initialiser.glorotUniform(),
                Activation.SIGMOID,
                Activation.IDENTITY,
                64,
                32,
                10);
        Tensor scan = Tensor.linspace(0, 1, 64);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(out, true, UTF_8));
        assertThat(new DigitsProof(other, scan, 3).run(report)).isFalse();
        assertThat(out.toString(UTF_8)).contains("WRONG");
    }
}
