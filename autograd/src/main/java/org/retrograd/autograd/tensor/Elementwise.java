package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Broadcast;
import org.retrograd.autograd.array.Kernel;
import org.retrograd.autograd.array.Operand;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Expr;
import org.retrograd.autograd.scalar.ExprKernel;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.SecondPartial;
import org.retrograd.autograd.scalar.Symbols;

/**
 * The family of operations that apply a {@link Primitive} to each entry, inputs broadcast against each other.
 *
 * <p>Both rules follow from the primitive's partial derivatives: a cotangent or tangent is multiplied by them, strongly in
 * zero (what is exactly 0 stays 0, whatever the partial derivative). When nobody watches, that is one fused loop; the
 * recorded form computes the same bits.
 */
class Elementwise extends Op {
    /** The operations made so far, by {@link Primitive#index}; racing writers store equal objects. */
    private static volatile @Nullable Elementwise[] made = new @Nullable Elementwise[128];

    private static final Kernel PRODUCT = ExprKernel.derivative(Symbols.A);
    private static final Storage ONE = Storage.filled(1, 1);

    final Primitive primitive;
    private final Kernel value;
    private final @Nullable Derivative[] derivatives;

    /** The derivatives of the partial derivatives, by two inputs of which the first comes no later, once asked for. */
    private @Nullable List<Second> seconds;

    private record Second(int i, int j, Expr formula, Derivative derivative) {}

    /** The derivative by one input: whether it is 1 everywhere, its loop, and the operands that the loop reads. */
    private record Derivative(boolean one, boolean formula, Kernel kernel, boolean a, boolean b, boolean c, boolean y) {
        static Derivative of(Expr partial) {
            return new Derivative(
                    partial.equals(Symbols.ONE),
                    !(partial instanceof Expr.Leaf || partial instanceof Expr.Constant),
                    ExprKernel.derivative(partial),
                    partial.uses(Symbols.A),
                    partial.uses(Symbols.B),
                    partial.uses(Symbols.C),
                    partial.uses(Symbols.Y));
        }
    }

    Elementwise(Primitive primitive) {
        this.primitive = primitive;
        this.value = ExprKernel.value(primitive);
        this.derivatives = new @Nullable Derivative[primitive.arity()];
    }

    /** Returns the operation that applies a primitive to tensors. */
    static Elementwise of(Primitive primitive) {
        Elementwise op = primitive.index() < made.length ? made[primitive.index()] : null;
        return op != null ? op : make(primitive);
    }

    private static synchronized Elementwise make(Primitive primitive) {
        int index = primitive.index();
        @Nullable Elementwise[] grown = index < made.length ? made.clone() : Arrays.copyOf(made, 2 * index);
        Elementwise op = primitive == Arithmetic.SELECT ? Select.byValues() : new Elementwise(primitive);
        grown[index] = op;
        made = grown;
        return op;
    }

    private Derivative derivative(int k) {
        Derivative derivative = derivatives[k];
        if (derivative == null) {
            derivative = Derivative.of(primitive.partial(k));
            derivatives[k] = derivative;
        }
        return derivative;
    }

    @Override
    boolean oneStatement() {
        return true;
    }

    @Override
    public String name() {
        return primitive.name();
    }

    @Override
    public Dependence dependence() {
        return Dependence.ELEMENTWISE;
    }

    @Override
    public Shape shape(Tensor[] in) {
        Shape shape = in[0].shape;
        for (int k = 1; k < in.length; k++) {
            if (in[k].shape != shape) {
                shape = broadcast(shape, in[k].shape);
            }
        }
        return shape;
    }

    private Shape broadcast(Shape a, Shape b) {
        try {
            return Shape.broadcast(a, b);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        Storage result = Storage.allocate(out.size());
        Broadcast.run(
                value, out, operand(in, 0, out), operand(in, 1, out), operand(in, 2, out), null, null, result, false);
        return result;
    }

    @Override
    public List<Kink> kinks(Tensor[] in, Tensor y) {
        return primitive.breaks().stream()
                .map(kink -> new Kink(kink.order(), in(kink.margin(), in, y)))
                .toList();
    }

    /** Returns the value of a formula in tensor methods. */
    private static Tensor in(Expr formula, Tensor[] in, Tensor y) {
        return formula.in(TensorAlgebra.INSTANCE, in[0], in.length > 1 ? in[1] : null, in.length > 2 ? in[2] : null, y);
    }

    private static @Nullable Operand operand(@Nullable Tensor[] in, int k, Shape loop) {
        Tensor tensor = k < in.length ? in[k] : null;
        return tensor != null ? Operand.of(tensor.data, tensor.shape, loop) : null;
    }

    @Override
    public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
        return times(g, k, in, y);
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        Tensor sum = null;
        Shape shape = y.shape;
        for (int k = 0; k < in.length; k++) {
            Tensor tangent = t[k];
            if (tangent != null) {
                shape = Directions.shape(tangent, in[k], y.shape);
                Tensor term = times(Directions.align(tangent, in[k], y.rank()), k, in, y);
                sum = sum == null ? term : sum.add(term);
            }
        }
        return Objects.requireNonNull(sum).broadcastTo(shape);
    }

    /** Returns the strong product of a cotangent or tangent with the partial derivative by input {@code k}. */
    private Tensor times(Tensor g, int k, Tensor[] in, Tensor y) {
        Expr partial = primitive.partial(k);
        if (partial instanceof Expr.Constant constant && Double.isFinite(constant.value())) {
            return constant.value() == 1 ? g : constant.value() == 0 ? Tensor.zeros(g.shape) : g.mul(constant.value());
        }
        return of(Arithmetic.STRONG_MUL).apply(g, in(partial, in, y));
    }

    @Override
    boolean knowsSecond(Tensor[] in) {
        return true;
    }

    @Override
    @Nullable
    Tensor second(@Nullable Tensor[] t, Tensor[] in, Tensor y, boolean summed) {
        Tensor sum = null;
        Shape shape = y.shape;
        for (Second second : seconds()) {
            Tensor square = square(second, t, in, y, summed);
            if (square != null) {
                shape = square.shape.lead(Math.max(0, square.rank() - y.rank()), y.shape);
                Tensor term = of(Arithmetic.STRONG_MUL).apply(square, in(second.formula, in, y));
                sum = sum == null ? term : sum.add(term);
            }
        }
        return sum == null ? null : sum.broadcastTo(shape);
    }

    /** Returns {@link #second} in one loop for each pair of inputs that vary, recording nothing. */
    @Nullable
    Tensor second(@Nullable Tensor[] t, Tensor y, boolean summed) {
        Storage out = null;
        Shape shape = y.shape;
        for (Second second : seconds()) {
            Tensor square = square(second, t, y.in, y, summed);
            if (square != null) {
                shape = square.shape.lead(Math.max(0, square.rank() - y.rank()), y.shape);
                boolean add = out != null;
                out = out != null ? out : Storage.allocate(shape.size());
                run(second.derivative, 0, y, shape, Operand.of(square.data, square.shape, shape), out, add, null);
            }
        }
        return out == null ? null : new Tensor(shape, out);
    }

    private static @Nullable Tensor square(Second second, @Nullable Tensor[] t, Tensor[] in, Tensor y, boolean summed) {
        return Directions.product(of(Arithmetic.STRONG_MUL), t, second.i, second.j, in, y, summed);
    }

    private List<Second> seconds() {
        List<Second> known = seconds;
        if (known == null) {
            List<Second> found = new ArrayList<>();
            for (int i = 0; i < primitive.arity(); i++) {
                for (int j = i; j < primitive.arity(); j++) {
                    Expr formula = SecondPartial.of(primitive, i, j);
                    if (formula != null) {
                        found.add(new Second(i, j, formula, Derivative.of(formula)));
                    }
                }
            }
            // immutable, so that another thread that sees it sees all of it
            known = List.copyOf(found);
            seconds = known;
        }
        return known;
    }

    /** Adds the contribution of input {@code k} to the sweep's cotangent in a slot in one loop, recording nothing. */
    void pull(int k, Tensor g, Tensor y, Sweep sweep, int slot) {
        Tensor x = y.in[k];
        Derivative d = derivative(k);
        if (d.one) {
            sweep.add(slot, g);
        } else if (apart(d, y, g.shape, sweep.partials()) && x.shape.equals(y.shape)) {
            Operand partial = partial(d, k, y, g.shape, sweep.partials());
            sweep.accumulate(slot, g.shape, PRODUCT, partial, null, null, null, g);
        } else if (x.shape.equals(y.shape)) {
            sweep.accumulate(
                    slot, g.shape, d.kernel, a(d, y, g.shape), b(d, y, g.shape), c(d, y, g.shape), y(d, y, g.shape), g);
        } else {
            Storage full = Storage.allocate(g.size());
            run(d, k, y, g.shape, Operand.of(g.data, g.shape, g.shape), full, false, sweep.partials());
            sweep.add(slot, new Tensor(g.shape, full));
        }
    }

    /** Returns the tangent of {@code y} from those of its inputs in one loop an input or less, recording nothing. */
    Tensor push(@Nullable Tensor[] t, Tensor y, @Nullable Partials kept) {
        Shape shape = y.shape;
        @Nullable Tensor[] aligned = new @Nullable Tensor[t.length];
        int last = 0;
        int terms = 0;
        for (int k = 0; k < t.length; k++) {
            Tensor tangent = t[k];
            if (tangent != null) {
                shape = Directions.of(tangent, y.in[k]).append(y.shape);
                aligned[k] = Directions.align(tangent, y.in[k], y.rank());
                last = k;
                terms++;
            }
        }
        Tensor only = Objects.requireNonNull(aligned[last]);
        if (terms == 1 && derivative(last).one && only.shape.equals(shape)) {
            return only;
        }
        Storage out = Storage.allocate(shape.size());
        if (terms == 2 && (primitive == Arithmetic.ADD || primitive == Arithmetic.SUB)) {
            Broadcast.run(
                    value, shape, operand(aligned, 0, shape), operand(aligned, 1, shape), null, null, null, out, false);
            return new Tensor(shape, out);
        }
        boolean add = false;
        for (int k = 0; k < t.length; k++) {
            Tensor tangent = aligned[k];
            if (tangent != null) {
                run(derivative(k), k, y, shape, Operand.of(tangent.data, tangent.shape, shape), out, add, kept);
                add = true;
            }
        }
        return new Tensor(shape, out);
    }

    private static void run(
            Derivative d, int k, Tensor y, Shape loop, Operand g, Storage out, boolean add, @Nullable Partials kept) {
        if (apart(d, y, loop, kept)) {
            Broadcast.run(PRODUCT, loop, partial(d, k, y, loop, kept), null, null, null, g, out, add);
        } else {
            Broadcast.run(d.kernel, loop, a(d, y, loop), b(d, y, loop), c(d, y, loop), y(d, y, loop), g, out, add);
        }
    }

    /** Whether to compute the partial derivative by itself, since it is used more than once: the product has the same bits. */
    private static boolean apart(Derivative d, Tensor y, Shape loop, @Nullable Partials kept) {
        return d.formula && (kept != null || loop.rank() > y.rank());
    }

    /** Returns the partial derivative by input {@code k}: for all directions of a loop, and if kept for all sweeps. */
    private static Operand partial(Derivative d, int k, Tensor y, Shape loop, @Nullable Partials kept) {
        Tensor found = kept == null ? null : kept.of(y, k);
        if (found == null) {
            Storage out = Storage.allocate(y.size());
            Operand one = Operand.of(ONE, Shape.SCALAR, y.shape);
            Broadcast.run(
                    d.kernel,
                    y.shape,
                    a(d, y, y.shape),
                    b(d, y, y.shape),
                    c(d, y, y.shape),
                    y(d, y, y.shape),
                    one,
                    out,
                    false);
            found = new Tensor(y.shape, out);
            if (kept != null) {
                kept.keep(y, k, found);
            }
        }
        return Operand.of(found.data, found.shape, loop);
    }

    private static @Nullable Operand a(Derivative d, Tensor y, Shape loop) {
        return d.a ? operand(y.in, 0, loop) : null;
    }

    private static @Nullable Operand b(Derivative d, Tensor y, Shape loop) {
        return d.b ? operand(y.in, 1, loop) : null;
    }

    private static @Nullable Operand c(Derivative d, Tensor y, Shape loop) {
        return d.c ? operand(y.in, 2, loop) : null;
    }

    private static @Nullable Operand y(Derivative d, Tensor y, Shape loop) {
        return d.y ? Operand.of(y.data, y.shape, loop) : null;
    }
}
