package org.retrograd.autograd.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/** Sweeps along all unit vectors of a space, several of them at once. */
final class Basis {
    private Basis() {}

    /** What a sweep makes of unit vectors, of which the first is number {@code from}. */
    interface Sweep {
        List<Tensor> along(Tensor seeds, int from);
    }

    /**
     * Returns what becomes of all unit vectors of a space, one after the other along the first axis of each result.
     *
     * @param chunk how many of them are swept at once; a single one has no axis of directions, which is faster
     * @param sweep returns results that have the same axis of directions
     */
    static List<Tensor> sweep(Shape space, int chunk, Sweep sweep) {
        int n = space.size();
        if (chunk > 1 && chunk >= n) {
            return sweep.along(units(0, n, space), 0);
        }
        List<List<Tensor>> parts = new ArrayList<>();
        int count;
        for (int from = 0; from < n; from += count) {
            count = Math.min(chunk, n - from);
            parts.add(sweep.along(chunk == 1 ? unit(from, space) : units(from, count, space), from));
        }
        List<Tensor> joined = new ArrayList<>();
        for (int k = 0; k < parts.get(0).size(); k++) {
            Tensor[] one = new Tensor[parts.size()];
            for (int i = 0; i < one.length; i++) {
                one[i] = parts.get(i).get(k);
            }
            joined.add(chunk == 1 ? Tensor.stack(0, one) : Tensor.concat(0, one));
        }
        return joined;
    }

    private static Tensor unit(int number, Shape space) {
        double[] values = new double[space.size()];
        values[number] = 1;
        return Tensor.of(values).reshape(space);
    }

    /** Returns some of the unit vectors of a space, one after the other. */
    private static Tensor units(int from, int count, Shape space) {
        int n = space.size();
        if (count == n) {
            return Tensor.eye(n).reshape(Shape.of(n).append(space));
        }
        double[] values = new double[count * n];
        for (int i = 0; i < count; i++) {
            values[i * n + from + i] = 1;
        }
        return Tensor.of(values).reshape(Shape.of(count).append(space));
    }

    /** Returns the tangents of all arguments when only one varies. */
    static List<@Nullable Tensor> only(int which, Tensor tangent, int count) {
        @Nullable Tensor[] tangents = new @Nullable Tensor[count];
        tangents[which] = tangent;
        return Arrays.asList(tangents);
    }

    /** Returns the rows of the Jacobian: for each argument [out, in..]. */
    static List<Tensor> reverse(Linearization at, int chunk) {
        return sweep(at.value().shape(), chunk, (seeds, from) -> at.pull(seeds));
    }

    /** Returns the columns of the Jacobian by one of the arguments: [in, out..]. */
    static Tensor forward(Linearization at, List<Tensor> point, int which, int chunk) {
        Shape space = point.get(which).shape();
        return sweep(space, chunk, (seeds, from) -> List.of(at.push(only(which, seeds, point.size()))))
                .get(0);
    }
}
