package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/**
 * A function of tensors as one operation, whose rules evaluate the function again: nothing of its inside is stored.
 *
 * <p>Its inputs are the arguments and, behind them, the traced values that the function captured from outside. A rule
 * evaluates the function once more and sweeps over that graph, continuing the sums of the sweep that called it. If an
 * enclosing differentiation is watching, that is itself a function recomputed in the same way, so that no order of
 * derivative stores the inside.
 */
public final class Recomputed extends Joint {
    private final String name;
    private final Function<List<Tensor>, Tensor> body;
    private final int arity;

    /** The inputs and the value of the call that this operation was made for. */
    private final Tensor[] inputs;

    private final Tensor value;

    private Recomputed(String name, Function<List<Tensor>, Tensor> body, int arity, Tensor[] inputs, Tensor value) {
        this.name = name;
        this.body = body;
        this.arity = arity;
        this.inputs = inputs;
        this.value = value;
    }

    /**
     * Returns the values of a function of several results, which are computed again together.
     *
     * @param name by which messages, traces and reports call it
     */
    public static List<Tensor> callForSeveral(
            String name, Function<List<Tensor>, List<Tensor>> body, List<Tensor> arguments) {
        List<Shape> shapes = new ArrayList<>();
        Tensor packed = call(
                name,
                in -> {
                    List<Tensor> results = body.apply(in);
                    List<Shape> found =
                            results.stream().map(result -> result.shape).toList();
                    if (shapes.isEmpty()) {
                        shapes.addAll(found);
                    } else if (shapes.size() > 1 && !found.equals(shapes)) {
                        // packed, they could have the same entries
                        throw new IllegalStateException(
                                "\"" + name + "\" was evaluated again for its derivative and gave"
                                        + " values of the shapes " + found + " in place of " + shapes
                                        + ": it must depend on nothing but its arguments");
                    }
                    return results.size() == 1 ? results.get(0) : Packing.pack(results, 0);
                },
                arguments);
        return shapes.size() == 1 ? List.of(packed) : Packing.unpack(packed, shapes);
    }

    /** Returns the value of a function, as the result of one operation of the given name. */
    static Tensor call(String name, Function<List<Tensor>, Tensor> body, List<Tensor> arguments) {
        Variable scope = Variable.scope();
        Tensor value = evaluated(name, body, arguments);
        List<Tensor> captured = value.op == null
                ? List.of()
                : Graph.capturing(value, scope, false).captured();
        Once once = Once.of(arguments, captured);
        List<Tensor> inputs = new ArrayList<>(once.distinct);
        inputs.addAll(captured);
        Tensor[] in = inputs.toArray(new Tensor[0]);
        Function<List<Tensor>, Tensor> ofDistinct = distinct -> body.apply(once.arguments(distinct));
        return new Recomputed(name, ofDistinct, once.distinct.size(), in, value.constant()).apply(in);
    }

    /**
     * Arguments of which none enters twice, as another argument or captured, so that what is added to its cotangent is added
     * in the order of the plain function.
     *
     * @param distinct the arguments that are neither an earlier one again nor captured
     * @param all the arguments as they were given
     * @param place by argument: where it is among the distinct ones, -1 if it is captured
     */
    private record Once(List<Tensor> distinct, List<Tensor> all, int[] place) {
        static Once of(List<Tensor> arguments, List<Tensor> captured) {
            List<Tensor> distinct = new ArrayList<>();
            int[] place = new int[arguments.size()];
            for (int k = 0; k < place.length; k++) {
                Tensor x = arguments.get(k);
                place[k] = x.op == null ? -1 : find(x, distinct);
                if (place[k] < 0 && (x.op == null || find(x, captured) < 0)) {
                    place[k] = distinct.size();
                    distinct.add(x);
                }
            }
            return new Once(distinct, arguments, place);
        }

        private static int find(Tensor x, List<Tensor> among) {
            int k = among.size() - 1;
            while (k >= 0 && among.get(k).id != x.id) {
                k--;
            }
            return k;
        }

        /** Returns all arguments in place of the distinct ones. */
        List<Tensor> arguments(List<Tensor> in) {
            Tensor[] arguments = new Tensor[place.length];
            for (int k = 0; k < place.length; k++) {
                arguments[k] = place[k] < 0 ? all.get(k) : in.get(place[k]);
            }
            return List.of(arguments);
        }
    }

    private static Tensor evaluated(String name, Function<List<Tensor>, Tensor> body, List<Tensor> arguments) {
        Tensor value = body.apply(List.of(Tensor.constants(arguments.toArray(new Tensor[0]))));
        if (value == null) {
            throw new IllegalArgumentException("the value of \"" + name + "\" is null: it must be a tensor");
        }
        return value;
    }

    @Override
    boolean oneStatement() {
        return true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Shape shape(Tensor[] in) {
        return at(in).shape;
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        return at(in).data;
    }

    /** Calls the function with other values from outside: those it captures itself are replaced in what it records. */
    @Override
    Tensor again(Tensor[] in) {
        List<Tensor> captured = Arrays.asList(inputs).subList(arity, inputs.length);
        List<Tensor> replaced = Arrays.asList(in).subList(arity, in.length);
        if (captured.equals(replaced)) {
            return apply(in);
        }
        Function<List<Tensor>, Tensor> other = arguments -> {
            Variable scope = Variable.scope();
            Tensor y = body.apply(arguments);
            return y.op == null
                    ? y
                    : Recording.of(Graph.capturing(y, scope, false))
                            .replay(captured, replaced)
                            .apply(y);
        };
        return call(name, other, Arrays.asList(in).subList(0, arity));
    }

    private Tensor at(Tensor[] in) {
        return in == inputs ? value : evaluated(name, body, Arrays.asList(in).subList(0, arity));
    }

    @Override
    @Nullable
    Tensor[] pull(Tensor g, Tensor[] in, Tensor y, @Nullable Tensor[] sums) {
        if (recorded(new Tensor[] {g}, in, sums)) {
            return recordedPull(g, in, y, sums);
        }
        @Nullable Tensor[] pulled = again(in, y).pull(List.of(g), sums);
        for (int k = 0; k < pulled.length; k++) {
            Tensor sum = pulled[k];
            pulled[k] = sum == null ? null : sum.constant();
        }
        return pulled;
    }

    /** Evaluates the function once more, for a rule that nobody watches. */
    private Linearization again(Tensor[] in, Tensor y) {
        List<Tensor> arguments = Arrays.asList(in).subList(0, arity);
        return checked(linearized(arguments, false), y);
    }

    /** Evaluates the function at variables; what was constant when it was called stays so. */
    private Linearization linearized(List<Tensor> arguments, boolean watched) {
        Variable scope = Variable.scope();
        Tensor[] variables = new Tensor[arity];
        for (int k = 0; k < arity; k++) {
            variables[k] = inputs[k].op == null ? arguments.get(k) : scope.of(arguments.get(k));
        }
        return Linearization.capturing(body, scope, variables, watched);
    }

    private Linearization checked(Linearization at, Tensor y) {
        List<Tensor> captured = at.captured();
        boolean same = captured.size() == inputs.length - arity;
        for (int k = 0; same && k < captured.size(); k++) {
            same = captured.get(k).id == inputs[arity + k].id;
        }
        if (!same) {
            throw new IllegalStateException(
                    "\"" + name + "\" was evaluated again for its derivative and used other values"
                            + " from outside than before: " + labels(captured) + " in place of "
                            + labels(Arrays.asList(inputs).subList(arity, inputs.length))
                            + "; take derivatives before a parameter is updated, and do not let the function change what it uses");
        }
        if (!at.value().sameAs(y)) {
            throw new IllegalStateException(
                    "\"" + name + "\" was evaluated again for its derivative and gave another value"
                            + " than before: it must depend on nothing but its arguments; make a random generator inside the"
                            + " function, from a seed, and give dropout a fixed key, as in Dropout.of(0.5, () -> key)");
        }
        return at;
    }

    private static String labels(List<Tensor> tensors) {
        return tensors.isEmpty()
                ? "none"
                : tensors.stream().map(Tensor::label).toList().toString();
    }

    /** Returns the sums as the results of one more recomputed function, of cotangent, arguments and former sums. */
    private @Nullable Tensor[] recordedPull(Tensor g, Tensor[] in, Tensor y, @Nullable Tensor[] sums) {
        List<Tensor> arguments = new ArrayList<>(List.of(in).subList(0, arity));
        arguments.add(g);
        int[] place = new int[in.length];
        List<Integer> wanted = new ArrayList<>();
        List<Shape> shapes = new ArrayList<>();
        for (int k = 0; k < in.length; k++) {
            Tensor sum = sums[k];
            if (sum != null) {
                place[k] = arguments.size();
                arguments.add(sum);
            }
            if (inputs[k].op != null) {
                wanted.add(k);
                shapes.add(Directions.shape(g, y, in[k].shape));
            }
        }
        Tensor packed = call(
                name + ".vjp",
                z -> {
                    @Nullable Tensor[] before = new @Nullable Tensor[in.length];
                    for (int k = 0; k < place.length; k++) {
                        before[k] = place[k] == 0 ? null : z.get(place[k]);
                    }
                    Linearization at = checked(linearized(z.subList(0, arity), true), y);
                    @Nullable Tensor[] pulled = at.pull(List.of(z.get(arity)), before);
                    List<Tensor> results = new ArrayList<>();
                    for (int i = 0; i < wanted.size(); i++) {
                        Tensor result = pulled[wanted.get(i)];
                        results.add(result == null ? Tensor.zeros(shapes.get(i)) : result);
                    }
                    return Packing.pack(results, 0);
                },
                arguments);
        List<Tensor> results = Packing.unpack(packed, shapes);
        @Nullable Tensor[] pulled = new @Nullable Tensor[in.length];
        for (int i = 0; i < wanted.size(); i++) {
            pulled[wanted.get(i)] = results.get(i);
        }
        return pulled;
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        if (!recorded(t, in)) {
            return tangent(again(in, y).push(t), t, in, y).constant();
        }
        List<Tensor> arguments = new ArrayList<>(List.of(in).subList(0, arity));
        int[] place = new int[t.length];
        for (int k = 0; k < t.length; k++) {
            Tensor tangent = t[k];
            if (tangent != null) {
                place[k] = arguments.size();
                arguments.add(tangent);
            }
        }
        return call(
                name + ".jvp",
                z -> {
                    @Nullable Tensor[] tangents = new @Nullable Tensor[t.length];
                    for (int k = 0; k < place.length; k++) {
                        tangents[k] = t[k] == null ? null : z.get(place[k]);
                    }
                    Linearization at = checked(linearized(z.subList(0, arity), true), y);
                    return tangent(at.push(tangents), tangents, in, y);
                },
                arguments);
    }

    /**
     * Returns the last Taylor coefficient of the value along a curve.
     *
     * @param curve the coefficients of the inputs from order 1 on, each list those of one order, null where zero
     * @param watched whether an enclosing differentiation is watching, so that the coefficient must be recorded
     */
    Tensor coefficient(List<List<@Nullable Tensor>> curve, Tensor y, boolean watched) {
        List<Tensor> arguments = new ArrayList<>(List.of(inputs).subList(0, arity));
        if (!watched) {
            return last(again(Tensor.constants(inputs), y), curve);
        }
        curve.forEach(
                coefficients -> coefficients.stream().filter(Objects::nonNull).forEach(arguments::add));
        return call(
                name + ".series",
                z -> {
                    Iterator<Tensor> next = z.subList(arity, z.size()).iterator();
                    List<List<@Nullable Tensor>> same = new ArrayList<>();
                    for (List<@Nullable Tensor> coefficients : curve) {
                        List<@Nullable Tensor> some = new ArrayList<>();
                        coefficients.forEach(c -> some.add(c == null ? null : next.next()));
                        same.add(some);
                    }
                    return last(checked(linearized(z.subList(0, arity), true), y), same);
                },
                arguments);
    }

    private static Tensor last(Linearization at, List<List<@Nullable Tensor>> curve) {
        return at.pushSeries(curve, curve.size()).get(curve.size() - 1).get(0);
    }

    /** Returns the tangent of the value, zeros if it does not vary. */
    private static Tensor tangent(@Nullable Tensor found, @Nullable Tensor[] t, Tensor[] in, Tensor y) {
        if (found != null) {
            return found;
        }
        int k = 0;
        while (t[k] == null) {
            k++;
        }
        return Tensor.zeros(Directions.shape(Objects.requireNonNull(t[k]), in[k], y.shape));
    }
}
