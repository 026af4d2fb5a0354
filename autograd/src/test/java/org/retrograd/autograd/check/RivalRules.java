package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The rules by which PyTorch and JAX accept a derivative: their steps, directions and tolerances for float64, as their
 * sources state them, on the derivatives of this engine. All are asked for both modes and for second order, which is that of
 * gradient and tangent as functions of the point.
 */
enum RivalRules {
    /** {@code gradcheck} and {@code gradgradcheck} with {@code check_forward_ad}: every entry of the Jacobian, step 1e-6. */
    TORCH("PyTorch gradcheck") {
        @Override
        boolean accepts(Function<List<Tensor>, Tensor> f, List<Tensor> x, RandomGenerator random) {
            Linearization at = Linearization.of(f, x);
            int outputs = at.value().size();
            double[][] rows = new double[outputs][];
            for (int i = 0; i < outputs; i++) {
                Tensor unit = unit(at.value(), i);
                rows[i] = joined(at.pull(unit)).toArray();
                if (!Arrays.equals(rows[i], joined(at.pull(unit)).toArray())) {
                    return false;
                }
            }
            int column = 0;
            for (int k = 0; k < x.size(); k++) {
                for (int j = 0; j < x.get(k).size(); j++, column++) {
                    List<Tensor> t = zeros(x);
                    t.set(k, unit(x.get(k), j));
                    double[] numeric = difference(f, x, t, 1e-6).toArray();
                    double[] forward = at.push(t).toArray();
                    for (int i = 0; i < outputs; i++) {
                        if (!close(rows[i][column], numeric[i], 1e-5, 1e-3)
                                || !close(forward[i], numeric[i], 1e-5, 1e-3)) {
                            return false;
                        }
                    }
                }
            }
            return true;
        }
    },

    /** The same with {@code fast_mode}: one product vᵀJu for each input. */
    TORCH_FAST("PyTorch fast mode") {
        @Override
        boolean accepts(Function<List<Tensor>, Tensor> f, List<Tensor> x, RandomGenerator random) {
            Linearization at = Linearization.of(f, x);
            Tensor v = positive(random, at.value());
            List<Tensor> gradients = at.pull(v);
            for (int k = 0; k < x.size(); k++) {
                List<Tensor> t = zeros(x);
                Tensor u = positive(random, x.get(k));
                t.set(k, u);
                double numeric = difference(f, x, t, 1e-6).mul(v).sum().item();
                double atol = 1e-5 * u.sum().item() * v.sum().item();
                if (!close(gradients.get(k).mul(u).sum().item(), numeric, atol, 1e-3)
                        || !close(at.push(t).mul(v).sum().item(), numeric, atol, 1e-3)) {
                    return false;
                }
            }
            return true;
        }
    },

    /** {@code check_grads} of order 2: one random direction, step 1e-4. */
    JAX("JAX check_grads") {
        @Override
        boolean accepts(Function<List<Tensor>, Tensor> f, List<Tensor> x, RandomGenerator random) {
            Linearization at = Linearization.of(f, x);
            List<Tensor> t = new ArrayList<>();
            x.forEach(input -> t.add(normal(random, input)));
            Tensor numeric = difference(f, x, t, 1e-4);
            Tensor forward = at.push(t);
            double tolerance = 1e-5 * forward.size();
            for (int i = 0; i < forward.size(); i++) {
                if (!close(forward.storage().get(i), numeric.storage().get(i), tolerance, tolerance)) {
                    return false;
                }
            }
            Tensor g = normal(random, at.value());
            double inner = joined(at.pull(g)).mul(joined(t)).sum().item();
            return close(inner, numeric.mul(g).sum().item(), 1e-5, 1e-5);
        }
    };

    /** Inputs of more entries are checked to first order only: it takes too long otherwise. */
    private static final int LARGE = 1000;

    final String title;

    RivalRules(String title) {
        this.title = title;
    }

    /** Whether first derivatives pass. */
    abstract boolean accepts(Function<List<Tensor>, Tensor> f, List<Tensor> x, RandomGenerator random);

    /** Whether derivatives to second order pass: those of the function, and those of its gradient and tangent. */
    boolean passes(Function<List<Tensor>, Tensor> f, List<Tensor> x) {
        RandomGenerator random = new SplittableRandom(17);
        try {
            if (!accepts(f, x, random)) {
                return false;
            }
            if (x.get(0).size() > LARGE) {
                return true;
            }
            Tensor g = normal(random, f.apply(x));
            List<Tensor> t = x.stream().map(input -> normal(random, input)).toList();
            return accepts(y -> joined(Linearization.of(f, y).pull(g)), x, random)
                    && (this != JAX || accepts(y -> Linearization.of(f, y).push(t), x, random));
        } catch (IllegalStateException e) {
            // declared to be differentiable once only
            return true;
        } catch (IllegalArgumentException e) {
            // a function or a rule that takes no part
            return false;
        }
    }

    private static boolean close(double a, double b, double atol, double rtol) {
        return Math.abs(a - b) <= atol + rtol * Math.abs(b);
    }

    private static Tensor difference(Function<List<Tensor>, Tensor> f, List<Tensor> x, List<Tensor> t, double step) {
        List<Tensor> up = new ArrayList<>();
        List<Tensor> down = new ArrayList<>();
        for (int k = 0; k < x.size(); k++) {
            up.add(x.get(k).add(t.get(k).mul(step)));
            down.add(x.get(k).sub(t.get(k).mul(step)));
        }
        return f.apply(up).sub(f.apply(down)).mul(0.5 / step).detach();
    }

    private static List<Tensor> zeros(List<Tensor> x) {
        return new ArrayList<>(
                x.stream().map(input -> Tensor.zeros(input.shape())).toList());
    }

    private static Tensor unit(Tensor like, int i) {
        double[] entries = new double[like.size()];
        entries[i] = 1;
        return Tensor.of(entries).reshape(like.shape());
    }

    private static Tensor normal(RandomGenerator random, Tensor like) {
        return Tensor.normal(random, like.shape().toArray());
    }

    /** Returns numbers from 0 to 1, divided by their norm. */
    private static Tensor positive(RandomGenerator random, Tensor like) {
        Tensor u = Tensor.uniform(random, 0, 1, like.shape().toArray());
        return u.size() == 0 ? u : u.div(u.norm());
    }

    private static Tensor joined(List<Tensor> tensors) {
        return Tensor.concat(0, tensors.stream().map(Tensor::flatten).toArray(Tensor[]::new));
    }
}
