package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;
import static org.retrograd.autograd.tensor.Matrices.columns;
import static org.retrograd.autograd.tensor.Matrices.likeRightSide;
import static org.retrograd.autograd.tensor.Matrices.product;
import static org.retrograd.autograd.tensor.Matrices.productTransposed;
import static org.retrograd.autograd.tensor.Matrices.transposedProduct;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.array.Triangular;

/** Systems of linear equations, and the inverse. Rules by Giles, Extended collection of matrix derivative results (2008). */
final class SolveOps {
    private SolveOps() {}

    /** Returns a matrix away from singular ones, for examples. */
    private static Tensor regular(Tensor x) {
        return x.add(Tensor.eye(x.dim(-1)).mul(5));
    }

    static final Definition SOLVE = Definition.of(
            "solve",
            "The solution X of A X = B by elimination with pivots; a B of one axis is a vector. Singular matrices are an error.",
            call("x.solve(y)", real(3, 3), real(3, 2), (x, y) -> regular(x).solve(y)),
            call("x.solve(vector)", real(3, 3), real(3), (x, y) -> regular(x).solve(y)),
            call(
                    "batch of x.solve(y)",
                    real(2, 2, 2),
                    real(2, 3),
                    (x, y) -> regular(x).solve(y)),
            call(
                    "x.solve(batch of y)",
                    real(2, 2),
                    real(2, 2, 1),
                    (x, y) -> regular(x).solve(y)),
            call("x.solve(y) of size 0", real(0, 0), real(0, 2), Tensor::solve));

    /** op(A)⁻¹B, with the factors of A found when the operation was made. */
    static final class Solve extends Division {
        private final LuFactors known;
        private final boolean transposed;

        Solve(LuFactors known, boolean transposed) {
            this.known = known;
            this.transposed = transposed;
        }

        @Override
        public String name() {
            return "solve";
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return known.of(in[0]).solve(transposed, in[1], out);
        }

        /** With W = op(A)⁻ᵀ·g the cotangents are W for B and -W·Xᵀ for op(A). */
        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Tensor w = new Solve(known, !transposed).apply(in[0], g);
            if (k == 1) {
                return w;
            }
            return (transposed ? productTransposed(y, w) : productTransposed(w, y)).neg();
        }

        @Override
        Tensor multiply(Tensor a, Tensor x) {
            return transposed ? transposedProduct(a, x) : product(a, x);
        }

        /** By the componentwise bound |A⁻¹| (|A| |X| + |B|) (Higham, Accuracy and Stability, section 7.2). */
        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            Tensor inverse = apply(in[0], Tensor.eye(in[0].dim(-1))).abs();
            Tensor a = transposed ? in[0].transpose() : in[0];
            return product(inverse, product(a.abs(), y.abs()).add(in[1].abs()));
        }
    }

    static Tensor solve(Tensor a, Tensor b) {
        Matrices.requireSquare("solve", a);
        Matrices.requireFinite("solve", a);
        Tensor columns = columns("solve", a, b);
        LuFactors factors = LuFactors.factor(a).requireRegular("solve");
        return likeRightSide(new Solve(factors, false).apply(a, columns), b);
    }

    static final Definition INVERSE = Definition.of(
            "inverse",
            "The inverse matrix; to solve equations, solve is faster and more accurate. Singular matrices are an error.",
            call("x.inverse()", real(3, 3), x -> regular(x).inverse()),
            call("x.inverse() of a batch", real(2, 2, 2), x -> regular(x).inverse()));

    /** The inverse; its rules need only itself. */
    static final class Inverse extends MatrixFunction {
        Inverse() {
            super("inverse");
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            LuFactors factors = LuFactors.factor(in[0]).requireRegular("inverse");
            return factors.solve(false, Tensor.eye(out.dim(-1)), out);
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return productTransposed(transposedProduct(y, g), y).neg();
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return product(product(y, Objects.requireNonNull(t[0])), y).neg();
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return product(product(y.abs(), in[0].abs()), y.abs());
        }
    }

    static Tensor inverse(Tensor a) {
        Matrices.requireSquare("inverse", a);
        Matrices.requireFinite("inverse", a);
        return new Inverse().apply(a);
    }

    static final Definition TRIANGULAR_SOLVE = Definition.of(
            "triangularSolve",
            "The solution X of T X = B for a triangular matrix, or its transpose; the other triangle is not read.",
            call(
                    "x.triangularSolve(y, Triangle.LOWER)",
                    real(3, 3),
                    real(3, 2),
                    (x, y) -> regular(x).triangularSolve(y, Triangle.LOWER)),
            call(
                    "x.triangularSolve(y, Triangle.UPPER.transposed())",
                    real(2, 3, 3),
                    real(3, 1),
                    (x, y) -> regular(x).triangularSolve(y, Triangle.UPPER.transposed())),
            call(
                    "x.triangularSolve(y, Triangle.UPPER.unitDiagonal())",
                    real(3, 3),
                    real(3),
                    (x, y) -> x.mul(0.5).triangularSolve(y, Triangle.UPPER.unitDiagonal())));

    /** op(T)⁻¹B for a triangle T. */
    static final class TriangularSolve extends Division {
        private final Triangle triangle;

        TriangularSolve(Triangle triangle) {
            this.triangle = triangle;
        }

        @Override
        public String name() {
            return "triangularSolve";
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage x = Storage.allocate(out.size());
            Triangular.solve(
                    in[0].data,
                    in[0].shape,
                    triangle.upper(),
                    triangle.transpose(),
                    triangle.unit(),
                    in[1].data,
                    in[1].shape,
                    out,
                    x);
            return x;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Tensor w = new TriangularSolve(triangle.transposed()).apply(in[0], g);
            if (k == 1) {
                return w;
            }
            return triangle.of((triangle.transpose() ? productTransposed(y, w) : productTransposed(w, y)).neg());
        }

        @Override
        Tensor multiply(Tensor a, Tensor x) {
            Tensor read = triangle.of(a);
            return triangle.transpose() ? transposedProduct(read, x) : product(read, x);
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            Tensor eye = Tensor.eye(in[0].dim(-1));
            Tensor t = triangle.of(in[0]).abs().add(triangle.unit() ? eye : Tensor.scalar(0));
            Tensor inverse = apply(in[0], eye).abs();
            return product(
                    inverse,
                    product(triangle.transpose() ? t.transpose() : t, y.abs()).add(in[1].abs()));
        }
    }

    static Tensor triangularSolve(Tensor a, Tensor b, Triangle triangle) {
        Tensor columns = triangleAndColumns("triangularSolve", a, b, triangle);
        return likeRightSide(new TriangularSolve(triangle).apply(a, columns), b);
    }

    /** Returns the right side as columns, after a look at both. */
    private static Tensor triangleAndColumns(String name, Tensor a, Tensor b, Triangle triangle) {
        Matrices.requireSquare(name, a);
        int n = a.dim(-1);
        int zero = triangle.unit() ? -1 : Triangular.zeroOnDiagonal(a.data, n);
        if (zero >= 0) {
            throw new ArithmeticException(name + " needs a diagonal without zeros, but entry [" + zero % n + ", "
                    + zero % n + "]" + Matrices.inBatch(a.shape, zero / n) + " is 0: it is singular");
        }
        return columns(name, a, b);
    }

    static final Definition CHOLESKY_SOLVE = Definition.of(
            "choleskySolve",
            "The solution X of L Lᵀ X = B for the factor L that cholesky gave.",
            call(
                    "x.choleskySolve(y)",
                    real(3, 3),
                    real(3, 2),
                    (x, y) -> regular(x).choleskySolve(y)));

    static Tensor choleskySolve(Tensor lower, Tensor b) {
        Tensor columns = triangleAndColumns("choleskySolve", lower, b, Triangle.LOWER);
        Tensor forward = new TriangularSolve(Triangle.LOWER).apply(lower, columns);
        return likeRightSide(new TriangularSolve(Triangle.LOWER.transposed()).apply(lower, forward), b);
    }
}
