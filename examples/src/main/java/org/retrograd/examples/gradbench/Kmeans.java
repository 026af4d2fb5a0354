package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.diff.Derivatives.ValueAndTangent;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** The cost of a clustering, and the Newton direction to a better one: gradient over diagonal of the Hessian. */
final class Kmeans {
    /** So many distances are computed at a time, so that they stay in the cache. */
    private static final int DISTANCES = 1 << 16;

    private Kmeans() {}

    static Eval eval() {
        return new Eval(
                "kmeans",
                ImmutableMap.of(
                        "cost",
                        input -> {
                            Tensor points = Tensor.of(input.matrix("points"));
                            Tensor centroids = Tensor.of(input.matrix("centroids"));
                            return () -> cost(points, centroids);
                        },
                        "dir",
                        input -> {
                            Tensor points = Tensor.of(input.matrix("points"));
                            Tensor centroids = Tensor.of(input.matrix("centroids"));
                            return () -> direction(points, centroids);
                        }),
                PlainKmeans::of,
                Kmeans::synthetic);
    }

    private static Input synthetic() {
        Tensor points = Tensor.uniform(new SplittableRandom(1), 0, 1, 10_000, 16);
        return Input.of("points", rows(points), "centroids", rows(points.slice(0, 9_900, 10_000)), "d", 16);
    }

    static double[][] rows(Tensor matrix) {
        return matrix.unstack(0).stream().map(Tensor::toArray).toArray(double[][]::new);
    }

    private static Tensor cost(Tensor points, Tensor centroids) {
        Indices nearest = nearest(points, centroids.detach());
        return centroids.take(nearest, 0).sub(points).square().sum();
    }

    /** The Hessian is diagonal, since each term has one centroid and one coordinate: its diagonal is its product with ones. */
    private static Tensor direction(Tensor points, Tensor centroids) {
        ValueAndTangent<Tensor> gradientAndDiagonal = Derivatives.valueAndJvp(
                at -> Derivatives.gradient(c -> cost(points, c), at),
                centroids,
                Tensor.ones(centroids.dim(0), centroids.dim(1)));
        return gradientAndDiagonal.value().div(gradientAndDiagonal.tangent());
    }

    /** Returns for each point the number of the nearest centroid: that of the least ½|c|² - p·c. */
    private static Indices nearest(Tensor points, Tensor centroids) {
        Tensor halfSquares = centroids.sumSquares(1).mul(0.5);
        Tensor transposed = centroids.transpose();
        int n = points.dim(0);
        int chunk = Math.max(1, DISTANCES / centroids.dim(0));
        int[] nearest = new int[n];
        for (int from = 0; from < n; from += chunk) {
            int to = Math.min(from + chunk, n);
            int[] found = halfSquares
                    .sub(points.slice(0, from, to).matmul(transposed))
                    .argMin(1)
                    .toArray();
            System.arraycopy(found, 0, nearest, from, to - from);
        }
        return Indices.of(nearest);
    }
}
