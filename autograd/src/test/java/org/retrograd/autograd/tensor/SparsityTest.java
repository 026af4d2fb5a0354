package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Sparsity;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.tensor.Definition.Example;

/** The pattern read off the graph holds every derivative that is not 0, for every operation there is. */
class SparsityTest {
    private static final int POINTS = 6;

    /** Operations that say something, but not all: triangles are taken for full, and signs for smooth. */
    private static final Set<String> WIDER = Set.of("triangularSolve", "slogDet");

    @TestFactory
    Stream<DynamicTest> thePatternOfEveryOperationIsThatOfItsDerivatives() {
        return Catalogue.definitions().stream()
                .flatMap(definition -> definition.examples().stream()
                        .map(example -> DynamicTest.dynamicTest(
                                definition.name() + ": " + example.call(), () -> check(definition.name(), example))));
    }

    private static void check(String name, Example example) {
        boolean[][] seen = null;
        Sparsity pattern = null;
        for (int seed = 0; seed < POINTS; seed++) {
            List<Tensor> point = ExamplePoint.draw(example, seed);
            Linearization at = Linearization.of(example.function(), point);
            Sparsity here = at.sparsity();
            boolean[][] nonzero = nonzero(at, point);
            seen = seen == null ? new boolean[nonzero.length][here.columns()] : seen;
            for (int i = 0; i < nonzero.length; i++) {
                boolean[] row = row(here, i);
                for (int j = 0; j < nonzero[i].length; j++) {
                    assertThat(row[j] || !nonzero[i][j])
                            .as(
                                    "%s: derivative of entry %d by argument %d is not 0 but no entry of the pattern",
                                    name, i, j)
                            .isTrue();
                    seen[i][j] |= nonzero[i][j];
                }
            }
            pattern = here;
        }
        if (pattern != null && seen != null && mustBeExact(example)) {
            for (int i = 0; i < seen.length; i++) {
                assertThat(row(pattern, i)).as(name + ": pattern of entry " + i).isEqualTo(seen[i]);
            }
        }
        checkSecondOrder(name, example);
    }

    /** The pattern of the gradient holds every second derivative that is not 0. */
    private static void checkSecondOrder(String name, Example example) {
        List<Tensor> point = ExamplePoint.draw(example, 1);
        Function<List<Tensor>, Tensor> gradient = x -> {
            Linearization at = Linearization.of(example.function(), x);
            Tensor weights = Tensor.linspace(0.7, 1.9, at.value().size())
                    .reshape(at.value().shape().toArray());
            return Tensor.concat(
                    0, at.pull(weights).stream().map(Tensor::flatten).toArray(Tensor[]::new));
        };
        Linearization at = Linearization.of(gradient, point);
        Sparsity pattern = at.sparsity();
        boolean[][] nonzero = nonzero(at, point);
        for (int i = 0; i < nonzero.length; i++) {
            boolean[] row = row(pattern, i);
            for (int j = 0; j < row.length; j++) {
                assertThat(row[j] || !nonzero[i][j])
                        .as("%s: second derivative by %d and %d is not 0 but no entry of the pattern", name, i, j)
                        .isTrue();
            }
        }
    }

    private static boolean[][] nonzero(Linearization at, List<Tensor> point) {
        int rows = at.value().size();
        if (rows == 0) {
            return new boolean[0][];
        }
        List<Tensor> pulled = at.pull(Tensor.eye(rows)
                .reshape(Shape.of(rows).append(at.value().shape()).toArray()));
        boolean[][] nonzero = new boolean[rows][];
        List<Tensor> flat = new ArrayList<>();
        for (int k = 0; k < point.size(); k++) {
            flat.add(pulled.get(k).reshape(rows, point.get(k).size()));
        }
        Tensor all = Tensor.concat(1, flat.toArray(new Tensor[0]));
        for (int i = 0; i < rows; i++) {
            nonzero[i] = new boolean[all.dim(1)];
            for (int j = 0; j < nonzero[i].length; j++) {
                nonzero[i][j] = all.get(i, j) != 0;
            }
        }
        return nonzero;
    }

    private static boolean[] row(Sparsity pattern, int row) {
        boolean[] places = new boolean[pattern.columns()];
        for (int p = pattern.start(row); p < pattern.start(row + 1); p++) {
            places[pattern.column(p)] = true;
        }
        return places;
    }

    /**
     * Branches are not told apart, paths that cancel are not seen to, and operations that say nothing are taken for dense:
     * their patterns may be wider.
     */
    private static boolean mustBeExact(Example example) {
        List<Tensor> point =
                ExamplePoint.draw(example, 1).stream().map(Tensor::variable).toList();
        return ExamplePoint.calls(example.function().apply(point)).stream()
                .filter(call -> call.in.length > 0)
                .noneMatch(call -> call.op() == Elementwise.of(Arithmetic.SELECT)
                        || saysNothing(call.op())
                        || !call.op().kinks(call.in, call).isEmpty()
                        || mayCancel(call)
                        // says that it depends on all of its matrix, though rows depend on those before them only
                        || call.op() instanceof FactorOps.CholeskyFactor
                        || WIDER.contains(call.op().name())
                        || (call.op() instanceof ReductionOps.Softmax && call.dim(-1) == 1));
    }

    private static boolean mayCancel(Tensor call) {
        boolean sums = call.op() == Elementwise.of(Arithmetic.ADD) || call.op() == Elementwise.of(Arithmetic.SUB);
        return sums
                && call.in[0].traced()
                && call.in[1].traced()
                && (call.in[0].in.length > 0 || call.in[1].in.length > 0);
    }

    private static boolean saysNothing(Op op) {
        try {
            return op.dependence() == Op.Dependence.DENSE
                    && op.getClass()
                                    .getMethod("relation", int.class, Tensor[].class, Tensor.class)
                                    .getDeclaringClass()
                            == Op.class;
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void structuredOperationsSayWhatTheyDependOn() {
        Set<String> silent = new TreeSet<>();
        for (Definition definition : Catalogue.definitions()) {
            for (Example example : definition.examples()) {
                List<Tensor> point = ExamplePoint.draw(example, 1).stream()
                        .map(Tensor::variable)
                        .toList();
                ExamplePoint.calls(example.function().apply(point)).stream()
                        .filter(call -> call.in.length > 0 && saysNothing(call.op()))
                        .forEach(call -> silent.add(call.op().name()));
            }
        }
        assertThat(silent)
                .doesNotContain(
                        "concat",
                        "conv2d",
                        "cumMax",
                        "det",
                        "inverse",
                        "maxPool2d",
                        "solve",
                        "sort",
                        "cumSum",
                        "gather",
                        "logSumExp",
                        "matmul",
                        "max",
                        "min",
                        "norm",
                        "reshape",
                        "scatterAdd",
                        "scatterAddAlong",
                        "slice",
                        "softmax",
                        "sum",
                        "take",
                        "where");
    }

    @Test
    void aConstantFactorOfAProductHidesWhatItMultipliesByZero() {
        Tensor band = Tensor.eye(4).add(Tensor.eye(3).pad(0, 1, 0).pad(1, 0, 1));
        assertThat(pattern(x -> band.matmul(x), Tensor.ones(4)).toString()).isEqualTo("4 x 4 with 7 entries (44 %)");
        assertThat(pattern(x -> x.matmul(band), Tensor.ones(2, 4))).isEqualTo(numeric(x -> x.matmul(band), 2, 4));
        assertThat(pattern(x -> x.reshape(2, 3, 4).matmul(band.transpose()).transpose(), Tensor.ones(24)))
                .isEqualTo(
                        numeric(x -> x.reshape(2, 3, 4).matmul(band.transpose()).transpose(), 24));
    }

    @Test
    void aConstantMaskHidesWhatItDoesNotChooseAndAComparisonHidesNothing() {
        Mask odd = Mask.of(false, true, false);
        Tensor x = Tensor.of(-1, 2, -3);
        assertThat(pattern(v -> Tensor.where(odd, v, Tensor.scalar(0)), x).entries())
                .isEqualTo(1);
        assertThat(pattern(v -> Tensor.where(odd.not().or(odd).and(odd), v, Tensor.scalar(0)), x)
                        .entries())
                .isEqualTo(1);
        assertThat(pattern(v -> Tensor.where(v.gt(0), v, Tensor.scalar(0)), x).entries())
                .isEqualTo(3);
        assertThat(pattern(v -> Tensor.where(v.gt(0).not().and(odd), v, Tensor.scalar(0)), x)
                        .entries())
                .isEqualTo(3);
    }

    @Test
    void aValueThatDependsOnNothingHasAnEmptyPattern() {
        assertThat(pattern(v -> Tensor.ones(2), Tensor.ones(3)).toString()).isEqualTo("2 x 3 with 0 entries (0.0 %)");
        assertThat(pattern(Tensor::detach, Tensor.ones(3)).entries()).isZero();
    }

    @Test
    void columnsAreTheEntriesOfAllArgumentsInTurn() {
        Linearization at = Linearization.of(
                in -> in.get(1).mul(in.get(0).sum()), List.of(Tensor.ones(2), Tensor.ones(3), Tensor.ones(1)));
        Sparsity pattern = at.sparsity();
        assertThat(pattern.columnOfEntries()).containsExactly(0, 1, 2, 0, 1, 3, 0, 1, 4);
        assertThat(pattern.rowOfEntries()).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
    }

    @Test
    void structureChangesWithTheCallsAndNotWithTheNumbers() {
        Function<Tensor, Long> sorted = x -> structure(v -> v.take(v.argMax(0), 0), x);
        assertThat(sorted.apply(Tensor.of(1, 2, 3))).isEqualTo(sorted.apply(Tensor.of(4, 5, 6)));
        assertThat(sorted.apply(Tensor.of(1, 2, 3))).isNotEqualTo(sorted.apply(Tensor.of(4, 6, 5)));
        assertThat(structure(v -> v.cumSum(0), Tensor.ones(3)))
                .isNotEqualTo(structure(v -> v.flip(0).cumSum(0).flip(0), Tensor.ones(3)));
    }

    private static long structure(UnaryOperator<Tensor> f, Tensor x) {
        return Linearization.of(in -> f.apply(in.get(0)), List.of(x)).structure();
    }

    private static Sparsity pattern(UnaryOperator<Tensor> f, Tensor x) {
        return Linearization.of(in -> f.apply(in.get(0)), List.of(x)).sparsity();
    }

    /** Returns the pattern of the numbers that are not 0, as the pattern of a product with them. */
    private static Sparsity numeric(UnaryOperator<Tensor> f, int... shape) {
        Tensor x = Tensor.linspace(1, 2, Shape.of(shape).size()).reshape(shape);
        Linearization at = Linearization.of(in -> f.apply(in.get(0)), List.of(x));
        boolean[][] nonzero = nonzero(at, List.of(x));
        double[][] ones = new double[nonzero.length][x.size()];
        for (int i = 0; i < ones.length; i++) {
            for (int j = 0; j < ones[i].length; j++) {
                ones[i][j] = nonzero[i][j] ? 1 : 0;
            }
        }
        return pattern(v -> Tensor.of(ones).matmul(v), Tensor.ones(x.size()));
    }
}
