package org.retrograd.autograd.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Right functions whose numbers are very large, very small or both, and those whose values have few right digits. */
final class ScaledFunctions {
    private ScaledFunctions() {}

    private static final int LARGEST_POWER = 8;

    /** Returns s f(x / s) for scales s from 1e-8 to 1e8: the same problem in other units. */
    static List<Right> scaled() {
        Map<String, UnaryOperator<Tensor>> functions = new TreeMap<>(Map.of(
                "sin", Tensor::sin,
                "exp", Tensor::exp,
                "square", Tensor::square,
                "tanh", Tensor::tanh,
                "log1p", Tensor::log1p,
                "rational", x -> x.div(x.square().add(1)),
                "logSumExp", x -> x.logSumExp(-1),
                "norm", x -> x.norm(-1)));
        List<Right> all = new ArrayList<>();
        Tensor x = Tensor.of(0.3, -0.6, 1.1, 0.8);
        functions.forEach((name, f) -> {
            for (int power = -LARGEST_POWER; power <= LARGEST_POWER; power++) {
                double s = StrictMath.pow(10, power);
                all.add(Right.of(
                        "s " + name + "(x / s), s = 1e" + power,
                        y -> f.apply(y.div(s)).mul(s),
                        x.mul(s)));
            }
        });
        return all;
    }

    /** Returns functions with one unit for the input and another one for the output, and sums of both. */
    static List<Right> units() {
        List<Right> all = new ArrayList<>();
        for (int power : new int[] {-8, -6, -4, -2, 2, 4, 6, 8}) {
            double s = StrictMath.pow(10, power);
            String scale = "1e" + power;
            all.add(Right.at("s sin(x), s = " + scale, x -> x.sin().mul(s), 0.4, -1.2));
            all.add(Right.at("x^2 at " + scale, Tensor::square, 0.7 * s, -1.9 * s));
            all.add(Right.at("x^3 at " + scale, Tensor::cube, 0.7 * s, -1.9 * s));
            all.add(Right.at("1/x at " + scale, Tensor::reciprocal, 0.7 * s, -1.9 * s));
            all.add(Right.at("sqrt at " + scale, Tensor::sqrt, 0.7 * s, 1.9 * s));
            all.add(Right.at("ln at " + scale, Tensor::log, 0.7 * s, 1.9 * s));
            all.add(Right.all(
                    "x y with y " + scale + " as large",
                    in -> in.get(0).mul(in.get(1)),
                    Tensor.of(0.3, -1.1),
                    Tensor.of(0.6, 1.4).mul(s)));
            all.add(Right.all(
                    "x + sin y with y " + scale + " as large",
                    in -> in.get(0).add(in.get(1).div(s).sin()).square(),
                    Tensor.of(0.3, -1.1),
                    Tensor.of(0.6, 1.4).mul(s)));
            all.add(Right.at(
                    "entries apart by " + scale,
                    x -> x.mul(Tensor.of(1, 1 / s)).sin().sum(),
                    0.6,
                    1.3 * s));
            all.add(Right.at("atan2 at " + scale, x -> x.atan2(x.flip(0)), 0.6 * s, 1.3 * s));
        }
        return all;
    }

    private static Tensor naiveVariance(Tensor x) {
        return x.square().mean().sub(x.mean().square());
    }

    /** Returns functions that lose digits on the way to their value. */
    static List<Right> illConditioned() {
        List<Right> all = new ArrayList<>();
        Tensor data = Tensor.of(0.2, -1.1, 0.7, 1.6, -0.4);
        for (int power = 2; power <= 8; power++) {
            double c = StrictMath.pow(10, power);
            String shift = "1e" + power;
            all.add(Right.of(
                    "naive variance of data shifted by " + shift, ScaledFunctions::naiveVariance, data.add(c)));
            all.add(Right.of("naive variance shifted inside by " + shift, x -> naiveVariance(x.add(c)), data));
            all.add(Right.at("(x + c) - c, c = " + shift, x -> x.add(c).sub(c), 0.3, -1.7));
            all.add(Right.at(
                    "sin((x + c) - c), c = " + shift, x -> x.add(c).sub(c).sin(), 0.3, -1.7));
            all.add(Right.at(
                    "(x + c)^2 - c^2 - 2 c x, c = " + shift,
                    x -> x.add(c).square().sub(c * c).sub(x.mul(2 * c)),
                    0.3,
                    -1.7));
            all.add(Right.at(
                    "sqrt(x^2 + c^2) - c, c = " + shift,
                    x -> x.square().add(c * c).sqrt().sub(c),
                    0.3,
                    -1.7));
            all.add(Right.at(
                    "(c x) / c of a sum, c = " + shift,
                    x -> x.mul(c).sum().sub(x.slice(0, 0, 1).mul(c).sum()).div(c),
                    0.3,
                    -1.7,
                    0.4));
            all.add(Right.all(
                    "x - y for near equal, apart by 1e-" + power,
                    in -> in.get(0).sub(in.get(1)).mul(c),
                    Tensor.of(1.3, -0.6),
                    Tensor.of(1.3, -0.6).mul(1 + 1 / c)));
            all.add(Right.at("log(1 + x) at 1e-" + power, x -> x.add(1).log(), 0.3 / c, 1.9 / c));
            all.add(Right.at("exp(x) - 1 at 1e-" + power, x -> x.exp().sub(1), 0.3 / c, -1.9 / c));
            all.add(Right.at(
                    "(1 - cos x)/x at 1e-" + power, x -> x.cos().neg().add(1).div(x), 0.3 / c, 1.9 / c));
        }
        for (double c : new double[] {1e10, 1e12}) {
            all.add(Right.at("(x + c) - c, c = " + c, x -> x.add(c).sub(c), 0.3, -1.7));
        }
        all.add(Right.at(
                "a root of x^2 - 1e5 x + 1 by the naive formula",
                b -> b.add(b.square().sub(4).sqrt().neg()).mul(0.5),
                1e5,
                3e4));
        all.add(Right.at("area of a needle triangle by Heron", ScaledFunctions::heron, 10, 10.001, 0.002));
        all.add(Right.at("(x - 1)^7 multiplied out", ScaledFunctions::expanded, 1.02, 0.97, 1.3));
        all.add(Right.at("sum of alternating terms of e^-x", ScaledFunctions::series, 8, 12));
        all.add(Right.of(
                "softmax without a shift", x -> x.exp().div(x.exp().sum(Dims.KEEP, -1)), Tensor.of(300, 301, 299)));
        all.add(Right.of(
                "determinant of a nearly singular matrix",
                ScaledFunctions::determinant,
                Tensor.of(1, 2, 3, 6 + 1e-9).reshape(2, 2)));
        all.add(Right.all(
                "solve of a nearly singular system",
                in -> ScaledFunctions.solved(in.get(0), in.get(1)),
                Tensor.of(1, 2, 3, 6 + 1e-5).reshape(2, 2),
                Tensor.of(1, 1)));
        all.add(Right.of("Hilbert form", x -> x.matmul(hilbert(6)).dot(x), Tensor.of(1, -5, 9, 2, -13, 7)));
        all.add(Right.all(
                "correlation of nearly equal data",
                in -> correlation(in.get(0), in.get(1)),
                data,
                data.add(data.sin().mul(1e-5))));
        return all;
    }

    private static Tensor heron(Tensor sides) {
        Tensor s = sides.sum().mul(0.5);
        return s.mul(s.sub(sides).prod()).sqrt();
    }

    private static Tensor expanded(Tensor x) {
        Tensor sum = Tensor.scalar(-1);
        double[] coefficients = {7, -21, 35, -35, 21, -7, 1};
        Tensor power = x;
        for (double c : coefficients) {
            sum = sum.add(power.mul(c));
            power = power.mul(x);
        }
        return sum;
    }

    private static Tensor series(Tensor x) {
        Tensor sum = Tensor.scalar(1);
        Tensor term = Tensor.scalar(1);
        for (int k = 1; k < 60; k++) {
            term = term.mul(x).div(-k);
            sum = sum.add(term);
        }
        return sum;
    }

    private static Tensor entry(Tensor m, int i, int j) {
        return m.slice(0, i, i + 1).slice(1, j, j + 1).squeeze();
    }

    private static Tensor determinant(Tensor m) {
        return entry(m, 0, 0).mul(entry(m, 1, 1)).sub(entry(m, 0, 1).mul(entry(m, 1, 0)));
    }

    private static Tensor solved(Tensor m, Tensor b) {
        Tensor b0 = b.slice(0, 0, 1).squeeze();
        Tensor b1 = b.slice(0, 1, 2).squeeze();
        Tensor x = entry(m, 1, 1).mul(b0).sub(entry(m, 0, 1).mul(b1));
        return x.div(determinant(m));
    }

    private static Tensor hilbert(int n) {
        Tensor i = Tensor.range(n);
        return i.expandDims(1).add(i).add(1).reciprocal();
    }

    private static Tensor correlation(Tensor a, Tensor b) {
        Tensor u = a.sub(a.mean());
        Tensor v = b.sub(b.mean());
        return u.dot(v).div(u.norm().mul(v.norm()));
    }
}
