package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Definition.Input;

/** The forward sweep of second order, held to nested forward sweeps for every operation that has it because it exists. */
class SecondOrderTest {
    private static final int DIRECTIONS = 3;

    /** A function with a point and a stack of directions. */
    private record Case(Function<List<Tensor>, Tensor> f, List<Tensor> point, List<Tensor> directions) {
        static Case of(Function<List<Tensor>, Tensor> f, List<Tensor> point) {
            RandomGenerator random = new SplittableRandom(7);
            return new Case(
                    f,
                    point,
                    point.stream()
                            .map(x -> Tensor.uniform(
                                    random,
                                    -1,
                                    1,
                                    x.shape.insertOnes(0, 1).with(0, DIRECTIONS).toArray()))
                            .toList());
        }

        static Case of(Example example) {
            ExamplePoint at = ExamplePoint.of(example, 31);
            return of(at.function(), at.point());
        }

        Linearization at(List<Tensor> x) {
            return Linearization.of(f, x);
        }

        List<Tensor> direction(int d) {
            return directions.stream().map(v -> v.unstack(0).get(d)).toList();
        }

        /** Returns the second derivatives in each direction by a sweep over a sweep. */
        Tensor nested(List<Tensor> x) {
            return Tensor.stack(
                    0,
                    IntStream.range(0, DIRECTIONS)
                            .mapToObj(this::direction)
                            .map(v -> Linearization.of(z -> at(z).push(v), x).push(v))
                            .toArray(Tensor[]::new));
        }
    }

    private static Stream<Example> examples() {
        return Catalogue.definitions().stream()
                .flatMap(definition -> definition.examples().stream())
                .filter(example -> {
                    Case test = Case.of(example);
                    return test.at(test.point).knowsSecond();
                });
    }

    @TestFactory
    Stream<DynamicTest> everyExampleHasTheSecondDerivativesOfNestedSweeps() {
        return examples()
                .map(example -> DynamicTest.dynamicTest(
                        example.call()
                                + example.inputs().stream().map(Input::shape).toList(),
                        () -> check(Case.of(example))));
    }

    private static void check(Case test) {
        Tensor each = test.nested(test.point);
        Linearization at = test.at(test.point);
        near(at.second(test.directions, false), each);
        near(at.second(test.directions, true), each.sum(0));
        near(at.second(test.direction(1), false), each.unstack(0).get(1));
        near(at.second(test.direction(1), true), each.unstack(0).get(1));
        assertThat(at.second(test.directions, true).traced()).isFalse();
        for (int k = 0; k < test.point.size(); k++) {
            int varying = k;
            @Nullable Tensor[] one = new @Nullable Tensor[test.point.size()];
            one[k] = test.directions.get(k);
            List<Tensor> padded = test.directions.stream()
                    .map(v -> v == one[varying] ? v : Tensor.zeros(v.shape))
                    .toList();
            near(at.second(Arrays.asList(one), false), new Case(test.f, test.point, padded).nested(test.point));
        }
        // they are differentiated in turn, in both modes
        Linearization found = Linearization.of(x -> test.at(x).second(test.directions, false), test.point);
        Linearization sum = Linearization.of(x -> test.at(x).second(test.directions, true), test.point);
        Linearization nested = Linearization.of(test::nested, test.point);
        near(found.push(test.direction(0)), nested.push(test.direction(0)));
        near(sum.push(test.direction(0)), nested.push(test.direction(0)).sum(0));
        Tensor seed = Tensor.uniform(
                new SplittableRandom(3), -1, 1, found.value().shape().toArray());
        for (int k = 0; k < test.point.size(); k++) {
            near(found.pull(seed).get(k), nested.pull(seed).get(k));
        }
    }

    @Test
    void everyElementwiseOperationHasItAndSoDoProductsAndWhatIsComposedOfThem() {
        List<String> served = new ArrayList<>();
        for (Definition definition : Catalogue.definitions()) {
            for (Example example : definition.examples()) {
                ExamplePoint at = ExamplePoint.of(example, 31);
                boolean known = Linearization.of(at.function(), at.point()).knowsSecond();
                Tensor y = example.function()
                        .apply(at.drawn().stream().map(Tensor::variable).toList());
                if (y.op instanceof Elementwise && Stream.of(y.in).allMatch(x -> x.op instanceof Variable)) {
                    assertThat(known).as(example.call()).isTrue();
                }
                if (known) {
                    served.add(definition.name());
                }
            }
        }
        assertThat(served).contains("tanh", "pow", "matmul", "conv2d", "concat", "variance", "einsum", "layerNorm");
    }

    @Test
    void otherOperationsAreRefused() {
        Linearization at = Linearization.of(in -> in.get(0).softmax(0), List.of(Tensor.of(1, 2)));
        assertThat(at.knowsSecond()).isFalse();
        assertThatThrownBy(() -> at.second(List.of(Tensor.of(1, 0)), true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an operation on the way is neither elementwise nor linear: use pushSeries");
        // what is not on the way does not matter
        assertThat(Linearization.of(in -> in.get(0).mul(Tensor.variable(1, 2).softmax(0)), List.of(Tensor.of(1, 2)))
                        .knowsSecond())
                .isTrue();
    }

    /** Values smaller than the result they are broadcast to, once with directions and once without. */
    @Test
    void broadcastInputsLineUp() {
        RandomGenerator random = new SplittableRandom(5);
        Tensor matrix = Tensor.uniform(random, 0.5, 1, 4, 3);
        Tensor row = Tensor.uniform(random, 0.5, 1, 3);
        Tensor column = Tensor.uniform(random, 0.5, 1, 4, 1);
        List<Function<List<Tensor>, Tensor>> functions = List.of(
                in -> in.get(0).mul(in.get(1)).div(in.get(2)),
                in -> in.get(1).pow(in.get(2)).add(in.get(0)),
                in -> in.get(2).mul(in.get(1)),
                in -> in.get(1).sum().mul(in.get(0)).atan2(in.get(2)),
                in -> in.get(0).matmul(in.get(1).exp()).mul(in.get(1).sumSquares()));
        for (Function<List<Tensor>, Tensor> f : functions) {
            check(Case.of(f, List.of(matrix, row, column)));
        }
    }

    /** The second derivative of x^n at 0 is n (n - 1) 0^(n - 2), and what has no tangent contributes 0 though it has poles. */
    @Test
    void polesContributeNothingWhereNothingVaries() {
        Tensor x = Tensor.of(0, 0, 4);
        for (int exponent = 0; exponent <= 4; exponent++) {
            int n = exponent;
            Linearization power = Linearization.of(in -> in.get(0).pow(n), List.of(x));
            near(
                    power.second(List.of(Tensor.of(1, 0, 1)), false),
                    Tensor.of(n == 2 ? 2 : 0, 0, n * (n - 1) * StrictMath.pow(4, n - 2)));
        }
        Linearization root = Linearization.of(in -> in.get(0).sqrt(), List.of(x));
        near(root.second(List.of(Tensor.of(0, 0, 1)), false), Tensor.of(0, 0, -1.0 / 32));
        near(root.second(List.of(Tensor.of(new double[][] {{0, 0, 1}, {0, 0, 2}})), true), Tensor.of(0, 0, -5.0 / 32));
    }

    @Test
    void aChainOfAnyLengthNeedsNoStack() {
        Linearization chain = Linearization.of(
                in -> {
                    Tensor y = in.get(0);
                    for (int i = 0; i < 20_000; i++) {
                        y = y.mul(0.9999).add(0.01);
                    }
                    return y.square();
                },
                List.of(Tensor.scalar(0.3)));
        assertThat(chain.second(List.of(Tensor.scalar(1)), true).item())
                .isCloseTo(2 * StrictMath.pow(0.9999, 40_000), Offset.offset(1e-9));
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
