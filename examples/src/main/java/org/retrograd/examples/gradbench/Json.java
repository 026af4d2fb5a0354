package org.retrograd.examples.gradbench;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.retrograd.autograd.tensor.Tensor;

/**
 * JSON that is mostly numbers: an array of numbers is read into a {@code double[]}, without an object for each, so that
 * lines of hundreds of megabytes need little more memory than their numbers.
 *
 * <p>Other values are a {@link Map}, a {@link List}, a {@link String}, a {@link Double} or a {@link Boolean}; {@code null} is
 * refused, since no request has one.
 */
final class Json {
    /** Arrays within arrays beyond this depth are nobody's data. */
    private static final int DEEPEST = 32;

    private Json() {}

    /** Returns the next value. */
    static Object read(JsonReader in) throws IOException {
        return read(in, 0);
    }

    private static Object read(JsonReader in, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("values are nested more than " + DEEPEST + " deep at " + in.getPath());
        }
        return switch (in.peek()) {
            case NUMBER -> in.nextDouble();
            case STRING -> in.nextString();
            case BOOLEAN -> in.nextBoolean();
            case BEGIN_OBJECT -> object(in, depth);
            case BEGIN_ARRAY -> array(in, depth);
            default -> throw new IllegalArgumentException("expected a value, but got null at " + in.getPath());
        };
    }

    private static Map<String, Object> object(JsonReader in, int depth) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            fields.put(in.nextName(), read(in, depth + 1));
        }
        in.endObject();
        return fields;
    }

    private static Object array(JsonReader in, int depth) throws IOException {
        in.beginArray();
        Object array = !in.hasNext() || in.peek() == JsonToken.NUMBER ? numbers(in) : values(in, depth);
        in.endArray();
        return array;
    }

    private static double[] numbers(JsonReader in) throws IOException {
        double[] numbers = new double[16];
        int n = 0;
        while (in.hasNext()) {
            if (n == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * n);
            }
            numbers[n++] = in.nextDouble();
        }
        return Arrays.copyOf(numbers, n);
    }

    private static List<Object> values(JsonReader in, int depth) throws IOException {
        List<Object> values = new ArrayList<>();
        while (in.hasNext()) {
            values.add(read(in, depth + 1));
        }
        return values;
    }

    /**
     * Writes a value: what {@link #read} returns, an array of whole numbers, or a tensor as arrays of arrays.
     *
     * @throws IllegalArgumentException if a number is infinite or not a number, which JSON cannot express
     */
    static void write(JsonWriter out, Object value) throws IOException {
        if (value instanceof Map<?, ?> fields) {
            out.beginObject();
            for (Map.Entry<?, ?> field : fields.entrySet()) {
                write(out.name((String) field.getKey()), field.getValue());
            }
            out.endObject();
        } else if (value instanceof List<?> values) {
            out.beginArray();
            for (Object entry : values) {
                write(out, entry);
            }
            out.endArray();
        } else if (value instanceof Tensor tensor) {
            writeBlock(out, tensor, 0, 0, tensor.size());
        } else if (value instanceof double[] numbers) {
            out.beginArray();
            for (double number : numbers) {
                out.value(number);
            }
            out.endArray();
        } else if (value instanceof int[] numbers) {
            out.beginArray();
            for (int number : numbers) {
                out.value(number);
            }
            out.endArray();
        } else if (value instanceof Number number) {
            out.value(number);
        } else if (value instanceof Boolean truth) {
            out.value(truth);
        } else {
            out.value((String) value);
        }
    }

    /** Writes the {@code size} entries from a row-major position on that lie along the axes from {@code axis} on. */
    private static void writeBlock(JsonWriter out, Tensor tensor, int axis, int position, int size) throws IOException {
        if (axis == tensor.rank()) {
            out.value(tensor.storage().get(position));
            return;
        }
        int length = tensor.dim(axis);
        out.beginArray();
        for (int i = 0; i < length; i++) {
            writeBlock(out, tensor, axis + 1, position + i * (size / length), size / length);
        }
        out.endArray();
    }

    /** Whether all numbers in a value are finite, so that it can be written. */
    static boolean finite(Object value) {
        if (value instanceof Map<?, ?> fields) {
            return fields.values().stream().allMatch(Json::finite);
        }
        if (value instanceof List<?> values) {
            return values.stream().allMatch(Json::finite);
        }
        if (value instanceof Tensor tensor) {
            return finite(tensor.toArray());
        }
        if (value instanceof double[] numbers) {
            for (double number : numbers) {
                if (!Double.isFinite(number)) {
                    return false;
                }
            }
        }
        return !(value instanceof Double number) || Double.isFinite(number);
    }
}
