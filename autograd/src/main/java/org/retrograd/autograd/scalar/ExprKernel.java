package org.retrograd.autograd.scalar;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Kernel;
import org.retrograd.autograd.array.Operand;

/** Loops over arrays that compute a primitive or its derivative by walking its definition for each element. */
public final class ExprKernel {
    private ExprKernel() {}

    /** Returns the loop {@code out = primitive(a, b, c)}. */
    public static Kernel value(Primitive primitive) {
        return primitive.function() instanceof Value.Unary unary
                ? unaryLoop(unary.function())
                : primitive.function() instanceof Value.Binary binary
                        ? binaryLoop(binary.function())
                        : walk(primitive.function());
    }

    /**
     * Returns the loop {@code out = g * partial}, the product being strong in zero: where {@code g} is 0 the result is 0,
     * whatever the partial derivative, as long as that is not the same number everywhere.
     */
    public static Kernel derivative(Expr partial) {
        return partial instanceof Expr.Constant constant && Double.isFinite(constant.value())
                ? scaleLoop(constant.value())
                : partialLoop(partial);
    }

    private static Kernel unaryLoop(DoubleUnaryOperator function) {
        return (n, a, b, c, y, g, out, at, add) -> {
            Operand first = requireNonNull(a);
            double[] x = first.values;
            for (int i = 0, ia = first.offset; i < n; i++, ia += first.stride) {
                double value = function.applyAsDouble(x[ia]);
                out[at + i] = add ? out[at + i] + value : value;
            }
        };
    }

    private static Kernel binaryLoop(DoubleBinaryOperator function) {
        return (n, a, b, c, y, g, out, at, add) -> {
            Operand first = requireNonNull(a);
            Operand second = requireNonNull(b);
            double[] x1 = first.values;
            double[] x2 = second.values;
            for (int i = 0, ia = first.offset, ib = second.offset;
                    i < n;
                    i++, ia += first.stride, ib += second.stride) {
                double value = function.applyAsDouble(x1[ia], x2[ib]);
                out[at + i] = add ? out[at + i] + value : value;
            }
        };
    }

    private static Kernel walk(Value function) {
        return (n, a, b, c, y, g, out, at, add) -> {
            for (int i = 0; i < n; i++) {
                double value = function.of(entry(a, i), entry(b, i), entry(c, i));
                out[at + i] = add ? out[at + i] + value : value;
            }
        };
    }

    private static Kernel scaleLoop(double factor) {
        if (factor == 0) {
            return (n, a, b, c, y, g, out, at, add) -> {
                if (!add) {
                    Arrays.fill(out, at, at + n, 0);
                }
            };
        }
        return (n, a, b, c, y, g, out, at, add) -> {
            Operand factors = requireNonNull(g);
            double[] seed = factors.values;
            for (int i = 0, ig = factors.offset; i < n; i++, ig += factors.stride) {
                double value = seed[ig] * factor;
                out[at + i] = add ? out[at + i] + value : value;
            }
        };
    }

    private static Kernel partialLoop(Expr partial) {
        return (n, a, b, c, y, g, out, at, add) -> {
            Operand factors = requireNonNull(g);
            double[] seed = factors.values;
            for (int i = 0, ig = factors.offset; i < n; i++, ig += factors.stride) {
                double value = Arithmetic.strongProduct(
                        seed[ig], partial.value(entry(a, i), entry(b, i), entry(c, i), entry(y, i)));
                out[at + i] = add ? out[at + i] + value : value;
            }
        };
    }

    private static double entry(@Nullable Operand operand, int i) {
        return operand == null ? Double.NaN : operand.values[operand.offset + i * operand.stride];
    }
}
