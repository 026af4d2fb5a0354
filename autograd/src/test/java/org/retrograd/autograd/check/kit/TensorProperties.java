package org.retrograd.autograd.check.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.check.kit.TensorArbitraries.Pair;
import org.retrograd.autograd.tensor.Tensor;

/** What jqwik is given lies in the domain that was asked for. */
class TensorProperties {
    @Property(tries = 200)
    void realNumbersLieBetweenTheirBounds(@ForAll Tensor x) {
        assertThat(x.rank()).isLessThanOrEqualTo(3);
        assertThat(x.abs().le(2).all()).isTrue();
    }

    @Property(tries = 200)
    void positiveNumbersArePositive(@ForAll @In(Domain.POSITIVE) Tensor x) {
        assertThat(x.gt(0.1).all()).isTrue();
    }

    @Property(tries = 200)
    void theUnitIntervalIsOpen(@ForAll @In(Domain.UNIT_INTERVAL) @OfShape({2, 2}) Tensor x) {
        assertThat(x.shape()).isEqualTo(Shape.of(2, 2));
        assertThat(x.gt(0).and(x.lt(1)).all()).isTrue();
    }

    @Property(tries = 200)
    void sharesAreAWhole(@ForAll @In(Domain.SIMPLEX) Tensor x) {
        assertThat(x.gt(0).all()).isTrue();
        assertThat(x.sum(-1).sub(1).abs().le(1e-14).all()).isTrue();
    }

    @Property(tries = 100)
    void formsOfPositiveDefiniteMatricesAreAtLeastTheSquare(@ForAll @In(Domain.POSITIVE_DEFINITE) Tensor a) {
        assertThat(a.sameAs(a.transpose())).isTrue();
        Tensor v = Tensor.range(a.dim(-1)).cos();
        assertThat(a.matmul(v).mul(v).sum(-1).ge(v.square().sum().sub(1e-12)).all())
                .isTrue();
    }

    @Property(tries = 200)
    void awayFromKinksIsAwayFromWholeNumbersAndTies(@ForAll @In(Domain.AWAY_FROM_KINKS) Tensor x) {
        assertThat(x.sub(x.round()).abs().ge(1.0 / 32).all()).isTrue();
        double[] sizes = Arrays.stream(x.toArray()).map(Math::abs).sorted().toArray();
        for (int i = 1; i < sizes.length; i++) {
            assertThat(sizes[i] - sizes[i - 1]).isGreaterThanOrEqualTo(1.0 / 16);
        }
    }

    @Property(tries = 300)
    void pairsBroadcast(@ForAll Pair pair) {
        Shape together = Shape.broadcast(pair.first().shape(), pair.second().shape());
        assertThat(pair.first().add(pair.second()).shape()).isEqualTo(together);
    }

    @Property(tries = 100)
    void pairsLieInTheirDomain(@ForAll @In(Domain.SIMPLEX) Pair pair) {
        assertThat(pair.first().sum(-1).sub(1).abs().le(1e-14).all()).isTrue();
        assertThat(pair.second().sum(-1).sub(1).abs().le(1e-14).all()).isTrue();
    }

    @Property(tries = 100)
    void shapesAreSmall(@ForAll Shape shape) {
        assertThat(shape.size()).isLessThanOrEqualTo(64);
    }
}
