package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.binary;
import static org.retrograd.autograd.check.Planted.op;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.check.Fault.Kind;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Linear;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of matrix products and of functions of matrices. */
final class MatrixFaults {
    private MatrixFaults() {}

    private static final Setting SQUARES =
            Setting.of((op, in) -> op.apply(in.get(0).sin(), in.get(1)).tanh(), M33, N33);
    private static final Setting OBLONG =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), M23, M32);
    private static final Setting VECTOR =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), M33, X);
    private static final Setting ONE =
            Setting.of((op, in) -> op.apply(in.get(0).sin()).mul(in.get(1)), M33, N33);
    private static final Setting BATCH =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), Tensor.stack(0, M33, N33), M33.cos());
    private static final Setting TWO_BY_TWO = Setting.of(
            (op, in) -> op.apply(in.get(0).add(Tensor.eye(2).mul(2))).mul(0.7),
            Tensor.of(new double[][] {{0.4, -0.3}, {0.8, 0.1}}));

    static List<Fault> all() {
        return Stream.of(products(), forms(), functions(), batches(), linear(), precise())
                .flatMap(List::stream)
                .toList();
    }

    private static Planted matmul() {
        return binary("myMatmul", Tensor::matmul);
    }

    private static List<Fault> products() {
        return List.of(
                in(matmul().pull(0, (g, in, y) -> g.matmul(in[1])), TRANSPOSED, "dA = g B", SQUARES),
                in(matmul().pull(1, (g, in, y) -> in[0].matmul(g)), TRANSPOSED, "dB = A g", SQUARES),
                in(matmul().pull(0, (g, in, y) -> in[1].transpose().matmul(g)), TRANSPOSED, "dA = B' g", SQUARES),
                in(matmul().pull(1, (g, in, y) -> g.transpose().matmul(in[0])), TRANSPOSED, "dB = g' A", SQUARES),
                in(
                        matmul().pull(
                                        0,
                                        (g, in, y) ->
                                                g.matmul(in[1].transpose()).transpose()),
                        TRANSPOSED,
                        "dA transposed",
                        SQUARES),
                in(
                        matmul().pull(
                                        0,
                                        (g, in, y) ->
                                                g.matmul(in[1].transpose()).div(2)),
                        FACTOR,
                        "divided by the number of rows",
                        OBLONG),
                in(matmul().pull(1, (g, in, y) -> in[0].transpose().matmul(g).neg()), SIGN, "of dB", OBLONG),
                in(matmul().pull(0, (g, in, y) -> g.matmul(in[0].transpose())), SWAPPED, "A in place of B", SQUARES),
                in(
                        matmul().pull(
                                        1,
                                        (g, in, y) ->
                                                in[0].transpose().matmul(g).mul(0)),
                        DROPPED,
                        "B taken as constant",
                        OBLONG),
                in(
                        matmul().push((t, in, y) -> t[0] == null ? in[0].matmul(t[1]) : t[0].matmul(in[1])),
                        DROPPED,
                        "one term of the forward rule",
                        SQUARES),
                in(
                        matmul().push((t, in, y) -> {
                            Tensor first = t[0] == null ? null : in[1].matmul(t[0]);
                            Tensor second = t[1] == null ? null : in[0].matmul(t[1]);
                            return first == null ? second : second == null ? first : first.add(second);
                        }),
                        FORWARD_ONLY,
                        "factors exchanged",
                        SQUARES),
                in(
                        binary("applyTo", Tensor::matmul)
                                .pull(0, (g, in, y) -> g.expandDims(-2).mul(in[1].expandDims(-1))),
                        TRANSPOSED,
                        "x g' in place of g x'",
                        VECTOR),
                in(
                        binary("applyTo", Tensor::matmul)
                                .pull(
                                        1,
                                        (g, in, y) ->
                                                in[0].matmul(g.expandDims(-1)).squeeze(-1)),
                        TRANSPOSED,
                        "A g in place of A' g",
                        VECTOR),
                in(
                        binary("myOuter", (a, b) -> a.expandDims(-1).mul(b.expandDims(-2)))
                                .pull(
                                        0,
                                        (g, in, y) ->
                                                g.mul(in[1].expandDims(-2)).sum(-2)),
                        TRANSPOSED,
                        "summed along the wrong axis",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), X, Y)),
                in(
                        binary("myDot", Tensor::dot)
                                .pull(1, (g, in, y) -> g.expandDims(-1).mul(in[1])),
                        SWAPPED,
                        "g y to y",
                        Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), X, Y)),
                in(
                        op("affine", in -> in[0].matmul(in[1]).add(in[2])).pull(2, (g, in, y) -> g.mean(-2)),
                        BROADCAST,
                        "the bias gets the mean",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1), in.get(2))
                                        .tanh(),
                                M33,
                                N33,
                                X)),
                in(
                        op("affine", in -> in[0].matmul(in[1]).add(in[2])).pull(2, (g, in, y) -> g.sum(-1)),
                        BROADCAST,
                        "the bias gets the sum over the units",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1), in.get(2))
                                        .tanh(),
                                M33,
                                N33,
                                X)));
    }

    private static Tensor quadratic(Tensor a, Tensor x) {
        return x.expandDims(-2).matmul(a).matmul(x.expandDims(-1)).squeeze(-2, -1);
    }

    private static List<Fault> forms() {
        return List.of(
                in(
                        binary("quadratic", MatrixFaults::quadratic)
                                .pull(1, (g, in, y) -> g.expandDims(-1).mul(in[0].matmul(in[1]))),
                        DROPPED,
                        "A x without A' x",
                        VECTOR),
                in(
                        binary("quadratic", MatrixFaults::quadratic)
                                .pull(
                                        1,
                                        (g, in, y) -> g.expandDims(-1)
                                                .mul(in[0].matmul(in[1]))
                                                .mul(2)),
                        DROPPED,
                        "2 A x though A is not symmetric",
                        VECTOR),
                in(
                        unary("gram", x -> x.transpose().matmul(x))
                                .backward((g, x, y) -> x.matmul(g).mul(2)),
                        DROPPED,
                        "G' forgotten",
                        ONE),
                in(
                        unary("gram", x -> x.transpose().matmul(x)).backward((g, x, y) -> x.matmul(g)),
                        DROPPED,
                        "one factor taken as constant",
                        ONE),
                in(
                        unary("matrixSquare", x -> x.matmul(x))
                                .backward((g, x, y) -> g.matmul(x.transpose()).mul(2)),
                        SWAPPED,
                        "as if the factors commuted",
                        ONE),
                in(
                        unary("matrixSquare", x -> x.matmul(x))
                                .backward((g, x, y) -> x.transpose().matmul(g)),
                        DROPPED,
                        "the left factor taken as constant",
                        ONE),
                in(
                        unary("matrixCube", x -> x.matmul(x).matmul(x)).backward((g, x, y) -> {
                            Tensor xt = x.transpose();
                            return g.matmul(xt).matmul(xt).add(xt.matmul(xt).matmul(g));
                        }),
                        DROPPED,
                        "the middle factor",
                        ONE),
                in(
                        unary("symmetrise", x -> x.add(x.transpose()).mul(0.5)).backward((g, x, y) -> g),
                        DROPPED,
                        "the transposed half",
                        ONE),
                in(
                        unary("skew", x -> x.sub(x.transpose())).backward((g, x, y) -> g.add(g.transpose())),
                        SIGN,
                        "of the transposed half",
                        ONE),
                in(
                        op("bilinear", in -> in[0].matmul(in[1]).matmul(in[2]))
                                .pull(
                                        1,
                                        (g, in, y) -> in[2].expandDims(-1)
                                                .mul(in[0].expandDims(-2))
                                                .mul(g.expandDims(-1).expandDims(-1))),
                        TRANSPOSED,
                        "y x' in place of x y'",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1), in.get(2))
                                        .sin(),
                                X,
                                M33,
                                Y)),
                in(
                        op("sandwich", in -> in[0].matmul(in[1]).matmul(in[0].transpose()))
                                .pull(0, (g, in, y) -> g.matmul(in[0]).matmul(in[1].transpose())),
                        DROPPED,
                        "the right factor",
                        SQUARES));
    }

    private static Tensor entry(Tensor x, int i, int j) {
        return x.slice(-2, i, i + 1).slice(-1, j, j + 1);
    }

    private static Tensor determinant(Tensor x) {
        return entry(x, 0, 0).mul(entry(x, 1, 1)).sub(entry(x, 0, 1).mul(entry(x, 1, 0)));
    }

    private static Tensor adjugate(Tensor x) {
        Tensor top = Tensor.concat(-1, entry(x, 1, 1), entry(x, 0, 1).neg());
        return Tensor.concat(-2, top, Tensor.concat(-1, entry(x, 1, 0).neg(), entry(x, 0, 0)));
    }

    private static Tensor inverse(Tensor x) {
        return adjugate(x).div(determinant(x));
    }

    private static List<Fault> functions() {
        return List.of(
                in(
                        unary("myTrace", Tensor::trace)
                                .backward((g, x, y) ->
                                        g.expandDims(-1).expandDims(-1).mul(Tensor.ones(3, 3))),
                        BRANCH,
                        "to all entries",
                        ONE),
                in(
                        unary("myDeterminant", MatrixFaults::determinant).backward((g, x, y) -> g.mul(adjugate(x))),
                        TRANSPOSED,
                        "the adjugate not transposed",
                        TWO_BY_TWO),
                in(
                        unary("myDeterminant", MatrixFaults::determinant)
                                .backward((g, x, y) -> g.mul(inverse(x).transpose())),
                        FACTOR,
                        "det forgotten",
                        TWO_BY_TWO),
                in(
                        unary("logDet", x -> determinant(x).log()).backward((g, x, y) -> g.mul(inverse(x))),
                        TRANSPOSED,
                        "A^-1 in place of A^-T",
                        TWO_BY_TWO),
                in(
                        unary("myInverse", MatrixFaults::inverse)
                                .backward((g, x, y) -> y.transpose().matmul(g).matmul(y.transpose())),
                        SIGN,
                        "the minus forgotten",
                        TWO_BY_TWO),
                in(
                        unary("myInverse", MatrixFaults::inverse)
                                .backward((g, x, y) -> y.matmul(g).matmul(y).neg()),
                        TRANSPOSED,
                        "the inverses not transposed",
                        TWO_BY_TWO),
                in(
                        unary("myInverse", MatrixFaults::inverse)
                                .backward((g, x, y) -> g.mul(y.square()).neg()),
                        FACTOR,
                        "as for 1/x",
                        TWO_BY_TWO),
                in(
                        unary("myInverse", MatrixFaults::inverse)
                                .backward((g, x, y) -> y.transpose()
                                        .matmul(g)
                                        .matmul(y.transpose().detach())
                                        .neg()),
                        SECOND,
                        "one factor detached",
                        TWO_BY_TWO),
                in(
                        binary("mySolve", (a, b) -> inverse(a).matmul(b))
                                .pull(1, (g, in, y) -> inverse(in[0]).matmul(g)),
                        TRANSPOSED,
                        "A^-1 in place of A^-T",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0).add(Tensor.eye(2).mul(2)), in.get(1)),
                                M32.slice(0, 0, 2),
                                M23)),
                in(
                        unary("frobenius", x -> x.square().sum(-2, -1).sqrt())
                                .backward((g, x, y) ->
                                        g.expandDims(-1).expandDims(-1).mul(x)),
                        FACTOR,
                        "not divided by the norm",
                        ONE),
                in(
                        unary(
                                        "rotation",
                                        x -> Tensor.concat(
                                                -1,
                                                x.cos().sub(x.sin()),
                                                x.sin().add(x.cos())))
                                .backward((g, x, y) -> g.slice(-1, 0, 1)
                                        .mul(x.sin().add(x.cos()))
                                        .add(g.slice(-1, 1, 2).mul(x.cos().sub(x.sin())))),
                        SIGN,
                        "of the first component",
                        Setting.alone(Tensor.of(0.7))));
    }

    private static List<Fault> batches() {
        return List.of(
                in(
                        matmul().pull(
                                        1,
                                        (g, in, y) ->
                                                in[0].transpose().matmul(g).mean(-3)),
                        BROADCAST,
                        "mean over the batch",
                        BATCH),
                in(
                        matmul().pull(
                                        1,
                                        (g, in, y) -> in[0].transpose()
                                                .matmul(g)
                                                .slice(-3, 0, 1)
                                                .squeeze(-3)),
                        BROADCAST,
                        "the first of the batch alone",
                        BATCH),
                in(
                        matmul().pull(
                                        0,
                                        (g, in, y) ->
                                                g.matmul(in[1].transpose()).flip(-3)),
                        PLACES,
                        "batch in another order",
                        BATCH),
                in(
                        unary("batchTranspose", x -> x.transpose()).backward((g, x, y) -> g),
                        TRANSPOSED,
                        "not transposed",
                        Setting.of((op, in) -> op.apply(in.get(0)).sin(), Tensor.stack(0, M33, N33))));
    }

    /** The matrix product as a user writes it: value and transpose. */
    private static final class Product extends Linear {
        private final boolean right;

        Product(boolean right) {
            this.right = right;
        }

        @Override
        public String name() {
            return "product";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].detach().matmul(in[1].detach()).shape();
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return in[0].detach().matmul(in[1].detach()).storage();
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return k == 0 ? apply(g, right ? in[1].transpose() : in[1]) : apply(in[0].transpose(), g);
        }
    }

    /** The Laplacian of three cells in a row. */
    private static final class Stencil extends Linear {
        private final boolean right;

        Stencil(boolean right) {
            this.right = right;
        }

        @Override
        public String name() {
            return "upwind";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape();
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return difference(in[0].detach()).storage();
        }

        private static Tensor difference(Tensor x) {
            return x.sub(x.roll(-1, 1));
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return right ? g.sub(g.roll(-1, -1)) : apply(g);
        }
    }

    private static List<Fault> linear() {
        return List.of(
                Fault.wiring(
                        "product",
                        TRANSPOSED,
                        "dA = g B, of the linear family",
                        in -> new Product(false).apply(in.get(0), in.get(1)).sin(),
                        in -> new Product(true).apply(in.get(0), in.get(1)).sin(),
                        M33,
                        N33),
                Fault.wiring(
                        "upwind",
                        TRANSPOSED,
                        "taken as its own transpose",
                        in -> new Stencil(false).apply(in.get(0).sin()).square(),
                        in -> new Stencil(true).apply(in.get(0).sin()).square(),
                        X));
    }

    private static List<Fault> precise() {
        Tensor spoil = Tensor.concat(0, Tensor.ones(2000), Tensor.of(1.1), Tensor.ones(1999))
                .reshape(80, 50);
        return List.of(
                in(
                        matmul().pull(
                                        1,
                                        (g, in, y) ->
                                                in[0].transpose().matmul(g).mul(spoil)),
                        ONE_ENTRY,
                        "of the weights",
                        Setting.of(
                                (op, in) -> op.apply(in.get(0), in.get(1)).tanh(),
                                MANY.slice(0, 0, 240).reshape(3, 80),
                                MANY.reshape(80, 50))),
                in(
                        matmul().pull(
                                        0,
                                        (g, in, y) ->
                                                g.matmul(in[1].transpose()).mul(1 + 1e-6)),
                        Kind.SMALL,
                        "dA",
                        SQUARES),
                in(
                        matmul().pull(
                                        1,
                                        (g, in, y) ->
                                                in[0].transpose().matmul(g).add(g.mul(1e-6))),
                        Kind.SMALL,
                        "dB plus a trifle of g",
                        SQUARES));
    }
}
