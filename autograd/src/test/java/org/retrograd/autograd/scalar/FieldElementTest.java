package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.math3.RealFieldElement;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every method of Commons Math's {@link RealFieldElement} gives value and derivatives, to second order and by every argument,
 * as its {@link DerivativeStructure} does.
 */
class FieldElementTest {
    private static final double[] RECEIVERS = {0.4, 1.7, -0.6};
    private static final double[] OTHERS = {0.9, -1.3, 0.55, 2.1, -0.35, 1.15, 0.7, -0.85};
    private static final double NUMBER = 1.25;
    private static final int WHOLE = 3;
    private static final int ARRAY = 3;

    /** A call of one method: which number each argument is, where the arguments are the numbers of one kind. */
    private record Call(Method method) {
        int numbers() {
            return 1
                    + Arrays.stream(method.getParameterTypes())
                            .mapToInt(type -> type == Object.class ? 1 : type == Object[].class ? ARRAY : 0)
                            .sum();
        }

        /** Calls it with the numbers in turn: the receiver, and whatever else is a number of this kind. */
        <T> Object on(Class<T> kind, List<T> numbers) {
            int next = 1;
            List<Object> arguments = new ArrayList<>();
            for (Class<?> type : method.getParameterTypes()) {
                if (type == Object.class) {
                    arguments.add(numbers.get(next++));
                } else if (type == Object[].class) {
                    Object array = Array.newInstance(kind, ARRAY);
                    for (int i = 0; i < ARRAY; i++) {
                        Array.set(array, i, numbers.get(next++));
                    }
                    arguments.add(array);
                } else if (type == double.class) {
                    arguments.add(NUMBER);
                } else if (type == double[].class) {
                    arguments.add(Arrays.copyOf(OTHERS, ARRAY));
                } else {
                    assertThat(type).isEqualTo(int.class);
                    arguments.add(WHOLE);
                }
            }
            try {
                return method.invoke(numbers.get(0), arguments.toArray());
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(method + " cannot be called", e);
            }
        }

        @Override
        public String toString() {
            return Arrays.stream(method.getParameterTypes())
                    .map(Class::getSimpleName)
                    .collect(Collectors.joining(", ", method.getName() + "(", ")"));
        }
    }

    static Stream<Call> numbers() {
        return calls().filter(call -> call.method.getReturnType() == Object.class);
    }

    private static Stream<Call> calls() {
        return Arrays.stream(RealFieldElement.class.getMethods()).map(Call::new);
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void aNumberHasTheDerivativesOfCommonsMath(Call call) {
        int defined = 0;
        for (double receiver : RECEIVERS) {
            double[] at = Arrays.copyOf(new double[] {receiver}, call.numbers());
            System.arraycopy(OTHERS, 0, at, 1, at.length - 1);
            defined += agree(call, at) ? 1 : 0;
        }
        assertThat(defined).as("points at which %s is defined", call).isPositive();
    }

    /** Whether the method is defined at a point; if so, requires that both say the same. */
    private static boolean agree(Call call, double[] at) {
        int n = at.length;
        List<DerivativeStructure> commons = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            commons.add(new DerivativeStructure(n, 2, k, at[k]));
        }
        DerivativeStructure expected = (DerivativeStructure) call.on(DerivativeStructure.class, commons);

        Tape tape = new Tape();
        Scalar[] x = tape.variables(at);
        Scalar[] first = tape.gradient(v -> (Scalar) call.on(Scalar.class, List.of(v)), x);
        Scalar y = (Scalar) call.on(Scalar.class, List.of(x));
        if (Double.isNaN(expected.getValue())) {
            assertThat(y.value()).isNaN();
            return false;
        }
        near(call + " of " + Arrays.toString(at), y.value(), expected.getValue());
        double[] gradient = tape.gradient(y.add(x[0].multiply(0)), x);
        for (int i = 0; i < n; i++) {
            int[] order = new int[n];
            order[i]++;
            near(call + " by " + i, gradient[i], expected.getPartialDerivative(order));
            double[] second = first[i].traced() ? tape.gradient(first[i], x) : new double[n];
            for (int j = 0; j < n; j++) {
                order[j]++;
                near(call + " by " + i + " and " + j, second[j], expected.getPartialDerivative(order));
                order[j]--;
            }
        }
        return true;
    }

    /** One call, or one of few terms of size 1: what differs is the rounding of a few operations. */
    private static void near(String what, double actual, double expected) {
        assertThat(Math.abs(actual - expected))
                .as("%s: %s instead of %s", what, actual, expected)
                .isLessThanOrEqualTo(16 * Math.ulp(Math.max(1, Math.abs(expected))));
    }

    @Test
    void theOthersGiveBareNumbersAndTheField() {
        Scalar x = new Tape().variable(2.5);
        assertThat(calls().filter(call -> call.method.getReturnType() != Object.class))
                .extracting(call -> call.method.getName())
                .containsExactlyInAnyOrder("getReal", "round", "getField");
        assertThat(x.getReal()).isEqualTo(2.5);
        assertThat(x.round()).isEqualTo(3);
        assertThat(Scalar.of(-2.5).round()).isEqualTo(-2);
        assertThat(x.getField()).isSameAs(ScalarField.INSTANCE);
        assertThat(x.getField().getZero()).isEqualTo(Scalar.of(0));
        assertThat(x.getField().getOne()).isEqualTo(Scalar.of(1));
        assertThat(x.getField().getRuntimeClass()).isEqualTo(Scalar.class);
    }
}
