package org.retrograd.autograd.check;

import static org.retrograd.autograd.check.Fault.Kind.*;
import static org.retrograd.autograd.check.Fault.in;
import static org.retrograd.autograd.check.Planted.binary;
import static org.retrograd.autograd.check.Planted.op;
import static org.retrograd.autograd.check.Planted.unary;
import static org.retrograd.autograd.check.Settings.*;

import java.util.List;
import java.util.stream.Stream;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Tensor;

/** Mistakes in the rules of quadratic forms, determinants and inverses. */
final class MatrixFunctionFaults {
    private MatrixFunctionFaults() {}

    private static final Setting ONE =
            Setting.of((op, in) -> op.apply(in.get(0).sin()).mul(in.get(1)), M33, N33);

    private static final Setting TWO_BY_TWO = Setting.of(
            (op, in) -> op.apply(in.get(0).add(Tensor.eye(2).mul(2))).mul(0.7),
            Tensor.of(new double[][] {{0.4, -0.3}, {0.8, 0.1}}));

    static List<Fault> all() {
        return Stream.of(forms(), functions()).flatMap(List::stream).toList();
    }

    private static Tensor quadratic(Tensor a, Tensor x) {
        return x.expandDims(-2).matmul(a).matmul(x.expandDims(-1)).squeeze(-2, -1);
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

    private static List<Fault> forms() {
        return List.of(
                in(
                        binary("quadratic", MatrixFunctionFaults::quadratic)
                                .pull(1, (g, in, y) -> g.expandDims(-1).mul(in[0].matmul(in[1]))),
                        DROPPED,
                        "A x without A' x",
                        MATRIX_AND_VECTOR),
                in(
                        binary("quadratic", MatrixFunctionFaults::quadratic)
                                .pull(
                                        1,
                                        (g, in, y) -> g.expandDims(-1)
                                                .mul(in[0].matmul(in[1]))
                                                .mul(2)),
                        DROPPED,
                        "2 A x though A is not symmetric",
                        MATRIX_AND_VECTOR),
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
                        unary("myDeterminant", MatrixFunctionFaults::determinant)
                                .backward((g, x, y) -> g.mul(adjugate(x))),
                        TRANSPOSED,
                        "the adjugate not transposed",
                        TWO_BY_TWO),
                in(
                        unary("myDeterminant", MatrixFunctionFaults::determinant)
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
                        unary("myInverse", MatrixFunctionFaults::inverse)
                                .backward((g, x, y) -> y.transpose().matmul(g).matmul(y.transpose())),
                        SIGN,
                        "the minus forgotten",
                        TWO_BY_TWO),
                in(
                        unary("myInverse", MatrixFunctionFaults::inverse)
                                .backward((g, x, y) -> y.matmul(g).matmul(y).neg()),
                        TRANSPOSED,
                        "the inverses not transposed",
                        TWO_BY_TWO),
                in(
                        unary("myInverse", MatrixFunctionFaults::inverse)
                                .backward((g, x, y) -> g.mul(y.square()).neg()),
                        FACTOR,
                        "as for 1/x",
                        TWO_BY_TWO),
                in(
                        unary("myInverse", MatrixFunctionFaults::inverse)
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
}
