package org.retrograd.autograd.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Checks each function against references of 25 digits, and at a table of special points to the bit. */
class SpecialFunctionsTest {

    private static final List<Subject> SUBJECTS = List.of(
            unary("sigmoid", 2, SpecialFunctions::sigmoid),
            unary("softplus", 1.5, SpecialFunctions::softplus),
            unary("logSigmoid", 1.5, SpecialFunctions::logSigmoid),
            unary("silu", 2.5, SpecialFunctions::silu),
            unary("gelu", 3.5, SpecialFunctions::gelu),
            unary("geluTanh", 3, SpecialFunctions::geluTanh),
            unary("mish", 3, SpecialFunctions::mish),
            unary("asinh", 1.5, SpecialFunctions::asinh),
            unary("acosh", 2.5, SpecialFunctions::acosh),
            unary("atanh", 2, SpecialFunctions::atanh),
            unary("exp2", 1, SpecialFunctions::exp2),
            unary("log2", 2, SpecialFunctions::log2),
            unary("log10", 2, SpecialFunctions::log10),
            unary("rsqrt", 1.5, SpecialFunctions::rsqrt),
            unary("erf", 1.5, SpecialFunctions::erf),
            unary("erfc", 2.5, SpecialFunctions::erfc),
            unary("erfcx", 2, SpecialFunctions::erfcx),
            unary("erfInv", 2, SpecialFunctions::erfInv),
            unary("logGamma", 4, SpecialFunctions::logGamma),
            unary("digamma", 4, SpecialFunctions::digamma),
            binary("polygamma", 8, (n, x) -> SpecialFunctions.polygamma((int) n, x)),
            unary("sinc", 2.5, SpecialFunctions::sinc),
            new Subject(
                    "sincDerivative",
                    11,
                    a -> SpecialFunctions.sincDerivative((int) (double) a.get(0), a.get(1)),
                    // the envelope that the derivative's oscillation touches
                    (a, value) -> 0x1p-52
                            * StrictMath.pow(Math.PI, a.get(0))
                            / (a.get(0) + 1 + Math.PI * Math.abs(a.get(1)))),
            binary("hypot", 1, SpecialFunctions::hypot),
            new Subject(
                    "logAddExp",
                    2,
                    a -> SpecialFunctions.logAddExp(a.get(0), a.get(1)),
                    (a, value) -> Math.ulp(
                            Math.max(Math.abs(value.doubleValue()), Math.max(Math.abs(a.get(0)), Math.abs(a.get(1)))))),
            binary("xlogy", 2, SpecialFunctions::xlogy),
            binary("xlog1py", 2, SpecialFunctions::xlog1py),
            binary("remainder", 0, SpecialFunctions::remainder),
            binary("fmod", 0, SpecialFunctions::fmod),
            unary("roundHalfEven", 0, SpecialFunctions::roundHalfEven),
            binary("fmax", 0, SpecialFunctions::fmax),
            binary("fmin", 0, SpecialFunctions::fmin),
            unary("nanToNum", 0, SpecialFunctions::nanToNum));

    /** Function, arguments, exact result: domain edges, infinities, NaN, signed zeros, tiny and huge arguments. */
    private static final String SPECIAL_POINTS = """
        sigmoid 0 0.5
        sigmoid Infinity 1
        sigmoid -Infinity 0
        sigmoid -745.2 0
        sigmoid 1e300 1
        sigmoid 4.9E-324 0.5
        softplus Infinity Infinity
        softplus -Infinity 0
        softplus 1e300 1e300
        softplus -1e300 0
        softplus 4.9E-324 0.6931471805599453
        logSigmoid Infinity -0.0
        logSigmoid -Infinity -Infinity
        logSigmoid -1e300 -1e300
        silu 0.0 0.0
        silu -0.0 -0.0
        silu Infinity Infinity
        silu -Infinity -0.0
        silu -1e300 -0.0
        silu 1e300 1e300
        silu 2e-323 1e-323
        gelu 0.0 0.0
        gelu -0.0 -0.0
        gelu Infinity Infinity
        gelu -Infinity -0.0
        gelu -38.6 -0.0
        gelu -1e300 -0.0
        gelu 1e300 1e300
        gelu 2e-323 1e-323
        geluTanh 0.0 0.0
        geluTanh -0.0 -0.0
        geluTanh Infinity Infinity
        geluTanh -Infinity -0.0
        geluTanh -1e300 -0.0
        geluTanh 1e300 1e300
        geluTanh 2e-323 1e-323
        mish 0.0 0.0
        mish -0.0 -0.0
        mish Infinity Infinity
        mish -Infinity -0.0
        mish -1e300 -0.0
        mish 1e300 1e300
        asinh 0.0 0.0
        asinh -0.0 -0.0
        asinh 4.9E-324 4.9E-324
        asinh Infinity Infinity
        asinh -Infinity -Infinity
        acosh 1 0.0
        acosh Infinity Infinity
        acosh 0.9999999999999999 NaN
        acosh -1e300 NaN
        acosh -Infinity NaN
        atanh 0.0 0.0
        atanh -0.0 -0.0
        atanh 4.9E-324 4.9E-324
        atanh 1 Infinity
        atanh -1 -Infinity
        atanh 1.0000000000000002 NaN
        atanh Infinity NaN
        exp2 Infinity Infinity
        exp2 -Infinity 0.0
        exp2 1024 Infinity
        exp2 1e300 Infinity
        exp2 -1076 0.0
        exp2 -1e300 0.0
        exp2 4.9E-324 1
        log2 0.0 -Infinity
        log2 -0.0 -Infinity
        log2 -4.9E-324 NaN
        log2 Infinity Infinity
        log2 -Infinity NaN
        log10 0.0 -Infinity
        log10 -1 NaN
        log10 Infinity Infinity
        rsqrt 0.0 Infinity
        rsqrt -0.0 -Infinity
        rsqrt -1 NaN
        rsqrt Infinity 0.0
        rsqrt 4 0.5
        erf 0.0 0.0
        erf -0.0 -0.0
        erf Infinity 1
        erf -Infinity -1
        erf 6 1
        erf 1e300 1
        erfc 0.0 1
        erfc -0.0 1
        erfc Infinity 0.0
        erfc -Infinity 2
        erfc 27.25 0.0
        erfc 1e300 0.0
        erfc -1e300 2
        erfc 27.22 4.9E-324
        erfcx 0.0 1
        erfcx -0.0 1
        erfcx Infinity 0.0
        erfcx -Infinity Infinity
        erfcx -26.635 Infinity
        erfcx -26.65 Infinity
        erfcx -1e300 Infinity
        erfInv 0.0 0.0
        erfInv -0.0 -0.0
        erfInv 1 Infinity
        erfInv -1 -Infinity
        erfInv 1.0000000000000002 NaN
        erfInv -Infinity NaN
        logGamma 0.0 Infinity
        logGamma -0.0 Infinity
        logGamma 1 0.0
        logGamma 2 0.0
        logGamma 3 0.6931471805599453
        logGamma Infinity Infinity
        logGamma 1e306 Infinity
        logGamma -0.5 NaN
        logGamma -Infinity NaN
        digamma 0.0 -Infinity
        digamma -0.0 -Infinity
        digamma 4.9E-324 -Infinity
        digamma 1 -0.5772156649015329
        digamma Infinity Infinity
        digamma -0.5 NaN
        digamma -Infinity NaN
        polygamma 0 1 -0.5772156649015329
        polygamma 1 0.0 Infinity
        polygamma 2 0.0 -Infinity
        polygamma 1 -0.0 Infinity
        polygamma 1 1e-200 Infinity
        polygamma 2 1e-200 -Infinity
        polygamma 1 Infinity 0.0
        polygamma 2 Infinity -0.0
        polygamma 1 1e300 1e-300
        polygamma 1 -0.5 NaN
        polygamma 3 -Infinity NaN
        polygamma 1 NaN NaN
        sinc 0.0 1
        sinc -0.0 1
        sinc 4.9E-324 1
        sinc Infinity 0
        sinc -Infinity 0
        sinc 0.5 0.6366197723675814
        sincDerivative 0 0 1
        sincDerivative 1 0.0 0.0
        sincDerivative 2 0 -3.289868133696453
        sincDerivative 3 Infinity 0
        sincDerivative 3 NaN NaN
        hypot 3 4 5
        hypot 0.0 -0.0 0.0
        hypot Infinity NaN Infinity
        hypot NaN -Infinity Infinity
        hypot 3e307 4e307 5e307
        logAddExp -Infinity -Infinity -Infinity
        logAddExp Infinity Infinity Infinity
        logAddExp Infinity -Infinity Infinity
        logAddExp -Infinity 3 3
        logAddExp 3 -Infinity 3
        logAddExp 1e300 -1e300 1e300
        logAddExp Infinity NaN NaN
        logAddExp NaN -Infinity NaN
        xlogy 0 0 0.0
        xlogy 0 Infinity 0.0
        xlogy 0 -1 NaN
        xlogy 0 NaN NaN
        xlogy NaN 1 NaN
        xlogy 2 0 -Infinity
        xlogy -2 0 Infinity
        xlogy 2 1 0
        xlogy 2 -1 NaN
        xlog1py 0 -1 0.0
        xlog1py 0 Infinity 0.0
        xlog1py 0 -2 NaN
        xlog1py 0 NaN NaN
        xlog1py 2 -1 -Infinity
        xlog1py 2 1e-300 2e-300
        remainder 7 3 1
        remainder -7 3 2
        remainder 7 -3 -2
        remainder -7 -3 -1
        remainder 6 3 0.0
        remainder -6 3 0.0
        remainder 6 -3 -0.0
        remainder -1e-300 3 3
        remainder 5 Infinity 5
        remainder -5 Infinity Infinity
        remainder 5 -Infinity -Infinity
        remainder 5 0 NaN
        remainder Infinity 3 NaN
        remainder NaN 3 NaN
        remainder 3 NaN NaN
        fmod 7 3 1
        fmod -7 3 -1
        fmod 7 -3 1
        fmod 5 Infinity 5
        fmod 5 0 NaN
        roundHalfEven 0.5 0.0
        roundHalfEven 1.5 2
        roundHalfEven 2.5 2
        roundHalfEven -0.5 -0.0
        roundHalfEven -Infinity -Infinity
        fmax 1 2 2
        fmax NaN 2 2
        fmax 1 NaN 1
        fmax NaN NaN NaN
        fmax -0.0 0.0 0.0
        fmin 1 2 1
        fmin NaN 2 2
        fmin 1 NaN 1
        fmin NaN NaN NaN
        fmin 0.0 -0.0 -0.0
        nanToNum NaN 0.0
        nanToNum Infinity 1.7976931348623157E308
        nanToNum -Infinity -1.7976931348623157E308
        nanToNum -0.0 -0.0
        nanToNum 2.5 2.5
        """;

    @TestFactory
    Stream<DynamicTest> isAsAccurateAsItsDocumentationSays() {
        List<Point> references = references();
        return SUBJECTS.stream()
                .filter(subject -> subject.limit > 0)
                .map(subject -> dynamicTest(subject.name, () -> {
                    List<Point> points = references.stream()
                            .filter(p -> p.function.equals(subject.name))
                            .toList();
                    assertTrue(points.size() >= 40, subject.name + " has only " + points.size() + " reference points");
                    for (Point p : points) {
                        double value = subject.function.applyAsDouble(p.arguments);
                        double error = subject.error(p, value);
                        assertTrue(error <= subject.limit, p + ", but got " + value + ", off by " + error + " ulp");
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> isExactAtSpecialPoints() {
        return SPECIAL_POINTS
                .lines()
                .map(Point::parse)
                .map(p -> dynamicTest(p.toString(), () -> {
                    double value = subject(p.function).function.applyAsDouble(p.arguments);
                    assertEquals(Double.parseDouble(p.value), value);
                }));
    }

    @TestFactory
    Stream<DynamicTest> passesNanOn() {
        List<String> ignoring = List.of("fmax", "fmin", "nanToNum", "polygamma", "sincDerivative"); // orders are whole;
        return SUBJECTS.stream()
                .filter(subject -> !ignoring.contains(subject.name))
                .map(subject -> dynamicTest(
                        subject.name,
                        () -> assertEquals(
                                Double.NaN, subject.function.applyAsDouble(List.of(Double.NaN, Double.NaN)))));
    }

    @Test
    void powersOfTwoAreExact() {
        for (int k = -1074; k <= 1023; k++) {
            assertEquals(k, SpecialFunctions.log2(Math.scalb(1.0, k)));
            assertEquals(Math.scalb(1.0, k), SpecialFunctions.exp2(k));
        }
    }

    @Test
    void powersOfTenHaveExactLogarithms() {
        for (int k = -300; k <= 308; k++) {
            assertEquals(k, SpecialFunctions.log10(Double.parseDouble("1e" + k)));
        }
    }

    @Test
    void sincIsZeroAtWholeNumbers() {
        for (double x : new double[] {1, -1, 2, 3, 7, 1e6 + 1, 0x1p53 - 1, 1e300, Double.MAX_VALUE}) {
            assertEquals(0, Math.abs(SpecialFunctions.sinc(x)), () -> "at " + x);
        }
    }

    @Test
    void sincDerivativesAtZeroAreMomentsOfItsTransform() {
        for (int n = 0; n <= 30; n += 2) {
            double expected = (n % 4 == 0 ? 1 : -1) * StrictMath.pow(Math.PI, n) / (n + 1);
            assertEquals(expected, SpecialFunctions.sincDerivative(n, 0), 2 * Math.ulp(expected));
            assertEquals(0, Math.abs(SpecialFunctions.sincDerivative(n + 1, 0)));
        }
    }

    @Test
    void sincDerivativesAreEvenAndOddInTurn() {
        for (int n = 0; n <= 12; n++) {
            for (double x : new double[] {1e-200, 0.01, 0.4, 0.5, 1, 1.7, 3.9, 12.25, 1e5 + 0.3}) {
                double sign = n % 2 == 0 ? 1 : -1;
                assertEquals(sign * SpecialFunctions.sincDerivative(n, x), SpecialFunctions.sincDerivative(n, -x), 0.0);
            }
        }
    }

    @Test
    void negativeOrdersAreRefused() {
        assertEquals(
                "polygamma needs an order of 0 or more, but got -1",
                assertThrows(IllegalArgumentException.class, () -> SpecialFunctions.polygamma(-1, 2))
                        .getMessage());
        assertEquals(
                "sincDerivative needs an order of 0 or more, but got -1",
                assertThrows(IllegalArgumentException.class, () -> SpecialFunctions.sincDerivative(-1, 2))
                        .getMessage());
    }

    @Test
    void theErrorMeasureSeesASingleUlp() {
        Point point = new Point("erf", List.of(0.5), "0.75");
        assertEquals(0, subject("erf").error(point, 0.75));
        assertEquals(1, subject("erf").error(point, Math.nextUp(0.75)));
        assertEquals(3, subject("erf").error(point, 0.75 - 3 * Math.ulp(0.75)));
        assertEquals(Double.POSITIVE_INFINITY, subject("erf").error(point, Double.NaN));
        Point below1 = new Point("erf", List.of(9.0), "0.9999999999999999999");
        assertEquals(2, subject("erf").error(below1, Math.nextUp(1.0)), 0.01);
    }

    private static Subject subject(String name) {
        return SUBJECTS.stream()
                .filter(s -> s.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no function " + name + " is under test"));
    }

    private static Subject unary(String name, double limit, DoubleUnaryOperator function) {
        return new Subject(name, limit, a -> function.applyAsDouble(a.get(0)), Subject::ulp);
    }

    private static Subject binary(String name, double limit, DoubleBinaryOperator function) {
        return new Subject(name, limit, a -> function.applyAsDouble(a.get(0), a.get(1)), Subject::ulp);
    }

    private static List<Point> references() {
        String file = "special-functions.txt";
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SpecialFunctionsTest.class.getResourceAsStream(file), file),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Point::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What one unit of error is, given the arguments and the true value. */
    private interface Unit {
        double at(List<Double> arguments, BigDecimal value);
    }

    /** A function under test and the error its documentation admits: 0 for exact ones, which need no references. */
    private record Subject(String name, double limit, ToDoubleFunction<List<Double>> function, Unit unit) {

        double error(Point p, double value) {
            if (!Double.isFinite(value)) {
                return Double.POSITIVE_INFINITY;
            }
            BigDecimal truth = new BigDecimal(p.value);
            return new BigDecimal(value)
                    .subtract(truth)
                    .abs()
                    .divide(new BigDecimal(unit.at(p.arguments, truth)), MathContext.DECIMAL64)
                    .doubleValue();
        }

        /** The distance of the doubles around {@code value}, also where it rounds up to a power of two. */
        static double ulp(List<Double> arguments, BigDecimal value) {
            double rounded = value.abs().doubleValue();
            return new BigDecimal(rounded).compareTo(value.abs()) > 0
                    ? rounded - Math.nextDown(rounded)
                    : Math.ulp(rounded);
        }
    }

    private record Point(String function, List<Double> arguments, String value) {

        static Point parse(String line) {
            List<String> words = List.of(line.split(" "));
            int last = words.size() - 1;
            return new Point(
                    words.get(0),
                    words.subList(1, last).stream().map(Double::valueOf).toList(),
                    words.get(last));
        }

        @Override
        public String toString() {
            return function + arguments + " = " + value;
        }
    }
}
