package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.diff.Derivatives.ValueAndTangent;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The cost of a clustering, and the Newton direction to a better one: gradient over diagonal of the Hessian.
 *
 * @param points what is clustered, [n, d]
 * @param centroids the middles of the clusters, [k, d]
 */
record Kmeans(Tensor points, Tensor centroids) {
    /** So many distances are computed at a time, so that they stay in the cache. */
    private static final int DISTANCES = 1 << 16;

    static Eval eval() {
        return new Eval(
                "kmeans",
                ImmutableMap.of(
                        "cost", Eval.timed(Kmeans::of, clusters -> clusters.cost(clusters.centroids)),
                        "dir", Eval.timed(Kmeans::of, Kmeans::direction)),
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

    private static Kmeans of(Input input) {
        return new Kmeans(Tensor.of(input.matrix("points")), Tensor.of(input.matrix("centroids")));
    }

    private Tensor cost(Tensor centroids) {
        Indices nearest = nearest(centroids.detach());
        return centroids.take(nearest, 0).sub(points).square().sum();
    }

    /** The Hessian is diagonal, since each term has one centroid and one coordinate: its diagonal is its product with ones. */
    private Tensor direction() {
        ValueAndTangent<Tensor> gradientAndDiagonal = Derivatives.valueAndJvp(
                at -> Derivatives.gradient(this::cost, at), centroids, Tensor.ones(centroids.dim(0), centroids.dim(1)));
        return gradientAndDiagonal.value().div(gradientAndDiagonal.tangent());
    }

    /** Returns for each point the number of the nearest centroid: that of the least ½|c|² - p·c. */
    private Indices nearest(Tensor centroids) {
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
