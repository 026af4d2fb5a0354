package org.retrograd.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.retrograd.autograd.scalar.Compiled;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape;

/**
 * What one operation on single numbers costs, forward and backward together: recorded on a tape, replayed as a program,
 * compiled, and by hand.
 *
 * <p>{@code turn} is arithmetic alone, a point turned about the origin 500 times by 6 operations; {@code w3} is y = x sin(y) +
 * y, 1,000 times; both have 3,000 operations, and figures are per operation. {@code twenty} is one function of 20 operations,
 * and figures are per function. Run it with {@code -prof gc} for bytes: a recorded operation makes its {@link Scalar} and
 * nothing else, a compiled gradient nothing at all.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ScalarOps {
    private static final int OPS = 3000;

    /** The point, and cosine and sine of the angle. */
    private static final double[] TURN = {0.8, 0.3, StrictMath.cos(0.01), StrictMath.sin(0.01)};

    /** y at the start, and x; small, so that y moves all the time. */
    private static final double[] W3 = {0.5, 0.001};

    private static final double[] TWENTY = {0.7, 1.3, -0.4};

    private final Tape tape = new Tape();
    private final Program turn = Program.record(4, ScalarOps::turn);
    private final Program w3 = Program.record(2, (Function<Scalar[], Scalar>) ScalarOps::w3);
    private final Program twenty = Program.record(3, ScalarOps::twenty);
    private final Compiled turnCode = turn.compile();
    private final Compiled w3Code = w3.compile();
    private final Compiled twentyCode = twenty.compile();
    private final double[] gradient4 = new double[4];
    private final double[] gradient3 = new double[3];
    private final double[] gradient2 = new double[2];
    private final double[] stored = new double[OPS];

    /** Refuses to measure unless all ways give the same gradient. */
    @Setup
    public void prepare() {
        double expected = turnByHand()[2];
        Baseline.requireSame("turn on the tape", turnOnTape()[2], expected);
        Baseline.requireSame("turn replayed", turnReplayed()[2], expected);
        Baseline.requireSame("turn compiled", turnCompiled()[2], expected);
        expected = w3ByHand()[1];
        Baseline.requireSame("w3 on the tape", w3OnTape()[1], expected);
        Baseline.requireSame("w3 replayed", w3Replayed()[1], expected);
        Baseline.requireSame("w3 compiled", w3Compiled()[1], expected);
        expected = twentyByHand()[1];
        Baseline.requireSame("twenty on the tape", twentyOnTape()[1], expected);
        Baseline.requireSame("twenty replayed", twentyReplayed()[1], expected);
        Baseline.requireSame("twenty compiled", twentyCompiled()[1], expected);
    }

    private static Scalar turn(Scalar[] v) {
        Scalar x = v[0];
        Scalar y = v[1];
        for (int i = 0; i < OPS / 6; i++) {
            Scalar next = x.multiply(v[2]).subtract(y.multiply(v[3]));
            y = x.multiply(v[3]).add(y.multiply(v[2]));
            x = next;
        }
        return x;
    }

    private static Scalar w3(Scalar[] v) {
        Scalar y = v[0];
        for (int i = 0; i < OPS / 3; i++) {
            y = y.sin().multiply(v[1]).add(y);
        }
        return y;
    }

    private static Scalar twenty(Scalar[] v) {
        Scalar a = v[0].multiply(v[1]).add(v[2]);
        Scalar b = v[1].multiply(v[2]).subtract(v[0]);
        Scalar c = v[2].multiply(v[0]).add(v[1]);
        Scalar d = a.multiply(b).add(b.multiply(c)).add(c.multiply(a));
        Scalar e = d.multiply(a).subtract(v[0]).divide(d.multiply(d).add(c));
        return e.multiply(b).add(e).multiply(d).subtract(v[1]);
    }

    private double[] onTape(Function<Scalar[], Scalar> f, double[] at, double[] gradient) {
        tape.rewind();
        Scalar[] x = tape.variables(at);
        tape.gradient(f.apply(x), x, gradient);
        return gradient;
    }

    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] turnOnTape() {
        return onTape(ScalarOps::turn, TURN, gradient4);
    }

    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] turnReplayed() {
        turn.gradient(TURN, gradient4);
        return gradient4;
    }

    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] turnCompiled() {
        turnCode.gradient(TURN, gradient4);
        return gradient4;
    }

    /** The point of every turn is stored, then the chain rule walks back. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] turnByHand() {
        double x = TURN[0];
        double y = TURN[1];
        double c = TURN[2];
        double s = TURN[3];
        for (int i = 0; i < OPS / 3; i += 2) {
            stored[i] = x;
            stored[i + 1] = y;
            double next = x * c - y * s;
            y = x * s + y * c;
            x = next;
        }
        double gx = 1;
        double gy = 0;
        double gc = 0;
        double gs = 0;
        for (int i = OPS / 3 - 2; i >= 0; i -= 2) {
            gc += gx * stored[i] + gy * stored[i + 1];
            gs += gy * stored[i] - gx * stored[i + 1];
            double before = gx * c + gy * s;
            gy = gy * c - gx * s;
            gx = before;
        }
        gradient4[0] = gx;
        gradient4[1] = gy;
        gradient4[2] = gc;
        gradient4[3] = gs;
        return gradient4;
    }

    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] w3OnTape() {
        return onTape(ScalarOps::w3, W3, gradient2);
    }

    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] w3Replayed() {
        w3.gradient(W3, gradient2);
        return gradient2;
    }

    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] w3Compiled() {
        w3Code.gradient(W3, gradient2);
        return gradient2;
    }

    /** With the JDK's fast functions, which need not be the same bits everywhere: the engine's are {@link StrictMath}'s. */
    @Benchmark
    @OperationsPerInvocation(OPS)
    public double[] w3ByHand() {
        double y = W3[0];
        double x = W3[1];
        for (int i = 0; i < OPS / 3; i++) {
            stored[i] = y;
            y = Math.sin(y) * x + y;
        }
        double gy = 1;
        double gx = 0;
        for (int i = OPS / 3 - 1; i >= 0; i--) {
            gx += gy * Math.sin(stored[i]);
            gy += gy * x * Math.cos(stored[i]);
        }
        gradient2[0] = gy;
        gradient2[1] = gx;
        return gradient2;
    }

    @Benchmark
    public double[] twentyOnTape() {
        return onTape(ScalarOps::twenty, TWENTY, gradient3);
    }

    @Benchmark
    public double[] twentyReplayed() {
        twenty.gradient(TWENTY, gradient3);
        return gradient3;
    }

    @Benchmark
    public double[] twentyCompiled() {
        twentyCode.gradient(TWENTY, gradient3);
        return gradient3;
    }

    @Benchmark
    public double[] twentyByHand() {
        double x = TWENTY[0];
        double y = TWENTY[1];
        double z = TWENTY[2];
        double a = x * y + z;
        double b = y * z - x;
        double c = z * x + y;
        double d = a * b + b * c + c * a;
        double under = d * d + c;
        double e = (d * a - x) / under;
        double f = e * b + e;
        // f d - y
        double ge = d * (b + 1);
        double gd = f + ge * (a / under - e * 2 * d / under);
        double ga = gd * (b + c) + ge * d / under;
        double gb = gd * (a + c) + d * e;
        double gc = gd * (b + a) - ge * e / under;
        gradient3[0] = ga * y - gb + gc * z - ge / under;
        gradient3[1] = ga * x + gb * z + gc - 1;
        gradient3[2] = ga + gb * y + gc * x;
        return gradient3;
    }
}
