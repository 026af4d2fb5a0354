package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** That broadcast operands are read where they should be, and by how many calls of a kernel. */
class BroadcastTest {
    /** Adds up what it reads, in another decimal place each. */
    private static final class Reading implements Kernel {
        private int calls;

        @Override
        public void run(
                int n,
                @Nullable Operand a,
                @Nullable Operand b,
                @Nullable Operand c,
                @Nullable Operand y,
                @Nullable Operand g,
                double[] out,
                int at,
                boolean add) {
            calls++;
            for (int i = 0; i < n; i++) {
                double sum = entry(a, i) + 1e3 * entry(b, i) + 1e6 * entry(c, i);
                out[at + i] = add ? out[at + i] + sum : sum;
            }
        }

        private static double entry(@Nullable Operand operand, int i) {
            return operand == null ? 0 : operand.values[operand.offset + i * operand.stride];
        }
    }

    private static Storage count(Shape shape) {
        double[] values = new double[shape.size()];
        Arrays.setAll(values, i -> i);
        return Storage.wrap(values);
    }

    /** Returns how many calls it took to read arrays of the given shapes over a loop, once every entry was checked. */
    private static int calls(Shape loop, Shape a, Shape b, Shape c) {
        Reading kernel = new Reading();
        Storage out = Storage.filled(loop.size(), 0.5);
        Broadcast.run(
                kernel,
                loop,
                Operand.of(count(a), a, loop),
                Operand.of(count(b), b, loop),
                Operand.of(count(c), c, loop),
                null,
                null,
                out,
                true);
        for (int i = 0; i < loop.size(); i++) {
            double expected = 0.5 + position(i, a, loop) + 1e3 * position(i, b, loop) + 1e6 * position(i, c, loop);
            assertThat(out.get(i))
                    .as("%s, %s, %s over %s at %d", a, b, c, loop, i)
                    .isEqualTo(expected);
        }
        return kernel.calls;
    }

    /** Returns which entry of an array stands at a place of the loop, by the definition of broadcasting. */
    private static int position(int at, Shape shape, Shape loop) {
        int position = 0;
        int stride = 1;
        int left = at;
        for (int back = 1; back <= loop.rank(); back++) {
            int index = left % loop.dim(-back);
            left /= loop.dim(-back);
            if (back <= shape.rank()) {
                position += shape.dim(-back) == 1 ? 0 : index * stride;
                stride *= shape.dim(-back);
            }
        }
        return position;
    }

    @Test
    void whatRunsOnOrStandsStillIsReadInOneCall() {
        Shape loop = Shape.of(5, 3);
        assertThat(calls(loop, loop, Shape.SCALAR, Shape.of(1, 1))).isEqualTo(1);
    }

    @Test
    void aFewRowsAreReadInACallEach() {
        Shape loop = Shape.of(4, 3);
        assertThat(calls(loop, loop, Shape.of(3), Shape.of(1, 3))).isEqualTo(4);
        assertThat(calls(Shape.of(50, 100), Shape.of(100), Shape.of(50, 100), Shape.SCALAR))
                .isEqualTo(50);
    }

    @Test
    void manyShortRowsAreReadManyAtATimeAndTheLastCallReadsWhatIsLeft() {
        Shape loop = Shape.of(100, 3);
        assertThat(calls(loop, loop, Shape.of(3), Shape.SCALAR)).isEqualTo(3);
        assertThat(calls(loop, Shape.of(3), Shape.of(3), loop)).isEqualTo(3);
        assertThat(calls(Shape.of(30, 5, 2), Shape.of(5, 2), Shape.of(30, 5, 2), Shape.of(1)))
                .isEqualTo(3);
    }

    @Test
    void rowsThatStartAgainDifferentlyAreReadOneByOne() {
        assertThat(calls(Shape.of(30, 5, 2), Shape.of(5, 2), Shape.of(2), Shape.SCALAR))
                .isEqualTo(150);
        assertThat(calls(Shape.of(30, 2), Shape.of(30, 1), Shape.of(2), Shape.of(30, 2)))
                .isEqualTo(30);
    }
}
