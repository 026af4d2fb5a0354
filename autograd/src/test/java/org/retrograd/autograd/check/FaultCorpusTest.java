package org.retrograd.autograd.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.check.Fault.Kind;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/** The corpus of faults is what it says it is: checked without the checker. */
class FaultCorpusTest {
    @Test
    void thereAreAtLeastTwoHundredOfEveryKindAndNoneTwice() {
        List<Fault> all = FaultCorpus.all();
        assertThat(all).hasSizeGreaterThanOrEqualTo(200);
        assertThat(all).extracting(Fault::kind).contains(Kind.values());
        Set<String> names = new HashSet<>();
        assertThat(all.stream().filter(fault -> !names.add(fault.name()))).isEmpty();
    }

    /** Values and derivatives of both modes, to second order. */
    private static List<Tensor> derivatives(Function<List<Tensor>, Tensor> f, List<Tensor> inputs) {
        List<Tensor> found = new ArrayList<>();
        RandomGenerator random = new SplittableRandom(1);
        List<Tensor> t = inputs.stream().map(x -> normal(random, x)).toList();
        Linearization at = Linearization.of(f, inputs);
        Tensor g = normal(random, at.value());
        found.add(f.apply(inputs));
        found.add(at.push(t));
        found.addAll(at.pull(g));
        found.addAll(at.pull(g));
        Function<List<Tensor>, Tensor> gradient = x -> Tensor.concat(
                0, Linearization.of(f, x).pull(g).stream().map(Tensor::flatten).toArray(Tensor[]::new));
        found.add(Linearization.of(gradient, inputs).push(t));
        return found;
    }

    private static Tensor normal(RandomGenerator random, Tensor like) {
        return Tensor.normal(random, like.shape().toArray());
    }

    private static double largest(Tensor x) {
        return x.size() == 0 ? 0 : x.abs().max().item();
    }

    @Test
    void everyFaultChangesADerivativeAndOnlyStateChangesAValue() {
        for (Fault fault : FaultCorpus.all()) {
            List<Tensor> right = derivatives(fault.right(), fault.inputs());
            List<Tensor> faulty = derivatives(fault.faulty(), fault.inputs());
            double worst = 0;
            for (int i = 0; i < right.size(); i++) {
                assertThat(faulty.get(i).shape())
                        .as(fault.name())
                        .isEqualTo(right.get(i).shape());
                assertThat(Arrays.stream(right.get(i).toArray()).allMatch(Double::isFinite))
                        .as(fault.name())
                        .isTrue();
                double gap = largest(faulty.get(i).sub(right.get(i)));
                double size = largest(right.get(i));
                worst = Math.max(worst, i == 0 && fault.kind() != Kind.STALE ? 0 : gap / Math.max(size, 1e-30));
                if (i == 0 && fault.kind() != Kind.STALE) {
                    assertThat(gap).as(fault.name()).isLessThanOrEqualTo(1e-12 * Math.max(1, size));
                }
            }
            assertThat(worst).as(fault.name()).isGreaterThan(3e-8);
        }
    }
}
