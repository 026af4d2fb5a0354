package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Right.all;
import static org.retrograd.autograd.check.Right.at;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.tensor.Activations;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Linear;
import org.retrograd.autograd.tensor.Tensor;

/** Right functions at awkward points: near singularities, where they are flat or noisy, of odd shapes, with rules of their own. */
final class AwkwardFunctions {
    private AwkwardFunctions() {}

    /** Returns functions near points where they or their derivatives are infinite. */
    static List<Right> nearSingularities() {
        List<Right> near = new ArrayList<>();
        for (double d : new double[] {1e-2, 1e-4, 1e-8, 1e-12}) {
            near.add(at("ln at " + d, Tensor::log, d));
            near.add(at("sqrt at " + d, Tensor::sqrt, d));
            near.add(at("1/x at " + d, Tensor::reciprocal, d, -d));
            near.add(at("x ln x at " + d, x -> x.mul(x.log()), d));
            near.add(at("log1p at -1 + " + d, Tensor::log1p, -1 + d));
            near.add(at("tan at pi/2 - " + d, Tensor::tan, Math.PI / 2 - d));
            near.add(at("atanh at 1 - " + d, Tensor::atanh, 1 - d, -1 + d));
            near.add(at("asin at 1 - " + d, Tensor::asin, 1 - d, -1 + d));
            near.add(at("acosh at 1 + " + d, Tensor::acosh, 1 + d));
            near.add(at("cbrt at " + d, Tensor::cbrt, d, -d));
            near.add(at("rsqrt at " + d, Tensor::rsqrt, d));
            near.add(at("logit at " + d, p -> p.log().sub(p.neg().log1p()), d, 1 - d));
            near.add(at("erfInv at 1 - " + d, Tensor::erfInv, 1 - d, -1 + d));
            near.add(at("logGamma at " + d, Tensor::logGamma, d));
            near.add(at("digamma at " + d, Tensor::digamma, d));
            near.add(at("logGamma near its root, 1 + " + d, Tensor::logGamma, 1 + d, 2 - d));
            near.add(at("norm at " + d, Tensor::norm, d, -0.6 * d));
            near.add(at("sinc at " + d, Tensor::sinc, d, -d));
        }
        return near;
    }

    /** Returns functions where they are flat, steep or wild. */
    static List<Right> extremes() {
        List<Right> all = new ArrayList<>();
        for (double x : new double[] {5, 12, 20, 40, 300}) {
            all.add(at("sigmoid at " + x, Tensor::sigmoid, x, -x));
            all.add(at("tanh at " + x, Tensor::tanh, x, -x));
            all.add(at("softplus at " + x, Tensor::softplus, x, -x));
            all.add(at("logSigmoid at " + x, Tensor::logSigmoid, x, -x));
            all.add(at("erf at " + x, Tensor::erf, x, -x));
            all.add(at("gelu at " + x, Activations::gelu, x, -x));
            all.add(at("silu at " + x, Activations::silu, x, -x));
            all.add(at("exp at " + x, Tensor::exp, x, -x));
            all.add(at("cosh at " + x, Tensor::cosh, x, -x));
            all.add(at("softmax of logits apart by " + x, z -> z.softmax(-1), x, 0, -x));
            all.add(at("logSumExp of logits apart by " + x, Tensor::logSumExp, x, 0, -x));
            all.add(at("sin(40 x) at " + x, y -> y.mul(40).sin(), x));
        }
        for (int n : new int[] {2, 3, 5, 9}) {
            all.add(at("(x - 1)^" + n + " near its root", x -> x.sub(1).pow(n), 1 + 1e-4, 1 + 1e-1));
            all.add(at("(x - 1)^" + n + " at its root, by products", x -> power(x.sub(1), n), 1, 0.6));
        }
        all.add(at("exp(20 x)", x -> x.mul(20).exp(), 0.7, -0.3));
        all.add(at("sin(1/x)", x -> x.reciprocal().sin(), 0.05, 0.013));
        all.add(at("x sin(1/x^2)", x -> x.mul(x.square().reciprocal().sin()), 0.2, -0.15));
        all.add(at("sin(exp(x))", x -> x.exp().sin(), 4, 2));
        all.add(at("chirp", x -> x.square().mul(30).cos(), 1.7, -0.4));
        all.add(at("sum of waves of frequencies 1 to 512", AwkwardFunctions::waves, 0.3));
        all.add(at("e^(-1/x^2), flat at 0", x -> x.square().reciprocal().neg().exp(), 0.1, 0.4));
        all.add(at("a step of width 1e-3", x -> x.mul(1000).tanh(), 5e-4, -1e-3, 0.2));
        all.add(at("Runge's function", x -> x.square().mul(25).add(1).reciprocal(), 0.1, 0.9));
        all.add(at(
                "Lorentz line of width 1e-4",
                x -> x.sub(0.5).div(1e-4).square().add(1).reciprocal(),
                0.5 + 2e-5,
                0.51));
        all.add(at("10 iterations of the logistic map", AwkwardFunctions::logistic, 0.3, 0.71));
        all.add(at("tower of exponentials", x -> x.exp().exp().exp(), -0.4, 0.3));
        all.add(at("ln ln ln", x -> x.log().log().log(), 20, 1e6));
        all.add(at("polygamma", x -> x.polygamma(2), 0.7, 4));
        return all;
    }

    private static Tensor power(Tensor x, int n) {
        Tensor y = x;
        for (int i = 1; i < n; i++) {
            y = y.mul(x);
        }
        return y;
    }

    private static Tensor waves(Tensor x) {
        Tensor sum = Tensor.scalar(0);
        for (int k = 1; k <= 512; k *= 2) {
            sum = sum.add(x.mul(k).sin().div(k));
        }
        return sum;
    }

    private static Tensor logistic(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < 10; i++) {
            y = y.mul(y.neg().add(1)).mul(3.9);
        }
        return y;
    }

    /** The identity that rounds its value to float32, as a function computed in single precision does. */
    private static final class ToFloat extends Linear {
        private final boolean declared;

        ToFloat(boolean declared) {
            this.declared = declared;
        }

        @Override
        public String name() {
            return "toFloat";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape();
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            double[] values = in[0].toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) values[i];
            }
            return Storage.wrap(values);
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return g;
        }

        @Override
        public Tensor jvp(Tensor[] t, Tensor[] in, Tensor y) {
            return t[0];
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return declared ? y.abs().mul(0x1p29) : y.abs();
        }
    }

    /** Returns functions whose values are rounded to float32 on the way, by an operation that says so or does not. */
    static List<Right> noisy() {
        List<Right> noisy = new ArrayList<>();
        for (boolean declared : new boolean[] {true, false}) {
            UnaryOperator<Tensor> round = x -> new ToFloat(declared).apply(x);
            String how = declared ? ", rounded to float" : ", rounded to float without a word";
            noisy.add(at("sin" + how, x -> round.apply(x.sin()), 0.4, -1.2));
            noisy.add(at("sin of a rounded input" + how, x -> round.apply(x).sin(), 0.4, -1.2));
            noisy.add(at("exp" + how, x -> round.apply(x.exp()), 0.4, -1.2));
            noisy.add(at(
                    "square and sum" + how,
                    x -> round.apply(round.apply(x.square()).sum()),
                    0.4,
                    -1.2,
                    0.9));
            noisy.add(at(
                    "tanh of a sum" + how,
                    x -> round.apply(round.apply(x.mul(1.7).sum()).tanh()),
                    0.4,
                    -1.2,
                    0.9));
            noisy.add(at(
                    "a scaled wave, 1e4" + how,
                    x -> round.apply(x.div(1e4).sin().mul(1e4)),
                    4e3,
                    -1.2e4));
            noisy.add(at(
                    "a scaled wave, 1e-4" + how,
                    x -> round.apply(x.div(1e-4).sin().mul(1e-4)),
                    4e-5,
                    -1.2e-4));
            noisy.add(all(
                    "a dense layer" + how,
                    in -> round.apply(round.apply(in.get(0).matmul(in.get(1))).tanh()),
                    Settings.M23,
                    Settings.M32));
            noisy.add(all(
                    "a softmax" + how,
                    in -> round.apply(round.apply(in.get(0).matmul(in.get(1))).softmax(-1)),
                    Settings.M23,
                    Settings.M32));
        }
        return noisy;
    }

    /** Returns functions with rules of their own: of one mode, of both, and some that can be differentiated but once. */
    static List<Right> custom() {
        CustomFunction wave = CustomFunction.of("wave", in -> in.get(0).sin());
        CustomFunction reverse = wave.vjp((g, in, y) -> List.of(g.mul(in.get(0).cos())));
        CustomFunction forward = wave.jvp((t, in, y) -> t.get(0).mul(in.get(0).cos()));
        CustomFunction onArrays = CustomFunction.of("onArrays", in -> Tensor.of(squares(in.get(0))))
                .vjp((g, in, y) ->
                        List.of(Tensor.of(g.toArray()).mul(in.get(0).detach()).mul(2)))
                .onceDifferentiable();
        CustomFunction product = CustomFunction.of("product", in -> in.get(0).matmul(in.get(1)))
                .vjp((g, in, y) -> List.of(
                        g.matmul(in.get(1).transpose()), in.get(0).transpose().matmul(g)));
        CustomFunction clipped = CustomFunction.of("clipped", in -> in.get(0).clamp(-1, 1))
                .vjp((g, in, y) -> List.of(g.mul(in.get(0).abs().le(1).toTensor())));
        return List.of(
                at("a custom function without a rule", x -> wave.apply(x), 0.3, -1.2),
                at(
                        "a custom function with a reverse rule",
                        x -> reverse.apply(x).square(),
                        0.3,
                        -1.2),
                at(
                        "a custom function with a forward rule",
                        x -> forward.apply(x).square(),
                        0.3,
                        -1.2),
                at(
                        "a custom function with both rules",
                        x -> forward.vjp((g, in, y) -> List.of(g.mul(in.get(0).cos())))
                                .apply(x)
                                .exp(),
                        0.3,
                        -1.2),
                at("a custom function on arrays, once differentiable", x -> onArrays.apply(x), 0.3, -1.2),
                at("the same in a loss", x -> onArrays.apply(x).sum().sin(), 0.3, -1.2),
                all(
                        "a custom matrix product",
                        in -> product.apply(in.get(0), in.get(1)).tanh(),
                        Settings.M23,
                        Settings.M32),
                at("a custom function on its kinks", x -> clipped.apply(x), 1, -1, 0.3),
                at(
                        "a custom function within another",
                        x -> CustomFunction.of(
                                        "outer", in -> reverse.apply(in.get(0)).mul(in.get(0)))
                                .apply(x),
                        0.3,
                        -1.2));
    }

    private static double[] squares(Tensor x) {
        return Arrays.stream(x.toArray()).map(v -> v * v).toArray();
    }

    /** Returns functions of odd shapes: scalars, empty arrays, axes of length 1, inputs that are not used. */
    static List<Right> shapes() {
        Tensor none = Tensor.zeros(0);
        Tensor empty = Tensor.zeros(0, 3);
        Tensor x = Settings.X;
        return List.of(
                Right.of("a scalar", Tensor::sin, Tensor.scalar(0.4)),
                Right.of("[1]", Tensor::sin, Tensor.of(0.4)),
                Right.of("[1, 1, 1]", Tensor::sin, Tensor.full(0.4, 1, 1, 1)),
                Right.of("an empty vector", Tensor::sin, none),
                Right.of("sum of an empty vector", Tensor::sum, none),
                Right.of("column sums of no rows", e -> e.sum(0), empty),
                Right.of("row sums of no rows", e -> e.sum(1), empty),
                all("matmul of no rows", in -> in.get(0).matmul(in.get(1)), empty, Settings.M32),
                all(
                        "matmul over an inner axis of length 0",
                        in -> in.get(0).matmul(in.get(1)),
                        Tensor.zeros(2, 0),
                        Tensor.zeros(0, 3)),
                all(
                        "concat with an empty part",
                        in -> Tensor.concat(0, in.get(0), in.get(1)).sin(),
                        x,
                        none),
                all(
                        "an empty input beside another",
                        in -> in.get(0).sin().add(in.get(1).sum()),
                        x,
                        none),
                all("an input that is not used", in -> in.get(0).sin(), x, Settings.Y),
                all("an input times 0", in -> in.get(0).sin().add(in.get(1).mul(0)), x, Settings.Y),
                Right.of("a constant", y -> Tensor.of(1.5, 2.5), x),
                Right.of("the identity", y -> y, x),
                Right.of("a piecewise constant function", y -> y.round().add(1), x),
                Right.of("an argMax as an index", y -> y.sin().take(y.argMax(0).reshape(1), 0), x),
                Right.of("slices of length 1", y -> y.slice(0, 1, 2).exp(), x),
                Right.of("a slice of length 0", y -> y.slice(0, 1, 1).exp(), x),
                Right.of("take of no positions", y -> y.take(Indices.of(), 0), x),
                Right.of("rank 5", y -> y.reshape(1, 3, 1, 1, 1).tanh().sum(1, 3), x),
                all(
                        "broadcast both ways",
                        in -> in.get(0).mul(in.get(1)).sin(),
                        x.expandDims(1),
                        Settings.Y.expandDims(0)),
                all(
                        "a scalar against a matrix",
                        in -> in.get(0).mul(in.get(1)).sin(),
                        Tensor.scalar(0.7),
                        Settings.M23),
                all("[1] against [1, 1]", in -> in.get(0).mul(in.get(1)).sin(), Tensor.of(0.7), Tensor.full(0.3, 1, 1)),
                all("the same tensor twice", in -> in.get(0).mul(in.get(1)).sin(), x, x),
                Right.of("4,000 entries", Tensor::tanh, Settings.MANY),
                Right.of(
                        "a chain of 500 operations",
                        y -> {
                            Tensor z = y;
                            for (int i = 0; i < 250; i++) {
                                z = z.sin().add(0.1);
                            }
                            return z;
                        },
                        x),
                Right.of("a sum over 4,000 entries", y -> y.square().mean(), Settings.MANY));
    }
}
