package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.RowKernel;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.scalar.Algebra;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Mode;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;

/**
 * Applies a scalar program to each entry of tensors, or to each row along their last axis, in one pass.
 *
 * <p>Both rules are the same operation with a derived program: the pullback, or the pushforward, of the program. So they are
 * one pass too, and can be differentiated to any order.
 */
final class ProgramOp extends Op {
    static final Definition MAP = Definition.of(
            "map",
            "A scalar program applied to each entry, in one pass.",
            call(
                    "Tensor.map(v -> sin(v) v, x)",
                    real(2, 3),
                    x -> Tensor.map(v -> v.sin().multiply(v), x)),
            call(
                    "Tensor.map((a, b) -> a tanh(b), x, y)",
                    real(2, 1),
                    real(3),
                    (x, y) -> Tensor.map((a, b) -> a.multiply(b.tanh()), x, y)));

    static final Definition MAP_ROWS = Definition.of(
            "mapRows",
            "A scalar program of several inputs and outputs applied to each row, in one pass.",
            call("Tensor.mapRows(p, x)", real(4, 3), x -> Tensor.mapRows(twist(), x)),
            call(
                    "Tensor.mapRows(p, x, y)",
                    real(2, 1),
                    real(5, 2),
                    (x, y) -> Tensor.mapRows(twist(), x.reshape(2, 1, 1), y)));

    static final Definition JACOBIAN_ROWS = Definition.of(
            "jacobianRows",
            "The Jacobian of a scalar program for each row: [.., n] to [.., m, n], in one pass.",
            call("Tensor.jacobianRows(p, x)", real(2, 3), x -> Tensor.jacobianRows(twist(), x)),
            call("Tensor.jacobianRows(p, x, y)", real(2, 2), real(1), (x, y) -> Tensor.jacobianRows(twist(), x, y)));

    private static Program twist() {
        return Program.recordAll(3, x -> new Scalar[] {
            x[0].multiply(x[1]).add(x[2].sin()), x[2].multiply(x[0]).cos()
        });
    }

    private final Program program;

    /** How many inputs a tensor holds along its last axis; 0 if it has no such axis and each entry is an input. */
    private final int[] widths;

    /** Whether the outputs are along a last axis; if not, there is one for each entry. */
    private final boolean axis;

    /** What was computed last, for the sweep that follows as a rule; another one computes it again. */
    private volatile @Nullable Slopes slopes;

    /** The partial derivatives that were computed with a value, by the first inputs. */
    private record Slopes(Storage value, Tensor[] by) {}

    private ProgramOp(Program program, int[] widths, boolean axis) {
        this.program = program;
        this.widths = widths;
        this.axis = axis;
    }

    static Tensor elementwise(Program program, Tensor... x) {
        requireTotal("map", program);
        if (program.outputs() != 1 || program.inputs() != x.length) {
            throw new IllegalArgumentException(
                    "map needs a program of one output and an input for each tensor, but got " + program.inputs()
                            + " inputs and " + program.outputs() + " outputs for " + x.length + " tensors");
        }
        return new ProgramOp(program, new int[x.length], false).apply(x);
    }

    static Tensor rows(Program program, Tensor... x) {
        requireTotal("mapRows", program);
        int[] widths = new int[x.length];
        for (int k = 0; k < x.length; k++) {
            widths[k] = x[k].rank() == 0 ? 0 : x[k].dim(-1);
        }
        if (Arrays.stream(widths).sum() != program.inputs()
                || Arrays.stream(widths).anyMatch(width -> width == 0)) {
            throw new IllegalArgumentException("mapRows needs rows of together " + program.inputs()
                    + " entries, the inputs of the program, but got "
                    + Arrays.stream(x).map(Tensor::shape).toList());
        }
        return new ProgramOp(program, widths, true).apply(x);
    }

    static Tensor jacobians(Program program, Tensor x, Tensor[] data) {
        int n = x.rank() == 0 ? 0 : Math.min(program.inputs(), x.dim(-1));
        Mode mode = program.outputs() < n ? Mode.REVERSE : Mode.FORWARD;
        Tensor[] all = new Tensor[data.length + 1];
        all[0] = x;
        System.arraycopy(data, 0, all, 1, data.length);
        Tensor flat = rows(program.differentiate(mode, n), all);
        Shape lead = flat.shape.slice(0, flat.rank() - 1);
        return flat.reshape(lead.append(Shape.of(program.outputs(), n)));
    }

    /** Returns the kinks inside a program that is applied to each row. */
    static List<Kink> kinksOfRows(Program program, Tensor... x) {
        int[] widths = Arrays.stream(x).mapToInt(each -> each.dim(-1)).toArray();
        ProgramOp op = new ProgramOp(program, widths, true);
        return op.kinks(x, Tensor.scalar(0));
    }

    private static void requireTotal(String call, Program program) {
        if (program.guards() > 0 || program.unguarded()) {
            throw new IllegalArgumentException(call
                    + " needs a program that goes the same way for every entry, but this one compares numbers: use min, max,"
                    + " abs, or a primitive that chooses, instead of if");
        }
    }

    @Override
    boolean oneStatement() {
        return true;
    }

    @Override
    public String name() {
        return axis ? "mapRows" : "map";
    }

    @Override
    public Dependence dependence() {
        return elementwise() ? Dependence.ELEMENTWISE : Dependence.DENSE;
    }

    private Shape lead(int k, Tensor[] in) {
        Shape shape = in[k].shape;
        return widths[k] == 0 ? shape : shape.slice(0, shape.rank() - 1);
    }

    @Override
    public Shape shape(Tensor[] in) {
        Shape shape = lead(0, in);
        for (int k = 1; k < in.length; k++) {
            shape = Shape.broadcast(shape, lead(k, in));
        }
        return axis ? shape.append(Shape.of(program.outputs())) : shape;
    }

    /** Whether each entry of the result depends on one entry of each input. */
    private boolean elementwise() {
        return !axis && Arrays.stream(widths).allMatch(width -> width == 0);
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        int last = in.length - 1;
        while (last >= 0 && !in[last].traced()) {
            last--;
        }
        if (last < 0 || !elementwise()) {
            return run(program, in, axis ? out.slice(0, out.rank() - 1) : out);
        }
        // somebody may ask for the gradient: its loop shares with that of the value what they have in common
        int columns = 2 + last;
        Tensor both = new Tensor(
                out.append(Shape.of(columns)), run(program.withGradient().outputs(0, columns), in, out));
        Tensor[] parts = both.unstack(-1).toArray(new Tensor[0]);
        slopes = new Slopes(parts[0].data, Arrays.copyOfRange(parts, 1, columns));
        return parts[0].data;
    }

    /** Runs a program with the inputs of this one. */
    private Storage run(Program program, Tensor[] in, Shape lead) {
        Storage[] data = new Storage[in.length];
        int[] columns = new int[in.length];
        boolean[] repeated = new boolean[in.length];
        for (int k = 0; k < in.length; k++) {
            columns[k] = Math.max(1, widths[k]);
            Shape own = lead(k, in);
            repeated[k] = own.size() == 1 && lead.size() != 1;
            boolean runsOn = own.size() == lead.size() || repeated[k];
            Shape full = widths[k] == 0 ? lead : lead.append(Shape.of(widths[k]));
            data[k] = runsOn ? in[k].data : in[k].detach().broadcastTo(full).data;
        }
        Storage result = Storage.allocate(lead.size() * program.outputs());
        RowKernel.run(program.rows(), lead.size(), data, columns, repeated, result);
        return result;
    }

    @Override
    public @Nullable Tensor body(Tensor[] in) {
        return program.open() ? over(TensorAlgebra.INSTANCE, in) : null;
    }

    /** The rounding errors made inside, each with what becomes of it on the way to the result. */
    @Override
    public Tensor magnitude(Tensor[] in, Tensor y) {
        if (!program.open()) {
            return y.abs();
        }
        int n = in.length;
        Tensor[] operands = Arrays.copyOf(in, 2 * n);
        int[] all = Arrays.copyOf(widths, 2 * n);
        for (int k = 0; k < n; k++) {
            all[n + k] = widths[k];
            operands[n + k] = zeros(k);
        }
        return new ProgramOp(program.runningError(), all, axis).apply(operands).maximum(y.abs());
    }

    /** Returns zeros in the place of an input. */
    private Tensor zeros(int k) {
        return widths[k] == 0 ? Tensor.scalar(0) : Tensor.zeros(widths[k]);
    }

    /** The kinks of the primitives inside. */
    @Override
    public List<Kink> kinks(Tensor[] in, Tensor y) {
        List<Kink> kinks = new ArrayList<>();
        if (program.open()) {
            over(new KinkCollector(kinks), in);
        }
        return kinks;
    }

    private Tensor over(Algebra<Tensor> algebra, Tensor[] in) {
        List<Tensor> x = new ArrayList<>();
        for (int k = 0; k < in.length; k++) {
            if (widths[k] == 0) {
                x.add(in[k]);
            } else {
                x.addAll(in[k].unstack(-1));
            }
        }
        Shape shape = shape(in);
        Shape lead = axis ? shape.slice(0, shape.rank() - 1) : shape;
        Tensor[] y = program.over(algebra, x).stream()
                .map(output -> output.broadcastTo(lead))
                .toArray(Tensor[]::new);
        return axis ? Tensor.stack(-1, y) : y[0];
    }

    /** Tensors that tell on the way where the primitives applied to them have kinks. */
    private record KinkCollector(List<Kink> kinks) implements Algebra<Tensor> {
        @Override
        public Tensor constant(double value) {
            return Tensor.scalar(value);
        }

        @Override
        public Tensor apply(Primitive primitive, Tensor a) {
            return collect(primitive, a);
        }

        @Override
        public Tensor apply(Primitive primitive, Tensor a, Tensor b) {
            return collect(primitive, a, b);
        }

        @Override
        public Tensor apply(Primitive primitive, Tensor a, Tensor b, Tensor c) {
            return collect(primitive, a, b, c);
        }

        private Tensor collect(Primitive primitive, Tensor... in) {
            Op op = Elementwise.of(primitive);
            Tensor y = op.apply(in);
            kinks.addAll(op.kinks(in, y));
            return y;
        }
    }

    /** Returns the partial derivative of each entry by an input. */
    private Tensor slope(int k, Tensor[] in, Tensor y) {
        Slopes known = slopes;
        boolean watched = Arrays.stream(in).anyMatch(Tensor::traced);
        return !watched && known != null && known.value == y.data && k < known.by.length
                ? known.by[k]
                : new ProgramOp(program.withGradient().outputs(1 + k, 2 + k), widths, false).apply(in);
    }

    private static Tensor times(Tensor g, Tensor slope) {
        return Elementwise.of(Arithmetic.STRONG_MUL).apply(g, slope);
    }

    @Override
    public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        if (elementwise()) {
            return times(g, slope(k, in, y));
        }
        int from = 0;
        for (int j = 0; j < k; j++) {
            from += Math.max(1, widths[j]);
        }
        Program part = program.pullback().outputs(from, from + Math.max(1, widths[k]));
        if (!axis && part.passesOn(program.inputs())) {
            return g;
        }
        Tensor[] operands = Arrays.copyOf(in, in.length + 1);
        operands[in.length] = g;
        int[] all = Arrays.copyOf(widths, widths.length + 1);
        all[in.length] = axis ? program.outputs() : 0;
        return new ProgramOp(part, all, widths[k] > 0).apply(operands);
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        int n = in.length;
        if (elementwise()) {
            Tensor sum = null;
            Shape out = y.shape;
            for (int k = 0; k < n; k++) {
                Tensor tangent = t[k];
                if (tangent != null) {
                    out = Directions.shape(tangent, in[k], y.shape);
                    Tensor term = times(Directions.align(tangent, in[k], y.rank()), slope(k, in, y));
                    sum = sum == null ? term : sum.add(term);
                }
            }
            return Objects.requireNonNull(sum).broadcastTo(out);
        }
        Tensor[] operands = Arrays.copyOf(in, 2 * n);
        int[] all = Arrays.copyOf(widths, 2 * n);
        int rank = axis ? y.rank() - 1 : y.rank();
        Shape shape = y.shape;
        for (int k = 0; k < n; k++) {
            Tensor tangent = t[k];
            all[n + k] = widths[k];
            if (tangent == null) {
                operands[n + k] = zeros(k);
            } else {
                shape = Directions.shape(tangent, in[k], y.shape);
                operands[n + k] = Directions.align(tangent, in[k], widths[k] == 0 ? rank : rank + 1);
            }
        }
        return new ProgramOp(program.pushforward(), all, axis).apply(operands).broadcastTo(shape);
    }
}
