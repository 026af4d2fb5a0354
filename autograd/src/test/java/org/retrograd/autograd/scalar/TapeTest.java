package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TapeTest {
    /** The table is the definition: every primitive's derivatives on the tape are those of its formulas. */
    @TestFactory
    Stream<DynamicTest> everyPrimitiveIsSweptAsItsFormulaSays() {
        return Primitives.all().stream()
                .map(primitive -> DynamicTest.dynamicTest(primitive.name(), () -> {
                    SplittableRandom random = new SplittableRandom(5);
                    Tape tape = new Tape();
                    for (int round = 0; round < 5; round++) {
                        tape.rewind();
                        double[] in = {Double.NaN, Double.NaN, Double.NaN};
                        Scalar[] x = new Scalar[primitive.arity()];
                        for (int k = 0; k < x.length; k++) {
                            Primitive.Interval interval = primitive.samples().get(k);
                            in[k] = interval.low() == interval.high()
                                    ? interval.low()
                                    : random.nextDouble(interval.low(), interval.high());
                            x[k] = tape.variable(in[k]);
                        }
                        Scalar y = apply(primitive, x);
                        assertThat(y.value()).isEqualTo(primitive.value(in[0], in[1], in[2]));
                        double[] g = tape.gradient(y, x);
                        Directions forward =
                                new Directions(tape.code, tape.values, tape.jacobians(), 0, tape.size(), x.length);
                        for (int k = 0; k < x.length; k++) {
                            forward.set(k, k, 1);
                        }
                        forward.push();
                        for (int k = 0; k < x.length; k++) {
                            Double expected = primitive.partial(k).value(in[0], in[1], in[2], y.value(), 0) + 0.0;
                            assertThat(g[k]).as("reverse, by " + k).isEqualTo(expected);
                            assertThat(forward.get(y.index, k))
                                    .as("forward, by " + k)
                                    .isEqualTo(expected);
                        }
                    }
                }));
    }

    static Scalar apply(Primitive primitive, Scalar... x) {
        return switch (x.length) {
            case 1 -> x[0].apply(primitive);
            case 2 -> x[0].apply(primitive, x[1]);
            default -> x[0].apply(primitive, x[1], x[2]);
        };
    }

    @Test
    void valuesSharedOnTheWaySumTheirPaths() {
        Tape tape = new Tape();
        Scalar x = tape.variable(3);
        Scalar y = x.multiply(x).add(x);
        assertThat(tape.gradient(y.multiply(y), x)).containsExactly(2 * 12 * 7);
        assertThat(tape.gradient(y.multiply(y), y)).containsExactly(24);
        assertThat(tape.gradient(x, y)).containsExactly(0);
    }

    @Test
    void operationsOnConstantsAreNotRecorded() {
        Tape tape = new Tape();
        Scalar x = tape.variable(3);
        Scalar c = Scalar.of(2).sin().add(4).multiply(Scalar.of(3));
        assertThat(c.traced()).isFalse();
        x.multiply(c);
        assertThat(tape.size()).isEqualTo(2);
    }

    @Test
    void sumsOfProductsAreOneOperation() {
        Tape tape = new Tape();
        Scalar[] x = tape.variables(1, 2, 3);
        Scalar y = Scalar.ZERO
                .linearCombination(new double[] {4, 5, 6}, x)
                .add(Scalar.sumOfSquares(x))
                .add(Scalar.sum(x));
        assertThat(tape.size()).isEqualTo(3 + 3 + 2);
        assertThat(y.value()).isEqualTo(32 + 14 + 6);
        assertThat(tape.gradient(y, x)).containsExactly(4 + 2 + 1, 5 + 4 + 1, 6 + 6 + 1);
    }

    @Test
    void functionsMayBringTheirDerivative() {
        LocalFunction polar = new LocalFunction() {
            @Override
            public int inputs() {
                return 2;
            }

            @Override
            public int outputs() {
                return 2;
            }

            @Override
            public void evaluate(double[] x, double[] y, double[] j) {
                y[0] = x[0] * Math.sqrt(x[1]);
                y[1] = x[0] + x[1];
                j[0] = Math.sqrt(x[1]);
                j[1] = x[0] / (2 * Math.sqrt(x[1]));
                j[2] = 1;
                j[3] = 1;
            }

            @Override
            public String toString() {
                return "polar";
            }
        };
        Tape tape = new Tape();
        Scalar[] x = tape.variables(3, 4);
        Scalar[] y = Scalar.call(polar, x);
        assertThat(tape.size()).isEqualTo(4);
        assertThat(tape.gradient(y[0].multiply(y[1]), x)).containsExactly(2 * 7 + 6, 0.75 * 7 + 6);
        assertThat(Scalar.call(polar, Scalar.of(3), Scalar.of(4))[1].traced()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Scalar.call(polar, x[0]))
                .withMessage("polar has 2 inputs, but got 1");
        Scalar z = tape.variable(1);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> tape.gradient(v -> Scalar.call(polar, v[0], z)[0], Scalar.of(2)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "polar gives its Jacobian as numbers, so it can be differentiated once; for higher derivatives"
                                + " it must override jacobian(Scalar[])");
    }

    @Test
    void rewindingReusesTheMemory() {
        Tape tape = new Tape();
        long bytes = 0;
        for (int round = 0; round < 5; round++) {
            tape.rewind();
            Scalar x = tape.variable(0.5);
            Scalar y = x;
            for (int i = 0; i < 20_000; i++) {
                y = y.multiply(0.999).add(x);
            }
            assertThat(tape.gradient(y, x)[0]).isCloseTo(y.value() / 0.5, within(1e-6));
            bytes = round == 0 ? tape.bytes() : bytes;
        }
        assertThat(tape.bytes()).isEqualTo(bytes);
        assertThat(tape.size()).isEqualTo(40_001);
        assertThat(tape.toString()).startsWith("Tape of 40,001 operations, ");
    }

    @Test
    void aScalarFromBeforeARewindIsRefused() {
        Tape tape = new Tape();
        Scalar x = tape.variable(2);
        Tape.Mark mark = tape.mark();
        Scalar y = x.sin();
        Tape.Mark later = tape.mark();
        tape.rewind(mark);
        Scalar z = x.cos();
        assertThat(tape.gradient(z, x)).containsExactly(-StrictMath.sin(2));
        assertThatIllegalStateException()
                .isThrownBy(() -> y.add(1))
                .withMessage("the scalar " + y.value()
                        + " was recorded as operation 1, which the tape has forgotten since: it"
                        + " was rewound; make the variable anew after rewinding");
        assertThatIllegalStateException().isThrownBy(() -> tape.gradient(y, x));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tape.rewind(later))
                .withMessage("the tape has been rewound past this mark: it stood after operation 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tape().rewind(mark))
                .withMessage("the mark is of another tape: a tape is rewound to marks of its own");
    }

    @Test
    void scalarsOfTwoTapesDoNotMix() {
        Scalar x = new Tape().variable(2);
        Scalar y = new Tape().variable(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> x.add(y))
                .withMessage(
                        "the scalar 3.0 was recorded on another tape: variables that meet in one computation must be made"
                                + " on one tape");
    }

    @Test
    void variablesAreFinite() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tape().variable(Double.NaN))
                .withMessage("a variable needs a finite value, but got NaN");
    }

    @Test
    void derivativesAreByVariables() {
        Tape tape = new Tape();
        Scalar x = tape.variable(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tape.gradient(x, Scalar.of(1)))
                .withMessage("what to differentiate by is the constant 1.0: derivatives are by variables, made by"
                        + " tape.variable(..)");
        assertThat(tape.gradient(Scalar.of(3), x)).containsExactly(0);
    }

    @Test
    void aFullTapeSaysSo() {
        Tape tape = Tape.withLimit(3);
        Scalar x = tape.variable(2);
        Scalar y = x.add(1).add(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> y.add(1))
                .withMessage(
                        "the tape is full: it holds its limit of 3 operations; rewind it between evaluations, raise the"
                                + " limit (Tape.withLimit), or record one step of a long loop as a Program and scan it");
        assertThatIllegalArgumentException().isThrownBy(() -> Tape.withLimit(0));
    }

    @Test
    void aTapeKnowsHowMuchItsNumbersReach() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tape.withLimit(0))
                .withMessage("a tape holds at least 1 operation, but the limit is 0");
        Instructions line = new Instructions();
        line.constantCount = Instructions.MOST + 1;
        line.constants = new double[line.constantCount >>> Instructions.SHIFT][];
        assertThatIllegalStateException()
                .isThrownBy(() -> line.constant(1))
                .withMessageStartingWith("the tape is full: its 2147475455 constants are used up; rewind it");
        line.pairCount = line.constantCount;
        line.pairs = new int[line.constants.length][];
        assertThatIllegalStateException()
                .isThrownBy(() -> line.appendPair(0, 1))
                .withMessageStartingWith("the tape is full: its 2147475455 operands of sums of products are used up");
    }

    @Test
    void directionsMatchTheNumbers() {
        Tape tape = new Tape();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tape.push(v -> v, Scalar.constants(1, 2), Scalar.constants(1)))
                .withMessage("2 numbers need as many tangents, but got 1");
        Scalar x = tape.variable(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tape.gradient(x, new Scalar[] {x}, new double[2]))
                .withMessage("1 derivatives do not fit into an array of 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> x.apply(Arithmetic.MUL))
                .withMessage("mul is a function of 2 numbers, but got 1");
    }

    @Test
    void innerDerivativesNestInAnyMix() {
        // h(x) = x d/dy [x y³ + sin(y)] at y = x, so h = 3x⁴ + x cos(x)
        double x = 1.3;
        double expected = 12 * x * x * x + StrictMath.cos(x) - x * StrictMath.sin(x);
        double second = 36 * x * x - 2 * StrictMath.sin(x) - x * StrictMath.cos(x);
        for (Mode outer : Mode.values()) {
            for (Mode inner : Mode.values()) {
                Tape tape = new Tape();
                Scalar[] g = tape.gradient(outer, v -> h(tape, inner, v[0]), Scalar.of(x));
                assertThat(g[0].traced()).isFalse();
                assertThat(g[0].value()).as(outer + " over " + inner).isCloseTo(expected, within(1e-13));
                assertThat(tape.size()).isZero();
                for (Mode outermost : Mode.values()) {
                    double three = tape
                            .gradient(
                                    outermost,
                                    w -> tape.gradient(outer, v -> h(tape, inner, v[0]), w)[0],
                                    Scalar.of(x))[0]
                            .value();
                    assertThat(three)
                            .as(outermost + " over " + outer + " over " + inner)
                            .isCloseTo(second, within(1e-12));
                }
            }
        }
    }

    private static Scalar h(Tape tape, Mode mode, Scalar x) {
        return x.multiply(tape.gradient(
                        mode,
                        y -> x.multiply(Scalar.dot(new Scalar[] {y[0].square()}, y))
                                .add(y[0].sin()),
                        x)[0]);
    }

    @Test
    void perturbationsAreNotConfused() {
        for (Mode outer : Mode.values()) {
            for (Mode inner : Mode.values()) {
                Tape tape = new Tape();
                double g = tape
                        .gradient(
                                outer,
                                x -> x[0].multiply(tape.gradient(inner, y -> x[0].add(y[0]), Scalar.ONE)[0]),
                                Scalar.ONE)[0]
                        .value();
                assertThat(g).isEqualTo(1);
            }
        }
    }

    @Test
    void unwatchedInnerDerivativesLeaveNoTrace() {
        Tape tape = new Tape();
        Scalar x = tape.variable(2);
        int before = tape.size();
        Tape.ValueAndGradient inner =
                tape.valueAndGradient(Mode.REVERSE, v -> v[0].multiply(v[1]), Scalar.of(3), Scalar.of(4));
        assertThat(inner.value().traced()).isFalse();
        assertThat(inner.gradient()).containsExactly(Scalar.of(4), Scalar.of(3));
        assertThat(tape.size()).isEqualTo(before);
        assertThat(tape.push(v -> new Scalar[] {v[0].square()}, Scalar.constants(3), Scalar.constants(2))[0].value())
                .isEqualTo(12);
        assertThat(tape.gradient(x.square(), x)).containsExactly(4);
    }

    @Test
    void tapesOfSeveralThreadsAreIndependent() {
        List<Double> results = IntStream.range(0, 64)
                .parallel()
                .mapToObj(i -> {
                    Tape tape = new Tape();
                    Scalar x = tape.variable(1 + i % 4);
                    Scalar y = x;
                    for (int k = 0; k < 2000; k++) {
                        y = y.multiply(0.5).add(x.sin());
                    }
                    return tape.gradient(y, x)[0];
                })
                .toList();
        List<Double> expected = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            expected.add(results.get(i % 4));
            assertThat(results.get(i)).isCloseTo(2 * StrictMath.cos(1 + i % 4), within(1e-12));
        }
        assertThat(results).isEqualTo(expected);
    }

    /** Interpreted at first and compiled after so many calls, recorded anew and with other calls in the same memory. */
    @Test
    void callsGiveTheSameBitsFromFirstToLastAfterRewinding() {
        Program product = Program.record(2, (a, b) -> a.multiply(b).sin());
        Program both = Program.recordAll(3, v -> new Scalar[] {v[0].multiply(v[1]), v[2].exp()});
        Tape tape = new Tape();
        double[] first = null;
        for (int round = 0; round < 40_000; round++) {
            tape.rewind();
            Scalar[] x = tape.variables(0.3, 0.7, -0.2);
            Scalar y = product.call(x[0], x[1])[0];
            Scalar[] z = round % 2 == 0 ? both.call(y, x[2], x[0]) : both.call(x[2], y, x[0]);
            if (round % 3 == 0) {
                y = product.call(z[0], z[1])[0].add(y);
            } else {
                y = z[0].multiply(z[1]).sin().add(y);
            }
            assertThat(Scalar.call(product, Scalar.of(0.3), Scalar.of(0.7))[0].value())
                    .isEqualTo(StrictMath.sin(0.3 * 0.7));
            double[] g = tape.gradient(y, x);
            first = first == null ? g : first;
            for (int k = 0; k < g.length; k++) {
                assertThat(g[k]).isCloseTo(first[k], within(1e-15));
            }
            tape.gradient(y, x[1]);
        }
    }

    @Test
    void equalityGoesByValue() {
        Tape tape = new Tape();
        Scalar x = tape.variable(2);
        assertThat(x).isEqualTo(Scalar.of(2)).hasSameHashCodeAs(Scalar.of(2)).isNotEqualTo(Scalar.of(3));
        assertThat(Scalar.of(0.0)).isEqualTo(Scalar.of(-0.0)).hasSameHashCodeAs(Scalar.of(-0.0));
        assertThat(Scalar.of(Double.NaN)).isEqualTo(Scalar.of(Double.NaN));
        assertThat(x.compareTo(Scalar.of(3))).isNegative();
        assertThat(x.isGreaterThan(1)).isTrue();
        assertThat(x.isLessThan(1)).isFalse();
    }
}
