package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Scan;

/**
 * A loop over a scalar program as one operation: first state, inputs of the steps and parameters to the last state and,
 * packed behind it, the outputs of the steps.
 *
 * <p>Both rules are loops as well. When nobody watches, the reverse sweep goes from the stored states or checkpoints of the
 * {@link Scan}; otherwise it is the loop of the pullback, recorded and differentiable again.
 */
final class ProgramLoop extends Joint {
    static final Definition SCAN = Definition.of(
            "scan",
            "A loop whose body is a scalar program, differentiated from stored states or checkpoints.",
            call("Tensor.scan(loop, s, u, p)", List.of(real(2), real(4, 1), real(2)), in -> packed(swing(), in)),
            call(
                    "Tensor.scan(loop.reversed(), s, u, p)",
                    List.of(real(2), real(3, 1), real(2)),
                    in -> packed(swing().reversed().withCheckpoints(2), in)));

    private static Tensor packed(Scan loop, List<Tensor> in) {
        Scanned y = Tensor.scan(loop, in.get(0), in.get(1), in.get(2));
        return Tensor.concat(0, y.last(), y.outputs().reshape(-1));
    }

    /** A state of two numbers, an input of one, two parameters, and an output of one number. */
    private static Scan swing() {
        return Scan.of(
                Program.recordAll(5, v -> new Scalar[] {
                    v[0].add(v[1].multiply(v[3])),
                    v[1].subtract(v[0].sin().multiply(v[4])).add(v[2]),
                    v[0].multiply(v[2])
                }),
                2,
                1);
    }

    private final Scan loop;

    private ProgramLoop(Scan loop) {
        this.loop = loop;
    }

    static Scanned apply(Scan loop, Tensor start, Tensor inputs, Tensor parameters) {
        Shape last = Shape.of(loop.state());
        boolean fits = start.shape.equals(last)
                && inputs.rank() == 2
                && inputs.dim(1) == loop.input()
                && parameters.shape.equals(Shape.of(loop.parameters()));
        if (!fits) {
            throw new IllegalArgumentException("scan needs a state [" + loop.state() + "], inputs [n, " + loop.input()
                    + "] and parameters [" + loop.parameters() + "], but got " + start.shape + ", " + inputs.shape
                    + " and "
                    + parameters.shape);
        }
        List<Tensor> results = Packing.unpack(
                new ProgramLoop(loop).apply(start, inputs, parameters),
                List.of(last, Shape.of(inputs.dim(0), loop.output())));
        return new Scanned(results.get(0), results.get(1));
    }

    @Override
    public String name() {
        return "scan";
    }

    @Override
    public boolean oneDirectionAtATime() {
        return true;
    }

    @Override
    public Shape shape(Tensor[] in) {
        return Shape.of(Math.addExact(loop.state(), Math.multiplyExact(in[1].dim(0), loop.output())));
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        return Storage.wrap(loop.run(in[0].toArray(), in[1].dim(0), in[1].toArray(), in[2].toArray()));
    }

    @Override
    @Nullable
    Tensor[] pull(Tensor g, Tensor[] in, Tensor y, @Nullable Tensor[] sums) {
        List<Tensor> pulled = g.rank() == y.rank() ? pull(g, in) : Directions.each(g, in, one -> pull(one, in));
        @Nullable Tensor[] added = new @Nullable Tensor[in.length];
        for (int k = 0; k < in.length; k++) {
            Tensor sum = sums[k];
            added[k] = sum == null ? pulled.get(k) : sum.add(pulled.get(k));
        }
        return added;
    }

    private List<Tensor> pull(Tensor g, Tensor[] in) {
        int steps = in[1].dim(0);
        Tensor packed;
        if (recorded(new Tensor[] {g}, in)) {
            Tensor states = apply(loop.states(), in[0], in[1], in[2]).outputs();
            List<Tensor> seed = Packing.unpack(g, List.of(in[0].shape, Shape.of(steps, loop.output())));
            packed = new ProgramLoop(loop.pullback())
                    .apply(
                            Tensor.concat(0, seed.get(0), Tensor.zeros(loop.parameters())),
                            Tensor.concat(1, states, in[1], seed.get(1)),
                            in[2]);
        } else {
            packed = new Tensor(
                    Shape.of(loop.state() + loop.parameters() + steps * loop.input()),
                    Storage.wrap(loop.pull(
                            in[0].toArray(),
                            steps,
                            in[1].toArray(),
                            in[2].toArray(),
                            g.toArray(),
                            new double[loop.state()])));
        }
        List<Tensor> by = Packing.unpack(packed, List.of(in[0].shape, in[2].shape, in[1].shape));
        return List.of(by.get(0), by.get(2), by.get(1));
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Tensor[] both = new Tensor[in.length];
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            both[k] = Tensor.concat(-1, in[k], tangent == null ? Tensor.zeros(in[k].shape) : tangent);
        }
        Tensor packed = new ProgramLoop(loop.pushforward()).apply(both);
        return packed.slice(0, loop.state(), packed.dim(0));
    }

    /** The steps one after the other, each a call of the body. */
    @Override
    public @Nullable Tensor body(Tensor[] in) {
        if (!loop.body().open()) {
            return null;
        }
        int steps = in[1].dim(0);
        Tensor state = in[0];
        Tensor[] outputs = new Tensor[steps];
        for (int i = 0; i < steps; i++) {
            int k = loop.backwards() ? steps - 1 - i : i;
            Tensor both = Tensor.mapRows(
                    loop.body(), rows(state, in[1].slice(0, k, k + 1).squeeze(0), in[2]));
            state = both.slice(0, 0, loop.state());
            outputs[k] = both.slice(0, loop.state(), both.dim(0));
        }
        return steps == 0 ? state : Tensor.concat(0, state, Tensor.concat(0, outputs));
    }

    /** Returns the operands of the body that are not empty. */
    private static Tensor[] rows(Tensor state, Tensor inputs, Tensor parameters) {
        return Stream.of(state, inputs, parameters)
                .filter(part -> part.dim(-1) > 0)
                .toArray(Tensor[]::new);
    }

    /** The rounding errors of all steps, each with what becomes of it on the way. */
    @Override
    public Tensor magnitude(Tensor[] in, Tensor y) {
        if (!loop.body().open()) {
            return y.abs();
        }
        Tensor packed = new ProgramLoop(loop.runningError())
                .apply(Tensor.concat(0, in[0], Tensor.zeros(in[0].shape)), in[1], in[2]);
        return packed.slice(0, loop.state(), packed.dim(0)).maximum(y.abs());
    }

    /** The kinks of the body, at all steps. */
    @Override
    public List<Kink> kinks(Tensor[] in, Tensor y) {
        Tensor states = apply(loop.states(), in[0], in[1], in[2]).outputs();
        return ProgramOp.kinksOfRows(loop.body(), rows(states, in[1], in[2]));
    }
}
