package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CompiledTest {
    private static final Program TEXTBOOK =
            Program.record(2, (a, b) -> a.log().add(a.multiply(b)).subtract(b.sin()));

    @TestFactory
    Stream<DynamicTest> everyPrimitiveHasTheBitsOfTheInterpreter() {
        return Primitives.all().stream()
                .map(primitive -> DynamicTest.dynamicTest(primitive.name(), () -> {
                    SplittableRandom random = new SplittableRandom(3);
                    Program program = Program.record(primitive.arity(), x -> TapeTest.apply(primitive, x));
                    Compiled compiled = program.compile();
                    for (int round = 0; round < 5; round++) {
                        double[] x = primitive.samples().stream()
                                .mapToDouble(i -> i.low() == i.high() ? i.low() : random.nextDouble(i.low(), i.high()))
                                .toArray();
                        assertThat(compiled.value(x)).isEqualTo(program.value(x));
                        assertThat(compiled.gradient(x)).isEqualTo(program.gradient(x));
                        double[][] hessian = program.hessian(x);
                        for (int k = 0; k < x.length; k++) {
                            assertThat(compiled.hessian(x)[k]).isEqualTo(hessian[k]);
                        }
                    }
                }));
    }

    @Test
    void theTextbookProgram() {
        Compiled compiled = TEXTBOOK.compile();
        assertThat(compiled.value(2, 5)).isEqualTo(TEXTBOOK.value(2, 5));
        assertThat(compiled.gradient(2, 5)).containsExactly(5.5, 2 - StrictMath.cos(5));
        assertThat(compiled.hessian(2, 5)).isDeepEqualTo(new double[][] {{-0.25, 1}, {1, StrictMath.sin(5)}});
        assertThat(compiled.toString()).startsWith("compiled Program of 2 inputs, 1 output, 5 operations");
    }

    @Test
    void aProgramOfManyConstantOutputsHasTheBitsOfTheInterpreter() {
        Program cubes = Program.record(
                300, x -> Scalar.sum(Arrays.stream(x).map(v -> v.pow(3)).toArray(Scalar[]::new)));
        double[] x = new SplittableRandom(5).doubles(300, -1, 1).toArray();
        assertThat(cubes.compile().hessian(x)).isDeepEqualTo(cubes.hessian(x));
    }

    @Test
    void aProgramOfManyMethodsAndClassesHasTheBitsOfTheInterpreter() {
        Program program = Program.record(3, x -> {
            Scalar y = x[0];
            Scalar z = x[1];
            for (int i = 0; i < 6000; i++) {
                y = y.multiply(x[2]).add(z.multiply(0.5 + i * 1e-5)).multiply(0.7);
                z = i % 50 == 0 ? y.sin().add(z) : z.subtract(y.multiply(x[1])).multiply(0.3);
            }
            return y.add(z);
        });
        assertThat(program.size()).isGreaterThan(20_000);
        Compiled compiled = program.compile();
        for (double shift = 0; shift < 1; shift += 0.25) {
            double[] x = {0.4 + shift, 0.6 - shift, 0.5};
            assertThat(compiled.value(x)).isEqualTo(program.value(x));
            assertThat(compiled.gradient(x)).isEqualTo(program.gradient(x));
        }
    }

    @Test
    void noMethodIsTooLargeForHotSpot() {
        assertThat(CompiledTest.class.desiredAssertionStatus())
                .as("assertions measure the methods: run with -ea")
                .isTrue();
        for (int inputs : new int[] {1, 40, 41, 400}) {
            for (int size = 20; size < 300; size += 9) {
                Program program = full(inputs, size);
                double[] x = new double[inputs];
                Arrays.fill(x, 0.3);
                double[] y = program.values(x);
                assertThat(program.compile().values(x)).isEqualTo(y);
                double[] rows = new double[3 * y.length];
                double[][] in = new double[inputs][];
                Arrays.fill(in, new double[] {0.3, 0.3, 0.3});
                int[] step = new int[inputs];
                Arrays.fill(step, 1);
                for (int stride = 0; stride < 2; stride++) {
                    step[0] = stride;
                    KernelCompiler.compile(program).run(3, in, new int[inputs], step, rows);
                    assertThat(Arrays.copyOfRange(rows, 2 * y.length, rows.length))
                            .isEqualTo(y);
                }
            }
        }
    }

    /** A program with whatever fills a method: inputs, outputs that are computed or passed on, constants, calls. */
    private static Program full(int inputs, int size) {
        return Program.recordAll(inputs, x -> {
            Scalar[] y = new Scalar[2 * size];
            for (int k = 0; k < size; k++) {
                Scalar a = x[k % inputs];
                Scalar b = k == 0 ? x[0] : y[2 * (k / 2)];
                y[2 * k] = k % 3 == 0 ? a.multiply(b).add(0.1 * k) : k % 3 == 1 ? b.cos() : b.subtract(a);
                y[2 * k + 1] = k % 2 == 0 ? x[(k + 7) % inputs] : y[2 * k];
            }
            return y;
        });
    }

    @Test
    void jacobiansHaveTheirPattern() {
        Program program = Program.recordAll(3, x -> new Scalar[] {x[0].multiply(x[1]), x[2], Scalar.of(4), x[1].exp()});
        Compiled compiled = program.compile();
        assertThat(compiled.values(2, 3, 5)).containsExactly(6, 5, 4, StrictMath.exp(3));
        assertThat(compiled.jacobian(2, 3, 5)).isDeepEqualTo(program.jacobian(2, 3, 5));
        assertThat(compiled.jacobianPattern()).isDeepEqualTo(new boolean[][] {
            {true, true, false}, {false, false, true}, {false, false, false}, {false, true, false}
        });
    }

    @Test
    void ofSparseDerivativesOnlyWhatIsThereIsCompiled() {
        int n = 300;
        Program band = Program.recordAll(n, x -> {
            Scalar[] y = new Scalar[n];
            for (int k = 0; k < n; k++) {
                y[k] = k == 0 || k == n - 1
                        ? x[k].square()
                        : x[k - 1].multiply(x[k]).add(x[k + 1].sin());
            }
            return y;
        });
        double[] x = new double[n];
        Arrays.setAll(x, k -> 0.1 + 0.01 * k);
        Compiled compiled = band.compile();
        double[][] matrix = band.jacobian(x);
        assertThat(compiled.jacobian(x)).isDeepEqualTo(matrix);
        double[] entries = new double[3 * (n - 2) + 2];
        compiled.jacobianEntries(x, entries);
        boolean[][] pattern = compiled.jacobianPattern();
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (pattern[i][j]) {
                    assertThat(entries[at++]).isEqualTo(matrix[i][j]);
                } else {
                    assertThat(matrix[i][j]).isZero();
                }
            }
        }
        assertThat(at).isEqualTo(entries.length);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compiled.jacobianEntries(x, new double[5]))
                .withMessage("896 results do not fit into an array of 5");
        Program chain =
                Program.record(4, v -> v[0].multiply(v[1]).add(v[2].square()).add(v[3]));
        assertThat(chain.compile().hessianPattern()).isDeepEqualTo(new boolean[][] {
            {false, true, false, false}, {true, false, false, false}, {false, false, true, false}, new boolean[4]
        });
    }

    @Test
    void comparisonsAreGuardedInCompiledCodeToo() {
        Program program = Program.record(1, x -> x[0].isGreaterThan(0) ? x[0].square() : x[0].negate());
        Compiled compiled = program.compile();
        assertThat(compiled.gradient(3)).containsExactly(6);
        assertThatExceptionOfType(BranchException.class)
                .isThrownBy(() -> compiled.gradient(-3))
                .withMessageContaining("was true when the program was recorded, and is false here");
        assertThat(program.onBranch(Branches.RECORD).compile().gradient(-3)).containsExactly(-1);
        assertThat(program.onBranch(Branches.KEEP).compile().gradient(-3)).containsExactly(-6);
    }

    /** Without sines: those of newer JDKs are written in Java and allocate an array of their own. */
    @Test
    void aGradientCallAllocatesNothing() {
        Compiled compiled = Program.record(
                        2,
                        (a, b) -> a.log().add(a.multiply(b)).subtract(b.exp()).divide(b))
                .compile();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] x = {2, 5};
        double[] g = new double[2];
        for (int i = 0; i < 1000; i++) {
            compiled.gradient(x, g);
        }
        long id = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < 10_000; i++) {
            compiled.gradient(x, g);
        }
        // the measurement itself may allocate a little
        assertThat(threads.getThreadAllocatedBytes(id) - before).isLessThan(10_000);
    }

    @Test
    void droppedCodeIsUnloaded() throws InterruptedException {
        Compiled compiled = TEXTBOOK.compile();
        compiled.gradient(2, 5);
        WeakReference<Compiled> dropped = new WeakReference<>(compiled);
        WeakReference<Class<?>> code = new WeakReference<>(
                ProgramWriter.write(TEXTBOOK).pieces().get(0).getClass());
        compiled = null;
        for (int i = 0; i < 50 && (dropped.get() != null || code.get() != null); i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(dropped.get()).isNull();
        assertThat(code.get()).isNull();
    }

    @Test
    void threadsShareCompiledCode() {
        Compiled compiled = TEXTBOOK.compile();
        List<Double> results = IntStream.range(0, 2000)
                .parallel()
                .mapToObj(i -> compiled.gradient(1 + i % 7, 5)[0])
                .toList();
        for (int i = 0; i < results.size(); i++) {
            assertThat(results.get(i)).isEqualTo(1.0 / (1 + i % 7) + 5);
        }
    }

    @Test
    void mistakesAreTold() {
        Compiled compiled = TEXTBOOK.compile();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compiled.value(1))
                .withMessage("the program has 2 inputs, but got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compiled.gradient(1, Double.NaN))
                .withMessage("input 2 is NaN: a program needs finite inputs");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compiled.gradient(new double[] {1, 2}, new double[1]))
                .withMessage("2 results do not fit into an array of 1");
        LocalFunction square = new Square();
        assertThatThrownBy(() -> Program.record(1, x -> Scalar.call(square, x)[0])
                        .compile()
                        .value(3))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "the program calls square, which brings its derivative as numbers: it is run as it is, and cannot"
                                + " be compiled");
    }
}
