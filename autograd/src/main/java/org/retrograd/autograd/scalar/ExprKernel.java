package org.retrograd.autograd.scalar;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.ArrayFunction;
import org.retrograd.autograd.array.Kernel;
import org.retrograd.autograd.array.Operand;

/**
 * A loop over arrays that computes a formula for each element.
 *
 * <p>At first it walks the formula. Once it has computed enough elements for that to matter, the loop is generated as
 * bytecode, which gives the same bits several times faster; programs that never get there never pay for it.
 */
public final class ExprKernel implements Kernel {
    /** Elements computed before the loop is generated: walking them costs about as much as generating the loop. */
    private static final int PATIENCE = 4096;

    private final Expr formula;
    private @Nullable Kernel generated;
    private int walked;

    private ExprKernel(Expr formula) {
        this.formula = formula;
    }

    /** Returns the loop {@code out = primitive(a, b, c)}. */
    public static Kernel value(Primitive primitive) {
        Kernel loop = new ExprKernel(
                switch (primitive.arity()) {
                    case 1 -> new Expr.Apply1(primitive, Symbols.A);
                    case 2 -> new Expr.Apply2(primitive, Symbols.A, Symbols.B);
                    default -> new Expr.Apply3(primitive, Symbols.A, Symbols.B, Symbols.C);
                });
        ArrayFunction overArrays = primitive.overArrays();
        return overArrays == null
                ? loop
                : (n, a, b, c, y, g, out, at, add) -> {
                    if (add || Objects.requireNonNull(a).stride != 1) {
                        loop.run(n, a, b, c, y, g, out, at, add);
                    } else {
                        overArrays.apply(a.values, a.offset, n, out, at);
                    }
                };
    }

    /**
     * Returns the loop {@code out = g * partial}, the product being strong in zero: where one factor is 0 the result is 0,
     * whatever the other, as long as the partial derivative is not the same number everywhere.
     */
    public static Kernel derivative(Expr partial) {
        if (partial.equals(Expr.constant(0))) {
            return (n, a, b, c, y, g, out, at, add) -> {
                if (!add) {
                    Arrays.fill(out, at, at + n, 0);
                }
            };
        }
        boolean scales = partial instanceof Expr.Constant constant && Double.isFinite(constant.value());
        return new ExprKernel(scales ? Symbols.G.mul(partial) : Symbols.G.then(Arithmetic.STRONG_MUL, partial));
    }

    @Override
    public void run(
            int n,
            @Nullable Operand a,
            @Nullable Operand b,
            @Nullable Operand c,
            @Nullable Operand y,
            @Nullable Operand g,
            double[] out,
            int at,
            boolean add) {
        // threads that race here generate equal loops
        Kernel loop = generated;
        if (loop == null && (walked += n) > PATIENCE) {
            loop = KernelCompiler.compile(formula);
            generated = loop;
        }
        if (loop != null) {
            loop.run(n, a, b, c, y, g, out, at, add);
        } else {
            walk(n, a, b, c, y, g, out, at, add);
        }
    }

    private void walk(
            int n,
            @Nullable Operand a,
            @Nullable Operand b,
            @Nullable Operand c,
            @Nullable Operand y,
            @Nullable Operand g,
            double[] out,
            int at,
            boolean add) {
        for (int i = 0; i < n; i++) {
            double value = formula.value(entry(a, i), entry(b, i), entry(c, i), entry(y, i), entry(g, i));
            out[at + i] = add ? out[at + i] + value : value;
        }
    }

    private static double entry(@Nullable Operand operand, int i) {
        return operand == null ? Double.NaN : operand.values[operand.offset + i * operand.stride];
    }
}
