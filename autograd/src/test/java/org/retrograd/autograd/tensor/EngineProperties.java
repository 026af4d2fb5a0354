package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.data.Offset;
import org.retrograd.autograd.array.Shape;

/** Laws that hold whatever the shapes and numbers. */
class EngineProperties {
    private static int[] dims(List<Integer> lengths) {
        return lengths.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the lengths with some replaced by 1, so that they broadcast against the original. */
    private static Shape thinned(int[] dims, int mask) {
        int[] thin = dims.clone();
        for (int axis = 0; axis < thin.length; axis++) {
            thin[axis] = (mask >> axis & 1) == 1 ? 1 : thin[axis];
        }
        return Shape.of(thin);
    }

    private static Tensor draw(long seed, Shape shape) {
        return Tensor.normal(new SplittableRandom(seed), shape.toArray());
    }

    private static Linearization model(Tensor x, Tensor w) {
        return Linearization.of(in -> in.get(0).mul(w).tanh().add(in.get(0)), List.of(x));
    }

    @Property(tries = 200)
    void broadcastingIsCommutativeAssociativeAndIdempotent(
            @ForAll @Size(max = 4) List<@IntRange(min = 0, max = 3) Integer> lengths,
            @ForAll @IntRange(max = 15) int p,
            @ForAll @IntRange(max = 15) int q) {
        int[] dims = dims(lengths);
        Shape a = Shape.of(dims);
        Shape b = thinned(dims, p);
        Shape c = thinned(dims, q);
        assertThat(Shape.broadcast(b, c)).isEqualTo(Shape.broadcast(c, b));
        assertThat(Shape.broadcast(Shape.broadcast(a, b), c)).isEqualTo(Shape.broadcast(a, Shape.broadcast(b, c)));
        assertThat(Shape.broadcast(b, b)).isEqualTo(b);
        assertThat(Shape.broadcast(b, Shape.SCALAR)).isEqualTo(b);
    }

    @Property(tries = 100)
    void reverseIsLinearInItsSeedAndAdjointToForward(
            @ForAll @Size(max = 3) List<@IntRange(min = 0, max = 3) Integer> lengths,
            @ForAll @IntRange(max = 7) int mask,
            @ForAll long seed) {
        int[] dims = dims(lengths);
        Tensor x = draw(seed, thinned(dims, mask));
        Linearization at = model(x, draw(seed + 1, Shape.of(dims)));
        Tensor u = draw(seed + 2, at.value().shape());
        Tensor v = draw(seed + 3, at.value().shape());
        Tensor t = draw(seed + 4, x.shape());
        Tensor together = at.pull(u.mul(2).sub(v)).get(0);
        Tensor apart = at.pull(u).get(0).mul(2).sub(at.pull(v).get(0));
        assertThat(together.sub(apart).abs().sum().item()).isLessThan(1e-11);
        double forward = at.push(List.of(t)).mul(u).sum().item();
        double reverse = at.pull(u).get(0).mul(t).sum().item();
        assertThat(reverse).isCloseTo(forward, Offset.offset(1e-11));
    }

    @Property(tries = 100)
    void gradientsOverAFanOutAddUp(@ForAll @IntRange(min = 1, max = 40) int fans, @ForAll long seed) {
        Tensor x = Tensor.variable(draw(seed, Shape.of(3)));
        Tensor sum = Tensor.scalar(0);
        Tensor expected = Tensor.zeros(3);
        for (int k = 0; k < fans; k++) {
            sum = sum.add(x.mul(k).sin().sum());
            expected = expected.add(x.detach().mul(k).cos().mul(k));
        }
        Tensor gradient = sum.backward().of(x);
        assertThat(gradient.sub(expected).abs().max().item()).isLessThan(1e-9);
    }

    @Property(tries = 100)
    void reshapeAndPermuteComeBack(
            @ForAll @Size(max = 4) List<@IntRange(min = 0, max = 3) Integer> lengths, @ForAll long seed) {
        Tensor x = draw(seed, Shape.of(dims(lengths)));
        assertThat(x.flatten().reshape(x.shape()).sameAs(x)).isTrue();
        List<Integer> order = new java.util.ArrayList<>(List.of(0, 1, 2, 3).subList(0, x.rank()));
        java.util.Collections.shuffle(order, new java.util.Random(seed));
        int[] back = new int[x.rank()];
        for (int axis = 0; axis < back.length; axis++) {
            back[order.get(axis)] = axis;
        }
        assertThat(x.permute(dims(order)).permute(back).sameAs(x)).isTrue();
    }
}
