package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.diff.Derivatives;

/** Functions with rules of their own: either rule, both or none; errors of rules; what is differentiable how often. */
class CustomFunctionTest {
    /** x² sin(y) summed over the last axis, [.., n] and a number: two inputs, and a result of another shape. */
    private static Tensor value(List<Tensor> in) {
        return in.get(0).square().mul(in.get(1).sin()).sum(-1);
    }

    private static final CustomFunction.Vjp VJP = (g, in, y) -> List.of(
            g.expandDims(-1).mul(in.get(0)).mul(in.get(1).sin()).mul(2),
            g.mul(in.get(0).square().sum(-1)).mul(in.get(1).cos()).sum());

    private static final CustomFunction.Jvp JVP = (t, in, y) -> t.get(0)
            .mul(in.get(0))
            .mul(in.get(1).sin())
            .mul(2)
            .add(in.get(0).square().mul(in.get(1).cos()).mul(t.get(1)))
            .sum(-1);

    /** The same rules on arrays. */
    private static final CustomFunction.Vjp RAW_VJP = (g, in, y) ->
            VJP.vjp(raw(g), raw(in), y).stream().map(CustomFunctionTest::raw).toList();

    private static final CustomFunction.Jvp RAW_JVP = (t, in, y) -> raw(JVP.jvp(raw(t), raw(in), y));

    private static final List<Tensor> POINT =
            List.of(Tensor.of(new double[][] {{0.5, -1.2, 0.3}, {1.1, 0.2, -0.7}}), Tensor.scalar(0.8));

    private static Tensor raw(Tensor x) {
        return Tensor.of(x.toArray()).reshape(x.shape());
    }

    private static List<Tensor> raw(List<Tensor> tensors) {
        return tensors.stream().map(CustomFunctionTest::raw).toList();
    }

    private static CustomFunction named(String name) {
        return CustomFunction.of(name, CustomFunctionTest::value);
    }

    private static Function<List<Tensor>, Tensor> calling(CustomFunction f) {
        return in -> f.apply(in.toArray(new Tensor[0]));
    }

    /** Checks derivatives and all ways to sweep for them. */
    private static void check(Function<List<Tensor>, Tensor> f, List<Tensor> point) {
        GradientCheck.ofSeveral(f).at(point.toArray(new Tensor[0])).assertPasses();
        SweepCheck.check("f", f, point);
    }

    @TestFactory
    Stream<DynamicTest> everyWayToGiveARuleIsDifferentiatedToSecondOrder() {
        return Stream.of(
                        named("no rule"),
                        named("vjp").vjp(VJP),
                        named("jvp").jvp(JVP),
                        named("both").vjp(VJP).jvp(JVP))
                .map(f -> DynamicTest.dynamicTest(f.toString(), () -> check(calling(f), POINT)));
    }

    @Test
    void aWrongRuleIsFound() {
        CustomFunction wrong = named("wrong")
                .vjp((g, in, y) -> {
                    List<Tensor> right = VJP.vjp(g, in, y);
                    return List.of(right.get(0).mul(1.001), right.get(1));
                })
                .jvp(JVP);
        assertThatThrownBy(() -> check(calling(wrong), POINT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "faulty rule: vjp of \"wrong\" by its input 0, called at CustomFunctionTest.java:");
    }

    @TestFactory
    Stream<DynamicTest> rulesOnArraysServeBothModesOnce() {
        return Stream.of(
                        named("vjp on arrays").vjp(RAW_VJP),
                        named("jvp on arrays").jvp(RAW_JVP),
                        named("both on arrays").vjp(RAW_VJP).jvp(RAW_JVP))
                .map(CustomFunction::onceDifferentiable)
                .map(f -> DynamicTest.dynamicTest(f.toString(), () -> {
                    Linearization expected = Linearization.of(CustomFunctionTest::value, POINT);
                    Linearization actual = Linearization.of(calling(f), POINT);
                    Tensor g = Tensor.of(0.4, -1.3);
                    List<Tensor> t = List.of(Tensor.normal(new java.util.SplittableRandom(1), 2, 3), Tensor.scalar(2));
                    near(actual.push(t), expected.push(t));
                    near(actual.pull(g).get(0), expected.pull(g).get(0));
                    near(actual.pull(g).get(1), expected.pull(g).get(1));
                    assertThat(actual.pull(g).get(0).traced()).isFalse();
                    Tensor seeds = Tensor.of(new double[][] {{1, 2}, {-1, 0.5}, {0, 1}});
                    near(actual.pull(seeds).get(0), expected.pull(seeds).get(0));
                    Tensor x = POINT.get(0);
                    UnaryOperator<Tensor> plain = z -> f.apply(z, POINT.get(1));
                    UnaryOperator<Tensor> loss = z -> plain.apply(z).square().sum();
                    assertOnceOnly(f, () -> Derivatives.hessian(loss, x));
                    assertOnceOnly(f, () -> Derivatives.hvp(loss, x, x));
                    assertOnceOnly(f, () -> Derivatives.vhp(loss, x, x));
                    assertOnceOnly(f, () -> Derivatives.jvp(z -> Derivatives.jvp(plain, z, x), x, x));
                    assertOnceOnly(f, () -> Derivatives.vjp(z -> Derivatives.jvp(plain, z, x), x, Tensor.of(1, 1)));
                    assertOnceOnly(f, () -> Derivatives.hessianDiagonal(loss, x));
                    assertOnceOnly(f, () -> Derivatives.directional(plain, x, x, 2));
                }));
    }

    private static void assertOnceOnly(CustomFunction f, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(f + " can be differentiated once only, as declared by onceDifferentiable(), but a second"
                        + " derivative was asked for: write its rule in tensor methods and drop the declaration");
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toArray()).containsExactly(expected.toArray(), Offset.offset(1e-14));
    }

    @Test
    void onceDifferentiableServesALossWhoseOtherPartsAreWatched() {
        CustomFunction f = named("f").vjp(RAW_VJP).onceDifferentiable();
        Tensor weight = Tensor.variable(Tensor.scalar(3));
        Tensor gradient =
                Derivatives.gradient(x -> f.apply(x, POINT.get(1)).sum().mul(weight), POINT.get(0));
        near(gradient.detach(), VJP.vjp(Tensor.of(3, 3), POINT, Tensor.of(0, 0)).get(0));
    }

    @Test
    void anUndeclaredRuleOnArraysIsFoundWhenItWouldBeDifferentiated() {
        CustomFunction f = named("f").vjp(RAW_VJP);
        String message =
                "the vjp of \"f\" is to be differentiated, but computes on arrays: what it returned is a constant."
                        + " Write it in tensor methods, or declare the function onceDifferentiable()";
        UnaryOperator<Tensor> loss = x -> f.apply(x, POINT.get(1)).sum();
        near(
                Derivatives.gradient(loss, POINT.get(0)),
                VJP.vjp(Tensor.of(1, 1), POINT, POINT.get(1)).get(0));
        assertThatThrownBy(() -> Derivatives.hvp(loss, POINT.get(0), POINT.get(0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Derivatives.jvp(loss, POINT.get(0), POINT.get(0)))
                .hasMessage(message);
    }

    @Test
    void aLinearRuleIsConstantWithReason() {
        CustomFunction twice =
                CustomFunction.of("twice", in -> in.get(0).mul(2)).vjp((g, in, y) -> List.of(g.mul(2)));
        assertThat(Derivatives.hessian(x -> twice.apply(x).sum(), Tensor.of(1, 2))
                        .toArray())
                .containsOnly(0);
        assertThat(Derivatives.jacobian(twice::apply, Tensor.of(1, 2)).toArray())
                .containsExactly(2, 0, 0, 2);
    }

    @Test
    void ruleThatCarriesDirectionsIsCalledOnce() {
        int[] calls = new int[1];
        CustomFunction.Vjp counting = (g, in, y) -> {
            calls[0]++;
            return List.of(g.mul(in.get(0).cos()));
        };
        CustomFunction sin = CustomFunction.of("sin", in -> in.get(0).sin()).vjp(counting);
        Tensor x = Tensor.of(1, 2, 3);
        Tensor one = Derivatives.jacobian(sin::apply, x, Derivatives.Mode.REVERSE);
        assertThat(calls[0]).isEqualTo(3);
        Tensor many = Derivatives.jacobian(sin.carryingDirections()::apply, x, Derivatives.Mode.REVERSE);
        assertThat(calls[0]).isEqualTo(4);
        assertThat(many.sameAs(one)).isTrue();
        near(many, x.cos().diag());
    }

    @Test
    void noDirectionsAtAllAreServed() {
        Linearization at = Linearization.of(calling(named("f").vjp(VJP)), POINT);
        assertThat(at.pull(Tensor.zeros(0, 2)).get(0).shape()).hasToString("[0, 2, 3]");
        assertThat(at.push(List.of(Tensor.zeros(0, 2, 3), Tensor.zeros(0))).shape())
                .hasToString("[0, 2]");
    }

    @Test
    void aCotangentAtTheBroadcastShapeIsSummed() {
        CustomFunction scale = CustomFunction.of("scale", in -> in.get(0).mul(in.get(1)))
                .vjp((g, in, y) -> List.of(g.mul(in.get(1)), g.mul(in.get(0))));
        check(calling(scale), POINT);
    }

    // --- captured values ---

    @Test
    void withoutARuleCapturedValuesAreInputs() {
        Tensor a = Tensor.variable(0.5, -2).named("a");
        UnaryOperator<Tensor> plain = x -> x.mul(a).sin().mul(x);
        CustomFunction f = CustomFunction.of("f", in -> plain.apply(in.get(0)));
        Tensor x = Tensor.of(1.5, 0.7);
        Tensor y = f.apply(x);
        assertThat(y.traced()).isTrue();
        Gradients expected = plain.apply(x).square().sum().backward();
        Gradients actual = y.square().sum().backward();
        assertThat(actual.of(a).sameAs(expected.of(a))).isTrue();
        assertThat(actual.of(a).traced()).isFalse();
        check(
                in -> CustomFunction.of("g", z -> z.get(0).mul(in.get(1)).sin().mul(in.get(0)))
                        .apply(in.get(0)),
                List.of(x, Tensor.of(0.3, 0.9)));
    }

    @Test
    void withARuleCapturedValuesAreRefused() {
        Tensor a = Tensor.variable(0.5, -2).named("a");
        CustomFunction f = CustomFunction.of("f", in -> in.get(0).mul(a)).vjp((g, in, y) -> List.of(g.mul(a)));
        assertThatThrownBy(() -> f.apply(Tensor.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the value of \"f\" depends on \"a\", which is traced but not among its inputs, so that its"
                        + " gradient would be lost: pass it as a further input, or detach() it");
    }

    // --- messages ---

    @Test
    void rulesThatReturnTheWrongThingAreNamed() {
        assertRefused(
                named("f").vjp((g, in, y) -> null),
                "the vjp of \"f\" must return a list of cotangents, one for each of its 2 inputs, of shapes [[2, 3], []],"
                        + " but returned null");
        assertRefused(
                named("f").vjp((g, in, y) -> List.of(g)),
                "the vjp of \"f\" must return a list of cotangents, one for each of its 2 inputs, of shapes [[2, 3], []],"
                        + " but returned 1 of them");
        assertRefused(
                named("f").vjp((g, in, y) -> Arrays.asList(in.get(0), null)),
                "the vjp of \"f\" must return a cotangent of shape [] for input 1, zeros if the value does not depend on"
                        + " it, but returned null");
        assertRefused(
                named("f").vjp((g, in, y) -> List.of(Tensor.zeros(3), Tensor.scalar(0))),
                "the vjp of \"f\" must return a cotangent of shape [2, 3] for input 0, zeros if the value does not depend"
                        + " on it, but returned shape [3]");
        assertRefused(
                named("f").jvp((t, in, y) -> Tensor.zeros(3)),
                "the jvp of \"f\" must return a tangent of the value's shape [2], but returned shape [3]");
        assertRefused(
                named("f").jvp((t, in, y) -> null),
                "the jvp of \"f\" must return a tangent of the value's shape [2], but returned null");
    }

    private static void assertRefused(CustomFunction f, String message) {
        Linearization at = Linearization.of(calling(f), POINT);
        assertThatThrownBy(() -> at.pull(Tensor.of(1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void valuesThatCannotBeDifferentiatedAreNamed() {
        assertThatThrownBy(() -> CustomFunction.of("f", in -> null).apply(POINT.get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the value of \"f\" is null: it must be a tensor");
        assertThatThrownBy(() -> named("f").onceDifferentiable())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("\"f\" has no rule that could be differentiable once only: give it a vjp or a jvp");
        Tensor x = Tensor.variable(1, 2);
        Tensor y = CustomFunction.of("onArrays", in -> raw(in.get(0))).apply(x).sum();
        assertThatThrownBy(y::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the value of \"onArrays\" does not depend on its inputs by tensor methods, so that no"
                        + " derivative can be derived from it: give it a vjp or a jvp");
        // the second derivative of a linear function is 0, and so is the third
        CustomFunction zero = CustomFunction.of(
                "zero", in -> Derivatives.hessianDiagonal(v -> v.mul(3).sum(), in.get(0)));
        assertThat(Derivatives.gradient(v -> zero.apply(v).sum(), x).toArray()).containsExactly(0, 0);
    }

    @Test
    void appearsByItsName() {
        Tensor x = Tensor.variable(1, 2);
        assertThat(named("mine").vjp(VJP).apply(x, Tensor.scalar(1)).toString()).endsWith(", from mine");
        assertThat(named("mine").apply(x, Tensor.scalar(1)).toString()).endsWith(", from mine");
        assertThat(named("mine")).hasToString("\"mine\"");
        for (CustomFunction f : List.of(named("mine"), named("mine").vjp(VJP))) {
            Tensor y = f.apply(x, Tensor.scalar(1));
            assertThatThrownBy(() -> x.sum().backward().of(y))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("no gradient by the result of mine of shape []: ");
        }
    }

    @Test
    void constantsStayConstants() {
        assertThat(named("f").apply(POINT.get(0), POINT.get(1)).traced()).isFalse();
        assertThat(named("f").vjp(VJP).apply(POINT.get(0), POINT.get(1)).traced())
                .isFalse();
    }

    @Test
    void theSameValueMayBeGivenTwice() {
        check(in -> named("f").apply(in.get(0), in.get(0).sum()), POINT.subList(0, 1));
        for (CustomFunction f : List.of(
                CustomFunction.of("product", in -> in.get(0).mul(in.get(1))),
                CustomFunction.of("product", in -> in.get(0).mul(in.get(1)))
                        .vjp((g, in, y) -> List.of(g.mul(in.get(1)), g.mul(in.get(0)))))) {
            check(in -> f.apply(in.get(0), in.get(0)).add(in.get(0)), POINT.subList(0, 1));
        }
    }

    @Test
    void nestsInItself() {
        CustomFunction inner = CustomFunction.of("inner", in -> in.get(0).sin().mul(in.get(0)));
        CustomFunction outer = CustomFunction.of(
                "outer", in -> inner.apply(inner.apply(in.get(0)).add(1)));
        check(calling(outer), POINT.subList(0, 1));
        Tensor third = Derivatives.directional(outer::apply, Tensor.of(0.4), Tensor.of(1), 4);
        UnaryOperator<Tensor> plain = x -> x.sin().mul(x);
        Tensor expected =
                Derivatives.directional(x -> plain.apply(plain.apply(x).add(1)), Tensor.of(0.4), Tensor.of(1), 4);
        assertThat(third.item()).isCloseTo(expected.item(), Offset.offset(1e-11));
    }

    @Test
    @SuppressWarnings("NullAway") // what the messages are about
    void badCallsAreRefused() {
        CustomFunction f = CustomFunction.of("twice", in -> in.get(0).mul(2));
        Tensor x = Tensor.of(1, 2);
        assertThatThrownBy(() -> f.apply((Tensor[]) null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the inputs of \"twice\" are null: they must be tensors");
        for (CustomFunction each : List.of(f, f.vjp((g, in, y) -> List.of(g.mul(2), g)))) {
            assertThatThrownBy(() -> each.apply(x, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("input 1 of \"twice\" is null: it must be a tensor");
        }
        assertThatThrownBy(() -> CustomFunction.of(" ", in -> in.get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a custom function needs a name, by which messages and traces call it, but got \" \"");
    }

    @Test
    void whatTheValueThrowsIsThrown() {
        RuntimeException own = new RuntimeException("of my own");
        CustomFunction f = CustomFunction.of("f", in -> {
            throw own;
        });
        assertThatThrownBy(() -> f.apply(Tensor.of(1))).isSameAs(own);
        assertThatThrownBy(() -> f.vjp((g, in, y) -> List.of(g)).apply(Tensor.of(1)))
                .isSameAs(own);
    }
}
