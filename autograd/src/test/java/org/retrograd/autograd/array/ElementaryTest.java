package org.retrograd.autograd.array;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Checks that the functions have the bits of {@link StrictMath}: at every kind of argument, and next to every choice of formula. */
class ElementaryTest {
    private static final double LN2 = StrictMath.log(2);

    /** Where formulas change, in fdlibm or here, and the edges of the domains. */
    private static final List<Double> EDGES = List.of(
            0.0,
            Double.MIN_NORMAL,
            Double.MAX_VALUE,
            Double.POSITIVE_INFINITY,
            Double.NaN,
            0.25,
            0.35,
            LN2 - 0.25,
            LN2 / 2,
            1.5 * LN2,
            Math.sqrt(2) - 1,
            1 - Math.sqrt(0.5),
            Math.sqrt(0.5),
            1.0,
            11.0,
            19 * LN2,
            19.5 * LN2,
            20 * LN2,
            22.0,
            38.0,
            56 * LN2,
            708.0,
            708.4,
            709.782712893384,
            710.4758600739439,
            744.44,
            745.1332191019411);

    private record Function(String name, DoubleUnaryOperator own, DoubleUnaryOperator strict) {}

    private static final List<Function> FUNCTIONS = List.of(
            new Function("exp", Elementary::exp, StrictMath::exp),
            new Function("expm1", Elementary::expm1, StrictMath::expm1),
            new Function("tanh", Elementary::tanh, StrictMath::tanh),
            new Function("sinh", Elementary::sinh, StrictMath::sinh),
            new Function("cosh", Elementary::cosh, StrictMath::cosh),
            new Function("log", Elementary::log, StrictMath::log),
            new Function("log1p", Elementary::log1p, StrictMath::log1p));

    @TestFactory
    Stream<DynamicTest> nextToEveryChoiceOfFormula() {
        return tests(check -> {
            for (int round = 0; round < 50; round++) {
                double scatter = round * 0x1p-52; // other random numbers next to the same edge
                EDGES.forEach(edge -> around(edge * (1 + scatter), check));
            }
            for (int k = 0; k < 2200; k++) {
                around(k * LN2 / 2, check); // where another multiple of ln 2 is taken off
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> inEveryBinade() {
        return tests(check -> {
            SplittableRandom random = new SplittableRandom(1);
            for (int exponent = Double.MIN_EXPONENT - 52; exponent <= Double.MAX_EXPONENT; exponent++) {
                double power = Math.scalb(1.0, exponent);
                around(power, check); // and just above and below 1, where the logarithms cancel
                around(power * Math.sqrt(2), check);
                around(power * (1 + 0x6147ap-20), check); // the parts of an interval that log tells apart
                around(power * (1 + 0x6b851p-20), check);
                around(power * (1 + 0x6a09ep-20), check);
                around(1 + power, check);
                around(1 - power, check);
                for (int i = 0; i < 20; i++) {
                    double x = power * (1 + random.nextDouble());
                    check.accept(x);
                    check.accept(-x);
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> atRandomBits() {
        return tests(check -> {
            SplittableRandom random = new SplittableRandom(2);
            for (int i = 0; i < 300_000; i++) {
                check.accept(Double.longBitsToDouble(random.nextLong()));
                check.accept(random.nextDouble(-1, 1));
                check.accept(random.nextDouble(-3, 3));
                check.accept(random.nextDouble(-50, 50));
                check.accept((float) random.nextDouble(-800, 800)); // few digits: exact products, ties
            }
        });
    }

    private static Stream<DynamicTest> tests(Consumer<DoubleConsumer> arguments) {
        return FUNCTIONS.stream()
                .map(function -> dynamicTest(function.name, () -> arguments.accept(x -> check(function, x))));
    }

    /** Passes on the neighbours of a number, and of each sign some whose upper halves neighbour on that of the number. */
    private static void around(double x, DoubleConsumer check) {
        long bits = Double.doubleToRawLongBits(x);
        SplittableRandom random = new SplittableRandom(bits);
        for (long step = -2; step <= 2; step++) {
            check.accept(Double.longBitsToDouble(bits + step));
            check.accept(-Double.longBitsToDouble(bits + step));
            long upper = ((bits >> 32) + step) << 32;
            check.accept(Double.longBitsToDouble(upper));
            check.accept(-Double.longBitsToDouble(upper));
            for (int i = 0; i < 5; i++) {
                double near = Double.longBitsToDouble(upper | (random.nextLong() >>> 32));
                check.accept(near);
                check.accept(-near);
            }
        }
    }

    private static void check(Function function, double x) {
        double own = function.own.applyAsDouble(x);
        double strict = function.strict.applyAsDouble(x);
        if (Double.doubleToLongBits(own) != Double.doubleToLongBits(strict)) {
            fail(function.name + "(" + Double.toHexString(x) + ") is " + strict + ", but got " + own);
        }
    }
}
