package org.retrograd.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Definition;
import org.retrograd.autograd.tensor.Linear;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Op;
import org.retrograd.autograd.tensor.Tensor;

/** A full operation can be written outside the engine's packages, with what is public alone. */
class OpFromOutsideTest {
    /** The differences of neighbours along the last axis, [.., n + 1] → [.., n], as an operation of the linear family. */
    private static final class Neighbours extends Linear {
        @Override
        public String name() {
            return "neighbours";
        }

        @Override
        public Shape shape(Tensor[] in) {
            if (in[0].rank() == 0 || in[0].dim(-1) == 0) {
                throw new IllegalArgumentException("neighbours needs [.., n + 1], but got " + in[0].shape());
            }
            return in[0].shape().with(-1, in[0].dim(-1) - 1);
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            double[] y = new double[out.size()];
            int n = out.dim(-1);
            for (int i = 0; i < y.length; i++) {
                int left = i / n * (n + 1) + i % n;
                y[i] = in[0].storage().get(left + 1) - in[0].storage().get(left);
            }
            return Storage.wrap(y);
        }

        @Override
        public Tensor transpose(int k, Tensor g, Tensor[] in) {
            return g.pad(-1, 1, 0).sub(g.pad(-1, 0, 1));
        }
    }

    /** x · A · x for a vector and a matrix, with rules that count on having no axis of directions. */
    private static final class Form extends Op {
        @Override
        public String name() {
            return "form";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return Shape.SCALAR;
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return in[0].detach().dot(in[1].detach().matmul(in[0].detach())).storage();
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            assertThat(g.rank()).isZero();
            Tensor x = in[0];
            return k == 0 ? g.mul(in[1].matmul(x).add(x.matmul(in[1]))) : g.mul(x.outer(x));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor sum = Tensor.scalar(0);
            for (int k = 0; k < 2; k++) {
                sum = t[k] == null
                        ? sum
                        : sum.add(Objects.requireNonNull(t[k])
                                .mul(vjp(k, Tensor.scalar(1), in, y))
                                .sum());
            }
            return sum;
        }

        @Override
        public boolean oneDirectionAtATime() {
            return true;
        }
    }

    private static final Definition NEIGHBOURS = Definition.of(
            "neighbours",
            "The differences of neighbours along the last axis.",
            call("neighbours(x)", real(2, 4), x -> new Neighbours().apply(x)),
            call("one entry", real(1), x -> new Neighbours().apply(x)));

    private static final Definition FORM = Definition.of(
            "form",
            "The quadratic form of a matrix.",
            call("form(x, a)", real(3), real(3, 3), (x, a) -> new Form().apply(x, a)));

    @Test
    void theirDerivativesAreThoseOfCompositions() {
        for (Definition definition : List.of(NEIGHBOURS, FORM)) {
            for (Definition.Example example : definition.examples()) {
                SplittableRandom random = new SplittableRandom(7);
                List<Tensor> point = example.inputs().stream()
                        .map(input -> Tensor.normal(random, input.shape().toArray()))
                        .toList();
                Linearization actual = Linearization.of(example.function(), point);
                Linearization expected = Linearization.of(
                        in -> definition == FORM
                                ? in.get(0).dot(in.get(1).matmul(in.get(0)))
                                : in.get(0)
                                        .slice(-1, 1, in.get(0).dim(-1))
                                        .sub(in.get(0).slice(-1, 0, in.get(0).dim(-1) - 1)),
                        point);
                near(actual.value(), expected.value());
                Tensor g = Tensor.normal(
                        random, Shape.of(2).append(actual.value().shape()).toArray());
                List<Tensor> t = point.stream()
                        .map(x -> Tensor.normal(
                                random, Shape.of(2).append(x.shape()).toArray()))
                        .toList();
                near(actual.push(t), expected.push(t));
                for (int k = 0; k < point.size(); k++) {
                    near(actual.pull(g).get(k), expected.pull(g).get(k));
                }
            }
        }
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toArray()).containsExactly(expected.toArray(), Offset.offset(1e-13));
    }

    @Test
    void theyNestAndSpeakForThemselves() {
        Tensor a = Tensor.of(new double[][] {{2, 1}, {0, 3}});
        Tensor hessian = Derivatives.hessian(x -> new Form().apply(x, a), Tensor.of(1, 2));
        assertThat(hessian.toArray()).containsExactly(4, 1, 1, 6);
        assertThat(new Neighbours().apply(Tensor.variable(1, 3))).hasToString("Tensor[1] float64 {2}, from neighbours");
        assertThatThrownBy(() -> new Neighbours().apply(Tensor.scalar(1)))
                .hasMessage("neighbours needs [.., n + 1], but got []");
    }

    @Test
    void noDirectionsAtAllAreServed() {
        List<Tensor> point = List.of(Tensor.of(1, 2), Tensor.eye(2));
        Linearization at = Linearization.of(in -> new Form().apply(in.get(0), in.get(1)), point);
        assertThat(at.pull(Tensor.zeros(0)).get(1).shape()).hasToString("[0, 2, 2]");
        assertThat(at.push(List.of(Tensor.zeros(0, 2), Tensor.zeros(0, 2, 2))).shape())
                .hasToString("[0]");
    }
}
