package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Sparsity;

/**
 * A function evaluated once at a point, from which any number of cotangents can be pulled back and tangents pushed forward.
 *
 * <p>This is the one primitive on which all transforms stand. It owns scoped variables that copy the arguments; results
 * are traced if and only if the function or the arguments depend on somebody else's variables, so that transforms nest to
 * any order and never confuse one another's derivatives.
 */
public final class Linearization {
    private final int arity;

    /** The copies of the arguments, and behind them what was captured from outside if that counts as an argument. */
    private final Tensor[] variables;

    private final List<Tensor> outputs;
    private final @Nullable Graph graph;

    private Linearization(int arity, Tensor[] variables, List<Tensor> outputs, @Nullable Graph graph) {
        this.arity = arity;
        this.variables = variables;
        this.outputs = outputs;
        this.graph = graph;
    }

    /** Evaluates {@code f}, which must return one tensor and may capture anything, at the given arguments. */
    public static Linearization of(Function<List<Tensor>, Tensor> f, List<Tensor> arguments) {
        return ofSeveral(in -> List.of(evaluated(f, in)), arguments);
    }

    private static Tensor evaluated(Function<List<Tensor>, Tensor> f, List<Tensor> in) {
        Tensor output = f.apply(in);
        if (output == null) {
            throw new IllegalArgumentException("the function to differentiate returned null: it must return a tensor");
        }
        return output;
    }

    /** Evaluates {@code f}, which returns any number of tensors and may capture anything, at the given arguments. */
    public static Linearization ofSeveral(Function<List<Tensor>, List<Tensor>> f, List<Tensor> arguments) {
        Variable scope = Variable.scope();
        Tensor[] variables = variables(scope, arguments);
        List<Tensor> outputs = f.apply(List.of(variables));
        List<Tensor> ours = new ArrayList<>(outputs.size());
        for (Tensor output : outputs) {
            if (scope.reaches(output)) {
                ours.add(output);
            }
        }
        return new Linearization(variables.length, variables, outputs, ours.isEmpty() ? null : Graph.of(ours, scope));
    }

    private static Tensor[] variables(Variable scope, List<Tensor> arguments) {
        Tensor[] variables = new Tensor[arguments.size()];
        for (int k = 0; k < variables.length; k++) {
            variables[k] = scope.of(arguments.get(k));
        }
        return variables;
    }

    /**
     * Evaluates {@code f} as {@link #of} does, but takes the traced values that it captured from outside for further
     * arguments, which follow the given ones in {@link #pull} and {@link #push}: {@link #captured} tells them.
     */
    public static Linearization capturing(Function<List<Tensor>, Tensor> f, List<Tensor> arguments) {
        Variable scope = Variable.scope();
        return capturing(f, scope, variables(scope, arguments), true);
    }

    /**
     * Evaluates {@code f} at variables, or constants where no derivative is wanted.
     *
     * @param watched whether an enclosing differentiation watches what is captured, so that results are traced
     */
    static Linearization capturing(
            Function<List<Tensor>, Tensor> f, Variable scope, Tensor[] variables, boolean watched) {
        Tensor output = evaluated(f, List.of(variables));
        if (output.op == null) {
            return new Linearization(variables.length, variables, List.of(output), null);
        }
        Graph graph = Graph.capturing(output, scope, watched);
        List<Tensor> captured = graph.captured();
        Tensor[] all = Arrays.copyOf(variables, variables.length + captured.size());
        for (int k = 0; k < captured.size(); k++) {
            all[variables.length + k] = captured.get(k);
        }
        return new Linearization(variables.length, all, List.of(output), graph);
    }

    /** Returns the traced values from outside that count as further arguments, in their order; none after {@link #of}. */
    public List<Tensor> captured() {
        return List.of(variables).subList(arity, variables.length);
    }

    /** Returns the value of a function of one result: traced if and only if somebody else's variable was reached. */
    public Tensor value() {
        return valueOf(only());
    }

    /** Returns the values of the function, each of them traced if and only if somebody else's variable was reached. */
    public List<Tensor> values() {
        return outputs.stream().map(this::valueOf).toList();
    }

    private Tensor valueOf(Tensor output) {
        return graph == null || graph.watched() || graph.find(output) < 0 ? output : output.constant();
    }

    private Tensor only() {
        if (outputs.size() != 1) {
            throw new IllegalStateException("the function has " + outputs.size()
                    + " results: use values(), pull with one cotangent each, and pushAll");
        }
        return outputs.get(0);
    }

    /**
     * What a sweep over the function costs.
     *
     * @param calls how many rules it calls
     * @param forwardEntries how many entries a tangent makes it write
     * @param reverseEntries how many entries a cotangent makes it write
     * @param widest the largest number of entries of a value
     */
    public record Cost(int calls, long forwardEntries, long reverseEntries, int widest) {}

    /** Returns what sweeps cost, counted on the recorded calls. */
    public Cost cost() {
        return graph == null ? new Cost(0, 0, 0, 0) : graph.cost();
    }

    /**
     * Returns the cotangents of the arguments, Jᵀg; zeros for arguments that the value does not depend on.
     *
     * @param seed the cotangent g of the value, of its shape or with one axis of directions before it
     * @throws IllegalArgumentException if the shape does not fit
     */
    public List<Tensor> pull(Tensor seed) {
        only();
        return pull(List.of(seed));
    }

    /**
     * Returns the cotangents of the arguments, summed over the results; zeros for arguments that no result depends on.
     *
     * @param seeds one cotangent for each result, of its shape; all of them, or none, with one axis of directions before it
     * @throws IllegalArgumentException if number or shapes do not fit
     */
    public List<Tensor> pull(List<Tensor> seeds) {
        Shape directions = requireDirections("cotangent", "value", seeds, outputs);
        @Nullable Tensor[] found = pull(seeds, new @Nullable Tensor[variables.length]);
        Tensor[] cotangents = new Tensor[variables.length];
        for (int k = 0; k < variables.length; k++) {
            Tensor cotangent = found[k];
            cotangents[k] = cotangent != null ? cotangent : Tensor.zeros(directions.append(variables[k].shape));
        }
        return List.of(cotangents);
    }

    /**
     * Returns for each argument the sum that is given with the cotangent added, term by term in the order of the sweep, so
     * that it has the bits of one sweep over more than this function; null if there is neither.
     */
    @Nullable
    Tensor[] pull(List<Tensor> seeds, @Nullable Tensor[] sums) {
        if (graph == null) {
            return sums;
        }
        Sweep sweep = Sweep.reverse(graph, outputs, seeds, variables, sums);
        @Nullable Tensor[] found = new @Nullable Tensor[variables.length];
        for (int k = 0; k < variables.length; k++) {
            found[k] = graph.wanted(variables[k]) < 0 ? sums[k] : sweep.of(variables[k]);
        }
        return found;
    }

    /**
     * Returns the tangent of the value, J·t; zeros if the value does not depend on the arguments.
     *
     * @param tangents one for each argument, of its shape, or {@code null} if it does not vary; all of them, or none, with one
     *     axis of directions before it
     * @throws IllegalArgumentException if number or shapes do not fit
     */
    public Tensor push(List<? extends @Nullable Tensor> tangents) {
        only();
        return pushAll(tangents).get(0);
    }

    /** Returns the tangents of all results, in their order; otherwise like {@link #push}. */
    public List<Tensor> pushAll(List<? extends @Nullable Tensor> tangents) {
        Shape directions = requireDirections("tangent", "argument", tangents, List.of(variables));
        Sweep sweep = forward(tangents.toArray(new @Nullable Tensor[0]));
        List<Tensor> pushed = new ArrayList<>(outputs.size());
        for (Tensor output : outputs) {
            Tensor found = sweep == null ? null : sweep.of(output);
            pushed.add(found != null ? found : Tensor.zeros(directions.append(output.shape)));
        }
        return pushed;
    }

    /** Returns the tangent of the value of a function of one result, null if it does not vary; so is that of an argument. */
    @Nullable
    Tensor push(@Nullable Tensor[] tangents) {
        Sweep sweep = forward(tangents);
        return sweep == null ? null : sweep.of(only());
    }

    private @Nullable Sweep forward(@Nullable Tensor[] tangents) {
        return graph == null ? null : Sweep.forward(graph, variables, tangents);
    }

    /** Whether {@link #second} can be asked for: only elementwise and linear operations are on the way. */
    public boolean knowsSecond() {
        return graph == null || graph.knowsSecond();
    }

    /**
     * Returns the second derivatives d²/dt² f(x + t v) at t = 0 of the value of a function of one result, by one forward
     * sweep that carries them beside the tangents: one for each direction, or their sum, which is cheaper.
     *
     * @param tangents the directions v, like those of {@link #push}
     * @throws IllegalArgumentException if number or shapes do not fit
     * @throws IllegalStateException if not {@link #knowsSecond}
     */
    public Tensor second(List<? extends @Nullable Tensor> tangents, boolean summed) {
        Shape directions = requireDirections("tangent", "argument", tangents, List.of(variables));
        if (!knowsSecond()) {
            throw new IllegalStateException(
                    "an operation on the way is neither elementwise nor linear: use pushSeries");
        }
        Tensor value = only();
        Tensor found = graph == null
                ? null
                : Sweep.second(graph, variables, tangents.toArray(new @Nullable Tensor[0]), summed)
                        .of(value);
        return found != null ? found : Tensor.zeros(summed ? value.shape : directions.append(value.shape));
    }

    /**
     * Returns the Taylor coefficients of the results along a curve through the point, from order 1 to {@code order}: each
     * element holds those of one order for all results.
     *
     * @param curve the Taylor coefficients of the curve, from order 1 on, each element those of one order for all arguments,
     *     {@code null} for zero; what is missing is zero
     * @throws IllegalArgumentException if number or shapes do not fit
     */
    public List<List<Tensor>> pushSeries(List<? extends List<? extends @Nullable Tensor>> curve, int order) {
        for (List<? extends @Nullable Tensor> coefficients : curve) {
            Shape directions = requireDirections("coefficient", "argument", coefficients, List.of(variables));
            if (directions.rank() > 0) {
                throw new IllegalArgumentException(
                        "a curve has one direction, but got " + directions.dim(0) + " of them: "
                                + "coefficients of shapes " + shapes(coefficients) + " for arguments of shapes "
                                + shapes(List.of(variables)));
            }
        }
        List<List<Tensor>> series = new ArrayList<>(order);
        List<List<@Nullable Tensor>> found =
                graph == null ? List.of() : SeriesSweep.run(graph, outputs, variables, curve, order);
        for (int k = 0; k < order; k++) {
            List<Tensor> coefficients = new ArrayList<>(outputs.size());
            for (int i = 0; i < outputs.size(); i++) {
                Tensor c = graph == null ? null : found.get(k).get(i);
                coefficients.add(c == null ? Tensor.zeros(outputs.get(i).shape) : c);
            }
            series.add(coefficients);
        }
        return series;
    }

    /**
     * Returns which entries of the value depend on which entries of the arguments, as far as the recorded calls tell: the
     * pattern of the Jacobian, or more. Rows are the entries of the value, columns those of the arguments one after the
     * other, all in row-major order.
     *
     * <p>The pattern holds for whatever numbers as long as the function makes the same calls: both branches of a piecewise
     * function count. Constants are taken as they are, though: what a constant mask or a zero in a constant factor of a
     * matrix product hides is no entry.
     */
    public Sparsity sparsity() {
        int columns = 0;
        for (Tensor variable : variables) {
            columns += variable.size();
        }
        return graph == null ? Sparsity.empty(only().size(), columns) : new Dependencies(graph, variables).sparsity();
    }

    /**
     * Returns a number that is the same for another recording of the same calls: where it is, so is {@link #sparsity},
     * which costs more.
     */
    public long structure() {
        return graph == null ? only().size() : new Dependencies(graph, variables).fingerprint();
    }

    /** Returns the leading axes of directions, none or one, which all given derivatives must have in common. */
    private static Shape requireDirections(
            String what, String of, List<? extends @Nullable Tensor> derivatives, List<Tensor> primals) {
        if (derivatives.size() != primals.size()) {
            throw new IllegalArgumentException("expected " + primals.size() + " " + what + "s, one for each " + of
                    + ", but got " + derivatives.size());
        }
        Shape directions = null;
        for (int k = 0; k < primals.size(); k++) {
            Tensor derivative = derivatives.get(k);
            if (derivative != null) {
                String which = "the " + what + " of " + (primals.size() == 1 ? "the " + of : of + " " + k);
                requireDirections(which, derivative, primals.get(k));
                Shape own = Directions.of(derivative, primals.get(k));
                if (directions != null && !own.equals(directions)) {
                    throw new IllegalArgumentException("either all " + what
                            + "s carry a leading axis of directions, equally "
                            + "many, or none, but got shapes " + shapes(derivatives) + " for " + of + "s of shapes "
                            + shapes(primals));
                }
                directions = own;
            }
        }
        return directions == null ? Shape.SCALAR : directions;
    }

    private static String shapes(List<? extends @Nullable Tensor> tensors) {
        return tensors.stream()
                .map(x -> x == null ? "none" : x.shape.toString())
                .toList()
                .toString();
    }

    /**
     * Refuses a tangent or cotangent that has neither the shape of its value nor one more axis before it.
     *
     * @param which how to call it in the message
     */
    public static void requireDirections(String which, Tensor derivative, Tensor primal) {
        int lead = derivative.rank() - primal.rank();
        if (lead < 0 || lead > 1 || !derivative.shape.endsWith(primal.shape)) {
            throw new IllegalArgumentException(which + " needs the shape " + primal.shape
                    + ", or one more axis of directions before it, but got " + derivative.shape);
        }
    }
}
