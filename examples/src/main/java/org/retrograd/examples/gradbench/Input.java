package org.retrograd.examples.gradbench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The input of one evaluation, read by the names of its fields; what is missing or of another kind is said by name. */
public final class Input {
    private final Object value;
    private final String path;

    private Input(Object value, String path) {
        this.value = value;
        this.path = path;
    }

    /** Returns the input that a JSON value is. */
    static Input of(Object json) {
        return new Input(json, "input");
    }

    /** Returns an input with the given fields, as {@link Json#read} would read them: for warming up and measuring. */
    static Input of(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int k = 0; k < namesAndValues.length; k += 2) {
            Object field = namesAndValues[k + 1];
            fields.put(
                    (String) namesAndValues[k],
                    field instanceof double[][] rows
                            ? List.of((Object[]) rows)
                            : field instanceof Integer number ? number.doubleValue() : field);
        }
        return of((Object) fields);
    }

    private @Nullable Object find(String name) {
        if (!(value instanceof Map<?, ?> fields)) {
            throw wrong("an object with a field \"" + name + "\"");
        }
        return fields.get(name);
    }

    /**
     * Returns a field that is an object or anything else.
     *
     * @throws IllegalArgumentException if there is none
     */
    Input field(String name) {
        Object found = find(name);
        if (found == null) {
            throw new IllegalArgumentException(path + " has no field \"" + name + "\"");
        }
        return new Input(found, path + "." + name);
    }

    /** Whether there is a field of this name. */
    boolean has(String name) {
        return value instanceof Map && find(name) != null;
    }

    /** Returns this value, which must be a number. */
    double number() {
        if (value instanceof Double number) {
            return number;
        }
        throw wrong("a number");
    }

    /** Returns a field that is a number. */
    double number(String name) {
        return field(name).number();
    }

    /** Returns a field that is a whole number. */
    int integer(String name) {
        double number = number(name);
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw field(name).wrong("a whole number");
        }
        return (int) number;
    }

    /** Returns a field that is a truth value. */
    boolean truth(String name) {
        if (field(name).value instanceof Boolean truth) {
            return truth;
        }
        throw field(name).wrong("true or false");
    }

    /** Returns a field that is an array of numbers. */
    double[] vector(String name) {
        if (field(name).value instanceof double[] numbers) {
            return numbers;
        }
        throw field(name).wrong("an array of numbers");
    }

    /**
     * Returns a field that is an array of {@code length} numbers.
     *
     * @throws IllegalArgumentException if there are more or fewer
     */
    double[] vector(String name, int length) {
        double[] numbers = vector(name);
        if (numbers.length != length) {
            throw field(name).wrong("an array of " + length + " numbers");
        }
        return numbers;
    }

    /** Returns a field that is an array of whole numbers. */
    int[] integers(String name) {
        return Arrays.stream(vector(name)).mapToInt(number -> (int) number).toArray();
    }

    /**
     * Returns a field that is an array of equally long arrays of numbers.
     *
     * @throws IllegalArgumentException if their lengths differ
     */
    double[][] matrix(String name) {
        return matrix(field(name).value, field(name));
    }

    /** Returns a field that is an array of matrices. */
    double[][][] matrices(String name) {
        if (field(name).value instanceof List<?> entries) {
            return entries.stream().map(entry -> matrix(entry, field(name))).toArray(double[][][]::new);
        }
        throw field(name).wrong("an array of matrices");
    }

    private static double[][] matrix(Object value, Input field) {
        if (value instanceof double[] numbers && numbers.length == 0) {
            return new double[0][];
        }
        if (!(value instanceof List<?> rows) || rows.stream().anyMatch(row -> !(row instanceof double[]))) {
            throw field.wrong("an array of arrays of numbers");
        }
        double[][] matrix = rows.toArray(new double[0][]);
        for (double[] row : matrix) {
            if (row.length != matrix[0].length) {
                throw field.wrong("rows of one length");
            }
        }
        return matrix;
    }

    /**
     * Returns all fields that are numbers or arrays of them, arrays of arrays as one after the other, by name; truth is 1, and
     * the fields of inner objects stand beside the others.
     */
    public Map<String, double[]> numbers() {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        collect(value, numbers);
        return numbers;
    }

    private static void collect(Object value, Map<String, double[]> numbers) {
        if (value instanceof Map<?, ?> fields) {
            fields.forEach((name, field) -> {
                collect(field, numbers);
                if (!(field instanceof Map)) {
                    numbers.put((String) name, flat(field).toArray());
                }
            });
        }
    }

    private static DoubleStream flat(Object value) {
        if (value instanceof List<?> rows) {
            return rows.stream().flatMapToDouble(Input::flat);
        }
        return value instanceof double[] row
                ? Arrays.stream(row)
                : value instanceof Double number
                        ? DoubleStream.of(number)
                        : value instanceof Boolean truth ? DoubleStream.of(truth ? 1 : 0) : DoubleStream.empty();
    }

    private IllegalArgumentException wrong(String expected) {
        String kind = value instanceof double[] numbers
                ? "an array of " + numbers.length + " numbers"
                : value instanceof List<?> values
                        ? "an array of " + values.size() + " values"
                        : value instanceof Map ? "an object" : value.toString();
        return new IllegalArgumentException(path + " must be " + expected + ", but is " + kind);
    }
}
