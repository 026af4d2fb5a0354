package org.retrograd.examples.gradbench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The tool in a process of its own, asked line by line: nothing but answers comes out, each before the next question. */
class GradBenchTest {
    @Test
    void theToolFollowsTheChainOfDoubles() throws IOException, InterruptedException {
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-classpath",
                        classes,
                        "org.retrograd.examples.Launcher",
                        "gradbench")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader answers = new BufferedReader(new InputStreamReader(tool.getInputStream(), UTF_8));
        try (Writer requests = new OutputStreamWriter(tool.getOutputStream(), UTF_8)) {
            assertThat(ask(requests, answers, "{\"id\":0,\"kind\":\"start\",\"eval\":\"hello\"}"))
                    .isEqualTo("{\"id\":0,\"tool\":\"retrograd\"}");
            assertThat(ask(requests, answers, "{\"id\":1,\"kind\":\"define\",\"module\":\"hello\"}"))
                    .startsWith("{\"id\":1,\"success\":true");
            double x = 1;
            for (int id = 2; id < 10; id += 2) {
                assertThat(number(ask(requests, answers, evaluate(id, "square", x)), id))
                        .isEqualTo(x * x);
                double y = number(ask(requests, answers, evaluate(id + 1, "double", x * x)), id + 1);
                assertThat(y).isEqualTo(2 * x * x);
                x = y;
            }
            assertThat(ask(requests, answers, "no JSON")).contains("\"success\":false");
        }
        assertThat(answers.readLine()).isNull();
        assertThat(tool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(tool.exitValue()).isZero();
    }

    private static String ask(Writer requests, BufferedReader answers, String line) throws IOException {
        requests.write(line + "\n");
        requests.flush();
        return answers.readLine();
    }

    private static String evaluate(int id, String function, double x) {
        return "{\"id\":" + id + ",\"kind\":\"evaluate\",\"module\":\"hello\",\"function\":\"" + function
                + "\",\"input\":" + x + "}";
    }

    private static double number(String answer, int id) {
        JsonObject fields = JsonParser.parseString(answer).getAsJsonObject();
        assertThat(fields.get("id").getAsInt()).isEqualTo(id);
        return fields.get("output").getAsDouble();
    }

    @Test
    void allTwelveProblemsAreThere() {
        assertThat(GradBench.evals().stream().map(Eval::module))
                .containsExactlyInAnyOrder(
                        "hello",
                        "gmm",
                        "ba",
                        "ht",
                        "lstm",
                        "kmeans",
                        "det",
                        "llsq",
                        "lse",
                        "ode",
                        "particle",
                        "saddle");
    }

    @Test
    void everySyntheticInputIsAnswered() {
        for (Eval eval : GradBench.evals()) {
            for (String function : eval.functions().keySet()) {
                Object output = eval.prepare(function, eval.synthetic().get()).get();
                assertThat(Json.finite(output))
                        .as(eval.module() + " " + function)
                        .isTrue();
            }
        }
    }
}
