package org.retrograd.autograd.tensor;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.Primitives;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Definition.Input;

/**
 * All differentiable operations, read off their definitions: what tests, checkers and the reference page walk over.
 *
 * <p>Nothing is listed twice: a primitive or a definition belongs to the catalogue because it is a constant of the class
 * that defines it.
 */
public final class Catalogue {
    private static final List<Class<?>> DEFINITIONS = List.of(
            ReductionOps.class,
            ShapeOps.class,
            ViewOps.class,
            IndexOps.class,
            GatherOps.class,
            ProductOps.class,
            Convolutions.class,
            ScanOps.class,
            OrderOps.class,
            Pooling.class,
            Normalisations.class,
            Attention.class,
            Regularisation.class,
            SolveOps.class,
            DeterminantOps.class,
            FactorOps.class,
            SpectralOps.class,
            Einsum.class,
            ProgramOp.class,
            ProgramLoop.class);

    private Catalogue() {}

    /** Returns the primitives, in the order in which they are defined. */
    public static ImmutableList<Primitive> primitives() {
        return Primitives.all();
    }

    /** Returns the definitions of all operations; those of primitives are made from the primitives. */
    public static ImmutableList<Definition> definitions() {
        ImmutableList.Builder<Definition> all = ImmutableList.builder();
        for (Primitive primitive : primitives()) {
            all.add(new Definition(primitive.name(), primitive.doc(), examples(primitive)));
        }
        return all.addAll(constants(DEFINITIONS, Definition.class)).build();
    }

    private static ImmutableList<Example> examples(Primitive primitive) {
        List<List<Shape>> shapes = switch (primitive.arity()) {
            case 1 ->
                List.of(List.of(Shape.of(2, 3)), List.of(Shape.SCALAR), List.of(Shape.of(0, 2)), List.of(Shape.of(1)));
            case 2 ->
                List.of(
                        List.of(Shape.of(2, 3), Shape.of(2, 3)),
                        List.of(Shape.of(2, 3), Shape.of(3)),
                        List.of(Shape.of(2, 1), Shape.of(1, 3)),
                        List.of(Shape.SCALAR, Shape.of(2)),
                        List.of(Shape.of(4, 1, 3), Shape.of(2, 1)),
                        List.of(Shape.of(0, 2), Shape.of(2)));
            default ->
                List.of(
                        List.of(Shape.of(2, 3), Shape.of(2, 3), Shape.of(2, 3)),
                        List.of(Shape.of(2, 1), Shape.of(3), Shape.SCALAR),
                        List.of(Shape.of(3), Shape.of(2, 3), Shape.of(2, 1)));
        };
        ImmutableList.Builder<Example> examples = ImmutableList.builder();
        for (List<Shape> in : shapes) {
            List<Input> inputs = new ArrayList<>();
            for (int k = 0; k < in.size(); k++) {
                inputs.add(new Input(primitive.samples().get(k), in.get(k)));
            }
            examples.add(Definition.call(
                    primitive.name() + in,
                    inputs,
                    x -> Elementwise.of(primitive).apply(x.toArray(new Tensor[0]))));
        }
        return examples.build();
    }

    private static <T> ImmutableList<T> constants(List<Class<?>> holders, Class<T> type) {
        ImmutableList.Builder<T> found = ImmutableList.builder();
        for (Class<?> holder : holders) {
            for (Field field : holder.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == type) {
                    try {
                        found.add(type.cast(field.get(null)));
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(field + " cannot be read", e);
                    }
                }
            }
        }
        return found.build();
    }
}
