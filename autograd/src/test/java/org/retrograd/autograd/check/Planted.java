package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Op;
import org.retrograd.autograd.tensor.Tensor;

/**
 * An operation whose value is given in tensor methods and whose rules may be given beside it, for instance wrongly.
 *
 * <p>A rule that is not given is the derivative of the value as autograd finds it, so that an operation without given rules
 * is right in both modes and to every order.
 */
public final class Planted extends Op {
    /** The value, as a function of the inputs. */
    public interface Value {
        Tensor of(Tensor[] in);
    }

    /** A rule of an operation with one input: what becomes of a cotangent or tangent {@code d}. */
    public interface UnaryRule {
        Tensor of(Tensor d, Tensor x, Tensor y);
    }

    /** The reverse rule of one of several inputs. */
    public interface Pull {
        Tensor of(Tensor g, Tensor[] in, Tensor y);
    }

    /** The forward rule of an operation of several inputs. */
    public interface Push {
        Tensor of(@Nullable Tensor[] t, Tensor[] in, Tensor y);
    }

    private final String name;
    private final Value value;
    private final Map<Integer, Pull> pulls;
    private final @Nullable Push push;

    private Planted(String name, Value value, Map<Integer, Pull> pulls, @Nullable Push push) {
        this.name = name;
        this.value = value;
        this.pulls = pulls;
        this.push = push;
    }

    /** Returns an operation of any number of inputs with the right rules. */
    public static Planted op(String name, Value value) {
        return new Planted(name, value, Map.of(), null);
    }

    /** Returns an operation of one input with the right rules. */
    public static Planted unary(String name, UnaryOperator<Tensor> value) {
        return op(name, in -> value.apply(in[0]));
    }

    /** Returns an operation of two inputs with the right rules. */
    public static Planted binary(String name, BinaryOperator<Tensor> value) {
        return op(name, in -> value.apply(in[0], in[1]));
    }

    /** Returns this with a given reverse rule of one input. */
    public Planted pull(int k, Pull rule) {
        Map<Integer, Pull> given = new TreeMap<>(pulls);
        given.put(k, rule);
        return new Planted(name, value, given, push);
    }

    /** Returns this with a given forward rule. */
    public Planted push(Push rule) {
        return new Planted(name, value, pulls, rule);
    }

    /** Returns this operation of one input with a given reverse rule. */
    public Planted backward(UnaryRule rule) {
        return pull(0, (g, in, y) -> rule.of(g, in[0], y));
    }

    /** Returns this operation of one input with a given forward rule. */
    public Planted forward(UnaryRule rule) {
        return push((t, in, y) -> rule.of(Objects.requireNonNull(t[0]), in[0], y));
    }

    /** Returns this elementwise operation of one input with both rules made of one given partial derivative. */
    public Planted partial(BinaryOperator<Tensor> derivative) {
        return backward((g, x, y) -> g.mul(derivative.apply(x, y))).forward((t, x, y) -> t.mul(derivative.apply(x, y)));
    }

    /** Returns the same operation with the right rules. */
    public Planted right() {
        return op(name, value);
    }

    @Override
    public String name() {
        return name;
    }

    private Tensor evaluate(Tensor[] in) {
        return value.of(Arrays.stream(in).map(Tensor::detach).toArray(Tensor[]::new));
    }

    @Override
    public Shape shape(Tensor[] in) {
        return evaluate(in).shape();
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        return evaluate(in).storage();
    }

    @Override
    public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        Pull given = pulls.get(k);
        return given != null ? given.of(g, in, y) : along(in, k).pull(g).get(0);
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        if (push != null) {
            return push.of(t, in, y);
        }
        int[] varying = Arrays.stream(indices(in)).filter(k -> t[k] != null).toArray();
        List<Tensor> tangents = new ArrayList<>();
        for (int k : varying) {
            tangents.add(Objects.requireNonNull(t[k]));
        }
        return along(in, varying).push(tangents);
    }

    private static int[] indices(Tensor[] in) {
        int[] all = new int[in.length];
        Arrays.setAll(all, k -> k);
        return all;
    }

    /** Returns the value as a function of some of the inputs, evaluated. */
    private Linearization along(Tensor[] in, int... varying) {
        List<Tensor> arguments = Arrays.stream(varying).mapToObj(k -> in[k]).toList();
        return Linearization.of(
                x -> {
                    Tensor[] all = in.clone();
                    for (int i = 0; i < varying.length; i++) {
                        all[varying[i]] = x.get(i);
                    }
                    return value.of(all);
                },
                arguments);
    }
}
