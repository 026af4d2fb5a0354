package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The log-likelihood of a Gaussian mixture with a Wishart prior.
 *
 * @param x the data, [n, d]
 * @param m the prior's degrees of freedom beyond the least possible
 * @param gamma the prior's scale
 */
record Gmm(Tensor x, int m, double gamma) {
    private static final List<String> PARAMETERS = List.of("alpha", "mu", "q", "l");

    static Eval eval() {
        return new Eval(
                "gmm",
                ImmutableMap.of(
                        "objective",
                        input -> {
                            Gmm mixture = of(input);
                            List<Tensor> parameters = parameters(input);
                            return () -> mixture.objective(parameters);
                        },
                        "jacobian",
                        input -> {
                            Gmm mixture = of(input);
                            List<Tensor> parameters = parameters(input);
                            return () -> named(Derivatives.gradient(mixture::objective, parameters));
                        }),
                PlainGmm::of,
                () -> synthetic(1000, 10, 25));
    }

    static Input synthetic(int n, int d, int k) {
        SplittableRandom random = new SplittableRandom(1);
        return Input.of(
                "x", Kmeans.rows(Tensor.normal(random, n, d)),
                "m", 0,
                "gamma", 1.0,
                "alpha", Tensor.normal(random, k).toArray(),
                "mu", Kmeans.rows(Tensor.uniform(random, 0, 1, k, d)),
                "q", Kmeans.rows(Tensor.normal(random, k, d)),
                "l", Kmeans.rows(Tensor.normal(random, k, d * (d - 1) / 2)));
    }

    private static Gmm of(Input input) {
        return new Gmm(Tensor.of(input.matrix("x")), input.integer("m"), input.number("gamma"));
    }

    private static List<Tensor> parameters(Input input) {
        return List.of(
                Tensor.of(input.vector("alpha")),
                Tensor.of(input.matrix("mu")),
                Tensor.of(input.matrix("q")),
                Tensor.of(input.matrix("l")));
    }

    private static Map<String, Tensor> named(List<Tensor> gradients) {
        ImmutableMap.Builder<String, Tensor> named = ImmutableMap.builder();
        for (int k = 0; k < PARAMETERS.size(); k++) {
            named.put(PARAMETERS.get(k), gradients.get(k));
        }
        return named.buildOrThrow();
    }

    /** Returns the log-likelihood for weights alpha, means mu and the factors of the precisions, ln of whose diagonal is q. */
    private Tensor objective(List<Tensor> parameters) {
        Tensor alpha = parameters.get(0);
        Tensor mu = parameters.get(1);
        Tensor q = parameters.get(2);
        Tensor l = parameters.get(3);
        int n = x.dim(0);
        int d = x.dim(1);
        int k = alpha.size();
        Tensor factors = factors(q, l, d);
        // Q (x - mu) for all points and components at once: [n, k, d]
        Tensor centres = factors.matmul(mu.expandDims(2)).reshape(k * d);
        Tensor centred = x.matmul(factors.reshape(k * d, d).transpose()).sub(centres);
        Tensor distances = centred.square().reshape(n, k, d).sum(2);
        Tensor sums = q.sum(1);
        Tensor terms = alpha.add(sums).sub(distances.mul(0.5));
        Tensor prior = q.exp()
                .square()
                .sum()
                .add(l.square().sum())
                .mul(gamma * gamma / 2)
                .sub(sums.sum().mul(m));
        return terms.logSumExp(1)
                .sum()
                .sub(alpha.logSumExp().mul(n))
                .sub(prior)
                .add(-n * d / 2.0 * Math.log(2 * Math.PI) + k * PlainGmm.wishartConstant(d, m, gamma));
    }

    /** Returns the lower triangular factors, [k, d, d]: exp q on the diagonal, l below it column by column. */
    private static Tensor factors(Tensor q, Tensor l, int d) {
        int[] from = new int[d * d];
        Arrays.fill(from, l.dim(1)); // the 0 that is put behind l
        int next = 0;
        for (int column = 0; column < d; column++) {
            for (int row = column + 1; row < d; row++) {
                from[row * d + column] = next++;
            }
        }
        Tensor below = l.pad(1, 0, 1).take(Indices.of(from).reshape(d, d), 1);
        return below.add(q.exp().expandDims(2).mul(Tensor.eye(d)));
    }
}
