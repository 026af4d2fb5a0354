package org.retrograd.autograd.check.kit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says from which domain a test draws the tensor of a parameter; {@link Domain#REAL} where nothing is said. */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface In {
    /** The domain. */
    Domain value();
}
