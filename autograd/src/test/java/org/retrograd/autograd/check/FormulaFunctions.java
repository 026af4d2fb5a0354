package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Right.all;
import static org.retrograd.autograd.check.Right.at;

import java.util.List;
import java.util.SplittableRandom;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Right functions of physics, statistics and numerical analysis, some of them long computations. */
final class FormulaFunctions {
    private FormulaFunctions() {}

    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    static List<Right> formulas() {
        return List.of(
                at("Rosenbrock", FormulaFunctions::rosenbrock, -1.2, 1, 0.4, 0.9),
                at("Rosenbrock at its minimum", FormulaFunctions::rosenbrock, 1, 1, 1),
                at("Lennard-Jones", r -> r.pow(-12).sub(r.pow(-6)).mul(4), 1.1, 0.95, 2.5),
                at("Lennard-Jones, near", r -> r.pow(-12).sub(r.pow(-6)).mul(4), 0.1, 0.3),
                at("Coulomb energy of three charges", FormulaFunctions::coulomb, 0.1, 0.9, 2.3),
                at("pendulum, 50 steps", FormulaFunctions::pendulum, 0.5, 0.1),
                at("Lorenz system, 40 steps", FormulaFunctions::lorenz, 1, 1, 1),
                at("Kepler's equation, 8 Newton steps", FormulaFunctions::kepler, 0.7),
                at(
                        "Planck's law",
                        t -> t.reciprocal().mul(1.4388e-2 / 5e-7).expm1().reciprocal(),
                        5800,
                        300),
                at(
                        "relativistic energy at low speed",
                        v -> v.square().neg().add(1).rsqrt().sub(1),
                        1e-3,
                        0.2),
                at(
                        "van der Waals",
                        v -> v.sub(0.04)
                                .reciprocal()
                                .mul(8.314 * 300)
                                .sub(v.square().reciprocal().mul(0.36)),
                        0.1,
                        1),
                at("Butterworth gain", w -> w.pow(8).add(1).rsqrt(), 0.5, 1, 3),
                at("Black-Scholes price", FormulaFunctions::blackScholes, 100, 0.2),
                at("Black-Scholes price, deep out of the money", FormulaFunctions::blackScholes, 20, 0.2),
                at("Michaelis-Menten", s -> s.mul(3).div(s.add(0.2)), 1e-3, 0.2, 50),
                at("Hill curve", s -> s.pow(4).div(s.pow(4).add(0.1)), 0.3, 2),
                at("Gompertz growth", t -> t.neg().exp().mul(-5).exp(), 0.3, 4),
                at("log-likelihood of a normal", p -> normalLikelihood(p, normal(5, 20)), 0.1, 1.2),
                at("log-likelihood of a gamma", FormulaFunctions::gammaLikelihood, 2.1, 0.7),
                at("log-likelihood of a mixture", p -> mixture(p, normal(5, 20)), -0.8, 0.9),
                Right.of(
                        "Mahalanobis distance",
                        x -> x.matmul(Settings.P33.add(Settings.P33.transpose()))
                                .dot(x),
                        Settings.X),
                Right.of(
                        "pairwise distances",
                        x -> x.expandDims(1)
                                .sub(x.expandDims(0))
                                .square()
                                .sum(-1)
                                .add(1e-3)
                                .sqrt(),
                        normal(1, 4, 2)),
                Right.of(
                        "kernel matrix",
                        x -> x.expandDims(1)
                                .sub(x.expandDims(0))
                                .square()
                                .sum(-1)
                                .neg()
                                .exp(),
                        normal(1, 4, 2)),
                Right.of("four steps of a heat equation", FormulaFunctions::heat, normal(1, 8)),
                Right.of(
                        "power iteration, 12 steps",
                        FormulaFunctions::powerIteration,
                        Settings.P33.add(Settings.P33.transpose())),
                Right.of("Sinkhorn scaling, 10 rounds", FormulaFunctions::sinkhorn, normal(1, 3, 3)),
                Right.of(
                        "discrete cosine transform",
                        x -> x.matmul(Tensor.range(6)
                                .add(0.5)
                                .expandDims(1)
                                .mul(Tensor.range(6))
                                .mul(Math.PI / 6)
                                .cos()),
                        normal(1, 6)),
                Right.of(
                        "autocorrelation",
                        x -> x.mul(x.roll(0, 1))
                                .sum()
                                .add(x.mul(x.roll(0, 2)).sum().mul(0.5)),
                        normal(1, 7)),
                all(
                        "ridge regression loss",
                        in -> in.get(0)
                                .matmul(in.get(1))
                                .sub(1)
                                .square()
                                .sum()
                                .add(in.get(1).sumSquares().mul(1e-3)),
                        normal(1, 6, 3),
                        normal(2, 3)),
                all(
                        "logistic regression with weights that separate",
                        in -> in.get(0).matmul(in.get(1)).softplus().mean(),
                        normal(1, 6, 3),
                        normal(2, 3).mul(50)),
                all(
                        "haversine distance",
                        in -> haversine(in.get(0), in.get(1)),
                        Tensor.of(0.71, 0.12),
                        Tensor.of(0.71, 0.13)),
                all(
                        "rotation of a vector",
                        in -> rotated(in.get(0), in.get(1)),
                        Tensor.scalar(0.4),
                        Tensor.of(1.1, -0.3)));
    }

    private static Tensor rosenbrock(Tensor x) {
        int n = x.size();
        Tensor a = x.slice(0, 0, n - 1);
        return x.slice(0, 1, n)
                .sub(a.square())
                .square()
                .mul(100)
                .add(a.neg().add(1).square())
                .sum();
    }

    private static Tensor coulomb(Tensor x) {
        Tensor d = x.expandDims(1).sub(x).abs();
        return Tensor.where(d.gt(0), d.reciprocal(), Tensor.scalar(0)).sum().mul(0.5);
    }

    private static Tensor pendulum(Tensor start) {
        Tensor q = start.slice(0, 0, 1);
        Tensor p = start.slice(0, 1, 2);
        for (int i = 0; i < 50; i++) {
            p = p.sub(q.sin().mul(0.05));
            q = q.add(p.mul(0.05));
        }
        return Tensor.concat(0, q, p);
    }

    private static Tensor lorenz(Tensor s) {
        Tensor state = s;
        for (int i = 0; i < 40; i++) {
            Tensor x = state.slice(0, 0, 1);
            Tensor y = state.slice(0, 1, 2);
            Tensor z = state.slice(0, 2, 3);
            Tensor rate = Tensor.concat(
                    0, y.sub(x).mul(10), x.mul(z.neg().add(28)).sub(y), x.mul(y).sub(z.mul(8.0 / 3)));
            state = state.add(rate.mul(0.02));
        }
        return state;
    }

    private static Tensor kepler(Tensor m) {
        Tensor e = m;
        for (int i = 0; i < 8; i++) {
            e = e.sub(e.sub(e.sin().mul(0.3)).sub(m).div(e.cos().mul(-0.3).add(1)));
        }
        return e;
    }

    private static Tensor cumulative(Tensor x) {
        return x.mul(-Math.sqrt(0.5)).erfc().mul(0.5);
    }

    private static Tensor blackScholes(Tensor p) {
        Tensor spot = p.slice(0, 0, 1);
        Tensor sigma = p.slice(0, 1, 2);
        Tensor d1 = spot.div(95).log().add(sigma.square().mul(0.5)).div(sigma);
        return spot.mul(cumulative(d1)).sub(cumulative(d1.sub(sigma)).mul(95));
    }

    private static Tensor normalLikelihood(Tensor p, Tensor data) {
        Tensor z = data.sub(p.slice(0, 0, 1)).div(p.slice(0, 1, 2));
        return z.square().mul(-0.5).sub(p.slice(0, 1, 2).log()).sum();
    }

    private static Tensor gammaLikelihood(Tensor p) {
        Tensor a = p.slice(0, 0, 1);
        Tensor b = p.slice(0, 1, 2);
        Tensor data = Tensor.of(0.4, 2.2, 3.1, 1.7);
        return a.mul(b.log())
                .sub(a.logGamma())
                .add(a.sub(1).mul(data.log()))
                .sub(b.mul(data))
                .sum();
    }

    private static Tensor mixture(Tensor means, Tensor data) {
        return data.expandDims(1).sub(means).square().mul(-0.5).logSumExp(-1).sum();
    }

    private static Tensor heat(Tensor u) {
        Tensor v = u;
        for (int i = 0; i < 4; i++) {
            v = v.add(v.roll(0, 1).add(v.roll(0, -1)).sub(v.mul(2)).mul(0.2));
        }
        return v.square();
    }

    private static Tensor powerIteration(Tensor m) {
        Tensor v = Tensor.of(1, 0.5, 0.25);
        for (int i = 0; i < 12; i++) {
            v = m.matmul(v);
            v = v.div(v.norm());
        }
        return m.matmul(v).dot(v);
    }

    private static Tensor sinkhorn(Tensor cost) {
        Tensor k = cost.neg().exp();
        for (int i = 0; i < 10; i++) {
            k = k.div(k.sum(Dims.KEEP, 0));
            k = k.div(k.sum(Dims.KEEP, 1));
        }
        return k.mul(cost).sum();
    }

    private static Tensor haversine(Tensor a, Tensor b) {
        Tensor half = b.sub(a).mul(0.5).sin().square();
        Tensor c = Tensor.concat(
                0, Tensor.of(1), a.slice(0, 0, 1).cos().mul(b.slice(0, 0, 1).cos()));
        return half.mul(c).sum().sqrt().asin().mul(2);
    }

    private static Tensor rotated(Tensor angle, Tensor v) {
        Tensor turn = Tensor.stack(
                0, Tensor.stack(0, angle.cos(), angle.sin().neg()), Tensor.stack(0, angle.sin(), angle.cos()));
        return turn.matmul(v);
    }
}
