package org.retrograd.autograd.scalar;

import java.util.Arrays;

/**
 * A straight line of instructions, each an op code with up to three operands, in arrays of primitives.
 *
 * <p>The op code is the {@linkplain Primitive#index index} of a primitive, or one of the negative codes below. An operand is
 * the number of an earlier instruction or, if negative, {@code ~k} for constant number k: what depends on no input is never
 * an instruction. The arrays are chunks of {@value #SIZE}, so that growing copies nothing, and are kept when the line is cut
 * back.
 */
final class Instructions {
    static final int SHIFT = 13;
    static final int SIZE = 1 << SHIFT;
    static final int MASK = SIZE - 1;

    /** How many instructions, constants or operands of sums there are at most: all are numbered by ints. */
    static final int MOST = Integer.MAX_VALUE - SIZE;

    /** An input of the recording. */
    static final int INPUT = -1;

    /** A variable of an inner differentiation: the value of its first operand, under a number of its own. */
    static final int COPY = -2;

    /** A sum of products: the first operand is where its pairs of operands begin in {@link #pairs}, the second their number. */
    static final int DOT = -3;

    /** An output of a {@link Call}: the operands are the number of the call and of the output. */
    static final int CALL = -4;

    short[][] ops = {};
    int[][] first = {};
    int[][] second = {};
    int[][] third = {};
    int size;

    double[][] constants = {};
    int constantCount;

    int[][] pairs = {};
    int pairCount;

    final Calls calls = new Calls();

    /** A call of a function that brings its own derivative. */
    record Call(LocalFunction function, int[] in) {}

    /** Starts an empty line that may grow. */
    Instructions() {}

    /** Starts an empty line with room for exactly so many instructions. */
    Instructions(int instructions) {
        int chunks = (instructions + MASK) >>> SHIFT;
        ops = new short[chunks][];
        first = new int[chunks][];
        second = new int[chunks][];
        third = new int[chunks][];
        for (int chunk = 0; chunk < chunks; chunk++) {
            openChunk(chunk, Math.min(SIZE, instructions - (chunk << SHIFT)));
        }
    }

    /** Gives back the room for constants that is not used. */
    void trim() {
        constants = Arrays.copyOf(constants, (constantCount + MASK) >>> SHIFT);
        if (constants.length > 0) {
            int last = constants.length - 1;
            constants[last] = Arrays.copyOf(constants[last], constantCount - (last << SHIFT));
        }
    }

    /** Appends an instruction of a primitive or a special one, and returns its number. */
    int append(int op, int a, int b) {
        int i = size;
        int chunk = i >>> SHIFT;
        if (chunk == ops.length || ops[chunk] == null) {
            grow(chunk);
        }
        int at = i & MASK;
        ops[chunk][at] = (short) op;
        first[chunk][at] = a;
        second[chunk][at] = b;
        size = i + 1;
        return i;
    }

    /** Appends an instruction of three operands. */
    int append(int op, int a, int b, int c) {
        int i = append(op, a, b);
        third[i >>> SHIFT][i & MASK] = c;
        return i;
    }

    private void grow(int chunk) {
        if (chunk == ops.length) {
            int length = Math.max(1, 2 * chunk);
            ops = Arrays.copyOf(ops, length);
            first = Arrays.copyOf(first, length);
            second = Arrays.copyOf(second, length);
            third = Arrays.copyOf(third, length);
        }
        openChunk(chunk, SIZE);
    }

    private void openChunk(int chunk, int length) {
        ops[chunk] = new short[length];
        first[chunk] = new int[length];
        second[chunk] = new int[length];
        third[chunk] = new int[length];
    }

    /** Returns the operand that stands for a number. */
    int constant(double value) {
        int k = constantCount++;
        int chunk = k >>> SHIFT;
        if (chunk == constants.length) {
            requireNumbers(k, "constants");
            constants = Arrays.copyOf(constants, Math.max(1, 2 * chunk));
        }
        if (constants[chunk] == null) {
            constants[chunk] = new double[SIZE];
        }
        constants[chunk][k & MASK] = value;
        return ~k;
    }

    /** Appends two operands to the pairs of a sum of products. */
    void appendPair(int a, int b) {
        int k = pairCount;
        int chunk = k >>> SHIFT;
        if (chunk == pairs.length) {
            requireNumbers(k, "operands of sums of products");
            pairs = Arrays.copyOf(pairs, Math.max(1, 2 * chunk));
        }
        if (pairs[chunk] == null) {
            pairs[chunk] = new int[SIZE];
        }
        // chunks have an even length: a pair is never torn apart
        pairs[chunk][k & MASK] = a;
        pairs[chunk][(k + 1) & MASK] = b;
        pairCount = k + 2;
    }

    private static void requireNumbers(int count, String what) {
        if (count < 0 || count > MOST) {
            throw new IllegalStateException(
                    "the tape is full: its " + MOST + " " + what
                            + " are used up; rewind it between evaluations, or record one step of a long loop as a Program and scan it");
        }
    }

    int pair(int k) {
        return pairs[k >>> SHIFT][k & MASK];
    }

    int op(int i) {
        return ops[i >>> SHIFT][i & MASK];
    }

    int first(int i) {
        return first[i >>> SHIFT][i & MASK];
    }

    int second(int i) {
        return second[i >>> SHIFT][i & MASK];
    }

    int third(int i) {
        return third[i >>> SHIFT][i & MASK];
    }

    double constantAt(int operand) {
        return constants[~operand >>> SHIFT][~operand & MASK];
    }

    /** Returns the number that an operand stands for, given the values of the instructions. */
    static double at(double[][] values, double[][] constants, int operand) {
        return operand >= 0
                ? values[operand >>> SHIFT][operand & MASK]
                : constants[~operand >>> SHIFT][~operand & MASK];
    }

    /** Adds to the number kept for an instruction. */
    static void add(double[][] sums, int i, double term) {
        sums[i >>> SHIFT][i & MASK] += term;
    }

    /** Returns {@code held} with room for as many numbers as there are instructions, in chunks like theirs. */
    static double[][] room(double[][] held, int size) {
        int chunks = (size + MASK) >>> SHIFT;
        double[][] room = held.length < chunks ? Arrays.copyOf(held, Math.max(chunks, 2 * held.length)) : held;
        for (int chunk = chunks - 1; chunk >= 0 && room[chunk] == null; chunk--) {
            room[chunk] = new double[SIZE];
        }
        return room;
    }

    /** Returns chunks for exactly so many numbers. */
    static double[][] room(int size) {
        double[][] room = new double[(size + MASK) >>> SHIFT][];
        for (int chunk = 0; chunk < room.length; chunk++) {
            room[chunk] = new double[Math.min(SIZE, size - (chunk << SHIFT))];
        }
        return room;
    }

    /** Returns the bytes of all chunks. */
    long bytes() {
        long numbers = 0;
        for (short[] chunk : ops) {
            numbers += chunk == null ? 0 : chunk.length;
        }
        long operands = 0;
        for (int[] chunk : pairs) {
            operands += chunk == null ? 0 : chunk.length;
        }
        return numbers * (Short.BYTES + 3 * Integer.BYTES) + bytes(constants) + operands * Integer.BYTES;
    }

    static long bytes(double[][] chunks) {
        long bytes = 0;
        for (double[] chunk : chunks) {
            bytes += chunk == null ? 0 : (long) chunk.length * Double.BYTES;
        }
        return bytes;
    }
}
