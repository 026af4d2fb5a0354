package org.retrograd.autograd.array;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Checks that exponentials of many numbers have the bits of {@link StrictMath#exp}. */
class ExponentialsTest {
    private static final double LN2 = StrictMath.log(2);

    @Test
    void manyNumbersOfEverySize() {
        SplittableRandom random = new SplittableRandom(1);
        check(DoubleStream.generate(() -> random.nextDouble(-700, 700)).limit(200_000));
        check(DoubleStream.generate(() -> random.nextDouble(-2, 2)).limit(200_000));
        check(DoubleStream.generate(() -> Math.scalb(random.nextDouble(-2, 2), -random.nextInt(1074)))
                .limit(200_000));
        // few digits: 1 + x is often half-way between two numbers
        check(DoubleStream.generate(() -> Math.scalb((double) random.nextInt(-256, 256), -random.nextInt(25, 60)))
                .limit(200_000));
    }

    @Test
    void whereAnotherMultipleIsTakenOff() {
        SplittableRandom random = new SplittableRandom(2);
        for (int k = -2000; k < 2000; k++) {
            double half = k * LN2 / 2;
            check(DoubleStream.generate(
                            () -> half + half * random.nextDouble(-1, 1) * Math.scalb(1.0, -random.nextInt(18, 53)))
                    .limit(200));
        }
    }

    @Test
    void whereOnePlusIsAll() {
        long bits = Double.doubleToRawLongBits(0x1p-28);
        check(DoubleStream.iterate(-1000, step -> step + 1)
                .limit(2000)
                .map(step -> Double.longBitsToDouble(bits + (long) step)));
    }

    @Test
    void oneAmongOthersThatNeedsCare() {
        for (double special : new double[] {
            0,
            Double.MIN_VALUE,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.MAX_VALUE,
            707.9,
            708.4,
            709.5,
            709.79,
            745.13,
            746
        }) {
            for (double x : new double[] {special, -special}) {
                check(DoubleStream.concat(
                        DoubleStream.of(x),
                        DoubleStream.iterate(0.1, y -> y + 0.1).limit(40)));
            }
        }
    }

    @Test
    void everyLengthAndPlace() {
        double[] x = DoubleStream.iterate(-3, y -> y + 0.01).limit(1600).toArray();
        for (int n = 0; n < 1500; n += n < 30 ? 1 : 97) {
            double[] out = new double[1600];
            Exponentials.of(x, 7, n, out, 11);
            for (int i = 0; i < out.length; i++) {
                boolean inside = i >= 11 && i < 11 + n;
                assertEquals(inside ? StrictMath.exp(x[i - 4]) : 0, out[i], "number " + i + " of " + n);
            }
        }
    }

    private static void check(DoubleStream numbers) {
        double[] x = numbers.toArray();
        double[] y = x.clone();
        Exponentials.of(y, 0, y.length, y, 0);
        for (int i = 0; i < x.length; i++) {
            assertEquals(StrictMath.exp(x[i]), y[i], "exp(" + x[i] + ") at " + i);
        }
    }
}
