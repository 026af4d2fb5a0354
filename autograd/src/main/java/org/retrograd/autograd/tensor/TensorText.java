package org.retrograd.autograd.tensor;

import java.util.Locale;

/** Tensors as text: all entries of small ones, the first and last of each axis of larger ones. */
final class TensorText {
    private static final int ALL = 6;
    private static final int EDGE = 3;

    private TensorText() {}

    static String of(Tensor tensor) {
        StringBuilder text = new StringBuilder("Tensor").append(tensor.shape).append(" float64 ");
        append(text, tensor, 0, 0);
        if (tensor.origin != null && tensor.origin.name() != null) {
            text.append(" \"").append(tensor.origin.name()).append('"');
        }
        if (tensor.op != null) {
            text.append(tensor.op instanceof Variable ? ", " : ", from ").append(tensor.op);
        }
        return text.toString();
    }

    /** Appends the block of entries at {@code axis} that starts at a row-major position; recursion ends at the rank. */
    private static void append(StringBuilder text, Tensor tensor, int axis, int position) {
        if (axis == tensor.rank()) {
            text.append(number(tensor.data.get(position)));
            return;
        }
        int length = tensor.dim(axis);
        int block =
                length == 0 ? 0 : tensor.shape.slice(axis + 1, tensor.rank()).size();
        text.append('{');
        for (int i = 0; i < length; i++) {
            if (length > ALL && i == EDGE) {
                text.append(", …");
                i = length - EDGE;
            }
            text.append(i == 0 ? "" : ", ");
            append(text, tensor, axis + 1, position + i * block);
        }
        text.append('}');
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return Long.toString((long) value);
        }
        String digits = String.format(Locale.ROOT, "%.6g", value);
        // zeros before the point and in exponents are not superfluous
        return digits.contains(".") && !digits.contains("e") ? digits.replaceFirst("\\.?0+$", "") : digits;
    }
}
