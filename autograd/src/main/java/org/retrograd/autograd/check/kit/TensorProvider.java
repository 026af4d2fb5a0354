package org.retrograd.autograd.check.kit;

import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.providers.ArbitraryProvider;
import net.jqwik.api.providers.TypeUsage;
import org.retrograd.autograd.tensor.Tensor;

/** Gives jqwik the tensors of parameters {@code @ForAll Tensor}; it is found by its entry in {@code META-INF/services}. */
public final class TensorProvider implements ArbitraryProvider {
    @Override
    public boolean canProvideFor(TypeUsage type) {
        return type.isOfType(Tensor.class);
    }

    @Override
    public Set<Arbitrary<?>> provideFor(TypeUsage type, SubtypeProvider subtypes) {
        Domain domain = type.findAnnotation(In.class).map(In::value).orElse(Domain.REAL);
        return Set.of(type.findAnnotation(OfShape.class)
                .<Arbitrary<?>>map(shape -> TensorArbitraries.tensors(domain, shape.value()))
                .orElseGet(() -> TensorArbitraries.tensors(domain)));
    }
}
