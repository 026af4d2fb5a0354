package org.retrograd.autograd.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.array.Broadcast;
import org.retrograd.autograd.array.Kernel;
import org.retrograd.autograd.array.Operand;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.tensor.Catalogue;

/** Generated loops against the walked formula, which is their definition: the same bits, whatever the strides. */
class KernelCompilerTest {
    private static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        -2.5,
        6,
        3,
        1e-300,
        -1e300,
        Double.MAX_VALUE,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.NaN
    };
    private static final Shape LOOP = Shape.of(7, SPECIAL.length);

    @TestFactory
    Stream<DynamicTest> aGeneratedLoopGivesTheBitsOfTheFormula() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Primitive primitive : Catalogue.primitives()) {
            Expr[] leaves = {Symbols.A, Symbols.B, Symbols.C};
            Expr value = switch (primitive.arity()) {
                case 1 -> leaves[0].then(primitive);
                case 2 -> leaves[0].then(primitive, leaves[1]);
                default -> new Expr.Apply3(primitive, leaves[0], leaves[1], leaves[2]);
            };
            tests.add(DynamicTest.dynamicTest(primitive.name(), () -> check(value)));
            for (int k = 0; k < primitive.arity(); k++) {
                Expr product = Symbols.G.then(Arithmetic.STRONG_MUL, primitive.partial(k));
                tests.add(
                        DynamicTest.dynamicTest(primitive.name() + ", partial by " + leaves[k], () -> check(product)));
            }
        }
        return tests.stream();
    }

    private static void check(Expr formula) {
        Kernel generated = KernelCompiler.compile(formula);
        // contiguous, repeated row by row, a single number, repeated along the rows
        check(formula, generated, LOOP, LOOP, LOOP, LOOP, LOOP);
        check(formula, generated, LOOP, LOOP.slice(1, 2), Shape.SCALAR, LOOP, LOOP);
        check(formula, generated, LOOP.with(1, 1), LOOP, LOOP.slice(1, 2), LOOP, LOOP);
        check(formula, generated, Shape.SCALAR, LOOP.with(1, 1), LOOP, LOOP, Shape.SCALAR);
    }

    private static void check(Expr formula, Kernel generated, Shape... shapes) {
        SplittableRandom random = new SplittableRandom(7);
        double[][] inputs = new double[shapes.length][];
        for (int k = 0; k < shapes.length; k++) {
            inputs[k] = new double[shapes[k].size()];
            for (int i = 0; i < inputs[k].length; i++) {
                // the derivatives of sinc and digamma take whole orders as their first input
                inputs[k][i] = formula.toString().matches(".*(polygamma|sincDerivative).*") && k == 0
                        ? i % 4
                        : random.nextInt(2) == 0 ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextDouble(-3, 3);
            }
        }
        double[] expected = new double[LOOP.size()];
        Arrays.setAll(
                expected,
                i -> formula.value(
                        at(inputs[0], shapes[0], i),
                        at(inputs[1], shapes[1], i),
                        at(inputs[2], shapes[2], i),
                        at(inputs[3], shapes[3], i),
                        at(inputs[4], shapes[4], i)));
        Storage out = Storage.allocate(LOOP.size());
        run(generated, inputs, shapes, out, false);
        assertThat(out.toArray()).as("replacing").isEqualTo(expected);
        double[] doubled = new double[expected.length];
        Arrays.setAll(doubled, i -> expected[i] + expected[i]);
        run(generated, inputs, shapes, out, true);
        assertThat(out.toArray()).as("adding").isEqualTo(doubled);
    }

    private static void run(Kernel kernel, double[][] inputs, Shape[] shapes, Storage out, boolean add) {
        Operand[] operands = new Operand[inputs.length];
        for (int k = 0; k < inputs.length; k++) {
            operands[k] = Operand.of(Storage.wrap(inputs[k]), shapes[k], LOOP);
        }
        Broadcast.run(kernel, LOOP, operands[0], operands[1], operands[2], operands[3], operands[4], out, add);
    }

    /** The entry that broadcasting puts at a position of the loop. */
    private static double at(double[] values, Shape shape, int position) {
        int row = position / LOOP.dim(1);
        int column = position % LOOP.dim(1);
        int rows = shape.rank() == 2 ? shape.dim(0) : 1;
        int columns = shape.rank() == 0 ? 1 : shape.dim(-1);
        return values[(rows == 1 ? 0 : row) * columns + (columns == 1 ? 0 : column)];
    }
}
