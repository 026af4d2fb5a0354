package org.retrograd.autograd.scalar;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;

/** The one table of primitives: every constant of the classes that define them. */
public final class Primitives {
    private static final List<Class<?>> HOLDERS =
            List.of(Arithmetic.class, Smooth.class, Special.class, Piecewise.class);
    private static final ImmutableList<Primitive> ALL = constants();
    private static final Primitive[] BY_INDEX = byIndex();

    private Primitives() {}

    /** Returns the primitives, in the order in which they are defined. */
    public static ImmutableList<Primitive> all() {
        return ALL;
    }

    /** Returns the primitive of an op code. */
    static Primitive at(int index) {
        return BY_INDEX[index];
    }

    private static Primitive[] byIndex() {
        Primitive[] table =
                new Primitive[ALL.stream().mapToInt(Primitive::index).max().orElse(-1) + 1];
        for (Primitive primitive : ALL) {
            table[primitive.index()] = primitive;
        }
        return table;
    }

    private static ImmutableList<Primitive> constants() {
        ImmutableList.Builder<Primitive> found = ImmutableList.builder();
        for (Class<?> holder : HOLDERS) {
            for (Field field : holder.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == Primitive.class) {
                    try {
                        found.add((Primitive) field.get(null));
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(field + " cannot be read", e);
                    }
                }
            }
        }
        return found.build();
    }
}
