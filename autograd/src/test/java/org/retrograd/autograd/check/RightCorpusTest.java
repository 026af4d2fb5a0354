package org.retrograd.autograd.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/** The corpus of right functions is what it says it is: checked without the checker. */
class RightCorpusTest {
    @Test
    void thereAreAtLeastFiveHundredAndNoneTwice() {
        Map<String, List<Right>> families = RightCorpus.families();
        Set<String> names = new HashSet<>();
        for (List<Right> family : families.values()) {
            assertThat(family).isNotEmpty();
            assertThat(family.stream().filter(right -> !names.add(right.name())))
                    .isEmpty();
        }
        int ofTheCatalogue = families.get(RightCorpus.CATALOGUE).size();
        assertThat(names.size() - ofTheCatalogue).isGreaterThanOrEqualTo(500);
    }

    /** Whether derivatives are right is what checkers are for; that they are numbers, and the same both ways, can be said here. */
    @Test
    void valuesAndDerivativesAreFiniteAndTheSameInBothModes() {
        RandomGenerator random = new SplittableRandom(1);
        for (List<Right> family : RightCorpus.families().values()) {
            for (Right right : family) {
                Linearization at = Linearization.of(right.function(), right.inputs());
                finite(right, at.value());
                Tensor g = normal(random, at.value());
                List<Tensor> t =
                        right.inputs().stream().map(x -> normal(random, x)).toList();
                List<Tensor> gradients = at.pull(g);
                double reverse = 0;
                double size = 0;
                for (int k = 0; k < t.size(); k++) {
                    finite(right, gradients.get(k));
                    Tensor terms = gradients.get(k).mul(t.get(k));
                    reverse += terms.sum().item();
                    size += terms.norm1().item();
                }
                double forward = at.push(t).mul(g).sum().item();
                double gap = Math.abs(reverse - forward);
                if (!(gap <= 1e-6 * size)) {
                    // what is left where terms cancel, or all is saturated
                    assertThat(gap).as(right.name()).isLessThanOrEqualTo(rounding(right, g, t));
                }
            }
        }
    }

    /** Returns how far rounding may have carried the derivative of Σ g·f along t. */
    private static double rounding(Right right, Tensor g, List<Tensor> t) {
        Condition condition = GradientCheck.ofSeveral(
                        in -> right.function().apply(in).mul(g).sum())
                .at(right.inputs().toArray(new Tensor[0]))
                .condition();
        double bound = 0;
        for (int k = 0; k < t.size(); k++) {
            bound += condition
                    .gradients()
                    .get(k)
                    .bounds()
                    .mul(t.get(k).abs())
                    .sum()
                    .item();
        }
        return bound;
    }

    private static Tensor normal(RandomGenerator random, Tensor like) {
        return Tensor.normal(random, like.shape().toArray());
    }

    private static void finite(Right right, Tensor x) {
        assertThat(Arrays.stream(x.toArray()).allMatch(Double::isFinite))
                .as(right.name() + ": " + x)
                .isTrue();
    }
}
