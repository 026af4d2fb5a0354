package org.retrograd.autograd.check.kit;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A JUnit test class in which each method marked with {@link GradientTest} is a test: that its derivatives are right.
 *
 * <pre>{@code
 * class MyFunctionsTest implements GradientTests {
 *     @GradientTest
 *     Tensor swish(Tensor x) {
 *         return MyFunctions.swish(x);
 *     }
 *
 *     @GradientTest
 *     Tensor logDet(@In(Domain.POSITIVE_DEFINITE) @OfShape({3, 3}) Tensor a) {
 *         return MyFunctions.logDet(a);
 *     }
 * }
 * }</pre>
 *
 * <p>The method is the function: it is called with tensors drawn for its parameters, and once more for every difference.
 */
public interface GradientTests {
    /** Returns a test for each marked method; JUnit asks for them. */
    @TestFactory
    default List<DynamicTest> gradients() {
        List<Method> methods =
                AnnotationSupport.findAnnotatedMethods(getClass(), GradientTest.class, HierarchyTraversalMode.TOP_DOWN);
        if (methods.isEmpty()) {
            throw new IllegalStateException(
                    getClass().getSimpleName()
                            + " implements GradientTests, but no method is marked with @GradientTest: there is nothing to check");
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Method method : methods) {
            tests.add(DynamicTest.dynamicTest(method.getName(), () -> check(method)));
        }
        return tests;
    }

    private void check(Method method) {
        Parameter[] parameters = method.getParameters();
        boolean fits = method.getReturnType() == Tensor.class
                && parameters.length > 0
                && Arrays.stream(parameters).allMatch(parameter -> parameter.getType() == Tensor.class);
        if (!fits) {
            throw new IllegalStateException(
                    "a @GradientTest takes tensors, at least one, and returns a tensor, but got "
                            + method.toGenericString());
        }
        GradientTest test = Objects.requireNonNull(method.getAnnotation(GradientTest.class));
        RandomGenerator random = new SplittableRandom(test.seed());
        for (int sample = 1; sample <= test.samples(); sample++) {
            Tensor[] point = new Tensor[parameters.length];
            for (int k = 0; k < point.length; k++) {
                point[k] = draw(random, parameters[k]);
            }
            String name = method.getName() + ", sample " + sample + " of seed " + test.seed();
            GradientCheck.ofSeveral(name, in -> call(method, in))
                    .at(point)
                    .named(Arrays.stream(parameters).map(Parameter::getName).toArray(String[]::new))
                    .assertPasses();
        }
    }

    private Tensor call(Method method, List<Tensor> in) {
        Object value = ReflectionSupport.invokeMethod(method, this, in.toArray());
        if (value == null) {
            throw new IllegalStateException(method.getName() + " returned null: it must return a tensor");
        }
        return (Tensor) value;
    }

    private static Tensor draw(RandomGenerator random, Parameter parameter) {
        In in = parameter.getAnnotation(In.class);
        OfShape shape = parameter.getAnnotation(OfShape.class);
        Domain domain = in == null ? Domain.REAL : in.value();
        return shape == null
                ? domain.draw(random, domain == Domain.POSITIVE_DEFINITE ? new int[] {3, 3} : new int[] {2, 3})
                : domain.draw(random, shape.value());
    }
}
