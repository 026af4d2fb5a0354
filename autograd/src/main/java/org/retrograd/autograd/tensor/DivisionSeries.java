package org.retrograd.autograd.tensor;

import org.jspecify.annotations.Nullable;

/** The solution of A X = B, from B = A X: the quotient of matrices. */
final class DivisionSeries extends Series {
    private final Division op;
    private final Series a;
    private final Series b;
    private final Tensor value;

    DivisionSeries(Division op, Series[] in, Tensor value) {
        super(value.shape);
        this.op = op;
        this.a = in[0];
        this.b = in[1];
        this.value = value;
    }

    @Override
    @Nullable
    Tensor next(int k) {
        if (k == 0) {
            return value;
        }
        Tensor rest = null;
        for (int i = 1; i <= k; i++) {
            Tensor change = a.at(i);
            Tensor x = at(k - i);
            rest = change == null || x == null ? rest : plus(rest, op.multiply(change, x));
        }
        Tensor right = b.at(k);
        right = rest == null ? right : right == null ? rest.neg() : right.sub(rest);
        return right == null ? null : op.apply(a.value(), right);
    }
}
