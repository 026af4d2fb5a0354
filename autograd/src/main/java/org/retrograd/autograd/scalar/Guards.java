package org.retrograd.autograd.scalar;

import java.util.Arrays;

/**
 * The comparisons on which a recording depends: the instruction of each, and whether it held.
 *
 * <p>A recording goes the way that its comparisons went. At other inputs it is the same program as long as they go the same
 * way again. What the tape cannot see, a number that was asked for by {@code getReal()}, makes it <em>unguarded</em>.
 */
final class Guards {
    private int[] comparison = new int[8];
    private boolean[] held = new boolean[8];
    private int size;
    private boolean unguarded;

    int size() {
        return size;
    }

    void add(int instruction, boolean holds) {
        if (size == comparison.length) {
            comparison = Arrays.copyOf(comparison, 2 * size);
            held = Arrays.copyOf(held, 2 * size);
        }
        comparison[size] = instruction;
        held[size++] = holds;
    }

    int comparison(int k) {
        return comparison[k];
    }

    boolean held(int k) {
        return held[k];
    }

    /** States that a branch may have been decided by a number that the tape cannot see. */
    void escape() {
        unguarded = true;
    }

    boolean unguarded() {
        return unguarded;
    }

    /** Forgets the guards after the first so many, and whatever has been decided unseen unless it was before them. */
    void cut(int to, boolean before) {
        size = to;
        unguarded = before;
    }
}
