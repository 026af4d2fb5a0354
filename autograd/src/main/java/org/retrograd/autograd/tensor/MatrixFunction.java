package org.retrograd.autograd.tensor;

import org.retrograd.autograd.array.Shape;

/** The family of operations that make of each matrix of a batch another one, by default of its shape. */
abstract class MatrixFunction extends Op {
    private final String name;

    MatrixFunction(String name) {
        this.name = name;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public Shape shape(Tensor[] in) {
        return in[0].shape;
    }

    @Override
    public final Relation relation(int k, Tensor[] in, Tensor y) {
        return Relation.ofBatches(in[0].shape, 2, y.shape, 2);
    }
}
