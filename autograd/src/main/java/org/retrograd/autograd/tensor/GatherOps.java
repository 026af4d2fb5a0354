package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import org.retrograd.autograd.array.Indexing;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** Reading along an axis at positions that differ from place to place: {@link Gather}, and its transpose. */
final class GatherOps {
    private GatherOps() {}

    static final Definition GATHER = Definition.of(
            "gather",
            "Along an axis the entry whose position an index of the same rank names, for each place separately.",
            call(
                    "x.gather(indices, 1)",
                    real(2, 4),
                    x -> x.gather(Indices.of(0, 3, 3, 1, 1, 1).reshape(2, 3), 1)),
            call(
                    "x.gather(no indices, 1)",
                    real(2, 4),
                    x -> x.gather(Indices.of().reshape(2, 0), 1)),
            call(
                    "x.gather(indices, 0)",
                    real(3, 2),
                    x -> x.gather(Indices.of(0, 2).reshape(1, 2), 0)));

    /** Reads along one axis at positions that differ from place to place. */
    static final class Gather extends Linear {
        private final int axis;
        private final int length;
        private final Shape indexShape;
        private final int[] positions;

        Gather(int axisFromEnd, int length, Shape indexShape, int[] positions) {
            this.axis = axisFromEnd;
            this.length = length;
            this.indexShape = indexShape;
            this.positions = positions;
        }

        Shape indexShape() {
            return indexShape;
        }

        int[] positions() {
            return positions;
        }

        private int indexOuter() {
            return indexShape.slice(0, indexShape.rank() + axis).size();
        }

        @Override
        public String name() {
            return "gather";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.with(axis, indexShape.dim(axis));
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int front = out.axis(axis);
            Storage result = Storage.allocate(out.size());
            int inner = out.slice(front + 1, out.rank()).size();
            Indexing.takeAlong(
                    in[0].data,
                    out.slice(0, front).size(),
                    length,
                    inner,
                    positions,
                    indexShape.dim(axis),
                    indexOuter(),
                    result);
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return new ScatterAlong(this).apply(g);
        }

        @Override
        public Dependence dependence() {
            return Dependence.SELECTION;
        }
    }

    /** Adds into zeros along one axis at positions that differ from place to place: the transpose of {@link Gather}. */
    static final class ScatterAlong extends Linear {
        private final Gather gather;

        ScatterAlong(Gather gather) {
            this.gather = gather;
        }

        @Override
        public String name() {
            return "scatterAddAlong";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape.with(gather.axis, gather.length);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            int front = out.axis(gather.axis);
            Storage result = Storage.allocate(out.size());
            int inner = out.slice(front + 1, out.rank()).size();
            Indexing.scatterAddAlong(
                    in[0].data,
                    out.slice(0, front).size(),
                    gather.length,
                    inner,
                    gather.positions,
                    gather.indexShape.dim(gather.axis),
                    gather.indexOuter(),
                    result);
            return result;
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return gather.apply(g);
        }

        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Relation.collected(gather.apply(Relation.numbers(y.shape)), y.shape);
        }

        @Override
        public Tensor magnitude(Tensor[] in, Tensor y) {
            return apply(in[0].abs());
        }
    }

    static Tensor gather(Tensor x, Indices indices, int axis) {
        int front = x.shape.axis(axis);
        if (indices.shape().rank() != x.rank()
                || !indices.shape().with(front, 0).equals(x.shape.with(front, 0))) {
            throw new IllegalArgumentException("gather along axis " + axis + " needs indices of shape " + x.shape
                    + " up to the length of that axis, but got " + indices.shape());
        }
        int[] positions = indices.within(x.dim(front), front, x.shape);
        return new Gather(front - x.rank(), x.dim(front), indices.shape(), positions).apply(x);
    }
}
