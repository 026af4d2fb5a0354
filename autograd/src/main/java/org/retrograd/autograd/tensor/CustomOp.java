package org.retrograd.autograd.tensor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/** A call of a {@link CustomFunction} that has a rule of its own. */
final class CustomOp extends Joint {
    private final CustomFunction function;

    /** The inputs and the value of the call that this operation was made for. */
    private final Tensor[] inputs;

    private final Tensor value;

    private CustomOp(CustomFunction function, Tensor[] inputs, Tensor value) {
        this.function = function;
        this.inputs = inputs;
        this.value = value;
    }

    static Tensor call(CustomFunction function, Tensor[] in) {
        return new CustomOp(function, in, evaluated(function, in)).apply(in);
    }

    private static Tensor evaluated(CustomFunction function, Tensor[] in) {
        Variable scope = Variable.scope();
        Tensor value = function.value(List.of(Tensor.constants(in)));
        if (value.op != null) {
            throw new IllegalArgumentException("the value of " + function + " depends on "
                    + Graph.capturing(value, scope, false).captured().get(0).label()
                    + ", which is traced but not among its inputs, so that its gradient would be lost: pass it as a"
                    + " further input, or detach() it");
        }
        return value;
    }

    @Override
    boolean oneStatement() {
        return !function.hasBothRules();
    }

    @Override
    public String name() {
        return function.name();
    }

    @Override
    public Shape shape(Tensor[] in) {
        return at(in).shape;
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        return at(in).data;
    }

    private Tensor at(Tensor[] in) {
        return in == inputs ? value : evaluated(function, in);
    }

    @Override
    public boolean oneDirectionAtATime() {
        return !function.carriesDirections();
    }

    @Override
    @Nullable
    Tensor[] pull(Tensor g, Tensor[] in, Tensor y, @Nullable Tensor[] sums) {
        int lead = g.rank() - y.rank();
        List<Tensor> contributions = lead == 0 || function.carriesDirections()
                ? function.vjp(g, List.of(in), y)
                : Directions.each(g, in, one -> function.vjp(one, List.of(in), y));
        @Nullable Tensor[] added = new @Nullable Tensor[in.length];
        for (int k = 0; k < in.length; k++) {
            Tensor sum = sums[k];
            added[k] = sum == null ? contributions.get(k) : sum.add(contributions.get(k));
        }
        return added;
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Shape lead = Shape.SCALAR;
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            lead = tangent == null ? lead : Directions.of(tangent, in[k]);
        }
        Tensor[] tangents = new Tensor[in.length];
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            tangents[k] = tangent == null ? Tensor.zeros(lead.append(in[k].shape)) : tangent;
        }
        return function.jvp(Arrays.asList(tangents), List.of(in), y);
    }
}
