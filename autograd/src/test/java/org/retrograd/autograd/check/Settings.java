package org.retrograd.autograd.check;

import java.util.SplittableRandom;
import org.retrograd.autograd.check.Fault.Setting;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Points, and functions around an operation of one input, in which mistakes are planted. */
final class Settings {
    private Settings() {}

    static final Tensor X = Tensor.of(0.3, -0.8, 1.2);
    static final Tensor Y = Tensor.of(-1.4, 0.6, 0.9);
    static final Tensor POSITIVE = Tensor.of(0.4, 1.7, 0.9);
    static final Tensor M23 = Tensor.of(new double[][] {{0.3, -0.8, 1.2}, {0.7, 1.9, -0.4}});
    static final Tensor M32 = Tensor.of(new double[][] {{1.1, -0.2}, {0.5, 0.8}, {-1.3, 0.6}});
    static final Tensor M33 = Tensor.of(new double[][] {{0.9, -0.5, 0.4}, {1.3, 0.2, -1.1}, {-0.7, 0.6, 1.5}});
    static final Tensor N33 = Tensor.of(new double[][] {{-0.3, 1.2, 0.8}, {0.1, -0.9, 1.4}, {0.5, 0.7, -1.6}});
    static final Tensor P33 = M33.square().add(0.3);

    /** 4,000 numbers from -1 to 1. */
    static final Tensor MANY = Tensor.uniform(new SplittableRandom(4000), -1, 1, 4000);

    /** The operation alone. */
    static final Setting ALONE = Setting.alone(X);

    static final Setting ALONE_MATRIX = Setting.alone(M23);
    static final Setting ALONE_POSITIVE = Setting.alone(POSITIVE);

    /** A loss of one dense unit for each entry. */
    static final Setting CHAIN = Setting.of(
            (op, in) -> op.apply(in.get(0).mul(in.get(1)).add(0.4))
                    .sub(0.7)
                    .square()
                    .sum(),
            X,
            Y);

    /** In the middle of smooth operations, its input used again after it. */
    static final Setting MIDDLE = Setting.of(
            (op, in) -> {
                Tensor z = in.get(0).sin().mul(1.5);
                return op.apply(z).mul(z).add(in.get(0)).tanh();
            },
            X);

    /** Twice in a row: the mistake is made in both places. */
    static final Setting TWICE = Setting.of(
            (op, in) -> op.apply(op.apply(in.get(0)).mul(0.3).add(0.2)).mul(in.get(0)), X);

    /** Between the layers of a small net. */
    static final Setting NET = Setting.of(
            (op, in) -> op.apply(in.get(0).matmul(in.get(1)))
                    .matmul(in.get(2))
                    .logSumExp(-1)
                    .sum(),
            M23,
            M32,
            M23);

    /** On positive numbers, inside a function. */
    static final Setting POSITIVE_MIDDLE = Setting.of(
            (op, in) ->
                    op.apply(in.get(0).softplus().add(0.5)).mul(in.get(0).cos()).sum(),
            X);

    /** On numbers between 0 and 1, inside a function. */
    static final Setting UNIT_MIDDLE =
            Setting.of((op, in) -> op.apply(in.get(0).sigmoid()).mul(in.get(0)).sum(), X);

    /** At large and at small numbers. */
    static final Setting LARGE =
            Setting.of((op, in) -> op.apply(in.get(0).mul(1e-6)).mul(1e6), X.mul(1e6));

    static final Setting TINY =
            Setting.of((op, in) -> op.apply(in.get(0).mul(1e6)).mul(1e-3), X.mul(1e-6));

    /** On the rows of a matrix, in a function. */
    static final Setting ROWS =
            Setting.of((op, in) -> op.apply(in.get(0).mul(in.get(1))).sin().mul(2), M23, X);

    /** On the rows of a square matrix, where a wrong axis has the right length. */
    static final Setting SQUARE =
            Setting.of((op, in) -> op.apply(in.get(0).tanh()).mul(in.get(1)), M33, N33);

    /** Four examples of three features. */
    static final Tensor BATCH =
            Tensor.of(new double[][] {{0.3, -0.8, 1.2}, {0.7, 1.9, -0.4}, {-1.1, 0.5, 0.6}, {0.2, -0.6, -1.5}});

    /** On a batch, with a scale for each feature behind it. */
    static final Setting SCALED =
            Setting.of((op, in) -> op.apply(in.get(0)).mul(in.get(1)).sin(), BATCH, X);

    /** On logits so far apart that the largest takes all. */
    static final Setting LARGE_LOGITS =
            Setting.of((op, in) -> op.apply(in.get(0).mul(20)).mul(0.5), M23);

    /** Of two square matrices, where transposing is no mistake of shapes. */
    static final Setting SQUARES =
            Setting.of((op, in) -> op.apply(in.get(0).sin(), in.get(1)).tanh(), M33, N33);

    /** Of a matrix and a vector. */
    static final Setting MATRIX_AND_VECTOR =
            Setting.of((op, in) -> op.apply(in.get(0), in.get(1)).sin(), M33, X);

    /** Returns a cotangent of a reduction repeated along the last axis. */
    static Tensor spread(Tensor g, Tensor x) {
        return g.expandDims(-1).mul(Tensor.ones(x.dim(-1)));
    }

    /** Returns the softmax along the last axis, made of plain operations. */
    static Tensor stableSoftmax(Tensor x) {
        Tensor e = x.sub(x.detach().max(Dims.KEEP, -1)).exp();
        return e.div(e.sum(Dims.KEEP, -1));
    }

    /** Returns 1 - y. */
    static Tensor oneMinus(Tensor y) {
        return y.neg().add(1);
    }
}
