package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
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
 * @param parameters what the derivatives are by
 */
record Gmm(Tensor x, int m, double gamma, Parameters parameters) {
    /**
     * What describes the components; gradients come in the same form.
     *
     * @param alpha logarithms of the weights, up to a constant, [k]
     * @param mu the means, [k, d]
     * @param q logarithms of the diagonals of the precisions' factors, [k, d]
     * @param l what is below the diagonals, column by column, [k, d (d - 1) / 2]
     */
    record Parameters(Tensor alpha, Tensor mu, Tensor q, Tensor l) {
        Map<String, Tensor> named() {
            return ImmutableMap.of("alpha", alpha, "mu", mu, "q", q, "l", l);
        }
    }

    static Eval eval() {
        return new Eval(
                "gmm",
                ImmutableMap.of(
                        "objective", Eval.timed(Gmm::of, mixture -> mixture.objective(mixture.parameters)),
                        "jacobian",
                                Eval.timed(
                                        Gmm::of,
                                        mixture -> Derivatives.gradient(mixture::objective, mixture.parameters)
                                                .named())),
                PlainGmm::of,
                () -> synthetic(1000, 10, 25));
    }

    /** Returns a mixture of the usual kind. */
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
        Parameters parameters = new Parameters(
                Tensor.of(input.vector("alpha")),
                Tensor.of(input.matrix("mu")),
                Tensor.of(input.matrix("q")),
                Tensor.of(input.matrix("l")));
        return new Gmm(Tensor.of(input.matrix("x")), input.integer("m"), input.number("gamma"), parameters);
    }

    /** Returns the log-likelihood. */
    private Tensor objective(Parameters parameters) {
        Tensor alpha = parameters.alpha;
        Tensor q = parameters.q;
        Tensor l = parameters.l;
        int n = x.dim(0);
        int d = x.dim(1);
        int k = alpha.size();
        Tensor factors = factors(q, l, d);
        // Q (x - mu) for all points and components at once: [n, k, d]
        Tensor centres = factors.matmul(parameters.mu.expandDims(2)).reshape(k * d);
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
