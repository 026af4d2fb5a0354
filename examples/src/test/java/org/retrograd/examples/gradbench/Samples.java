package org.retrograd.examples.gradbench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** The samples that stand beside the tests: inputs, and what each function must answer. */
final class Samples {
    /** One input of a module, with the answer of each function. */
    record Sample(String module, String workload, JsonElement input, Map<String, JsonElement> expected) {}

    private Samples() {}

    static List<Sample> all() {
        List<Sample> samples = new ArrayList<>();
        read("samples").asMap().forEach((module, sample) -> {
            JsonObject object = sample.getAsJsonObject();
            samples.add(sample(module, object.get("workload").getAsString(), object));
        });
        read("ba").asMap().forEach((name, sample) -> samples.add(sample("ba", name, sample.getAsJsonObject())));
        read("ht").asMap().forEach((name, sample) -> {
            JsonObject object = sample.getAsJsonObject();
            object.getAsJsonObject("input")
                    .getAsJsonObject("data")
                    .add("model", read(object.get("model").getAsString()));
            samples.add(sample("ht", name, object));
        });
        return samples;
    }

    private static Sample sample(String module, String workload, JsonObject sample) {
        return new Sample(
                module,
                workload,
                sample.get("input"),
                sample.getAsJsonObject("expected").asMap());
    }

    private static JsonObject read(String name) {
        InputStream stored = Objects.requireNonNull(Samples.class.getResourceAsStream(name + ".json.gz"), name);
        try (InputStreamReader text = new InputStreamReader(new GZIPInputStream(stored), UTF_8)) {
            return JsonParser.parseReader(text).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
