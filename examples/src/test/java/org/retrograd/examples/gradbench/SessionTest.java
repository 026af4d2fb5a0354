package org.retrograd.examples.gradbench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Tensor;

class SessionTest {
    private static final Eval TEST = new Eval(
            "test",
            ImmutableMap.of(
                    "square", input -> () -> input.number("x") * input.number("x"),
                    "rows", input -> () -> Tensor.of(new double[][] {{1, 2}, {3, 4}}),
                    "log", input -> () -> Math.log(input.number("x")),
                    "fails", input -> SessionTest::fails),
            input -> () -> 0.0,
            () -> Input.of("x", 3.0));

    private static Object fails() {
        throw new IllegalArgumentException("no solution");
    }

    private static List<String> answers(String... requests) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] in = (String.join("\n", requests) + "\n").getBytes(UTF_8);
        Supplier<Object> quick = () -> 0.0;
        Eval cold = new Eval("cold", ImmutableMap.of(), input -> quick, () -> Input.of("x", 3.0));
        new Session(List.of(TEST, cold), new ByteArrayInputStream(in), out).run();
        return out.toString(UTF_8).lines().toList();
    }

    private static String evaluate(String function, String input) throws IOException {
        return answers("{\"id\":3,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"" + function
                        + "\",\"input\":" + input + "}")
                .get(0);
    }

    @Test
    void aDialogueFromStartToEnd() throws IOException {
        assertThat(answers(
                        "{\"id\":0,\"kind\":\"start\",\"eval\":\"test\"}",
                        "{\"id\":1,\"kind\":\"define\",\"module\":\"cold\"}",
                        "{\"id\":2,\"kind\":\"analysis\",\"of\":1,\"valid\":true}",
                        "{\"id\":3,\"kind\":\"whatever\"}"))
                .satisfiesExactly(
                        a -> assertThat(a).isEqualTo("{\"id\":0,\"tool\":\"retrograd\"}"),
                        a -> assertThat(a).startsWith("{\"id\":1,\"success\":true,"),
                        a -> assertThat(a).isEqualTo("{\"id\":2}"),
                        a -> assertThat(a).isEqualTo("{\"id\":3}"));
    }

    @Test
    void anEvaluationAnswersOutputAndATimingForEachRun() throws IOException {
        String answer = evaluate("square", "{\"x\":3,\"min_runs\":4,\"min_seconds\":0}");
        assertThat(answer).startsWith("{\"id\":3,\"success\":true,\"output\":9.0,\"timings\":[{\"name\":\"prepare\",");
        assertThat(answer.split("\"name\":\"evaluate\"", -1)).hasSize(5);
    }

    @Test
    void runsGoOnForTheSecondsAskedFor() throws IOException {
        String answer = evaluate("rows", "{\"x\":3,\"min_runs\":1,\"min_seconds\":0.01}");
        assertThat(answer).contains("\"output\":[[1.0,2.0],[3.0,4.0]]");
        long total = 0;
        for (JsonElement timing :
                JsonParser.parseString(answer).getAsJsonObject().getAsJsonArray("timings")) {
            JsonObject entry = timing.getAsJsonObject();
            total += entry.get("name").getAsString().equals("evaluate")
                    ? entry.get("nanoseconds").getAsLong()
                    : 0;
        }
        assertThat(total).isGreaterThanOrEqualTo(10_000_000);
    }

    @Test
    void failuresAreAnsweredAndTheDialogueGoesOn() throws IOException {
        assertThat(answers(
                        "{\"id\":1,\"kind\":\"define\",\"module\":\"nope\"}",
                        "{\"id\":2,\"kind\":\"evaluate\",\"module\":\"nope\",\"function\":\"f\",\"input\":1}",
                        "{\"id\":3,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"f\",\"input\":{\"x\":1}}",
                        "{\"id\":4,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"square\"}",
                        "{\"id\":5,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"square\",\"input\":{\"y\":1}}",
                        "{\"id\":6,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"square\",\"input\":{\"x\":[1]}}",
                        "{\"id\":7,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"fails\",\"input\":{\"x\":1}}",
                        "{\"id\":8,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"log\",\"input\":{\"x\":-1}}",
                        "{\"id\":9,\"kind\":\"start\"}"))
                .containsExactly(
                        "{\"id\":1,\"success\":false,\"error\":\"module \\\"nope\\\" is not implemented; the modules are test, cold\"}",
                        "{\"id\":2,\"success\":false,\"error\":\"module \\\"nope\\\" is not implemented; the modules are test, cold\"}",
                        "{\"id\":3,\"success\":false,\"error\":\"module \\\"test\\\" has no function \\\"f\\\"; it has square, rows, log, fails\"}",
                        "{\"id\":4,\"success\":false,\"error\":\"a request of kind \\\"evaluate\\\" needs a field \\\"input\\\"\"}",
                        "{\"id\":5,\"success\":false,\"error\":\"input has no field \\\"x\\\"\"}",
                        "{\"id\":6,\"success\":false,\"error\":\"input.x must be a number, but is an array of 1 numbers\"}",
                        "{\"id\":7,\"success\":false,\"error\":\"no solution\"}",
                        "{\"id\":8,\"success\":false,\"error\":\"the output of \\\"log\\\" of module \\\"test\\\" has a number that is infinite or not a number, which JSON cannot express\"}",
                        "{\"id\":9,\"tool\":\"retrograd\"}");
    }

    @Test
    void malformedLinesAreAnsweredWithTheirIdIfItWasRead() throws IOException {
        assertThat(answers(
                        "{\"id\":1,\"kind\":\"start\"}",
                        "{\"id\":2,\"kind\":\"evaluate\",\"module\":\"te",
                        "",
                        "nonsense",
                        "{\"id\":4,\"kind\":\"evaluate\",\"input\":{\"x\":[1,2,}}",
                        "{\"id\":5,\"input\":[null]}",
                        "{\"id\":6} {}",
                        "{\"id\":7,\"input\":" + "[".repeat(100) + "]".repeat(100) + "}",
                        "{\"id\":8,\"kind\":\"start\"}"))
                .satisfiesExactly(
                        a -> assertThat(a).startsWith("{\"id\":1,"),
                        a -> assertThat(a)
                                .isEqualTo("{\"id\":2,\"success\":false,\"error\":\"line 2 of the input is no request: "
                                        + "Unterminated string at column 39 path $.module\"}"),
                        a -> assertThat(a)
                                .startsWith(
                                        "{\"success\":false,\"error\":\"line 4 of the input is no request: malformed"),
                        a -> assertThat(a).startsWith("{\"id\":4,\"success\":false,\"error\":\"line 5 of the input"),
                        a -> assertThat(a).contains("expected a value, but got null at $.input[0]"),
                        a -> assertThat(a).startsWith("{\"id\":6,\"success\":false,"),
                        a -> assertThat(a).contains("nested more than 32 deep"),
                        a -> assertThat(a).startsWith("{\"id\":8,"));
    }

    @Test
    void aLineMayBeLongerThanAnyBuffer() throws IOException {
        String numbers = "1.5,".repeat(100_000) + "2";
        String answer = answers(
                        "{\"id\":1,\"kind\":\"evaluate\",\"module\":\"test\",\"function\":\"square\",\"input\":{\"long\":["
                                + numbers + "],\"x\":3}}")
                .get(0);
        assertThat(answer).contains("\"output\":9.0");
    }
}
