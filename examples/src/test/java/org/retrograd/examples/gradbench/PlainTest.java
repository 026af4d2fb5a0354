package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.examples.gradbench.Samples.Sample;

/** The loops that derivatives are measured by compute what the samples say. */
class PlainTest {
    private static final Map<String, Function<Input, Supplier<Object>>> PLAIN =
            ImmutableMap.<String, Function<Input, Supplier<Object>>>builder()
                    .put("gmm objective", PlainGmm::of)
                    .put("ba objective", PlainTest::firstObservation)
                    .put("ht objective", PlainHt::of)
                    .put("lstm objective", PlainLstm::of)
                    .put("kmeans cost", PlainKmeans::of)
                    .put("det primal", PlainDet::of)
                    .put("llsq primal", PlainLlsq::of)
                    .put("lse primal", PlainLse::of)
                    .put("ode primal", PlainOde::of)
                    .build();

    @TestFactory
    Stream<DynamicTest> loops() {
        return Samples.all().stream()
                .flatMap(sample -> sample.expected().keySet().stream()
                        .filter(function -> PLAIN.containsKey(sample.module() + " " + function))
                        .map(function -> DynamicTest.dynamicTest(
                                sample.module() + " " + sample.workload(), () -> check(sample, function))));
    }

    private static void check(Sample sample, String function) throws IOException {
        Input input = Input.of(
                Json.read(new JsonReader(new StringReader(sample.input().toString()))));
        Object value = PLAIN.get(sample.module() + " " + function).apply(input).get();
        SamplesTest.compare(
                "value", new Gson().toJsonTree(value), sample.expected().get(function));
    }

    private static Supplier<Object> firstObservation(Input input) {
        double[] errors = (double[]) PlainBa.of(input).get();
        int p = errors.length / 3;
        JsonObject expected = new JsonObject();
        expected.add("reproj_error", repeated("elements", new double[] {errors[0], errors[1]}, p));
        expected.add("w_err", repeated("element", errors[3 * p - 1], p));
        return () -> expected;
    }

    private static JsonObject repeated(String name, Object value, int count) {
        JsonObject object = new JsonObject();
        object.add(name, new Gson().toJsonTree(value));
        object.addProperty("repeated", count);
        return object;
    }
}
