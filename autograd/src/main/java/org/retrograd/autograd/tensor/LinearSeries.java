package org.retrograd.autograd.tensor;

import org.jspecify.annotations.Nullable;

/** An operation that is linear in each input, or in all together. */
final class LinearSeries extends Series {
    private final Linear op;
    private final Series[] in;
    private final Tensor value;

    LinearSeries(Linear op, Series[] in, Tensor value) {
        super(value.shape);
        this.op = op;
        this.in = in;
        this.value = value;
    }

    @Override
    @Nullable
    Tensor next(int k) {
        if (k == 0) {
            return value;
        }
        return op.together() ? together(k) : in.length == 1 ? product(new int[] {k}) : products(k);
    }

    private @Nullable Tensor together(int k) {
        Tensor[] parts = new Tensor[in.length];
        boolean varies = false;
        for (int j = 0; j < parts.length; j++) {
            Tensor part = in[j].at(k);
            varies |= part != null;
            parts[j] = part == null ? Tensor.zeros(in[j].shape) : part;
        }
        return varies ? op.apply(parts) : null;
    }

    /** Adds up the products of coefficients whose orders add up to {@code k}: counts through the orders of all inputs. */
    private @Nullable Tensor products(int k) {
        int[] orders = new int[in.length];
        Tensor sum = null;
        int last = orders.length - 1;
        while (true) {
            int rest = k;
            for (int j = 0; j < last; j++) {
                rest -= orders[j];
            }
            if (rest >= 0) {
                orders[last] = rest;
                sum = plus(sum, product(orders));
            }
            int j = 0;
            while (j < last && ++orders[j] > k) {
                orders[j++] = 0;
            }
            if (j == last) {
                return sum;
            }
        }
    }

    private @Nullable Tensor product(int[] orders) {
        Tensor[] factors = new Tensor[in.length];
        for (int j = 0; j < factors.length; j++) {
            Tensor factor = in[j].at(orders[j]);
            if (factor == null) {
                return null;
            }
            factors[j] = factor;
        }
        return op.apply(factors);
    }
}
