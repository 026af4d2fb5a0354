package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.ConjugateGradient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.retrograd.autograd.array.Sparsity;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Mask;
import org.retrograd.autograd.tensor.Tensor;

/** Sparse derivatives against dense ones, for many structures. */
class SparseTest {
    private static final int N = 12;

    private static Tensor point(int... shape) {
        return Tensor.uniform(new SplittableRandom(5), 0.5, 1.5, shape);
    }

    /** The tridiagonal function of Broyden 1965. */
    private static Tensor broyden(Tensor x) {
        int n = x.size();
        Tensor inner = x.mul(3).sub(x.square().mul(2)).add(1);
        return inner.sub(x.slice(0, 0, n - 1).pad(0, 1, 0))
                .sub(x.slice(0, 1, n).pad(0, 0, 1).mul(2));
    }

    private static Tensor column(Tensor x, int i) {
        return x.slice(0, i, i + 1);
    }

    private static Stream<Arguments> jacobians() {
        return Stream.of(
                row("diagonal", Tensor::exp, point(N), 12, 1, Mode.FORWARD),
                row("tridiagonal", SparseTest::broyden, point(N), 34, 3, Mode.FORWARD),
                row(
                        "dense row below a diagonal",
                        x -> Tensor.concat(0, x.sin(), x.square().sum().reshape(1)),
                        point(N),
                        24,
                        2,
                        Mode.REVERSE),
                row(
                        "dense column beside a diagonal",
                        x -> x.slice(0, 1, N).mul(column(x, 0)),
                        point(N),
                        22,
                        2,
                        Mode.FORWARD),
                row(
                        "arrow",
                        x -> x.mul(column(x, 0)).add(x.sum().reshape(1).pad(0, 0, N - 1)),
                        point(N),
                        34,
                        12,
                        Mode.FORWARD),
                row("blocks", x -> x.reshape(4, 3).softmax(1).flatten(), point(N), 36, 3, Mode.FORWARD),
                row(
                        "empty rows and columns",
                        x -> x.slice(0, 2, 5).square().pad(0, 4, 3),
                        point(N),
                        3,
                        1,
                        Mode.FORWARD),
                row("wide", x -> x.reshape(3, 4).sumSquares(1), point(N), 12, 1, Mode.REVERSE),
                row("tall", x -> x.repeat(0, 5).square(), point(N), 60, 1, Mode.FORWARD),
                row("dense", x -> x.div(x.norm()), point(N), 144, 12, Mode.FORWARD),
                row("triangle", x -> x.square().cumSum(0), point(N), 78, 12, Mode.FORWARD),
                row("scalar", x -> x.square().sum(), point(N), 12, 1, Mode.REVERSE),
                row("of a scalar", x -> x.mul(Tensor.of(1, 2, 3)), Tensor.scalar(2), 3, 1, Mode.FORWARD),
                row(
                        "matrix to matrix",
                        x -> x.matmul(Tensor.of(new double[][] {{1, 0}, {2, 3}, {0, 4}})),
                        point(4, 3),
                        16,
                        2,
                        Mode.FORWARD),
                row("nothing", x -> Tensor.ones(3), point(N), 0, 0, Mode.FORWARD),
                row("no argument", Tensor::exp, Tensor.zeros(0), 0, 0, Mode.FORWARD),
                row("five-point stencil", SparseTest::laplacian, point(6, 5), 128, 6, Mode.FORWARD),
                row("cyclic band", x -> x.roll(0, 1).mul(x).mul(x.roll(0, -1)), point(N), 36, 3, Mode.FORWARD),
                row("permutation", x -> x.take(Indices.of(3, 1, 2, 0), 0).square(), point(4), 4, 1, Mode.FORWARD),
                row(
                        "segments",
                        x -> x.square().segmentSum(Indices.of(0, 2, 0, 2, 1), 3),
                        point(5),
                        5,
                        1,
                        Mode.REVERSE));
    }

    private static Tensor laplacian(Tensor u) {
        Tensor centre = u.mul(-4);
        for (int axis = 0; axis < 2; axis++) {
            int n = u.dim(axis);
            centre = centre.add(u.slice(axis, 1, n).pad(axis, 0, 1))
                    .add(u.slice(axis, 0, n - 1).pad(axis, 1, 0));
        }
        return centre.add(u.square());
    }

    private static Arguments row(String name, UnaryOperator<Tensor> f, Tensor x, int entries, int colours, Mode mode) {
        return Arguments.of(name, f, x, entries, colours, mode);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jacobians")
    void jacobianIsTheDenseOne(String name, UnaryOperator<Tensor> f, Tensor x, int entries, int colours, Mode mode) {
        SparsePlan plan = Sparse.jacobianPlan(f, x);
        SparseMatrix sparse = Sparse.jacobian(f, x);
        assertThat(plan.at(x).values().sameAs(sparse.values())).isTrue();
        assertThat(sparse.entries()).isEqualTo(entries);
        assertThat(plan.colours()).isEqualTo(colours);
        assertThat(plan.mode()).isEqualTo(mode);
        Tensor dense = Derivatives.jacobian(f, x).reshape(sparse.rows(), sparse.columns());
        assertThat(sparse.toDense().sub(dense).abs().sum().item())
                .isLessThanOrEqualTo(1e-14 * dense.abs().sum().item());
        // and at another point, with the same plan
        Tensor y = x.mul(1.25);
        Tensor there = Derivatives.jacobian(f, y).reshape(sparse.rows(), sparse.columns());
        assertThat(plan.at(y).toDense().sub(there).abs().sum().item())
                .isLessThanOrEqualTo(1e-14 * there.abs().sum().item());
    }

    private static Stream<Arguments> hessians() {
        return Stream.of(
                row("diagonal", x -> x.sin().sum(), point(N), 12, 1, Mode.FORWARD),
                row(
                        "chain",
                        x -> x.slice(0, 1, N)
                                .sub(x.slice(0, 0, N - 1).square())
                                .square()
                                .sum(),
                        point(N),
                        34,
                        3,
                        Mode.FORWARD),
                row("arrow", x -> x.slice(0, 1, N).square().mul(column(x, 0)).sum(), point(N), 33, 2, Mode.FORWARD),
                row(
                        "reversed arrow",
                        x -> x.slice(0, 0, N - 1).square().mul(column(x, N - 1)).sum(),
                        point(N),
                        33,
                        2,
                        Mode.FORWARD),
                row(
                        "two hubs",
                        x -> column(x, 0)
                                .mul(x.slice(0, 2, N))
                                .sin()
                                .sum()
                                .add(column(x, 1).mul(x.slice(0, 2, N)).cos().sum()),
                        point(N),
                        52,
                        3,
                        Mode.FORWARD),
                row(
                        "pairs of a bilinear form",
                        x -> x.slice(0, 0, 6).mul(x.slice(0, 6, N)).sum(),
                        point(N),
                        12,
                        2,
                        Mode.FORWARD),
                row("linear", x -> x.sum(), point(N), 0, 0, Mode.FORWARD),
                row("blocks", x -> x.reshape(4, 3).logSumExp(1).sum(), point(N), 36, 3, Mode.FORWARD),
                row("dense", x -> x.sum().exp(), point(N), 144, 12, Mode.FORWARD),
                row("stencil", x -> laplacian(x).square().sum(), point(5, 5), 229, 12, Mode.FORWARD),
                row("minimal surface", SparseTest::area, point(5, 6), 149, 7, Mode.FORWARD));
    }

    private static Tensor area(Tensor u) {
        Tensor across = u.slice(0, 1, u.dim(0)).sub(u.slice(0, 0, u.dim(0) - 1));
        Tensor along = u.slice(1, 1, u.dim(1)).sub(u.slice(1, 0, u.dim(1) - 1));
        return across.slice(1, 0, u.dim(1) - 1)
                .square()
                .add(along.slice(0, 0, u.dim(0) - 1).square())
                .add(1)
                .sqrt()
                .sum();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hessians")
    void hessianIsTheDenseOne(String name, UnaryOperator<Tensor> f, Tensor x, int entries, int colours, Mode mode) {
        SparsePlan plan = Sparse.hessianPlan(f, x);
        SparseMatrix sparse = Sparse.hessian(f, x);
        assertThat(plan.at(x).values().sameAs(sparse.values())).isTrue();
        Tensor dense = Derivatives.hessian(f, x).reshape(x.size(), x.size());
        assertThat(sparse.toDense().sub(dense).abs().sum().item())
                .isLessThanOrEqualTo(1e-14 * dense.abs().sum().item());
        assertThat(sparse.entries()).isEqualTo(entries).isEqualTo(dense.ne(0).count());
        assertThat(plan.colours()).isEqualTo(colours);
        assertThat(plan.mode()).isEqualTo(mode);
    }

    @Test
    void aBandOfTenThousandTakesOneSweep() {
        Tensor x = point(10_000);
        SparsePlan plan = Sparse.jacobianPlan(SparseTest::broyden, x);
        assertThat(plan.toString())
                .isEqualTo(
                        "sparse Jacobian 10000 x 10000 with 29998 entries (0.030 %): 3 column colours, 1 sweep forward");
        SparseMatrix j = plan.at(x);
        Tensor v = Tensor.normal(new SplittableRandom(3), 10_000);
        Tensor product = Derivatives.jvp(SparseTest::broyden, x, v);
        assertThat(j.multiply(v).sub(product).abs().max().item()).isLessThan(1e-13);
        Tensor pulled = Derivatives.vjp(SparseTest::broyden, x, v);
        assertThat(j.multiplyTransposed(v).sub(pulled).abs().max().item()).isLessThan(1e-13);
    }

    @Test
    void anArrowOfAnySizeHasAHessianOfTwoColours() {
        SparsePlan plan = Sparse.hessianPlan(
                x -> x.slice(0, 1, x.size()).sin().mul(column(x, 0).exp()).sum(), point(5_000));
        assertThat(plan.colours()).isEqualTo(2);
        assertThat(plan.sweeps()).isEqualTo(1);
        assertThat(plan.sparsity().entries()).isEqualTo(3 * 5_000 - 2);
    }

    @Test
    void manyColoursGoInSeveralSweepsOfBoundedMemory() {
        Tensor x = point(300);
        UnaryOperator<Tensor> f = v -> v.cumSum(0).square();
        SparsePlan plan = Sparse.jacobianPlan(f, x);
        assertThat(plan.colours()).isEqualTo(300);
        assertThat(plan.sweeps()).isEqualTo(5);
        Tensor dense = Derivatives.jacobian(f, x);
        assertThat(plan.at(x).toDense().sub(dense).abs().max().item()).isLessThan(1e-12);
        // rows of the value, which are longer than those of the argument, in reverse
        UnaryOperator<Tensor> g =
                v -> v.cumSum(0).square().sum().reshape(1).mul(Tensor.of(1, 2)).add(v.slice(0, 0, 2));
        SparsePlan byRows = Sparse.jacobianPlan(g, x);
        assertThat(byRows.mode()).isEqualTo(Mode.REVERSE);
        assertThat(byRows.at(x)
                        .toDense()
                        .sub(Derivatives.jacobian(g, x))
                        .abs()
                        .max()
                        .item())
                .isLessThan(1e-9);
    }

    @Test
    void densePatternsJustWorkAndSayWhatTheyAre() {
        SparsePlan plan = Sparse.jacobianPlan(x -> x.div(x.norm()), point(4));
        assertThat(plan.toString())
                .isEqualTo("sparse Jacobian 4 x 4 with 16 entries (dense): 4 column colours, 1 sweep forward");
    }

    @Test
    void piecewiseFunctionsKeepBothBranches() {
        UnaryOperator<Tensor> f = x -> Tensor.where(x.gt(1), x.square(), x.roll(0, 1));
        SparsePlan plan = Sparse.jacobianPlan(f, Tensor.of(0, 2, 0, 2));
        assertThat(plan.sparsity().entries()).isEqualTo(8);
        Tensor other = Tensor.of(2, 2, 0, 0);
        assertThat(plan.at(other).toDense().sameAs(Derivatives.jacobian(f, other)))
                .isTrue();
    }

    @Test
    void otherCallsWithinThePatternAreFine() {
        // as many steps as the value asks for
        UnaryOperator<Tensor> f = x -> {
            Tensor y = x;
            for (int step = 0; step < x.detach().max().item(); step++) {
                y = y.sin();
            }
            return y;
        };
        SparsePlan plan = Sparse.jacobianPlan(f, Tensor.of(2, 1));
        Tensor other = Tensor.of(1, 5);
        assertThat(plan.at(other).toDense().sameAs(Derivatives.jacobian(f, other)))
                .isTrue();
    }

    @Test
    void aStructureThatChangesIsToldWithTheEntry() {
        UnaryOperator<Tensor> f = x -> x.take(x.argMax(0).reshape(1), 0).square();
        SparsePlan plan = Sparse.jacobianPlan(f, Tensor.of(1, 3, 2));
        assertThat(plan.at(Tensor.of(0, 9, 8)).toString())
                .isEqualTo("SparseMatrix 1 x 3 with 1 entries (33 %): (0, 1) 18.0");
        assertThatThrownBy(() -> plan.at(Tensor.of(1, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the structure of the function has changed since the plan was made: entry (0, 2) of the "
                        + "Jacobian may differ from 0 here, but was no entry of its pattern; make another plan, or avoid "
                        + "branches on the values of the argument");
        assertThatThrownBy(() -> plan.at(Tensor.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the plan was made for points of shape [3], but got [2]: make another one");
        SparsePlan growing = Sparse.jacobianPlan(x -> x.tile((int) x.detach().get(0)), Tensor.of(1, 3));
        assertThatThrownBy(() -> growing.at(Tensor.of(2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the plan was made where the value of the function has shape [2], but here it has [4]: "
                        + "make another one");
    }

    /** What selects one entry of (2, 0), and by the same calls the other one of (0, 2). */
    private static Stream<Arguments> changingConstants() {
        return Stream.of(
                selection("a detached mask", 1, 1, x -> Tensor.where(x.detach().gt(1), x, Tensor.scalar(0))),
                selection("a mask made in Java", 1, 1, x -> {
                    double[] values = x.detach().toArray();
                    return Tensor.where(Mask.of(values[0] > 1, values[1] > 1), x, Tensor.scalar(0));
                }),
                selection(
                        "zeros of a constant matrix",
                        1,
                        1,
                        x -> x.matmul(x.detach().sign().diag())),
                selection(
                        "positions in order", 0, 0, x -> x.take(x.argSort(0), 0).slice(0, 0, 1)),
                selection("maskedSelect", 0, 1, x -> x.maskedSelect(x.detach().gt(1))));
    }

    private static Arguments selection(String name, int row, int column, UnaryOperator<Tensor> select) {
        return Arguments.of(name, row, column, select);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changingConstants")
    void constantsThatChangeTheStructureAreToldWithTheEntry(
            String name, int row, int column, UnaryOperator<Tensor> select) {
        UnaryOperator<Tensor> f = x -> select.apply(x).square();
        Tensor near = Tensor.of(3, 0);
        SparsePlan jacobian = Sparse.jacobianPlan(f, Tensor.of(2, 0));
        assertThat(jacobian.at(near).toDense().sameAs(Derivatives.jacobian(f, near)))
                .isTrue();
        assertThatThrownBy(() -> jacobian.at(Tensor.of(0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(changed("Jacobian", row, column));
        UnaryOperator<Tensor> sum = x -> f.apply(x).sum();
        SparsePlan hessian = Sparse.hessianPlan(sum, Tensor.of(2, 0));
        assertThat(hessian.at(near).toDense().sameAs(Derivatives.hessian(sum, near)))
                .isTrue();
        assertThatThrownBy(() -> hessian.at(Tensor.of(0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(changed("Hessian", column, column));
    }

    private static String changed(String what, int row, int column) {
        return "the structure of the function has changed since the plan was made: entry (" + row + ", " + column
                + ") of the " + what
                + " may differ from 0 here, but was no entry of its pattern; make another plan, or "
                + "avoid branches on the values of the argument";
    }

    @Test
    void structuresAreVectorsOnTheWayInAndOut() {
        List<Tensor> parts = List.of(point(4), point(2, 2).neg());
        Structure<List<Tensor>> form = Structure.of(parts);
        Function<List<Tensor>, Tensor> f =
                p -> p.get(0).reshape(2, 2).mul(p.get(1).exp()).sum();
        SparseMatrix h = Sparse.hessian(v -> f.apply(form.restore(v)), form.flatten(parts));
        // by its own diagonal the second part, by the other's the mixed ones
        assertThat(h.entries()).isEqualTo(12);
        Tensor dense = Derivatives.hessian(f, parts);
        assertThat(h.toDense().sub(dense).abs().max().item()).isLessThan(1e-14);
    }

    @Test
    void aHessianIsThatOfAScalarFunction() {
        assertThatThrownBy(() -> Sparse.hessian(Tensor::square, Tensor.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a gradient is that of a scalar function, but the value has shape [2]");
    }

    @Test
    void sparseDerivativesNest() {
        Tensor x = point(6);
        // the gradient of a sum of squares of the sparse Jacobian's entries, by dense means and by sparse ones
        Tensor byDense = Derivatives.gradient(
                v -> Derivatives.jacobian(SparseTest::broyden, v).square().sum(), x);
        Tensor bySparse = Derivatives.gradient(
                v -> Sparse.jacobian(SparseTest::broyden, v).values().square().sum(), x);
        assertThat(bySparse.sub(byDense).abs().max().item()).isLessThan(1e-12);
        // a sparse Jacobian of a function that multiplies by a sparse Jacobian
        UnaryOperator<Tensor> f = v -> Sparse.jacobian(SparseTest::broyden, v).multiply(v.square());
        SparsePlan plan = Sparse.jacobianPlan(f, x);
        assertThat(plan.sparsity().entries()).isEqualTo(16);
        assertThat(plan.at(x)
                        .toDense()
                        .sub(Derivatives.jacobian(f, x))
                        .abs()
                        .max()
                        .item())
                .isLessThan(1e-12);
    }

    @Test
    void tripletsRowsAndDenseFormAreOneMatrix() {
        SparseMatrix j = Sparse.jacobian(x -> x.slice(0, 0, 2).mul(x.slice(0, 1, 3)), Tensor.of(2, 3, 5));
        assertThat(j.rowIndices()).containsExactly(0, 0, 1, 1);
        assertThat(j.columnIndices()).containsExactly(0, 1, 1, 2);
        assertThat(j.rowStarts()).containsExactly(0, 2, 4);
        assertThat(j.values().toArray()).containsExactly(3, 2, 5, 3);
        assertThat(j.toDense().sameAs(Tensor.of(new double[][] {{3, 2, 0}, {0, 5, 3}})))
                .isTrue();
        assertThat(j.toString())
                .isEqualTo("SparseMatrix 2 x 3 with 4 entries (67 %): (0, 0) 3.0 (0, 1) 2.0 (1, 1) 5.0 (1, 2) 3.0");
        assertThat(j.toRealMatrix().getData()).isEqualTo(new double[][] {{3, 2, 0}, {0, 5, 3}});
        assertThat(j.toOperator()
                        .operate(new ArrayRealVector(new double[] {1, 10, 100}))
                        .toArray())
                .containsExactly(23, 350);
        assertThat(j.toOperator()
                        .operateTranspose(new ArrayRealVector(new double[] {1, 10}))
                        .toArray())
                .containsExactly(3, 52, 30);
        assertThatThrownBy(() -> j.multiply(Tensor.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sparse matrix with 3 columns multiplies a vector of shape [3], but got [2]");
        assertThatThrownBy(() -> j.multiplyTransposed(Tensor.ones(2, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sparse matrix with 2 rows multiplies a vector of shape [2], but got [2, 1]");
        assertThatThrownBy(() -> new SparseMatrix(Sparsity.empty(2, 3), Tensor.ones(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sparse matrix with 0 entries needs values of shape [0], but got [1]");
    }

    @Test
    void aHessianSolvesWithCommonsMath() {
        Tensor x = point(50);
        UnaryOperator<Tensor> f = v -> v.slice(0, 1, 50)
                .sub(v.slice(0, 0, 49))
                .square()
                .sum()
                .add(v.exp().sum());
        SparseMatrix h = Sparse.hessian(f, x);
        Tensor g = Derivatives.gradient(f, x);
        double[] step = new ConjugateGradient(200, 1e-12, false)
                .solve(h.toOperator(), new ArrayRealVector(g.toArray()))
                .toArray();
        assertThat(Derivatives.hvp(f, x, Tensor.of(step)).sub(g).abs().max().item())
                .isLessThan(1e-9);
    }
}
