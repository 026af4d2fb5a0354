package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.function.Supplier;

/** Planted mistakes by the family of the operations in which they are. */
final class FaultCorpus {
    private FaultCorpus() {}

    private static final ImmutableMap<String, Supplier<List<Fault>>> FAMILIES = ImmutableMap.of(
            "elementwise", ElementwiseFaults::all,
            "reductions and scans", ReductionFaults::all,
            "indexing and moves", IndexingFaults::all,
            "matrices", MatrixFaults::all,
            "at kinks and ties", KinkFaults::all,
            "wiring and state", WiringFaults::all,
            "layers and losses", LayerFaults::all);

    /** Returns the mistakes of each family, those with a state as new. */
    static ImmutableMap<String, List<Fault>> families() {
        ImmutableMap.Builder<String, List<Fault>> families = ImmutableMap.builder();
        FAMILIES.forEach((name, faults) -> families.put(name, faults.get()));
        return families.buildOrThrow();
    }

    /** Returns all mistakes. */
    static List<Fault> all() {
        return families().values().stream().flatMap(List::stream).toList();
    }
}
