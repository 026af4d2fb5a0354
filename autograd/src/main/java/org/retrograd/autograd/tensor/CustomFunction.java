package org.retrograd.autograd.tensor;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A function of tensors that is one operation, by its own name, with a derivative rule of its own or without.
 *
 * <pre>{@code
 * CustomFunction log1pExp = CustomFunction.of("log1pExp", in -> in.get(0).exp().log1p())
 *         .vjp((g, in, y) -> List.of(g.mul(in.get(0).sigmoid())));
 * Tensor y = log1pExp.apply(x);
 * }</pre>
 *
 * <p>The value may be computed in any way, on arrays too, once there is a rule. Of the two rules one is enough: the other
 * is its transpose, and is derived. Without a rule both are derived from the value, which must then be written in tensor
 * methods; it is evaluated again for each derivative, and nothing of its inside is stored. (A value that is a constant other
 * than 0 is refused: it was usually computed on arrays.)
 *
 * <p>A rule written in tensor methods is itself differentiated, to any order. One that computes on arrays has to say so by
 * {@link #onceDifferentiable}. Attributes (numbers, indices, masks) are captured by the lambdas. Traced values that the
 * value captures are further inputs if there is no rule, and are refused if there is one, since it says nothing of them.
 *
 * <p>Objects of this class never change: each method returns another one.
 */
public final class CustomFunction {
    private final String name;
    private final Function<List<Tensor>, Tensor> value;
    private final @Nullable Vjp vjp;
    private final @Nullable Jvp jvp;
    private final boolean once;
    private final boolean directions;

    /** A rule for the vector-Jacobian product: what reverse mode needs. */
    @FunctionalInterface
    public interface Vjp {
        /**
         * Returns the cotangent of each input: of its shape, or of the shape it was broadcast to if that is the result's.
         *
         * @param g the cotangent of the result
         * @param in the inputs
         * @param y the result, for derivatives that are simpler in it
         */
        List<Tensor> vjp(Tensor g, List<Tensor> in, Tensor y);
    }

    /** A rule for the Jacobian-vector product: what forward mode needs. */
    @FunctionalInterface
    public interface Jvp {
        /**
         * Returns the tangent of the result, of its shape.
         *
         * @param t the tangents of the inputs; zeros for one that does not vary
         * @param in the inputs
         * @param y the result
         */
        Tensor jvp(List<Tensor> t, List<Tensor> in, Tensor y);
    }

    private CustomFunction(
            String name,
            Function<List<Tensor>, Tensor> value,
            @Nullable Vjp vjp,
            @Nullable Jvp jvp,
            boolean once,
            boolean directions) {
        this.name = name;
        this.value = value;
        this.vjp = vjp;
        this.jvp = jvp;
        this.once = once;
        this.directions = directions;
    }

    /**
     * Returns a function without a rule, whose derivatives are those of its value.
     *
     * @param name by which messages, traces and reports call it
     * @param value of the inputs, in their order; what it throws, {@link #apply} throws
     * @throws IllegalArgumentException if the name is blank
     */
    public static CustomFunction of(String name, Function<List<Tensor>, Tensor> value) {
        Objects.requireNonNull(value, "value");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "a custom function needs a name, by which messages and traces call it, but got \"" + name + "\"");
        }
        return new CustomFunction(name, value, null, null, false, false);
    }

    /** Returns this function with a rule for reverse mode, and for forward mode if that has none. */
    public CustomFunction vjp(Vjp rule) {
        return new CustomFunction(name, value, rule, jvp, once, directions);
    }

    /** Returns this function with a rule for forward mode, and for reverse mode if that has none. */
    public CustomFunction jvp(Jvp rule) {
        return new CustomFunction(name, value, vjp, rule, once, directions);
    }

    /**
     * Returns this function with its rules declared to leave tensor methods, so that they cannot be differentiated: asking
     * for a second derivative is an error then. If only one rule is given, the other costs a call of it for each entry.
     *
     * @throws IllegalStateException if it has no rule
     */
    public CustomFunction onceDifferentiable() {
        if (vjp == null && jvp == null) {
            throw new IllegalStateException(
                    this + " has no rule that could be differentiable once only: give it a vjp or a jvp");
        }
        return new CustomFunction(name, value, vjp, jvp, true, directions);
    }

    /**
     * Returns this function with its rules declared to serve several directions at once: they count axes from the end, so
     * that cotangents and tangents may have one more axis in front. Otherwise they are called once for each direction.
     */
    public CustomFunction carryingDirections() {
        return new CustomFunction(name, value, vjp, jvp, once, true);
    }

    /**
     * Returns the value at the given inputs, recorded if and only if one of them, or a captured value, is traced.
     *
     * @throws IllegalArgumentException if an input or the value is {@code null}
     */
    public Tensor apply(Tensor... in) {
        if (in == null) {
            throw new IllegalArgumentException("the inputs of " + this + " are null: they must be tensors");
        }
        Tensor[] inputs = in.clone();
        for (int k = 0; k < inputs.length; k++) {
            if (inputs[k] == null) {
                throw new IllegalArgumentException("input " + k + " of " + this + " is null: it must be a tensor");
            }
        }
        return vjp == null && jvp == null
                ? Recomputed.call(name, this::differentiableValue, List.of(inputs))
                : CustomOp.call(this, inputs);
    }

    private Tensor differentiableValue(List<Tensor> in) {
        Tensor y = value(in);
        // one that is 0 may well be constant: it can be a derivative that vanishes
        if (y.op == null && y.ne(0).any() && in.stream().anyMatch(Tensor::traced)) {
            throw new IllegalStateException(
                    "the value of " + this + " does not depend on its inputs by tensor methods, so that"
                            + " no derivative can be derived from it: give it a vjp or a jvp");
        }
        return y;
    }

    Tensor value(List<Tensor> in) {
        Tensor y = value.apply(in);
        if (y == null) {
            throw new IllegalArgumentException("the value of " + this + " is null: it must be a tensor");
        }
        return y;
    }

    /** Returns the name by which messages, traces and reports call it. */
    public String name() {
        return name;
    }

    /** Whether both rules were given, so that neither is the transpose of the other. */
    boolean hasBothRules() {
        return vjp != null && jvp != null;
    }

    boolean carriesDirections() {
        return directions && !once;
    }

    /** Returns the cotangents of all inputs, each of its input's shape. */
    List<Tensor> vjp(Tensor g, List<Tensor> in, Tensor y) {
        CustomRule rule = vjp != null
                ? CustomRule.vjp(name, vjp, once)
                : CustomRule.jvp(name, Objects.requireNonNull(jvp), once).transposed();
        return rule.apply(List.of(g), in, y);
    }

    /** Returns the tangent of the value. */
    Tensor jvp(List<Tensor> t, List<Tensor> in, Tensor y) {
        CustomRule rule = jvp != null
                ? CustomRule.jvp(name, jvp, once)
                : CustomRule.vjp(name, Objects.requireNonNull(vjp), once).transposed();
        return rule.apply(t, in, y).get(0);
    }

    /** Returns the name in quotation marks, as messages use it. */
    @Override
    public String toString() {
        return "\"" + name + "\"";
    }
}
