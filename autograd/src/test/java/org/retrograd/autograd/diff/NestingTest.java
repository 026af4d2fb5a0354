package org.retrograd.autograd.diff;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.retrograd.autograd.diff.Univariate.ORDER;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.diff.Transform.Kind;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Transforms nested in one another to the fourth order equal Commons Math's {@link DerivativeStructure}, a truncated power
 * series: 53 of them ({@link Transform}), 17 of which leave the function what it is, on 38 functions ({@link Univariate}).
 *
 * <p>All chains are taken whose orders add up to at most 4:
 *
 * <ul>
 *   <li>of one and of two transforms, for every function: 104,690 cases;
 *   <li>of three families of transforms, of which there are 17, ten times: 32,390 cases. The members of a
 *       family, which are one mechanism under several names, take turns;
 *   <li>of four families, each for one function: 33,841 cases;
 *   <li>of four first derivatives, with a transform of order 0 under each, so that these are chains of eight, each for one
 *       function: 343 cases. Any three of the four see every three of the seven families, and any two places under them
 *       every two of the 17 transforms of order 0.
 * </ul>
 *
 * <p>The functions take turns: every function meets every family in every place of chains of three and of four. Half of the
 * time a transform of these chains works on a closure over the variable of the transform around it.
 */
class NestingTest {
    /** What transforms have in common that may stand for one another in long chains. */
    private record Family(Kind kind, int order) {
        static Family of(Transform transform) {
            return new Family(transform.kind(), transform.order());
        }
    }

    /** The first member of a family stands for it until members take turns. */
    private static final Map<Family, List<Transform>> FAMILIES =
            Transform.ALL.stream().collect(groupingBy(Family::of, LinkedHashMap::new, toList()));

    /** A chain of transforms, the outermost first, of a function. */
    record Case(List<Transform> chain, Univariate function) {
        void check() {
            UnaryOperator<Tensor> f = function.f();
            DerivativeStructure series = function.series();
            double scale = 1;
            for (int k = chain.size() - 1; k >= 0; k--) {
                f = chain.get(k).of(f);
                // a sum can be smaller than its terms, whose rounding it has
                scale = Math.max(scale, largest(series));
                series = chain.get(k).ofSeries().apply(series);
            }
            Tensor found = value(f);
            scale = Math.max(scale, largest(series));
            assertThat(found.item()).as(this::toString).isEqualTo(series.getValue(), Offset.offset(1e-12 * scale));
            assertThat(found.rank()).as(this::toString).isZero();
            assertThat(found.traced()).as(this::toString).isFalse();
        }

        private Tensor value(UnaryOperator<Tensor> f) {
            try {
                return f.apply(Tensor.scalar(function.x()));
            } catch (RuntimeException e) {
                throw new AssertionError(toString(), e);
            }
        }

        private static double largest(DerivativeStructure series) {
            return Arrays.stream(series.getAllDerivatives())
                    .map(Math::abs)
                    .max()
                    .getAsDouble();
        }

        @Override
        public String toString() {
            return chain.stream().map(Transform::name).collect(joining(" of ")) + " of " + function.name();
        }
    }

    /** Returns all chains of some transforms of the given length whose orders add up to no more than the given one. */
    static List<List<Transform>> chains(List<Transform> transforms, int length, int order) {
        if (length == 0) {
            return List.of(List.of());
        }
        List<List<Transform>> chains = new ArrayList<>();
        for (Transform outer : transforms) {
            if (outer.order() <= order) {
                for (List<Transform> inner : chains(transforms, length - 1, order - outer.order())) {
                    chains.add(Stream.concat(Stream.of(outer), inner.stream()).toList());
                }
            }
        }
        return chains;
    }

    static List<Transform> families() {
        return FAMILIES.values().stream().map(family -> family.get(0)).toList();
    }

    private static List<Case> chainsOfOneAndTwo() {
        return IntStream.of(1, 2)
                .mapToObj(length -> chains(Transform.ALL, length, ORDER))
                .flatMap(List::stream)
                .flatMap(chain -> Univariate.ALL.stream().map(function -> new Case(chain, function)))
                .toList();
    }

    private static List<Case> chainsOfThree() {
        List<List<Transform>> once = chains(families(), 3, ORDER);
        return taken(members(
                Collections.nCopies(10, once).stream().flatMap(List::stream).toList()));
    }

    static List<Case> chainsOfFour() {
        return taken(members(chains(families(), 4, ORDER)));
    }

    private static List<Case> chainsOfEight() {
        List<Transform> slopes =
                families().stream().filter(family -> family.order() == 1).toList();
        // three of the four decide the fourth
        List<List<Transform>> outer = members(chains(slopes, 4, ORDER).stream()
                .filter(chain -> chain.stream().mapToInt(slopes::indexOf).sum() % slopes.size() == 0)
                .toList());
        List<Transform> same = Transform.ALL.stream()
                .filter(transform -> transform.order() == 0)
                .toList();
        int n = same.size();
        return taken(IntStream.range(0, outer.size())
                .mapToObj(turn -> IntStream.range(0, 4)
                        .boxed()
                        .flatMap(k -> Stream.of(outer.get(turn).get(k), same.get((turn + k * (turn / n)) % n)))
                        .toList())
                .toList());
    }

    /** Returns chains of families with a member in place of each. */
    private static List<List<Transform>> members(List<List<Transform>> chains) {
        List<List<Transform>> members = new ArrayList<>();
        for (List<Transform> chain : chains) {
            int turn = members.size();
            members.add(chain.stream()
                    .map(first -> FAMILIES.get(Family.of(first)))
                    .map(family -> family.get(turn % family.size()))
                    .toList());
        }
        return members;
    }

    /** Returns each chain of one function, with closures in some places. */
    private static List<Case> taken(List<List<Transform>> chains) {
        List<Case> cases = new ArrayList<>();
        for (List<Transform> chain : chains) {
            int turn = cases.size();
            List<Transform> closures = new ArrayList<>();
            for (Transform transform : chain) {
                closures.add((turn >> closures.size() & 1) == 0 ? transform : transform.closing());
            }
            // the shift keeps the functions from falling into step with the chains
            cases.add(new Case(closures, Univariate.ALL.get((turn + turn / 36) % Univariate.ALL.size())));
        }
        return cases;
    }

    private static Stream<DynamicTest> byOutermost(List<Case> cases) {
        Map<Family, List<Case>> groups =
                cases.stream().collect(groupingBy(c -> Family.of(c.chain.get(0)), LinkedHashMap::new, toList()));
        return groups.entrySet().stream()
                .map(group -> dynamicTest(
                        "outermost " + group.getKey(), () -> group.getValue().forEach(Case::check)));
    }

    @TestFactory
    Stream<DynamicTest> everyTransformInEveryOtherOfEveryFunction() {
        return byOutermost(chainsOfOneAndTwo());
    }

    @TestFactory
    Stream<DynamicTest> everyThreeFamilies() {
        return byOutermost(chainsOfThree());
    }

    @TestFactory
    Stream<DynamicTest> everyFourFamilies() {
        return byOutermost(chainsOfFour());
    }

    @TestFactory
    Stream<DynamicTest> everyFourFirstDerivativesWithSomethingUnderEach() {
        return byOutermost(chainsOfEight());
    }

    /** The gradients of a graph are no transform of functions, but they are taken in functions and of what functions return. */
    @TestFactory
    Stream<DynamicTest> backwardInAndAroundEveryTransform() {
        Transform backward = new Transform(
                Kind.REVERSE,
                1,
                "backward",
                (f, v) -> {
                    Tensor variable = v.traced() ? v : Tensor.variable(v);
                    Tensor found = f.apply(variable).backward().of(variable);
                    // it is traced, too, where a transform inside has ended
                    return v.traced() ? found : found.detach();
                },
                Transform.ALL.get(0).ofSeries(),
                false);
        List<Case> cases = Transform.ALL.stream()
                .filter(transform -> transform.order() < ORDER)
                .flatMap(transform -> Stream.of(List.of(transform, backward), List.of(backward, transform)))
                .flatMap(chain -> Univariate.ALL.stream().map(function -> new Case(chain, function)))
                .toList();
        return byOutermost(cases);
    }

    @Test
    void theCasesAreAsManyAsTheDocumentationSays() {
        assertThat(Univariate.ALL).hasSize(38);
        assertThat(Transform.ALL).hasSize(53);
        assertThat(FAMILIES).hasSize(17);
        assertThat(chainsOfOneAndTwo()).hasSize(104_690);
        assertThat(chainsOfThree()).hasSize(32_390);
        assertThat(chainsOfFour()).hasSize(33_841);
        assertThat(chainsOfEight()).hasSize(343);
    }

    @Test
    void everyFunctionMeetsEveryFamilyInEveryPlace() {
        assertThat(met(chainsOfThree())).hasSize(3 * 17 * 38);
        assertThat(met(chainsOfFour())).hasSize(4 * 17 * 38);
    }

    @Test
    void chainsOfEightAreAsMixedAsTheDocumentationSays() {
        List<List<Transform>> chains = chainsOfEight().stream().map(Case::chain).toList();
        for (int[] places : new int[][] {{0, 2, 4}, {0, 2, 6}, {0, 4, 6}, {2, 4, 6}}) {
            assertThat(chains.stream().map(chain -> families(chain, places)).distinct())
                    .hasSize(7 * 7 * 7);
        }
        for (int[] places : new int[][] {{1, 3}, {1, 5}, {1, 7}, {3, 5}, {3, 7}, {5, 7}}) {
            assertThat(chains.stream().map(chain -> names(chain, places)).distinct())
                    .hasSize(17 * 17);
        }
    }

    private static List<Family> families(List<Transform> chain, int[] places) {
        return Arrays.stream(places).mapToObj(chain::get).map(Family::of).toList();
    }

    private static List<String> names(List<Transform> chain, int[] places) {
        return Arrays.stream(places)
                .mapToObj(chain::get)
                .map(transform -> transform.name().replace(" over a closure", ""))
                .toList();
    }

    private record Meeting(int place, Family family, Univariate function) {}

    private static Set<Meeting> met(List<Case> cases) {
        return cases.stream()
                .flatMap(c -> IntStream.range(0, c.chain.size())
                        .mapToObj(k -> new Meeting(k, Family.of(c.chain.get(k)), c.function)))
                .collect(toSet());
    }
}
