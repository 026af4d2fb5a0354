package org.retrograd.examples.gradbench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.examples.gradbench.Samples.Sample;

/** The tool, asked by its protocol, answers every sample. */
class SamplesTest {
    /** Of each number, or of the largest one of its array times 1e-8 if that is more. */
    private static final double TOLERANCE = 1e-9;

    @TestFactory
    Stream<DynamicTest> everyFunctionAnswersItsSamples() {
        return Samples.all().stream()
                .filter(sample -> GradBench.evals().stream()
                        .anyMatch(eval -> eval.module().equals(sample.module())))
                .flatMap(sample -> sample.expected().keySet().stream()
                        .map(function -> DynamicTest.dynamicTest(
                                sample.module() + " " + sample.workload() + " " + function,
                                () -> check(sample, function))));
    }

    private static void check(Sample sample, String function) throws IOException {
        JsonObject request = new JsonObject();
        request.addProperty("id", 7);
        request.addProperty("kind", "evaluate");
        request.addProperty("module", sample.module());
        request.addProperty("function", function);
        JsonObject input = sample.input().deepCopy().getAsJsonObject();
        input.addProperty("min_runs", 1);
        input.addProperty("min_seconds", 0);
        request.add("input", input);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Session(GradBench.evals(), new ByteArrayInputStream((request + "\n").getBytes(UTF_8)), out).run();
        JsonObject answer = JsonParser.parseString(out.toString(UTF_8)).getAsJsonObject();
        assertThat(answer.get("success").getAsBoolean())
                .as(() -> answer.get("error").getAsString())
                .isTrue();
        compare("output", answer.get("output"), sample.expected().get(function));
    }

    static void compare(String path, JsonElement actual, JsonElement expected) {
        if (expected.isJsonObject() && expected.getAsJsonObject().has("__digest__")) {
            compareDigest(path, numbers(actual), expected.getAsJsonObject());
        } else if (expected.isJsonObject()) {
            assertThat(actual.getAsJsonObject().keySet())
                    .isEqualTo(expected.getAsJsonObject().keySet());
            expected.getAsJsonObject()
                    .asMap()
                    .forEach((name, value) ->
                            compare(path + "." + name, actual.getAsJsonObject().get(name), value));
        } else {
            assertThat(shape(actual)).as(path).isEqualTo(shape(expected));
            compare(path, numbers(actual), numbers(expected));
        }
    }

    private static void compareDigest(String path, double[] actual, JsonObject digest) {
        int stride = digest.get("stride").getAsInt();
        double[] sample = new double[(actual.length + stride - 1) / stride];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = actual[i * stride];
        }
        compare(path, sample, numbers(digest.get("sample")));
        double[] norms = {
            DoubleStream.of(actual).map(Math::abs).sum(),
            Math.sqrt(DoubleStream.of(actual).map(x -> x * x).sum()),
            DoubleStream.of(actual).map(Math::abs).max().orElse(0)
        };
        compare(path, norms, new double[] {
            digest.get("l1").getAsDouble(),
            digest.get("l2").getAsDouble(),
            digest.get("max").getAsDouble()
        });
    }

    private static void compare(String path, double[] actual, double[] expected) {
        assertThat(actual).as(path).hasSameSizeAs(expected);
        double largest = DoubleStream.of(expected).map(Math::abs).max().orElse(0);
        for (int i = 0; i < expected.length; i++) {
            double bound = TOLERANCE * Math.max(Math.abs(expected[i]), 1e-8 * largest);
            assertThat(Math.abs(actual[i] - expected[i]))
                    .as("%s[%d]: %s instead of %s", path, i, actual[i], expected[i])
                    .isLessThanOrEqualTo(bound);
        }
    }

    private static double[] numbers(JsonElement value) {
        List<Double> numbers = new ArrayList<>();
        collect(value, numbers);
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void collect(JsonElement value, List<Double> numbers) {
        if (value instanceof JsonArray array) {
            array.forEach(entry -> collect(entry, numbers));
        } else {
            numbers.add(value.getAsDouble());
        }
    }

    private static String shape(JsonElement value) {
        return value instanceof JsonArray array
                ? "[" + array.size() + "]" + (array.isEmpty() ? "" : shape(array.get(0)))
                : "number";
    }
}
