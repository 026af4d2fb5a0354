package org.retrograd.autograd.tensor;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Sparsity;

/**
 * A function evaluated once at a point, from which any number of cotangents can be pulled back and tangents pushed forward.
 *
 * <p>This is the one primitive on which all transforms stand. It owns scoped variables that copy the arguments; results
 * are traced if and only if the function or the arguments depend on somebody else's variables, so that transforms nest to
 * any order and never confuse one another's derivatives.
 */
public final class Linearization {
    private final List<Tensor> arguments;
    private final Tensor[] variables;
    private final Tensor output;
    private final @Nullable Graph graph;

    private Linearization(List<Tensor> arguments, Tensor[] variables, Tensor output, @Nullable Graph graph) {
        this.arguments = arguments;
        this.variables = variables;
        this.output = output;
        this.graph = graph;
    }

    /** Evaluates {@code f}, which must return one tensor and may capture anything, at the given arguments. */
    public static Linearization of(Function<List<Tensor>, Tensor> f, List<Tensor> arguments) {
        Variable scope = Variable.scope();
        Tensor[] variables = new Tensor[arguments.size()];
        for (int k = 0; k < variables.length; k++) {
            variables[k] = scope.of(arguments.get(k));
        }
        Tensor output = f.apply(List.of(variables));
        if (output == null) {
            throw new IllegalArgumentException("the function to differentiate returned null: it must return a tensor");
        }
        boolean reaches = output.op != null && output.id >= scope.oldest;
        return new Linearization(List.copyOf(arguments), variables, output, reaches ? Graph.of(output, scope) : null);
    }

    /** Returns the value of the function: traced if and only if somebody else's variable was reached. */
    public Tensor value() {
        return graph == null || graph.watched() ? output : output.constant();
    }

    /**
     * Returns the cotangents of the arguments, Jᵀg; zeros for arguments that the value does not depend on.
     *
     * @param seed the cotangent g of the value, of its shape or with one axis of directions before it
     * @throws IllegalArgumentException if the shape does not fit
     */
    public List<Tensor> pull(Tensor seed) {
        requireShape("a cotangent of the value", seed, output);
        Sweep sweep = graph == null ? null : Sweep.reverse(graph, seed, false);
        Tensor[] cotangents = new Tensor[variables.length];
        for (int k = 0; k < variables.length; k++) {
            Tensor found = sweep == null ? null : sweep.of(variables[k]);
            cotangents[k] = found != null
                    ? found
                    : Tensor.zeros(Directions.of(seed, output).append(variables[k].shape));
        }
        return List.of(cotangents);
    }

    /**
     * Returns the tangent of the value, J·t; zeros if the value does not depend on the arguments.
     *
     * @param tangents one for each argument, of its shape; all of them, or none, with one axis of directions before it
     * @throws IllegalArgumentException if number or shapes do not fit
     */
    public Tensor push(List<Tensor> tangents) {
        if (tangents.size() != variables.length) {
            throw new IllegalArgumentException(
                    "expected " + variables.length + " tangents, one for each argument, but got " + tangents.size());
        }
        for (int k = 0; k < variables.length; k++) {
            requireShape("the tangent of argument " + k, tangents.get(k), variables[k]);
            if (tangents.get(k).rank() - variables[k].rank() != tangents.get(0).rank() - variables[0].rank()) {
                throw new IllegalArgumentException(
                        "either all tangents carry a leading axis of directions or none, but "
                                + "got shapes "
                                + tangents.stream().map(Tensor::shape).toList() + " for arguments of shapes "
                                + arguments.stream().map(Tensor::shape).toList());
            }
        }
        Tensor found = graph == null
                ? null
                : Sweep.forward(graph, variables, tangents.toArray(new Tensor[0]))
                        .of(output);
        return found != null
                ? found
                : Tensor.zeros(Directions.of(tangents.get(0), variables[0]).append(output.shape));
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
        return graph == null ? Sparsity.empty(output.size(), columns) : new Structure(graph, variables).sparsity();
    }

    /**
     * Returns a number that is the same for another recording of the same calls: where it is, so is {@link #sparsity},
     * which costs more.
     */
    public long structure() {
        return graph == null ? output.size() : new Structure(graph, variables).fingerprint();
    }

    private static void requireShape(String what, Tensor derivative, Tensor primal) {
        int lead = derivative.rank() - primal.rank();
        if (lead < 0
                || lead > 1
                || !Directions.of(derivative, primal).append(primal.shape).equals(derivative.shape)) {
            throw new IllegalArgumentException(what + " needs its shape " + primal.shape
                    + ", or one more axis of directions before it, but got " + derivative.shape);
        }
    }
}
