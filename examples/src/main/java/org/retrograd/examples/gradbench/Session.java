package org.retrograd.examples.gradbench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The dialogue with the benchmark: a line of JSON asks, a line answers, until there is no more.
 *
 * <p>A line that is no JSON, an unknown module and an evaluation that fails are answered with {@code "success": false} and
 * the reason, and the dialogue goes on.
 */
final class Session {
    private static final double WARM_UP_SECONDS = 2;

    private final Map<String, Eval> evals = new LinkedHashMap<>();
    private final Lines lines;
    private final BufferedWriter out;

    Session(List<Eval> evals, InputStream in, OutputStream out) {
        for (Eval eval : evals) {
            this.evals.put(eval.module(), eval);
        }
        this.lines = new Lines(in);
        this.out = new BufferedWriter(new OutputStreamWriter(out, UTF_8), 1 << 16);
    }

    /** What a line asks; fields that it does not have are absent from {@code fields}. */
    private record Request(
            Map<String, Object> fields, @Nullable String problem) {
        String text(String name) {
            return fields.get(name) instanceof String text ? text : "";
        }
    }

    /** Answers line after line to the end of the input. */
    void run() throws IOException {
        for (InputStream line = lines.next(); line != null; line = lines.next()) {
            Request request = read(line);
            Map<String, Object> answer = new LinkedHashMap<>();
            if (request.fields.get("id") instanceof Double id) {
                answer.put("id", id.longValue());
            }
            if (request.problem != null) {
                fail(answer, "line " + lines.number() + " of the input is no request: " + request.problem);
            } else {
                answer(request, answer);
            }
            JsonWriter writer = new JsonWriter(out);
            Json.write(writer, answer);
            out.write('\n');
            out.flush();
        }
    }

    /** Reads a line field by field, so that the id is known even if what follows it is malformed. */
    private static Request read(InputStream line) {
        Map<String, Object> fields = new LinkedHashMap<>();
        try {
            JsonReader in = new JsonReader(new InputStreamReader(line, UTF_8));
            in.setStrictness(Strictness.STRICT);
            in.beginObject();
            while (in.hasNext()) {
                fields.put(in.nextName(), Json.read(in));
            }
            in.endObject();
            if (in.peek() != JsonToken.END_DOCUMENT) {
                return new Request(fields, "something follows its end");
            }
            return new Request(fields, null);
        } catch (IOException | RuntimeException e) {
            return new Request(fields, reason(e));
        }
    }

    /** Returns what the parser says, without its advice to accept what is malformed. */
    private static String reason(Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.lines()
                .findFirst()
                .orElse("")
                .replace("Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON", "malformed JSON")
                .replace("at line 1 column", "at column");
    }

    private void answer(Request request, Map<String, Object> answer) {
        switch (request.text("kind")) {
            case "start" -> answer.put("tool", "retrograd");
            case "define" -> define(request, answer);
            case "evaluate" -> evaluate(request, answer);
            default -> {
                // everything else is acknowledged by its id
            }
        }
    }

    private void define(Request request, Map<String, Object> answer) {
        Eval eval = evals.get(request.text("module"));
        if (eval == null) {
            fail(answer, unknown(request));
            return;
        }
        long start = System.nanoTime();
        eval.warmUp(WARM_UP_SECONDS);
        answer.put("success", true);
        answer.put("timings", List.of(timing("warm-up", System.nanoTime() - start)));
    }

    private String unknown(Request request) {
        return "module \"" + request.text("module") + "\" is not implemented; the modules are "
                + String.join(", ", evals.keySet());
    }

    private void evaluate(Request request, Map<String, Object> answer) {
        Eval eval = evals.get(request.text("module"));
        if (eval == null) {
            fail(answer, unknown(request));
            return;
        }
        Object json = request.fields.get("input");
        if (json == null) {
            fail(answer, "a request of kind \"evaluate\" needs a field \"input\"");
            return;
        }
        try {
            evaluate(eval, request.text("function"), Input.of(json), answer);
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            fail(answer, String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
    }

    private static void evaluate(Eval eval, String function, Input input, Map<String, Object> answer) {
        int runs = input.has("min_runs") ? input.integer("min_runs") : 1;
        double seconds = input.has("min_runs") || input.has("min_seconds") ? minSeconds(input) : 0;
        List<Object> timings = new ArrayList<>();
        long start = System.nanoTime();
        Supplier<Object> computation = eval.prepare(function, input);
        timings.add(timing("prepare", System.nanoTime() - start));
        Object output;
        long total = 0;
        int done = 0;
        do {
            start = System.nanoTime();
            output = computation.get();
            long time = System.nanoTime() - start;
            timings.add(timing("evaluate", time));
            total += time;
            done++;
        } while (done < runs || total < 1e9 * seconds);
        if (!Json.finite(output)) {
            throw new IllegalArgumentException("the output of \"" + function + "\" of module \"" + eval.module()
                    + "\" has a number that is infinite or not a number, which JSON cannot express");
        }
        answer.put("success", true);
        answer.put("output", output);
        answer.put("timings", timings);
    }

    private static double minSeconds(Input input) {
        return input.has("min_seconds") ? input.number("min_seconds") : 1;
    }

    private static Map<String, Object> timing(String name, long nanoseconds) {
        Map<String, Object> timing = new LinkedHashMap<>();
        timing.put("name", name);
        timing.put("nanoseconds", nanoseconds);
        return timing;
    }

    private static void fail(Map<String, Object> answer, String reason) {
        answer.put("success", false);
        answer.put("error", reason);
    }
}
