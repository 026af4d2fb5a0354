package org.retrograd.autograd.scalar;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.scalar.Instructions.Call;

/** The calls of a line of instructions, by number. When the line is cut back they are kept, to be filled anew. */
final class Calls {
    private @Nullable Call[] calls = {};
    private int size;

    int size() {
        return size;
    }

    Call get(int number) {
        Call call = number < size ? calls[number] : null;
        if (call == null) {
            throw new IndexOutOfBoundsException("there is no call " + number + " among " + size);
        }
        return call;
    }

    /** Appends a call of a function and returns it; its operands are for the caller to fill in. */
    Call add(LocalFunction function) {
        if (size == calls.length) {
            calls = Arrays.copyOf(calls, Math.max(8, 2 * size));
        }
        Call call = calls[size];
        if (call == null || call.function() != function) {
            call = new Call(function, new int[function.inputs()]);
            calls[size] = call;
        }
        size++;
        return call;
    }

    /** Forgets the calls from a number on. */
    void cut(int from) {
        size = from;
    }
}
