package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.commons.math3.util.CombinatoricsUtils;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Definition.Input;

/** The sweep with power series, held to nested forward sweeps for every operation because it exists. */
class SeriesTest {
    private static final int ORDER = 3;

    /** A call of the catalogue at a point away from kinks, as a function of the inputs that may vary. */
    private record Case(Function<List<Tensor>, Tensor> f, List<Tensor> point, List<Tensor> direction) {
        static Case of(Example example) {
            ExamplePoint at = ExamplePoint.of(example, 23);
            RandomGenerator random = new SplittableRandom(7);
            List<Tensor> direction = at.point().stream()
                    .map(x -> Tensor.uniform(random, -1, 1, x.shape().toArray()))
                    .toList();
            return new Case(at.function(), at.point(), direction);
        }

        Tensor nested(List<Tensor> x, int order) {
            return order == 0
                    ? f.apply(x)
                    : Linearization.of(at -> nested(at, order - 1), x).push(direction);
        }

        Tensor coefficient(List<Tensor> x, int order) {
            return Linearization.of(f, x)
                    .pushSeries(List.of(direction), order)
                    .get(order - 1)
                    .get(0);
        }
    }

    @TestFactory
    Stream<DynamicContainer> everyExampleHasTheCoefficientsOfNestedSweeps() {
        return Catalogue.definitions().stream()
                .map(definition -> DynamicContainer.dynamicContainer(
                        definition.name(),
                        definition.examples().stream()
                                .map(example -> DynamicTest.dynamicTest(
                                        example.call()
                                                + example.inputs().stream()
                                                        .map(Input::shape)
                                                        .toList(),
                                        () -> check(example)))));
    }

    private static void check(Example example) {
        Case test = Case.of(example);
        double factorial = 1;
        for (int order = 1; order <= ORDER; order++) {
            factorial *= order;
            Tensor expected = test.nested(test.point, order).div(factorial);
            near(test.coefficient(test.point, order), expected);
        }
        assertThat(test.coefficient(test.point, ORDER).traced()).isFalse();
        // coefficients are differentiated in turn, in both modes
        Linearization series = Linearization.of(x -> test.coefficient(x, 2), test.point);
        Linearization nested = Linearization.of(x -> test.nested(x, 2).div(2), test.point);
        near(series.push(test.direction), nested.push(test.direction));
        Tensor seed = Tensor.uniform(
                new SplittableRandom(3), -1, 1, series.value().shape().toArray());
        for (int k = 0; k < test.point.size(); k++) {
            near(series.pull(seed).get(k), nested.pull(seed).get(k));
        }
    }

    /**
     * Counted in recorded calls: twice the order costs about four times as much, and eight times in the families that have
     * another function for each order of derivative.
     */
    @Test
    void theCostGrowsWithTheSquareOfTheOrder() {
        Set<String> families = Set.of("logGamma", "digamma", "polygamma", "sinc", "sincDerivative");
        for (Definition definition : Catalogue.definitions()) {
            Case test = Case.of(definition.examples().get(0));
            List<Tensor> watched = test.point.stream().map(Tensor::variable).toList();
            int half = recorded(test, watched, 8);
            int full = recorded(test, watched, 16);
            assertThat(full)
                    .as(definition.name() + " takes " + half + " calls to order 8")
                    .isLessThan((families.contains(definition.name()) ? 8 : 5) * half + 1);
        }
    }

    @Test
    void aChainOfAnyLengthNeedsNoStack() {
        Tensor x = Tensor.scalar(0.3);
        Case chain = new Case(
                in -> {
                    Tensor y = in.get(0);
                    for (int i = 0; i < 20_000; i++) {
                        y = y.mul(0.9).add(0.01);
                    }
                    return y.exp();
                },
                List.of(x),
                List.of(x));
        assertThat(chain.coefficient(List.of(x), 2).item()).isCloseTo(0, Offset.offset(1e-300));
    }

    /** A power is 0 at 0 to every order of derivative that is an integer polynomial's, and has its poles elsewhere. */
    @Test
    void powersAtZeroAreExact() {
        Tensor x = Tensor.of(0, 0, 2);
        for (int exponent = 0; exponent <= 4; exponent++) {
            int n = exponent;
            Case power = new Case(in -> in.get(0).pow(n), List.of(x), List.of(Tensor.of(1, 0, 1)));
            for (int order = 1; order <= 5; order++) {
                double binomial = order > n ? 0 : CombinatoricsUtils.binomialCoefficientDouble(n, order);
                near(
                        power.coefficient(List.of(x), order),
                        Tensor.of(order == n ? 1 : 0, 0, binomial == 0 ? 0 : binomial * (1 << (n - order))));
            }
        }
    }

    @Test
    void aBranchNotTakenAndWhatDoesNotVaryMakeNoNaN() {
        Tensor x = Tensor.of(-1, 0, 4);
        Case log = new Case(
                in -> Tensor.where(in.get(0).gt(0), in.get(0).log(), Tensor.scalar(0)),
                List.of(x),
                List.of(Tensor.ones(3)));
        near(log.coefficient(List.of(x), 2), Tensor.of(0, 0, -1.0 / 32));
        Case root = new Case(in -> in.get(0).sqrt(), List.of(x.abs()), List.of(Tensor.of(0, 0, 1)));
        near(root.coefficient(List.of(x.abs()), 2), Tensor.of(0, 0, -1.0 / 64));
        Case quotient = new Case(in -> in.get(0).div(in.get(0)), List.of(x), List.of(Tensor.of(1, 0, 1)));
        near(quotient.coefficient(List.of(x), 1), Tensor.zeros(3));
    }

    /** Returns how many calls the coefficient of some order takes along a curve none of whose coefficients is zero. */
    private static int recorded(Case test, List<Tensor> point, int order) {
        return ExamplePoint.calls(Linearization.of(test.f, point)
                        .pushSeries(Collections.nCopies(order, test.direction), order)
                        .get(order - 1)
                        .get(0))
                .size();
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double scale = 1;
        for (double e : expected.toArray()) {
            scale = Math.max(scale, Math.abs(e));
        }
        assertThat(actual.toArray()).containsExactly(expected.toArray(), Offset.offset(1e-10 * scale));
    }
}
