package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
    private static final Shape S234 = Shape.of(2, 3, 4);

    @Test
    void sizeIsTheProductOfTheLengths() {
        assertThat(S234.size()).isEqualTo(24);
        assertThat(S234.rank()).isEqualTo(3);
        assertThat(Shape.SCALAR.size()).isEqualTo(1);
        assertThat(Shape.of(2, 0, 4).size()).isZero();
        assertThat(Shape.of(100_000, 100_000, 0).size()).isZero();
        assertThat(Shape.of(Integer.MAX_VALUE).size()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void impossibleLengthsAreRefused() {
        assertThatThrownBy(() -> Shape.of(2, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("axis lengths must not be negative, but got [2, -1]");
        assertThatThrownBy(() -> Shape.of(65_536, 32_768))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an array holds at most 2147483647 entries, but shape [65536, 32768] has more");
        assertThatThrownBy(() -> Shape.of(65_536, 65_536, 65_536, 65_536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has more");
    }

    @Test
    void shapesAreImmutable() {
        int[] dims = {2, 3};
        Shape shape = Shape.of(dims);
        dims[0] = 9;
        shape.toArray()[1] = 9;
        assertThat(shape).hasToString("[2, 3]");
    }

    @Test
    void theFirstAxesAreThoseOfOneShapeAndTheLastThoseOfAnother() {
        assertThat(S234.lead(1, Shape.of(5, 6))).isEqualTo(Shape.of(2, 5, 6));
        assertThat(S234.lead(0, Shape.of(5))).isEqualTo(Shape.of(5));
        assertThat(S234.lead(2, Shape.SCALAR)).isEqualTo(Shape.of(2, 3));
        assertThat(S234.append(Shape.of(5)).size()).isEqualTo(120);
        assertThat(Shape.of(2, 100_000).append(Shape.of(100_000, 0)).size()).isZero();
        assertThatThrownBy(() -> Shape.of(65_536).append(Shape.of(32_768)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an array holds at most 2147483647 entries, but shape [65536, 32768] has more");
    }

    @Test
    void axesAreCountedFromEitherEnd() {
        assertThat(S234.dim(0)).isEqualTo(2);
        assertThat(S234.dim(-1)).isEqualTo(4);
        assertThat(S234.axis(-3)).isZero();
        assertThat(S234.axes(-1, 0)).containsExactly(0, 2);
        assertThat(S234.axes()).isEmpty();
    }

    @Test
    void missingAxesAreRefused() {
        assertThatThrownBy(() -> S234.axis(3))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("axis 3 does not exist: shape [2, 3, 4] has axes 0 to 2, or -3 to -1 counted from the end");
        assertThatThrownBy(() -> S234.dim(-4))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage(
                        "axis -4 does not exist: shape [2, 3, 4] has axes 0 to 2, or -3 to -1 counted from the end");
        assertThatThrownBy(() -> Shape.SCALAR.axis(0))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("axis 0 does not exist: a scalar, shape [], has no axes");
    }

    @Test
    void anAxisNamedTwiceIsRefused() {
        assertThatThrownBy(() -> S234.axes(1, -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("axis 1 of shape [2, 3, 4] is named twice in [1, -2]: name each axis once");
    }

    @Test
    void stridesAreRowMajor() {
        assertThat(S234.strides()).containsExactly(12, 4, 1);
        assertThat(Shape.SCALAR.strides()).isEmpty();
    }

    @Test
    void derivedShapes() {
        assertThat(S234.append(Shape.of(5))).isEqualTo(Shape.of(2, 3, 4, 5));
        assertThat(S234.append(Shape.SCALAR)).isSameAs(S234);
        assertThat(S234.slice(1, 3)).isEqualTo(Shape.of(3, 4));
        assertThat(S234.slice(2, 2)).isSameAs(Shape.SCALAR);
        assertThat(S234.slice(0, 3)).isSameAs(S234);
        assertThat(S234.with(-1, 7)).isEqualTo(Shape.of(2, 3, 7));
        assertThat(S234.insertOnes(1, 2)).isEqualTo(Shape.of(2, 1, 1, 3, 4));
        assertThat(S234.insertOnes(0, 0)).isSameAs(S234);
        assertThat(S234.reduce(new int[] {0, 2}, false)).isEqualTo(Shape.of(3));
        assertThat(S234.reduce(new int[] {0, 2}, true)).isEqualTo(Shape.of(1, 3, 1));
        assertThat(S234.reduce(new int[] {0, 1, 2}, false)).isEqualTo(Shape.SCALAR);
    }

    @Test
    void broadcastingFollowsNumPy() {
        assertThat(Shape.broadcast(S234, S234)).isSameAs(S234);
        assertThat(Shape.broadcast(S234, Shape.SCALAR)).isSameAs(S234);
        assertThat(Shape.broadcast(Shape.SCALAR, S234)).isSameAs(S234);
        assertThat(Shape.broadcast(S234, Shape.of(4))).isSameAs(S234);
        assertThat(Shape.broadcast(Shape.of(3, 1), S234)).isSameAs(S234);
        assertThat(Shape.broadcast(Shape.of(3, 1), Shape.of(4))).isEqualTo(Shape.of(3, 4));
        assertThat(Shape.broadcast(Shape.of(0, 1), Shape.of(1, 5))).isEqualTo(Shape.of(0, 5));
        assertThatThrownBy(() -> Shape.broadcast(S234, Shape.of(2, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shapes [2, 3, 4] and [2, 4] do not broadcast: axis -2 has lengths 3 and 2;"
                        + " they must be equal, or one of them 1");
        assertThatThrownBy(() -> Shape.broadcast(Shape.of(0), Shape.of(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("axis -1 has lengths 0 and 2");
    }

    @Test
    void equalityIsByLengths() {
        assertThat(Shape.of(2, 3, 4)).isEqualTo(S234).hasSameHashCodeAs(S234);
        assertThat(Shape.of(2, 3)).isNotEqualTo(S234).isNotEqualTo(Shape.of(3, 2));
        assertThat(S234).isNotEqualTo("[2, 3, 4]").hasToString("[2, 3, 4]");
    }
}
