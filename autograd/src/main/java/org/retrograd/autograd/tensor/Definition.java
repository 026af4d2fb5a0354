package org.retrograd.autograd.tensor;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.scalar.Primitive.Interval;

/**
 * What the catalogue knows of a differentiable method: its name, one sentence, and calls on which it is to be checked. An
 * operation of one's own is defined in the same way, and checked in the same way.
 *
 * @param name the name of the method
 * @param doc one sentence on value and special cases
 * @param examples calls that between them reach every branch of the rules
 */
public record Definition(String name, String doc, ImmutableList<Example> examples) {
    /**
     * One call of a method, with the inputs it may be given.
     *
     * @param call the call as it is written: {@code x.sum(0)}
     * @param inputs where the inputs' entries lie, and their shapes
     * @param function the call itself
     */
    public record Example(String call, ImmutableList<Input> inputs, Function<List<Tensor>, Tensor> function) {}

    /** An input of an example: a shape, and the interval in which its entries lie. */
    public record Input(Interval interval, Shape shape) {}

    /** Returns a definition that is not checked if it has no examples: the catalogue refuses it. */
    public static Definition of(String name, String doc, Example... examples) {
        return new Definition(name, doc, ImmutableList.copyOf(examples));
    }

    /** Returns a call with one input. */
    public static Example call(String call, Input x, UnaryOperator<Tensor> function) {
        return new Example(call, ImmutableList.of(x), in -> function.apply(in.get(0)));
    }

    /** Returns a call with two inputs. */
    public static Example call(String call, Input x, Input y, BinaryOperator<Tensor> function) {
        return new Example(call, ImmutableList.of(x, y), in -> function.apply(in.get(0), in.get(1)));
    }

    /** Returns a call with any number of inputs. */
    public static Example call(String call, List<Input> inputs, Function<List<Tensor>, Tensor> function) {
        return new Example(call, ImmutableList.copyOf(inputs), function);
    }

    /** Returns an input of the given shape with entries of either sign. */
    public static Input real(int... shape) {
        return new Input(new Interval(-2, 2), Shape.of(shape));
    }
}
