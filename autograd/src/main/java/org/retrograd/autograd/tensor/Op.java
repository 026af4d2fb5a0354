package org.retrograd.autograd.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/**
 * An operation on tensors: shape, value and both derivative rules, in one object.
 *
 * <p>Rules are written in tensor methods, so that they are themselves recorded when an enclosing differentiation is
 * watching, and every order of derivative follows. Two conventions keep them short:
 *
 * <ul>
 *   <li>A cotangent or tangent may carry <em>one leading axis of directions</em> more than the value it belongs to. Rules
 *       therefore count axes from the end. One that cannot says so by {@link #oneDirectionAtATime}.
 *   <li>A rule may return the cotangent of an input at the shape the input was broadcast to; the sweep sums it back.
 * </ul>
 *
 * <p>An operation has no state. What a call needs besides tensors (axes, indices) are final fields of an object made for
 * that call. The families of elementwise and of {@link Linear} operations are those from which nearly every one comes.
 */
public abstract class Op {
    /** Returns the name by which messages, traces and reports call the operation. */
    public abstract String name();

    /**
     * Returns the shape of the result.
     *
     * @throws IllegalArgumentException if the inputs do not fit; the message says what was expected and given
     */
    public abstract Shape shape(Tensor[] in);

    /** Returns the entries of the result, whose shape is {@code out}. */
    public abstract Storage compute(Tensor[] in, Shape out);

    /**
     * Returns the vector-Jacobian product: the contribution of one input to the cotangents.
     *
     * @param k which input
     * @param g the cotangent of the result
     * @param in the inputs
     * @param y the result
     */
    public abstract Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y);

    /**
     * Returns the Jacobian-vector product: the tangent of the result.
     *
     * @param t the tangents of the inputs, {@code null} for those that do not vary; at least one does
     * @param in the inputs
     * @param y the result
     */
    public abstract Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y);

    /**
     * Whether the rules cannot carry an axis of directions: the sweep then calls them once for each direction and stacks
     * what they return.
     */
    public boolean oneDirectionAtATime() {
        return false;
    }

    /**
     * Returns for each entry of the result the sum of the sizes of the terms that rounding errors were made on; times the
     * unit roundoff it bounds the error of one evaluation, up to a small factor.
     */
    public Tensor magnitude(Tensor[] in, Tensor y) {
        return y.abs();
    }

    /** Returns the family to which the operation belongs by how entries of its result depend on entries of its inputs. */
    public Dependence dependence() {
        return Dependence.DENSE;
    }

    /**
     * Returns which entries of the result depend on which entries of one input, whatever the numbers in the inputs that
     * vary. It may name too many, never too few. What {@link #dependence} says decides it, unless an operation overrides.
     *
     * @param k which input
     * @param in the inputs
     * @param y the result
     */
    public Relation relation(int k, Tensor[] in, Tensor y) {
        return switch (dependence()) {
            case ELEMENTWISE -> Relation.elementwise(in[k].shape, y.shape);
            case SELECTION -> Relation.selection(this, k, in);
            case DENSE -> Relation.dense(in[k].shape, y.shape);
        };
    }

    /**
     * Returns where the operation or a derivative of it jumps, as distances in tensor methods of the inputs; none if it is
     * smooth. A distance that is not traced, though the inputs are, belongs to an input that does not vary.
     */
    public List<Kink> kinks(Tensor[] in, Tensor y) {
        return List.of();
    }

    /**
     * Returns the result as a composition of other operations, for an operation that is one: what its rules derive by
     * themselves can then be found by walking inside, as power series do. Null if there is none.
     */
    public @Nullable Tensor body(Tensor[] in) {
        return null;
    }

    /**
     * Whether the rules state another derivative than that of the value, on purpose: a checker says so and does not
     * complain.
     */
    public boolean stated() {
        return false;
    }

    /** Whether {@link #second} is known for a call with these inputs. */
    boolean knowsSecond(Tensor[] in) {
        return false;
    }

    /**
     * Returns the second derivative along tangents, f''[t, t], for each of their directions or summed over all of them; null
     * if it is 0 whatever the numbers.
     */
    @Nullable
    Tensor second(@Nullable Tensor[] t, Tensor[] in, Tensor y, boolean summed) {
        return null;
    }

    /** Whether both rules follow from one statement, so that they can only be right or wrong together. */
    boolean oneStatement() {
        return false;
    }

    /**
     * A set of points at which a derivative jumps.
     *
     * @param order the lowest derivative that jumps: 0 for a jump of the value, 1 for a kink, 2 for a bend
     * @param distance entries that are 0 at such points and measure the distance to them, with either sign
     */
    public record Kink(int order, Tensor distance) {}

    /** How entries of a result depend on those of the inputs: what sparsity of derivatives can be read off an operation. */
    public enum Dependence {
        /** Each entry depends on the entries at the same place, up to broadcasting. */
        ELEMENTWISE,
        /** Each entry is a copy of at most one input entry. */
        SELECTION,
        /** Any entry may depend on any. */
        DENSE
    }

    /** Returns the result of the same call on other inputs; overridden where the operation keeps some of them besides. */
    Tensor again(Tensor[] in) {
        return apply(in);
    }

    /** Returns the result of this operation, recorded if and only if an input is traced. */
    public final Tensor apply(Tensor... in) {
        Shape shape = shape(in);
        Storage data = compute(in, shape);
        for (Tensor x : in) {
            if (x.op != null) {
                return new Tensor(shape, data, this, in, Origin.derived(in));
            }
        }
        return new Tensor(shape, data, Origin.constant(in));
    }

    /** Returns a sentence on the operation as it was called, for messages. */
    @Override
    public String toString() {
        return name();
    }
}
