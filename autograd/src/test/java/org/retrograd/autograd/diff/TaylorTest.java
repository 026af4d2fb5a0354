package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/** Coefficients along lines and curves against series that are known, and what is refused. */
class TaylorTest {
    @Test
    void knownSeries() {
        Tensor one = Tensor.scalar(1);
        assertSeries(
                Taylor.coefficients(v -> v.exp(), Tensor.scalar(0), one, 6),
                1,
                1,
                1 / 2.0,
                1 / 6.0,
                1 / 24.0,
                1 / 120.0,
                1 / 720.0);
        assertSeries(Taylor.coefficients(v -> v.sin(), Tensor.scalar(0), one, 5), 0, 1, 0, -1 / 6.0, 0, 1 / 120.0);
        assertSeries(Taylor.coefficients(v -> v.add(1).reciprocal(), Tensor.scalar(0), one, 4), 1, -1, 1, -1, 1);
        assertSeries(
                Taylor.coefficients(v -> v.tan(), Tensor.scalar(0), one, 7),
                0,
                1,
                0,
                1 / 3.0,
                0,
                2 / 15.0,
                0,
                17 / 315.0);
        assertSeries(
                Taylor.coefficients(v -> v.add(1).log(), Tensor.scalar(0), one, 4), 0, 1, -1 / 2.0, 1 / 3.0, -1 / 4.0);
        assertSeries(Taylor.coefficients(v -> Tensor.scalar(7), Tensor.scalar(0), one, 2), 7, 0, 0);
    }

    @Test
    void seriesAreComposedAlongCurves() {
        // exp(sin t) = 1 + t + t²/2 - t⁴/8 - t⁵/15 + …
        List<Tensor> sine = Taylor.coefficients(v -> v.sin(), Tensor.scalar(0), Tensor.scalar(1), 5);
        assertSeries(Taylor.along(v -> v.exp(), sine), 1, 1, 1 / 2.0, 0, -1 / 8.0, -1 / 15.0);
    }

    /** What a function computed again, or an equation, captures varies along the curve like its argument. */
    @Test
    void whatIsCapturedVariesToo() {
        // sin(t t) = t² - t⁶/6 + …
        List<UnaryOperator<Tensor>> squares = List.of(
                v -> Checkpoint.checkpoint(w -> w.mul(v), v),
                v -> Checkpoint.loop((i, w) -> w.mul(i == 6 ? v : Tensor.scalar(1)), v, 7),
                v -> CustomFunction.of("square", in -> in.get(0).mul(v)).apply(v),
                v -> Implicit.root((Tensor y, Tensor w) -> y.sub(w.mul(v))).solve(w -> w.mul(v), v),
                v -> Implicit.fixedPoint(
                                (Tensor y, Tensor w) -> y.add(w.mul(v).mul(3)).div(4))
                        .linearSolver(LinearSolver.iteration(1e-16, 50))
                        .solve(w -> w.mul(v), v));
        for (UnaryOperator<Tensor> square : squares) {
            assertSeries(
                    Taylor.coefficients(v -> square.apply(v).sin(), Tensor.scalar(0), Tensor.scalar(1), 7),
                    0,
                    0,
                    1,
                    0,
                    0,
                    0,
                    -1 / 6.0,
                    0);
        }
    }

    @Test
    void aCheckpointIsEvaluatedOnceMoreForEachOrderWithoutNesting() {
        for (int order : new int[] {8, 16}) {
            AtomicInteger rules = new AtomicInteger();
            CustomFunction sine = CustomFunction.of("sine", in -> in.get(0).sin())
                    .jvp((t, in, y) -> {
                        rules.incrementAndGet();
                        return t.get(0).mul(in.get(0).cos());
                    });
            Tensor found = Derivatives.directional(
                    v -> Checkpoint.checkpoint(sine::apply, v), Tensor.scalar(0.5), Tensor.scalar(1), order);
            assertThat(found.item()).isCloseTo(Math.sin(0.5), Offset.offset(1e-12));
            assertThat(rules.get()).isEqualTo(order);
        }
    }

    @Test
    void badInputIsExplained() {
        Tensor x = Tensor.of(1, 2);
        assertThatThrownBy(() -> Taylor.coefficients(v -> v, x, x, -1))
                .hasMessage("the order of a derivative cannot be negative, but is -1");
        assertThatThrownBy(() -> Taylor.along(v -> v, List.<Tensor>of()))
                .hasMessage("a curve needs at least one coefficient, the point where it begins");
        assertThatThrownBy(() -> Taylor.along(v -> v, List.of(x, Tensor.of(1))))
                .hasMessage("coefficient 1 needs the shape [2], but got [1]");
        assertThatThrownBy(() -> Taylor.coefficients(v -> v, x, Tensor.eye(2), 2))
                .hasMessage("the direction needs the shape [2], but got [2, 2]");
        Linearization at = Linearization.of(in -> in.get(0), List.of(x));
        assertThatThrownBy(() -> at.pushSeries(List.of(List.of(Tensor.eye(2))), 2))
                .hasMessage(
                        "a curve has one direction, but got 2 of them: coefficients of shapes [[2, 2]] for arguments of "
                                + "shapes [[2]]");
    }

    private static void assertSeries(List<Tensor> actual, double... expected) {
        assertThat(actual.stream().mapToDouble(Tensor::item).toArray()).containsExactly(expected, Offset.offset(1e-14));
    }
}
