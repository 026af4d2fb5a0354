package org.retrograd.autograd.diff;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Where the tensors stand in a value made of records, lists, maps and arrays, nested in one another: in a single tensor, or
 * in all parameters of a model.
 *
 * <p>Taken from an example, it reads the tensors of any value of the same form as a list, in the order of components,
 * positions and the example's keys, and puts other tensors in their places. What is neither a tensor nor one of these
 * containers (numbers, texts, enums, functions, and {@code null} in a component of a record) is carried through unchanged
 * from the example. Depth is limited by memory, not by the stack.
 *
 * <p>Maps come back in the order of the example's keys: a sorted map as a {@link TreeMap}, a {@link HashMap} as a {@link
 * LinkedHashMap}, any other unmodifiable. An {@link ArrayList} comes back as one, any other list unmodifiable. So declare
 * them as {@code Map} and {@code List}.
 *
 * @param <T> the type of the values
 */
public final class Structure<T> {
    /** Stands for {@code null}, which is nothing that could be walked into. */
    private static final Object NOTHING = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    /** Containers before their contents, contents in order. */
    private final List<Node> nodes;

    /** The shapes of the example's tensors. */
    private final List<Shape> shapes;

    private Structure(List<Node> nodes, List<Shape> shapes) {
        this.nodes = nodes;
        this.shapes = shapes;
    }

    private enum Form {
        TENSOR,
        RECORD,
        LIST,
        MAP,
        ARRAY,
        CARRIED
    }

    /**
     * What stands at one place of the example.
     *
     * @param parent the number of the container it is in, -1 for the whole
     * @param key by what the container knows it: a {@link RecordComponent}, a position or a key
     * @param keys by what it knows its own contents, if it is a container
     */
    private record Node(int parent, Object key, Form form, Object example, List<?> keys) {}

    /** A value whose contents have not been looked at yet. */
    private record Open(int parent, Object key, Object value) {}

    /**
     * Returns the structure of a value.
     *
     * @throws IllegalArgumentException if the value, or an entry of a list, map or array in it, is {@code null}, or if there
     *     is a container of another kind
     */
    public static <T> Structure<T> of(T example) {
        return of(null, example);
    }

    /**
     * Returns the structure of what a function returned.
     *
     * @param function which one, for the message: {@code "the function to differentiate"}
     * @throws IllegalArgumentException as {@link #of}
     */
    static <T> Structure<T> ofReturned(String function, T value) {
        return of(function, value);
    }

    private static <T> Structure<T> of(@Nullable String function, T example) {
        if (example instanceof Tensor tensor) {
            return new Structure<>(List.of(new Node(-1, "", Form.TENSOR, tensor, List.of())), List.of(tensor.shape()));
        }
        List<Node> nodes = new ArrayList<>(1);
        List<Shape> shapes = new ArrayList<>(1);
        Deque<Open> stack = new ArrayDeque<>();
        stack.push(new Open(-1, "", orNothing(example)));
        while (!stack.isEmpty()) {
            Open open = stack.pop();
            Form form = form(open.value);
            List<?> keys = keys(form, open.value);
            int here = nodes.size();
            nodes.add(new Node(open.parent, open.key, form, open.value, keys));
            if (open.value instanceof Tensor tensor) {
                shapes.add(tensor.shape());
            } else if (form == Form.CARRIED) {
                requireNoTensorsInside(nodes, open, function);
            }
            List<Object> contents = contents(form, keys, open.value);
            for (int k = keys.size() - 1; k >= 0; k--) {
                stack.push(new Open(here, keys.get(k), contents.get(k)));
            }
        }
        return new Structure<>(nodes, shapes);
    }

    private boolean isOneTensor() {
        return nodes.get(0).form == Form.TENSOR;
    }

    private static Object orNothing(@Nullable Object value) {
        return value == null ? NOTHING : value;
    }

    private static void requireNoTensorsInside(List<Node> nodes, Open open, @Nullable String function) {
        boolean inRecord = open.parent >= 0 && nodes.get(open.parent).form == Form.RECORD;
        boolean container = open.value instanceof Iterable || open.value instanceof Optional;
        if (container || open.parent < 0 || (open.value == NOTHING && !inRecord)) {
            String place = " at " + path(nodes, nodes.size() - 1);
            throw new IllegalArgumentException(
                    function == null
                            ? "expected a tensor, or a record, list, map or array of them, but got "
                                    + describe(open.value) + place
                            : function + " returned " + describe(open.value) + (open.parent < 0 ? "" : place)
                                    + ": it must return a tensor, or a record, list, map or array of them");
        }
    }

    private static Form form(Object value) {
        if (value instanceof Tensor) {
            return Form.TENSOR;
        }
        if (value instanceof Record) {
            return Form.RECORD;
        }
        if (value instanceof List) {
            return Form.LIST;
        }
        if (value instanceof Map) {
            return Form.MAP;
        }
        return value instanceof Object[] ? Form.ARRAY : Form.CARRIED;
    }

    private static List<?> keys(Form form, Object value) {
        return switch (form) {
            case RECORD -> Arrays.asList(value.getClass().getRecordComponents());
            case LIST -> IntStream.range(0, ((List<?>) value).size()).boxed().toList();
            case MAP -> List.copyOf(((Map<?, ?>) value).keySet());
            case ARRAY -> IntStream.range(0, ((Object[]) value).length).boxed().toList();
            case TENSOR, CARRIED -> List.of();
        };
    }

    /** Returns what a container holds, in the order of the keys. */
    private static List<Object> contents(Form form, List<?> keys, Object value) {
        List<Object> contents = new ArrayList<>(keys.size());
        switch (form) {
            case RECORD -> keys.forEach(key -> contents.add(orNothing(component((RecordComponent) key, value))));
            case LIST -> ((List<?>) value).forEach(element -> contents.add(orNothing(element)));
            case MAP -> keys.forEach(key -> contents.add(orNothing(((Map<?, ?>) value).get(key))));
            case ARRAY -> Arrays.asList((Object[]) value).forEach(element -> contents.add(orNothing(element)));
            case TENSOR, CARRIED -> {}
        }
        return contents;
    }

    private static @Nullable Object component(RecordComponent component, Object value) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "component " + component.getName() + " of record "
                            + component.getDeclaringRecord().getSimpleName()
                            + " cannot be read: its accessor throws, or its package is not open to this library",
                    e);
        }
    }

    /**
     * Returns the tensors of a value that must have the shapes of the example, too.
     *
     * @param what what the value is, for the message: {@code "the state after step 3"}
     * @throws IllegalArgumentException if the value has another form or other shapes than the example
     */
    List<Tensor> tensorsOfTheShapes(String what, T value) {
        List<Tensor> tensors = tensors(what, value);
        for (int k = 0; k < tensors.size(); k++) {
            if (!tensors.get(k).shape().equals(shapes.get(k))) {
                throw new IllegalArgumentException(what + " has other shapes than the value it belongs to: expected "
                        + shapes + ", but got "
                        + tensors.stream().map(Tensor::shape).toList());
            }
        }
        return tensors;
    }

    /**
     * Returns the tensors of a value, in order.
     *
     * @param what what the value is, for the message: {@code "the tangent"}
     * @throws IllegalArgumentException if the value has not the form of the example
     */
    public List<Tensor> tensors(String what, T value) {
        if (value instanceof Tensor tensor && isOneTensor()) {
            return List.of(tensor);
        }
        List<Tensor> tensors = new ArrayList<>();
        Deque<Object> stack = new ArrayDeque<>();
        stack.push(orNothing(value));
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            Object found = stack.pop();
            if (!fits(node, found)) {
                throw new IllegalArgumentException(what + " has another form than the value it belongs to: expected "
                        + describe(node.example) + " at " + path(nodes, i) + ", but got " + describe(found));
            }
            if (found instanceof Tensor tensor) {
                tensors.add(tensor);
            }
            List<Object> contents = contents(node.form, node.keys, found);
            for (int k = contents.size() - 1; k >= 0; k--) {
                stack.push(contents.get(k));
            }
        }
        return tensors;
    }

    private static boolean fits(Node node, Object found) {
        if (form(found) != node.form) {
            return false;
        }
        return switch (node.form) {
            case RECORD -> found.getClass() == node.example.getClass();
            case LIST, ARRAY -> keys(node.form, found).size() == node.keys.size();
            case MAP -> ((Map<?, ?>) found).keySet().equals(((Map<?, ?>) node.example).keySet());
            case TENSOR, CARRIED -> true;
        };
    }

    private static String describe(Object value) {
        return switch (form(value)) {
            case TENSOR -> "a tensor";
            case RECORD -> "a record " + value.getClass().getSimpleName();
            case LIST -> "a list of " + ((List<?>) value).size();
            case MAP -> "a map with keys " + ((Map<?, ?>) value).keySet();
            case ARRAY -> "an array of " + ((Object[]) value).length;
            case CARRIED -> value == NOTHING ? "null" : "a " + value.getClass().getSimpleName();
        };
    }

    /**
     * Returns the tensors of a tangent or cotangent, which must have the form of the example and the given shapes, or all of
     * them with one axis of directions before.
     *
     * @param what what the value is, for the message: {@code "the tangent"}
     * @param primals the tensors whose shapes are expected
     * @throws IllegalArgumentException if form or shapes do not fit
     */
    List<Tensor> directions(String what, T value, List<Tensor> primals) {
        return checked(what, value, primals, Linearization::requireDirections);
    }

    /** Returns the tensors of a single tangent: {@link #directions} without an axis of directions. */
    List<Tensor> direction(String what, T value, List<Tensor> primals) {
        return checked(what, value, primals, (which, tangent, primal) -> {
            if (!tangent.shape().equals(primal.shape())) {
                throw new IllegalArgumentException(
                        which + " needs the shape " + primal.shape() + ", but got " + tangent.shape());
            }
        });
    }

    private interface Check {
        void of(String which, Tensor derivative, Tensor primal);
    }

    private List<Tensor> checked(String what, T value, List<Tensor> primals, Check check) {
        List<Tensor> tensors = tensors(what, value);
        int k = 0;
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).form == Form.TENSOR) {
                String which = nodes.get(i).parent < 0 ? what : what + " at " + path(nodes, i);
                check.of(which, tensors.get(k), primals.get(k));
                k++;
            }
        }
        return tensors;
    }

    /** Returns a value of this form with the given tensors, which may have any shapes, in order. */
    @SuppressWarnings("unchecked") // of the form of the example, which is a T
    public T with(List<Tensor> tensors) {
        if (isOneTensor()) {
            return (T) tensors.get(0);
        }
        Deque<Object> parts = new ArrayDeque<>();
        int next = tensors.size();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.form == Form.TENSOR) {
                parts.push(tensors.get(--next));
            } else if (node.form == Form.CARRIED) {
                parts.push(node.example);
            } else {
                // the parts were made before the whole: they are on top, the first one uppermost
                @Nullable Object[] own = new @Nullable Object[node.keys.size()];
                for (int k = 0; k < own.length; k++) {
                    Object part = parts.pop();
                    own[k] = part == NOTHING ? null : part;
                }
                parts.push(make(node, own));
            }
        }
        return (T) parts.pop();
    }

    private static Object make(Node node, @Nullable Object[] parts) {
        return switch (node.form) {
            case RECORD -> record(node.example.getClass(), node.keys, parts);
            case LIST ->
                node.example instanceof ArrayList
                        ? new ArrayList<>(Arrays.asList(parts))
                        : Collections.unmodifiableList(Arrays.asList(parts));
            case MAP -> map((Map<?, ?>) node.example, node.keys, parts);
            case ARRAY -> Arrays.copyOf(parts, parts.length, ((Object[]) node.example).getClass());
            case TENSOR, CARRIED -> throw new IllegalStateException("not a container: " + node.form);
        };
    }

    @SuppressWarnings("unchecked") // a sorted map's comparator compares its keys
    private static Map<?, ?> map(Map<?, ?> example, List<?> keys, @Nullable Object[] parts) {
        Map<Object, @Nullable Object> map = example instanceof SortedMap
                ? new TreeMap<>(((SortedMap<Object, ?>) example).comparator())
                : new LinkedHashMap<>();
        for (int k = 0; k < parts.length; k++) {
            map.put(keys.get(k), parts[k]);
        }
        return example instanceof SortedMap || example instanceof HashMap ? map : Collections.unmodifiableMap(map);
    }

    private static Object record(Class<?> type, List<?> components, @Nullable Object[] parts) {
        Class<?>[] types = components.stream()
                .map(component -> ((RecordComponent) component).getType())
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(parts);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "the constructor of record " + type.getSimpleName()
                            + " refuses other tensors in place of its own, such as derivatives: "
                            + e.getCause(),
                    e);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "record " + type.getSimpleName()
                            + " cannot be made: declare lists as List, maps as Map, and open its "
                            + "package to this library",
                    e);
        }
    }

    /** Returns all entries of a value's tensors as one vector, in order. */
    public Tensor flatten(T value) {
        List<Tensor> tensors = tensors("the value", value);
        return tensors.isEmpty()
                ? Tensor.zeros(0)
                : Tensor.concat(0, tensors.stream().map(Tensor::flatten).toArray(Tensor[]::new));
    }

    /**
     * Returns the value of this form, in the shapes of the example, whose entries are those of a vector: the inverse of
     * {@link #flatten}.
     *
     * @throws IllegalArgumentException if the vector has not as many entries
     */
    public T restore(Tensor vector) {
        int n = shapes.stream().mapToInt(Shape::size).sum();
        if (vector.rank() != 1 || vector.size() != n) {
            throw new IllegalArgumentException("the tensors of this structure have " + n + " entries in all, shapes "
                    + shapes + ", but got a vector of shape " + vector.shape());
        }
        List<Tensor> tensors = new ArrayList<>();
        int from = 0;
        for (Shape shape : shapes) {
            tensors.add(vector.slice(0, from, from + shape.size()).reshape(shape));
            from += shape.size();
        }
        return with(tensors);
    }

    /** Returns how to reach a place from the whole: {@code .layers[0].weights}. */
    private static String path(List<Node> nodes, int place) {
        Deque<String> steps = new ArrayDeque<>();
        for (int i = place; nodes.get(i).parent >= 0; i = nodes.get(i).parent) {
            Object key = nodes.get(i).key;
            Form form = nodes.get(nodes.get(i).parent).form;
            steps.push(
                    key instanceof RecordComponent component
                            ? "." + component.getName()
                            : form == Form.MAP ? "[\"" + key + "\"]" : "[" + key + "]");
        }
        return steps.isEmpty() ? "the top" : String.join("", steps);
    }
}
