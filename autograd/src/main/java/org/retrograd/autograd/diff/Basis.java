package org.retrograd.autograd.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/** Sweeps along all unit vectors of a space, several of them at once. */
final class Basis {
    private Basis() {}

    /** What a sweep makes of several unit vectors at once, of which the first is number {@code from}. */
    interface Sweep {
        List<Tensor> along(Tensor seeds, int from);
    }

    /**
     * Returns what becomes of all unit vectors of a space, chunk by chunk, one after the other along the first axis of each
     * result of the sweep.
     */
    static List<Tensor> sweep(Shape space, int chunk, Sweep sweep) {
        int n = space.size();
        List<List<Tensor>> parts = new ArrayList<>();
        int count;
        for (int from = 0; from < n; from += count) {
            count = Math.min(chunk, n - from);
            parts.add(sweep.along(units(from, count, space), from));
        }
        if (parts.size() == 1) {
            return parts.get(0);
        }
        List<Tensor> joined = new ArrayList<>();
        for (int k = 0; k < parts.get(0).size(); k++) {
            int which = k;
            joined.add(
                    Tensor.concat(0, parts.stream().map(part -> part.get(which)).toArray(Tensor[]::new)));
        }
        return joined;
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
        return sweep(at.value().shape(), chunk, (seeds, from) -> several(at::pull, seeds));
    }

    /** Returns the columns of the Jacobian by one of the arguments: [in, out..]. */
    static Tensor forward(Linearization at, List<Tensor> point, int which, int chunk) {
        return sweep(
                        point.get(which).shape(),
                        chunk,
                        (seeds, from) -> several(seed -> List.of(at.push(only(which, seed, point.size()))), seeds))
                .get(0);
    }

    /** Sweeps in several directions, or in one without their axis, which is faster. */
    private static List<Tensor> several(Function<Tensor, List<Tensor>> sweep, Tensor seeds) {
        if (seeds.dim(0) != 1) {
            return sweep.apply(seeds);
        }
        return sweep.apply(seeds.squeeze(0)).stream().map(x -> x.expandDims(0)).toList();
    }
}
