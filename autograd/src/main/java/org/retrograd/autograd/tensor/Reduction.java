package org.retrograd.autograd.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Fold;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.scalar.Arithmetic;

/**
 * The family of operations that make one number of all entries over some axes.
 *
 * <p>Both rules follow from the derivatives of that number by the entries: a cotangent is multiplied by them, tangents are
 * multiplied by them and added. What is exactly 0 stays 0.
 */
abstract class Reduction extends Op {
    /** A loop that reduces the middle of [outer, n, inner]. */
    interface Loop {
        void run(Storage x, int outer, int n, int inner, Storage out);
    }

    private final String name;
    final Axes axes;
    private final Loop loop;

    Reduction(String name, Axes axes, Loop loop) {
        this.name = name;
        this.axes = axes;
        this.loop = loop;
    }

    /** Returns what a loop makes of the entries over axes. */
    static Storage run(Loop loop, Axes axes, Tensor x, Shape out) {
        Storage result = Storage.allocate(out.size());
        if (axes.cover(x.shape)) {
            loop.run(x.data, 1, x.size(), 1, result);
            return result;
        }
        Fold fold = axes.fold(x.shape);
        loop.run(fold.prepare(x.data), fold.outer(), fold.n(), fold.inner(), result);
        return result;
    }

    /** Returns the derivative of the result by each entry, at the shape of the entries. */
    abstract Tensor slopes(Tensor x, Tensor y);

    @Override
    public String name() {
        return name;
    }

    @Override
    public Shape shape(Tensor[] in) {
        return axes.reduce(in[0].shape);
    }

    @Override
    public Relation relation(int k, Tensor[] in, Tensor y) {
        return axes.relation(in[k].shape, y.shape);
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        return run(loop, axes, in[0], out);
    }

    @Override
    public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        return times(axes.expand(g, in[0].shape), slopes(in[0], y));
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        return axes.sum(times(Objects.requireNonNull(t[0]), slopes(in[0], y)));
    }

    private static Tensor times(Tensor change, Tensor slopes) {
        return Elementwise.of(Arithmetic.STRONG_MUL).apply(change, slopes);
    }
}
