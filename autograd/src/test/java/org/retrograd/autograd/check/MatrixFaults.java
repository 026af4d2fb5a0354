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

/** Mistakes in the rules of matrix products. */
final class MatrixFaults {
    private MatrixFaults() {}

    private static final Setting OBLONG =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), M23, M32);

    private static final Setting BATCH =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), Tensor.stack(0, M33, N33), M33.cos());

    static List<Fault> all() {
        return Stream.of(products(), batches(), linear(), precise())
                .flatMap(List::stream)
                .toList();
    }

    private static Planted matmul() {
        return binary("myMatmul", Tensor::matmul);
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
                        MATRIX_AND_VECTOR),
                in(
                        binary("applyTo", Tensor::matmul)
                                .pull(
                                        1,
                                        (g, in, y) ->
                                                in[0].matmul(g.expandDims(-1)).squeeze(-1)),
                        TRANSPOSED,
                        "A g in place of A' g",
                        MATRIX_AND_VECTOR),
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
