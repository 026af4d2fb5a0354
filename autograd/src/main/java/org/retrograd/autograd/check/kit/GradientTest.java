package org.retrograd.autograd.check.kit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a method from tensors to a tensor whose derivatives are to be checked, in a class that implements {@link GradientTests}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface GradientTest {
    /** At how many points. */
    int samples() default 3;

    /** From which seed the points are drawn. */
    long seed() default 17;
}
