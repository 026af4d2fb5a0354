package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OwnRulesTest {
    @Test
    void theReportNamesTheBrokenRuleAndTheLineThatCallsIt() throws IOException {
        Run run = Run.of("OwnActivation");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("swish, with a rule of its own, in a net: passed")
                .contains("gradient check FAILED");
        assertThat(blamed(run, "brokenSwish", "OwnActivation")).contains("BROKEN.apply(x)");
    }

    @Test
    void soForALayer() throws IOException {
        Run run = Run.of("OwnLayer");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("A weight-normalised layer, by input and parameters: passed")
                .contains("gradient check FAILED");
        assertThat(blamed(run, "brokenNormalise", "OwnLayer")).contains("weights.apply(");
    }

    /** Returns the source line that the last line of the output names. */
    private static String blamed(Run run, String rule, String example) throws IOException {
        Matcher blame = Pattern.compile("The rule to blame: " + rule + ", " + example + "\\.java:(\\d+)")
                .matcher(run.lastLine());
        assertThat(blame.matches()).as(run.lastLine()).isTrue();
        List<String> source = Files.readAllLines(Path.of("src/main/java/org/retrograd/examples/" + example + ".java"));
        return source.get(Integer.parseInt(blame.group(1)) - 1);
    }
}
