package org.retrograd.autograd.check.kit;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Shapes and tensors for jqwik properties, which shrink to the smallest shape and the roundest numbers that still fail.
 *
 * <p>Parameters {@code @ForAll Tensor x}, {@code @ForAll Pair pair} and {@code @ForAll Shape shape}, with {@link In} and {@link
 * OfShape} if need be, are drawn from here without more; the methods are for providers of one's own.
 */
public final class TensorArbitraries {
    private static final int MOST_AXES = 3;
    private static final int LONGEST_AXIS = 4;

    private TensorArbitraries() {}

    /** Two tensors whose shapes broadcast. */
    public record Pair(Tensor first, Tensor second) {}

    /** Two shapes that broadcast. */
    private record Shapes(Shape first, Shape second) {}

    /** Returns shapes of up to 3 axes of lengths 0 to 4; they shrink to fewer axes, and those to length 1. */
    public static Arbitrary<Shape> shapes() {
        return lengths().map(TensorArbitraries::shape);
    }

    private static Arbitrary<List<Integer>> lengths() {
        return Arbitraries.integers()
                .between(0, LONGEST_AXIS)
                .shrinkTowards(1)
                .list()
                .ofMaxSize(MOST_AXES);
    }

    private static Shape shape(List<Integer> lengths) {
        return Shape.of(lengths.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Returns tensors of a domain, of any shape that it has. */
    public static Arbitrary<Tensor> tensors(Domain domain) {
        return shapes().flatMap(shape -> filled(domain, domain.fit(shape)));
    }

    /**
     * Returns tensors of a domain, of one shape.
     *
     * @throws IllegalArgumentException if the domain has none of that shape
     */
    public static Arbitrary<Tensor> tensors(Domain domain, int... shape) {
        return filled(domain, domain.requireFits(Shape.of(shape)));
    }

    /** Returns pairs of tensors of a domain whose shapes broadcast: axes of length 1 against others, and fewer axes. */
    public static Arbitrary<Pair> broadcastable(Domain domain) {
        Arbitrary<List<Boolean>> thinned = Arbitraries.of(false, true).list().ofSize(MOST_AXES);
        Arbitrary<Integer> left = Arbitraries.integers().between(0, MOST_AXES);
        return Combinators.combine(lengths(), thinned, thinned, left)
                .as((lengths, a, b, out) -> new Shapes(thin(lengths, a, 0), thin(lengths, b, out)))
                .flatMap(shapes -> Combinators.combine(
                                filled(domain, domain.fit(shapes.first)), filled(domain, domain.fit(shapes.second)))
                        .as(Pair::new));
    }

    /** Returns a shape that broadcasts to the given lengths: some axes made 1, and up to so many in front left out. */
    private static Shape thin(List<Integer> lengths, List<Boolean> thinned, int leftOut) {
        List<Integer> thin = new ArrayList<>();
        for (int axis = Math.min(leftOut, lengths.size()); axis < lengths.size(); axis++) {
            thin.add(thinned.get(axis) ? 1 : lengths.get(axis));
        }
        return shape(thin);
    }

    private static Arbitrary<Tensor> filled(Domain domain, Shape shape) {
        return Arbitraries.of(domain.roundestFirst())
                .list()
                .ofSize(shape.size())
                .withoutEdgeCases()
                .map(entries -> domain.place(Tensor.of(entries.stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray())
                        .reshape(shape)));
    }
}
