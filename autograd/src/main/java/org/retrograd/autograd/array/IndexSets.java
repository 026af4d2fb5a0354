package org.retrograd.autograd.array;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * For each entry of an array a set of numbers below a bound: the arguments that the entry depends on.
 *
 * <p>Sets are sorted arrays that never change and are shared between entries wherever they are the same, so that a pattern
 * takes the room of its distinct sets, and a move costs nothing but pointers.
 */
public final class IndexSets {
    private static final int[] EMPTY = {};

    private final int bound;
    private final int[][] sets;

    private IndexSets(int bound, int[][] sets) {
        this.bound = bound;
        this.sets = sets;
    }

    /** Returns {@code size} sets of one number each: {@code first}, {@code first + 1}, … */
    public static IndexSets singletons(int size, int first, int bound) {
        int[][] sets = new int[size][];
        for (int i = 0; i < size; i++) {
            sets[i] = new int[] {first + i};
        }
        return new IndexSets(bound, sets);
    }

    /** Returns the number of sets. */
    public int size() {
        return sets.length;
    }

    /**
     * Returns for each group the union of its members' sets.
     *
     * @param groupOf the group of each entry, from 1 on; 0 for none
     */
    public IndexSets gather(int[] groupOf, int groups) {
        int[] starts = new int[groups + 2];
        for (int group : groupOf) {
            starts[group + 1]++;
        }
        for (int group = 0; group <= groups; group++) {
            starts[group + 1] += starts[group];
        }
        int[][] members = new int[sets.length][];
        int[] next = starts.clone();
        for (int i = 0; i < sets.length; i++) {
            members[next[groupOf[i]]++] = sets[i];
        }
        Union union = new Union(bound);
        int[][] gathered = new int[groups][];
        for (int group = 1; group <= groups; group++) {
            for (int i = starts[group]; i < starts[group + 1]; i++) {
                union.add(members[i]);
            }
            gathered[group - 1] = union.take();
        }
        return new IndexSets(bound, gathered);
    }

    /**
     * Returns sets picked from these.
     *
     * @param from for each result the number of a set, from 1 on; 0 for the empty set
     */
    public IndexSets pick(int[] from) {
        int[][] picked = new int[from.length][];
        for (int i = 0; i < from.length; i++) {
            picked[i] = from[i] == 0 ? EMPTY : sets[from[i] - 1];
        }
        return new IndexSets(bound, picked);
    }

    /**
     * Returns {@code size} unions of these.
     *
     * @param reads for each result the numbers of the sets to unite, from 0 on
     */
    public IndexSets unions(int size, IntFunction<int[]> reads) {
        Union union = new Union(bound);
        int[][] united = new int[size][];
        for (int i = 0; i < size; i++) {
            for (int read : reads.apply(i)) {
                union.add(sets[read]);
            }
            united[i] = union.take();
        }
        return new IndexSets(bound, united);
    }

    /** Returns the unions of each set with the one in the same place of another array of this size. */
    public IndexSets union(IndexSets other) {
        if (other == this) {
            return this;
        }
        int[][] united = new int[sets.length][];
        for (int i = 0; i < united.length; i++) {
            int[] a = sets[i];
            int[] b = other.sets[i];
            boolean again = i > 0 && a == sets[i - 1] && b == other.sets[i - 1];
            united[i] = again ? united[i - 1] : union(a, b);
        }
        return new IndexSets(bound, united);
    }

    /** Returns the pattern whose rows are these sets. */
    public Sparsity toSparsity() {
        return Sparsity.of(bound, sets);
    }

    /** Returns the union of two sets: one of the two if it holds the other. */
    static int[] union(int[] a, int[] b) {
        if (a == b || b.length == 0) {
            return a;
        }
        if (a.length == 0) {
            return b;
        }
        int[] merged = new int[a.length + b.length];
        int n = 0;
        int p = 0;
        int q = 0;
        while (p < a.length || q < b.length) {
            int next = q == b.length || (p < a.length && a[p] <= b[q]) ? a[p] : b[q];
            p += p < a.length && a[p] == next ? 1 : 0;
            q += q < b.length && b[q] == next ? 1 : 0;
            merged[n++] = next;
        }
        return n == a.length ? a : n == b.length ? b : Arrays.copyOf(merged, n);
    }

    /** A union that grows set by set; marks, rather than merges, so that the cost is the number of elements added. */
    private static final class Union {
        private final int[] marks;
        private int round = 1;
        private int[] found = new int[16];
        private int size;
        /** The largest set so far. */
        private int[] largest = EMPTY;

        Union(int bound) {
            this.marks = new int[bound];
        }

        void add(int[] set) {
            if (set == largest || set.length == 0) {
                return;
            }
            largest = set.length > largest.length ? set : largest;
            for (int element : set) {
                if (marks[element] != round) {
                    marks[element] = round;
                    if (size == found.length) {
                        found = Arrays.copyOf(found, 2 * size);
                    }
                    found[size++] = element;
                }
            }
        }

        /** Returns the union, the very set if one holds all others, and begins a new one. */
        int[] take() {
            int[] union = largest;
            if (size != largest.length) {
                union = Arrays.copyOf(found, size);
                Arrays.sort(union);
            }
            largest = EMPTY;
            size = 0;
            round++;
            return union;
        }
    }
}
