package org.retrograd.autograd.tensor;

import org.retrograd.autograd.array.Lu;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.array.Triangular;

/**
 * The elimination of a stack of square matrices, done once and kept by the operations that were made for them.
 *
 * <p>Operations find their input again in their rules, detached or not, and so the same storage: then nothing is
 * factorised twice. For any other input {@link #of(Tensor)} begins anew.
 */
final class LuFactors {
    private final Storage source;
    private final Shape shape;
    private final Storage lu;
    private final int[] pivots;

    private LuFactors(Tensor a) {
        this.source = a.data;
        this.shape = a.shape;
        this.lu = Storage.allocate(a.size());
        this.pivots = new int[count() * size()];
        Lu.factor(source, count(), size(), lu, pivots);
    }

    static LuFactors factor(Tensor a) {
        return new LuFactors(a);
    }

    /** Returns these factors if they are those of {@code a}, else its own. */
    LuFactors of(Tensor a) {
        return a.data == source ? this : new LuFactors(a);
    }

    private int size() {
        return shape.dim(-1);
    }

    private int count() {
        return shape.slice(0, shape.rank() - 2).size();
    }

    /** Returns these factors of matrices none of which is singular. */
    LuFactors requireRegular(String name) {
        int zero = Triangular.zeroOnDiagonal(lu, size());
        if (zero >= 0) {
            throw new ArithmeticException(name + " needs invertible matrices, but elimination found no pivot in column "
                    + zero % size() + Matrices.inBatch(shape, zero / size())
                    + ": it is singular; lstsq solves systems of more equations than unknowns");
        }
        return this;
    }

    /** Returns the least ratio between two pivots of one matrix, by size. */
    double pivotRatio() {
        return Lu.pivotRatio(lu, count(), size());
    }

    Storage solve(boolean transposed, Tensor b, Shape out) {
        Storage x = Storage.allocate(out.size());
        Lu.solve(lu, pivots, shape, transposed, b.data, b.shape, out, x);
        return x;
    }

    Storage determinant() {
        Storage det = Storage.allocate(count());
        Lu.determinant(lu, pivots, count(), size(), det);
        return det;
    }

    /** Returns for each matrix the sign of the determinant and the logarithm of its size. */
    Storage logDeterminant() {
        Storage signAndLog = Storage.allocate(2 * count());
        Lu.logDeterminant(lu, pivots, count(), size(), signAndLog);
        return signAndLog;
    }
}
