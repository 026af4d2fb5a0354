package org.retrograd.autograd.check.kit;

import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.providers.ArbitraryProvider;
import net.jqwik.api.providers.TypeUsage;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.check.kit.TensorArbitraries.Pair;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Gives jqwik what parameters {@code @ForAll Tensor}, {@code @ForAll Pair} and {@code @ForAll Shape} are drawn from; jqwik finds
 * it by its entry in {@code META-INF/services}.
 */
public final class TensorProvider implements ArbitraryProvider {
    @Override
    public boolean canProvideFor(TypeUsage type) {
        return type.isOfType(Tensor.class) || type.isOfType(Pair.class) || type.isOfType(Shape.class);
    }

    @Override
    public Set<Arbitrary<?>> provideFor(TypeUsage type, SubtypeProvider subtypes) {
        return Set.of(arbitrary(type));
    }

    private static Arbitrary<?> arbitrary(TypeUsage type) {
        Domain domain = type.findAnnotation(In.class).map(In::value).orElse(Domain.REAL);
        if (type.isOfType(Shape.class)) {
            return TensorArbitraries.shapes();
        }
        if (type.isOfType(Pair.class)) {
            return TensorArbitraries.broadcastable(domain);
        }
        return type.findAnnotation(OfShape.class)
                .map(shape -> TensorArbitraries.tensors(domain, shape.value()))
                .orElseGet(() -> TensorArbitraries.tensors(domain));
    }
}
