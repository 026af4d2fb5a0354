package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.array.Shape;

/** Several tensors as one vector, and back: how an operation, which has one result, returns more. */
final class Packing {
    private Packing() {}

    /** Returns the entries of all tensors as one vector, after {@code lead} first axes that they share. */
    static Tensor pack(List<Tensor> tensors, int lead) {
        Tensor[] flat = new Tensor[tensors.size()];
        for (int k = 0; k < flat.length; k++) {
            Tensor x = tensors.get(k);
            int size = x.shape.slice(lead, x.rank()).size();
            flat[k] = x.reshape(x.shape.lead(lead, Shape.of(size)));
        }
        return flat.length == 1 ? flat[0] : Tensor.concat(-1, flat);
    }

    /** Returns the tensors of the given shapes that were packed into a vector. */
    static List<Tensor> unpack(Tensor packed, List<Shape> shapes) {
        List<Tensor> tensors = new ArrayList<>();
        int from = 0;
        for (Shape shape : shapes) {
            tensors.add(packed.slice(0, from, from + shape.size()).reshape(shape));
            from += shape.size();
        }
        return tensors;
    }
}
