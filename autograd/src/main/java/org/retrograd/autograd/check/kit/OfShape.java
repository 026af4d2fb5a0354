package org.retrograd.autograd.check.kit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which shape the tensor of a parameter has, as in {@code @OfShape({2, 3})}; {@code @OfShape({})} is a scalar.
 *
 * <p>Where nothing is said, a {@link GradientTest} takes [2, 3], and a jqwik property any shape.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface OfShape {
    /** The lengths of the axes. */
    int[] value();
}
