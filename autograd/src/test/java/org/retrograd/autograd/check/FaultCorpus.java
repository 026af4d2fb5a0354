package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.function.Supplier;

/** Planted mistakes by the family of the operations in which they are. */
final class FaultCorpus {
    private FaultCorpus() {}

    private static final ImmutableMap<String, List<Supplier<List<Fault>>>> FAMILIES = ImmutableMap.of(
            "elementwise",
            List.of(ElementwiseFaults::all, PairFaults::all),
            "reductions and scans",
            List.of(ReductionFaults::all, StatisticsFaults::all),
            "indexing and moves",
            List.of(IndexingFaults::all),
            "matrices",
            List.of(MatrixFaults::all, MatrixFunctionFaults::all),
            "layers and losses",
            List.of(LayerFaults::all, LossFaults::all),
            "at kinks and ties",
            List.of(KinkFaults::all),
            "one mode, one order, late digits",
            List.of(SubtleFaults::all),
            "custom functions",
            List.of(CustomFaults::all),
            "wiring and state",
            List.of(WiringFaults::all));

    /** Returns the mistakes of each family, those with a state as new. */
    static ImmutableMap<String, List<Fault>> families() {
        ImmutableMap.Builder<String, List<Fault>> families = ImmutableMap.builder();
        FAMILIES.forEach((name, faults) -> families.put(
                name,
                faults.stream().flatMap(supplier -> supplier.get().stream()).toList()));
        return families.buildOrThrow();
    }

    /** Returns all mistakes. */
    static List<Fault> all() {
        return families().values().stream().flatMap(List::stream).toList();
    }
}
