package org.retrograd.autograd.tensor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.IndexSets;
import org.retrograd.autograd.array.Sparsity;

/**
 * What can be read off a graph without its numbers: which entries of the output depend on which entries of the variables.
 *
 * <p>One walk in the order of the calls unites, for each entry, the sets of variable entries that its inputs depend on. A
 * set is dropped as soon as the last call has read it.
 */
final class Dependencies {
    private final Graph graph;
    private final Tensor[] variables;

    Dependencies(Graph graph, Tensor[] variables) {
        this.graph = graph;
        this.variables = variables;
    }

    /** Returns the pattern of the Jacobian, the entries of all variables one after the other as its columns. */
    Sparsity sparsity() {
        int columns = 0;
        for (Tensor variable : variables) {
            columns += variable.size();
        }
        @Nullable IndexSets[] sets = new @Nullable IndexSets[graph.slots()];
        int first = 0;
        for (Tensor variable : variables) {
            int slot = graph.wanted(variable);
            if (slot >= 0) {
                sets[slot] = IndexSets.singletons(variable.size(), first, columns);
            }
            first += variable.size();
        }
        int[] lastReader = lastReaders();
        for (int i = 0; i < graph.size(); i++) {
            int slot = graph.slot(i);
            Tensor y = graph.at(slot);
            if (graph.ends(y)) {
                continue;
            }
            for (int k = 0; k < y.in.length; k++) {
                int input = graph.wanted(y.in[k]);
                IndexSets of = input < 0 ? null : sets[input];
                if (of != null) {
                    IndexSets reached = y.op().relation(k, y.in, y).apply(of);
                    IndexSets before = sets[slot];
                    sets[slot] = before == null ? reached : before.union(reached);
                }
            }
            for (Tensor x : y.in) {
                int input = graph.wanted(x);
                if (input >= 0 && lastReader[input] == i) {
                    sets[input] = null;
                }
            }
        }
        int slot = graph.wanted(graph.output);
        IndexSets found = slot < 0 ? null : sets[slot];
        return found == null ? Sparsity.empty(graph.output.size(), columns) : found.toSparsity();
    }

    private int[] lastReaders() {
        int[] last = new int[graph.slots()];
        for (int i = 0; i < graph.size(); i++) {
            for (Tensor x : graph.at(graph.slot(i)).in) {
                int input = graph.wanted(x);
                if (input >= 0) {
                    last[input] = i;
                }
            }
        }
        return last;
    }

    /**
     * Returns a number that is the same for two recordings of the same calls on the same shapes, and differs, but for a
     * coincidence of one in 2⁶⁴ (2³² for relations), if a pattern could differ.
     */
    long fingerprint() {
        int[] order = new int[graph.slots()];
        long hash = graph.size();
        for (int i = 0; i < graph.size(); i++) {
            int slot = graph.slot(i);
            order[slot] = i;
            Tensor y = graph.at(slot);
            hash = mix(hash, Objects.hash(y.op().name(), y.shape));
            for (int k = 0; k < y.in.length && !graph.ends(y); k++) {
                int input = graph.wanted(y.in[k]);
                hash = mix(hash, input < 0 ? -1 : order[input]);
                if (input >= 0) {
                    hash = mix(hash, y.op().relation(k, y.in, y).fingerprint());
                }
            }
        }
        return hash;
    }

    /** The finaliser of a well-tested generator (Steele, Lea and Flood 2014, SplitMix64). */
    private static long mix(long hash, long next) {
        long z = hash * 31 + next + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
