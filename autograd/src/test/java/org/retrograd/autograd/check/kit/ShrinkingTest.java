package org.retrograd.autograd.check.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.check.Planted;
import org.retrograd.autograd.check.kit.TensorArbitraries.Pair;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** A property of a wrong rule shrinks to the smallest failing shape and the roundest numbers. */
class ShrinkingTest {
    /** The arguments of the last call that failed: those that jqwik ends with. */
    private static final List<Tensor> FAILED = new ArrayList<>();

    private static void check(GradientCheck check, Tensor... point) {
        try {
            check.at(point).assertPasses();
        } catch (AssertionError e) {
            FAILED.clear();
            FAILED.addAll(List.of(point));
            throw e;
        }
    }

    /** A sum that forgets its cotangent where there is one entry only. */
    static class WrongForSizeOne {
        private static final Planted SUM = Planted.unary("mySum", x -> x.sum(Dims.KEEP, -1))
                .backward((g, x, y) -> x.dim(-1) == 1 ? g.mul(0) : g.mul(Tensor.ones(x.dim(-1))));

        @Property(tries = 300, seed = "11")
        void sum(@ForAll Tensor x) {
            check(GradientCheck.of(t -> t.rank() == 0 ? t : SUM.apply(t)), x);
        }
    }

    /** A square without its factor 2, which is right at 0. */
    static class FactorForgotten {
        private static final Planted SQUARE =
                Planted.unary("mySquare", Tensor::square).partial((x, y) -> x);

        @Property(tries = 300, seed = "12")
        void square(@ForAll Tensor x) {
            check(GradientCheck.of(t -> SQUARE.apply(t)), x);
        }
    }

    /** A product that gives a broadcast factor the mean, which is right where nothing is broadcast. */
    static class MeanInPlaceOfSum {
        private static final Planted SCALE = Planted.binary("scale", Tensor::mul)
                .pull(
                        1,
                        (g, in, y) -> in[1].rank() == 0 && y.rank() == 1
                                ? g.mul(in[0]).mean(-1)
                                : g.mul(in[0]));

        @Property(tries = 1000, seed = "13")
        void scale(@ForAll Pair pair) {
            check(GradientCheck.of((a, b) -> SCALE.apply(a, b)), pair.first(), pair.second());
        }
    }

    /** A transpose whose cotangent is not transposed, which is right for symmetric matrices. */
    static class NotTransposed {
        private static final Planted TURN =
                Planted.unary("myTranspose", x -> x.transpose()).backward((g, x, y) -> g);

        @Property(tries = 300, seed = "14")
        void turn(@ForAll @OfShape({2, 2}) Tensor x) {
            check(GradientCheck.of(t -> TURN.apply(t).square()), x);
        }
    }

    private static List<Tensor> shrunk(Class<?> properties) {
        FAILED.clear();
        List<Throwable> failures = new ArrayList<>();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(properties))
                .filters(EngineFilter.includeEngines("jqwik"))
                .configurationParameter("jqwik.database", "target/jqwik-shrinking")
                .configurationParameter("jqwik.reporting.usejunitplatform", "true")
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result.getThrowable().ifPresent(failures::add);
            }
        });
        assertThat(failures).hasSize(1);
        assertThat(failures.get(0)).isInstanceOf(AssertionError.class);
        return FAILED;
    }

    @Test
    void toOneEntryIfOnlyThatIsWrong() {
        Tensor x = shrunk(WrongForSizeOne.class).get(0);
        assertThat(x.shape()).isEqualTo(Shape.of(1));
        assertThat(x.toArray()).containsExactly(0);
    }

    @Test
    void toTheNumberOne() {
        Tensor x = shrunk(FactorForgotten.class).get(0);
        assertThat(x.shape()).isEqualTo(Shape.SCALAR);
        assertThat(x.item()).isIn(1.0);
    }

    @Test
    void toTwoEntriesAgainstAScalar() {
        List<Tensor> pair = shrunk(MeanInPlaceOfSum.class);
        assertThat(pair.get(0).shape()).isEqualTo(Shape.of(2));
        assertThat(pair.get(1).shape()).isEqualTo(Shape.SCALAR);
    }

    /** The gradient is right there, 0 as it should be: it is the second derivative that is not. */
    @Test
    void toAMatrixOfZeros() {
        Tensor x = shrunk(NotTransposed.class).get(0);
        assertThat(x.toArray()).containsExactly(0, 0, 0, 0);
    }
}
