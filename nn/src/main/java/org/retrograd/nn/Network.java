package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import org.retrograd.autograd.tensor.Tensor;

/** Layers one after the other, of which one can see every value in between: a {@link Sequential} or an {@link Mlp}. */
public sealed interface Network extends Layer permits Sequential, Mlp {
    /** Returns the layers and functions in the order in which they are applied. */
    ImmutableList<Layer> steps();

    /** Returns the output together with input, net input and activation of every dense layer. */
    default Trace trace(Tensor x) {
        return Trace.of(this, x);
    }

    @Override
    default Tensor apply(Tensor x) {
        Tensor value = x;
        for (Layer step : steps()) {
            value = step.apply(value);
        }
        return value;
    }

    @Override
    default ImmutableList<Parameter> parameters() {
        return steps().stream()
                .flatMap(step -> step.parameters().stream())
                .distinct()
                .collect(ImmutableList.toImmutableList());
    }

    @Override
    Network frozen();
}
