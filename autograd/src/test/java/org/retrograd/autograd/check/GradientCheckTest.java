package org.retrograd.autograd.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.check.Finding.Kind;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Holder;
import org.retrograd.autograd.tensor.Op;
import org.retrograd.autograd.tensor.Tensor;

class GradientCheckTest {
    private static final Tensor X = Tensor.of(0.3, -0.8, 1.2);

    private static Finding only(GradientCheck check) {
        Report report = check.check();
        assertThat(report.passed()).as(report.toString()).isFalse();
        assertThat(report.findings()).hasSize(1);
        return report.findings().get(0);
    }

    @Test
    void aRightFunctionPasses() {
        Report report = GradientCheck.of(x -> x.mul(x.sigmoid())).at(X).check();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.verdict("x")).isEqualTo(Verdict.PASS);
        assertThat(report.toString()).startsWith("gradient check passed: f\n  input \"x\" of shape [3]: PASS\n");
    }

    @Test
    void aStatedDerivativeIsIntended() {
        Report report = GradientCheck.of(x -> x.sin().scaleGradient(2)).at(X).check();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.verdict("x")).isEqualTo(Verdict.INTENDED);
        assertThat(GradientCheck.of(x -> x.straightThrough(x.round()).mul(2))
                        .at(X)
                        .check()
                        .verdict("x"))
                .isEqualTo(Verdict.INTENDED);
    }

    @Test
    void aFaultyRuleIsNamedWithItsLineAndTheLikelySlip() {
        Planted swish = Planted.unary("mySigmoid", Tensor::sigmoid)
                .backward((g, x, y) -> g.mul(y.neg().add(1)));
        Finding finding =
                only(GradientCheck.of("swish", x -> x.mul(swish.apply(x))).at(X));
        assertThat(finding.kind()).isEqualTo(Kind.REVERSE_RULE);
        assertThat(finding.op()).contains("mySigmoid");
        assertThat(finding.argument()).isZero();
        assertThat(finding.site().orElseThrow()).startsWith("GradientCheckTest.java:");
        assertThat(finding.slip()).contains(Slip.FACTOR_OF_VALUES);
        assertThat(finding.text()).startsWith("faulty rule: vjp of \"mySigmoid\" by its input 0, called at Grad");
    }

    /** A parameter. */
    private static final class Weight implements Holder {
        private Tensor value = Tensor.variable(0.4, -1.1, 0.7);

        @Override
        public String name() {
            return "w";
        }

        @Override
        public Tensor get() {
            return value;
        }

        @Override
        public void set(Tensor newValue) {
            value = value.withValue(newValue);
        }
    }

    @Test
    void parametersAreCheckedNamedOrFoundAndKeepTheirValue() {
        Weight w = new Weight();
        Tensor before = w.get();
        Report named = GradientCheck.of(x -> x.mul(w.get()).tanh())
                .parameters(java.util.List.of(w))
                .at(X)
                .check();
        assertThat(named.verdict("w")).as(named.toString()).isEqualTo(Verdict.PASS);
        assertThat(w.get().sameAs(before)).isTrue();
        Report found = GradientCheck.of(x -> x.mul(w.get()).tanh()).at(X).check();
        assertThat(found.verdict("variable 0")).as(found.toString()).isEqualTo(Verdict.PASS);
        Finding cut = only(GradientCheck.of(x -> x.mul(w.get().detach()).tanh())
                .parameters(java.util.List.of(w))
                .at(X));
        assertThat(cut.kind()).isEqualTo(Kind.CAPTURED_VALUE);
        assertThat(cut.op()).contains("mul");
        assertThat(cut.text())
                .contains("depends on \"w\": the path ends at detach() or a comparison, GradientCheckTest");
    }

    @Test
    void valuesThatACallCapturesAreChecked() {
        Weight w = new Weight();
        CustomFunction segment =
                CustomFunction.of("segment", in -> in.get(0).mul(w.get()).sin().mul(w.get()));
        Report right = GradientCheck.of(x -> segment.apply(x.exp()).tanh())
                .parameters(java.util.List.of(w))
                .at(X)
                .check();
        assertThat(right.passed()).as(right.toString()).isTrue();
        assertThat(right.verdict("w")).isEqualTo(Verdict.PASS);
        // found in the graph, and moved by making the call again
        Report found =
                GradientCheck.of(x -> segment.apply(x.exp()).tanh()).at(X).check();
        assertThat(found.verdict("variable 0")).as(found.toString()).isEqualTo(Verdict.PASS);
        Planted inside = Planted.unary("mySin", Tensor::sin).backward((g, x, y) -> g.mul(x.sin()));
        CustomFunction wrong =
                CustomFunction.of("segment", in -> inside.apply(w.get()).mul(in.get(0)));
        Report report = GradientCheck.of(x -> wrong.apply(x))
                .parameters(java.util.List.of(w))
                .at(X)
                .check();
        assertThat(report.findings())
                .isNotEmpty()
                .allMatch(f -> f.op().orElseThrow().equals("segment"));
        assertThat(report.verdict("w")).isEqualTo(Verdict.FAIL);
    }

    @Test
    void operationsAndCustomFunctionsAreCheckedUnderTheirNames() {
        Planted product = Planted.binary("product", Tensor::mul);
        Report ofOp = GradientCheck.of(product).at(X, X).check();
        assertThat(ofOp.name()).isEqualTo("product");
        assertThat(ofOp.inputs()).hasSize(2).allMatch(input -> input.verdict() == Verdict.PASS);
        CustomFunction wave = CustomFunction.of("wave", in -> in.get(0).sin());
        assertThat(GradientCheck.of(wave).at(X).check().toString()).startsWith("gradient check passed: wave\n");
    }

    @Test
    void aValueOfParametersAloneIsChecked() {
        Weight w = new Weight();
        Report report = GradientCheck.of(() -> w.get().square().sum())
                .parameters(java.util.List.of(w))
                .check();
        assertThat(report.verdict("w")).as(report.toString()).isEqualTo(Verdict.PASS);
        assertThatThrownBy(() -> GradientCheck.of(w).at(X).check())
                .hasMessage("the function takes no tensor, but at(..) was given 1");
    }

    @Test
    void aRuleGivenForOneModeOnlyIsSharedByBoth() {
        CustomFunction one =
                CustomFunction.of("one", in -> in.get(0).sin()).vjp((g, in, y) -> java.util.List.of(g.mul(in.get(0))));
        assertThat(only(GradientCheck.of(one).at(X)).text())
                .contains("; reverse and forward mode follow from one shared definition\n");
        CustomFunction two = one.jvp((t, in, y) -> t.get(0).mul(in.get(0)));
        assertThat(only(GradientCheck.of(two).at(X)).text())
                .contains("; reverse and forward mode agree with each other\n");
    }

    @Test
    void secondDerivativesAreShownByEntries() {
        Planted lost = Planted.op("product", in -> in[0].mul(in[1].square()))
                .pull(1, (g, in, y) -> g.mul(in[0]).mul(in[1].detach().mul(2)));
        Finding finding = only(GradientCheck.of((x, w) -> lost.apply(x, w)).at(X, X.add(2)));
        assertThat(finding.kind()).isEqualTo(Kind.SECOND_ORDER);
        assertThat(finding.argument()).isEqualTo(1);
        assertThat(finding.worst()).hasSize(3);
    }

    @Test
    void pointsThatAreNoneAreRefused() {
        assertThat(only(GradientCheck.of((x, w) -> x.mul(w))
                                .at(X, Tensor.of(1, Double.NaN, 2))
                                .named("x", "w"))
                        .text())
                .startsWith("the point is outside the domain: input \"w\" is NaN in Tensor[3] float64 {1, NaN, 2}");
        assertThatThrownBy(() -> GradientCheck.of((x, w) -> x.mul(w)).at(X, nothing()))
                .hasMessage("at(..) takes tensors, but argument 1 is null");
        assertThatThrownBy(() ->
                        GradientCheck.of(Tensor::sin).at(X).named("a", "b").check())
                .hasMessage("named(..) was given 2 names for 1 arguments");
        assertThatThrownBy(() -> GradientCheck.of(Tensor::sin).at(X, X).check())
                .hasMessage("the function takes 1 tensor, but at(..) was given 2; use ofSeveral");
        assertThatThrownBy(() -> GradientCheck.of(Tensor::mul).at(X).check())
                .hasMessage("the function takes 2 tensors, but at(..) was given 1");
        assertThatThrownBy(() -> GradientCheck.of(Tensor::sin).order(3)).hasMessage("the order is 1 or 2, but got 3");
    }

    @Test
    void everyFailingInputIsReported() {
        Planted wrong = Planted.op("product", in -> in[0].mul(in[1]).mul(in[2]))
                .pull(0, (g, in, y) -> g.mul(in[1]))
                .pull(2, (g, in, y) -> g.mul(y));
        Report rules = GradientCheck.ofSeveral(
                        in -> wrong.apply(in.get(0), in.get(1), in.get(2)).tanh())
                .at(X, X.add(2), X.square())
                .named("a", "b", "c")
                .check();
        assertThat(rules.findings()).extracting(Finding::argument).containsExactly(0, 2);
        assertThat(rules.inputs())
                .extracting(Report.Input::verdict)
                .containsExactly(Verdict.FAIL, Verdict.PASS, Verdict.FAIL);
        Report captures = GradientCheck.ofSeveral(in ->
                        in.get(0).detach().mul(in.get(1)).add(in.get(2).detach().exp()))
                .at(X, X.add(2), X.square())
                .named("a", "b", "c")
                .check();
        assertThat(captures.findings()).extracting(Finding::input).containsExactly("a", "c");
        assertThat(captures.verdict("b")).isEqualTo(Verdict.PASS);
    }

    @Test
    void theWorstEntriesAreShown() {
        Tensor x = Tensor.of(0.5, -1, 2, 0.25, -0.75, 1.5).reshape(2, 3);
        Tensor spoil = Tensor.of(1, 1, 1, 1.5, 1, -1).reshape(2, 3);
        Planted square = Planted.unary("mySquare", Tensor::square)
                .backward((g, v, y) -> g.mul(v.mul(2)).mul(spoil));
        Finding finding = only(GradientCheck.of(v -> square.apply(v)).at(x));
        assertThat(finding.slip()).contains(Slip.SOME_ENTRIES);
        assertThat(finding.worst()).extracting(Report.Comparison::where).containsExactly("[1, 2]", "[1, 0]");
        Report.Comparison worst = finding.worst().get(0);
        assertThat(worst.reverse()).isEqualTo(-worst.forward());
        assertThat(worst.low()).isCloseTo(worst.forward(), org.assertj.core.api.Assertions.within(1e-9));
        assertThat(finding.text().lines().skip(2).map(String::strip))
                .anySatisfy(
                        line -> assertThat(line).matches("worst entries +value +reverse +forward +differences .*ratio"))
                .anySatisfy(line -> assertThat(line).matches("\\[1, 2] +1.5 .* -1"))
                .anySatisfy(line -> assertThat(line).matches("\\[1, 0] +0.25 .* 1.5"))
                .contains("likely slip: only some entries are wrong: 2 of 6");
        Tensor large = Tensor.uniform(new java.util.SplittableRandom(3), 1, 2, 4000);
        double[] factors = new double[4000];
        java.util.Arrays.setAll(factors, i -> i == 1234 ? 0.9 : 1);
        Tensor one = Tensor.of(factors);
        Planted spoiled = Planted.unary("spoiled", Tensor::square)
                .backward((g, v, y) -> g.mul(v.mul(2)).mul(one));
        Finding found = only(GradientCheck.of(v -> spoiled.apply(v)).at(large));
        assertThat(found.worst()).extracting(Report.Comparison::where).containsExactly("[1234]");
        assertThat(found.text()).contains("found by halving the 4000 entries; there may be more");
    }

    private static String slip(Planted wrong, Tensor... point) {
        return only(GradientCheck.of(wrong).at(point))
                .text()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("likely slip: "))
                .findFirst()
                .orElseThrow()
                .substring("likely slip: ".length());
    }

    @Test
    void theSlipSaysWhatIsMissing() {
        assertThat(slip(
                        Planted.unary("f", Tensor::sigmoid)
                                .backward((g, x, y) -> g.mul(y.neg().add(1))),
                        X))
                .isEqualTo("a factor made of input or output is missing or too many: y is missing");
        assertThat(slip(Planted.unary("f", Tensor::sigmoid).backward((g, x, y) -> g.mul(y)), X))
                .endsWith(": 1 - y is missing");
        assertThat(slip(Planted.unary("f", Tensor::tanh).backward((g, x, y) -> g), X))
                .endsWith(": 1 - y² is missing");
        assertThat(slip(Planted.unary("f", Tensor::square).backward((g, x, y) -> g.mul(x)), X))
                .isEqualTo("a constant factor is wrong: it is 0.5 times the right one");
        assertThat(slip(
                        Planted.unary("f", x -> x.mean())
                                .backward((g, x, y) -> g.mul(x.mul(0).add(1))),
                        X))
                .endsWith("it is 3 times the right one, n for n = 3");
        assertThat(slip(Planted.unary("f", Tensor::tanh).forward((t, x, y) -> t.mul(y)), X))
                .isEqualTo("a term is missing or too many");
        Tensor rows = Tensor.of(0.5, -1, 2, 0.25, -0.75, 1.5).reshape(2, 3);
        assertThat(slip(
                        Planted.binary("f", Tensor::mul)
                                .pull(1, (g, in, y) -> g.mul(in[0]).slice(-2, 0, 1)),
                        rows,
                        X))
                .isEqualTo(
                        "the sum over a broadcast axis is missing or wrong: of axis -2, which has 2 entries, only entry 0 counts");
    }

    @Test
    void kinksAreNoFalseAlarm() {
        Tensor zero = Tensor.of(0, 0.5, -0.5);
        Report report = GradientCheck.of(Tensor::relu).at(zero).check();
        assertThat(report.verdict("x")).isEqualTo(Verdict.VALID_SUBGRADIENT);
        Report.Comparison sides = report.inputs().get(0).comparison();
        assertThat(sides.reverse()).isBetween(sides.low(), sides.high());
        assertThat(report.toString())
                .contains(String.format(
                        Locale.ROOT,
                        "forward %.10g, differences %.10g to %.10g +- ",
                        sides.forward(),
                        sides.low(),
                        sides.high()));
        assertThat(GradientCheck.of(Tensor::floor).at(Tensor.of(2, 0.5)).check().verdict("x"))
                .isEqualTo(Verdict.NOT_CHECKABLE);
    }

    @Test
    void aWrongShareOfATieIsReportedOnceForAllThatTie() {
        Planted each = Planted.binary("larger", Tensor::maximum)
                .pull(0, (g, in, y) -> g.maskedFill(in[0].lt(in[1]), 0))
                .pull(1, (g, in, y) -> g.maskedFill(in[1].lt(in[0]), 0));
        Finding found = only(GradientCheck.ofSeveral(in -> each.apply(in.get(0), in.get(1)))
                .at(Tensor.of(0.5, 2), Tensor.of(0.5, 1)));
        assertThat(found.kind()).isEqualTo(Finding.Kind.REVERSE_RULE);
        assertThat(found.slip()).contains(Slip.TIES);
        assertThat(found.text())
                .matches(
                        "(?s)faulty rule: vjp of \"larger\", called at GradientCheckTest.java:\\d+\n"
                                + "  at a kink, entry 0 of the result: reverse \\S+, forward \\S+, differences \\S+ to \\S+ .*");
    }

    @Test
    void whatCannotBeCheckedIsSaid() {
        assertThat(only(GradientCheck.of(Tensor::log).at(Tensor.of(1, -1))).text())
                .startsWith("the point is outside the domain: \"log\", called at GradientCheckTest.java:")
                .contains("returns NaN");
        int[] calls = {0};
        assertThat(only(GradientCheck.of(x -> x.mul(calls[0]++)).at(X)).text())
                .startsWith("two evaluations at the same point give different values");
        assertThatThrownBy(() -> GradientCheck.of(Tensor::sin).check())
                .hasMessage("there is no point to check at: give at(..) one tensor for each argument");
        Report constant = GradientCheck.of(x -> Tensor.of(1, 2)).at(X).check();
        assertThat(constant.passed()).isTrue();
        assertThat(constant.findings().get(0).kind()).isEqualTo(Kind.NOTHING_TO_CHECK);
        assertThat(constant.toString())
                .startsWith(
                        "gradient check passed: f\n  nothing to check: the value does not depend on any input. If it"
                                + " should, look for an argument that the function does not use\n");
        assertThat(only(GradientCheck.of(x -> x.detach().sin()).at(X)).text())
                .startsWith("the value depends on \"x\" in ways that are not recorded");
        assertThat(only(GradientCheck.of(x -> x.traced() ? x.mul(2) : x.mul(3)).at(X))
                        .kind())
                .isEqualTo(Kind.CHANGED_BY_RECORDING);
        assertThatThrownBy(() -> GradientCheck.of(x -> nothing()).at(X).check())
                .hasMessage("the function to check returned null: it must return a tensor");
        assertThatThrownBy(() -> GradientCheck.of(Tensor::sin).directions(0))
                .hasMessage("a check needs at least 1 direction, but got 0");
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static Tensor nothing() {
        return null;
    }

    @Test
    void rulesThatCannotBeSweptAreNamed() {
        assertThat(only(GradientCheck.of(x -> Planted.unary("null", Tensor::sin)
                                        .backward((g, v, y) -> nothing())
                                        .apply(x))
                                .at(X))
                        .text())
                .endsWith("its vjp returned null");
        assertThat(only(GradientCheck.of(x -> Planted.unary("short", Tensor::sin)
                                        .backward((g, v, y) -> g.slice(0, 0, 2))
                                        .apply(x))
                                .at(X))
                        .text())
                .endsWith("its vjp returned a cotangent of shape [2] for input 0 of shape [3]");
        assertThat(only(GradientCheck.of(x -> Planted.unary("nan", Tensor::sin)
                                        .backward((g, v, y) -> g.mul(Double.NaN))
                                        .apply(x))
                                .at(X))
                        .kind())
                .isEqualTo(Kind.NOT_FINITE);
        assertThat(only(GradientCheck.of(x -> Planted.unary("throws", Tensor::sin)
                                        .backward((g, v, y) -> {
                                            throw new IllegalStateException("not written yet");
                                        })
                                        .apply(x))
                                .at(X))
                        .text())
                .endsWith("its vjp failed: not written yet");
    }

    @Test
    void aFailureIsThrownWithTheReport() {
        Planted wrong = Planted.unary("mySin", Tensor::sin).backward((g, x, y) -> g.mul(x.sin()));
        assertThatThrownBy(() ->
                        GradientCheck.of("wave", x -> wrong.apply(x)).at(X).assertPasses())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("gradient check FAILED: wave")
                .hasMessageContaining(
                        "reproduce: GradientCheck.of(\"wave\", f).at(Tensor.of(0.3, -0.8, 1.2)).seed(17)");
    }

    @Test
    void theReportRepeatsAllThatWasAskedFor() {
        Weight w = new Weight();
        assertThat(GradientCheck.of("net", (x, y) -> x.mul(w.get()).mul(y))
                        .at(X, Tensor.of(2).reshape(1, 1))
                        .named("a", "b")
                        .parameters(java.util.List.of(w))
                        .seed(3)
                        .directions(4)
                        .exhaustive()
                        .order(1)
                        .check()
                        .reproduce())
                .isEqualTo("GradientCheck.of(\"net\", f).parameters(parameters).at(Tensor.of(0.3, -0.8, 1.2), "
                        + "Tensor.of(2.0).reshape(1, 1)).named(\"a\", \"b\").seed(3).directions(4).exhaustive().order(1)"
                        + ".check()");
        assertThat(GradientCheck.ofSeveral(in -> in.get(0).mul(in.get(1)).mul(in.get(2)))
                        .at(Tensor.ones(13), X.slice(0, 0, 1), Tensor.scalar(2))
                        .check()
                        .reproduce())
                .isEqualTo("GradientCheck.ofSeveral(\"f\", f).at(/* [13] */, Tensor.of(0.3), Tensor.of(2.0).reshape())"
                        + ".seed(17).check()");
        assertThat(GradientCheck.of(Tensor::floor).at(Tensor.of(2)).check().toString())
                .contains(
                        "NOT_CHECKABLE\n    along a random direction: reverse 0.000000000, forward 0.000000000, and no "
                                + "derivative by differences, which do not settle: a jump, a cusp or an edge\n");
    }

    @Test
    void whatChangesFromCallToCallIsNamed() {
        int[] calls = {0};
        Finding drawn =
                only(GradientCheck.of(x -> x.sin().mul(calls[0]++).exp()).at(X));
        assertThat(drawn.kind()).isEqualTo(Kind.NOT_REPEATABLE);
        assertThat(drawn.op()).contains("mul");
        assertThat(drawn.argument()).isEqualTo(1);
        assertThat(drawn.text())
                .contains("the first call that differs: \"mul\", called at GradientCheckTest.java:")
                .endsWith(" takes a constant as its input 1 that is another one each time");
        Planted counting = Planted.unary("counting", x -> x.add(calls[0]++));
        Finding own = only(GradientCheck.of(x -> counting.apply(x.sin()).exp()).at(X));
        assertThat(own.op()).contains("counting");
        assertThat(own.text()).endsWith(" gives two results for the same inputs");
    }

    @Test
    void aFaultFarBackIsNamed() {
        Planted wrong = Planted.unary("mySin", Tensor::sin).backward((g, x, y) -> g.mul(x));
        Report report = GradientCheck.of(x -> {
                    Tensor y = wrong.apply(x);
                    for (int i = 0; i < 250; i++) {
                        y = y.add(0.01).mul(0.99);
                    }
                    return y;
                })
                .at(X)
                .check();
        assertThat(report.findings())
                .singleElement()
                .satisfies(f -> assertThat(f.op()).contains("mySin"));
    }

    @Test
    void rulesThatCannotTakeTwoDirectionsAtOnceAreNamed() {
        Tensor rows = Tensor.of(0.5, -1, 2, 0.25, -0.75, 1.5).reshape(2, 3);
        Finding reverse = only(GradientCheck.of(Planted.unary("columnSums", x -> x.sum(0))
                        .backward((g, x, y) -> g.expandDims(0).broadcastTo(2, 3)))
                .at(rows));
        assertThat(reverse.kind()).isEqualTo(Kind.DIRECTIONS);
        assertThat(reverse.op()).contains("columnSums");
        assertThat(reverse.slip()).contains(Slip.AXES_FROM_THE_FRONT);
        assertThat(reverse.text()).contains("its vjp of two cotangents at once failed: ");
        Finding forward = only(GradientCheck.of(Planted.unary("columnSums", x -> x.sum(0))
                        .forward((t, x, y) -> t.sum(t.rank() - 2 > 0 ? 0 : -2)))
                .at(rows));
        assertThat(forward.kind()).isEqualTo(Kind.DIRECTIONS);
        assertThat(forward.text())
                .contains("its jvp of two tangents at once ")
                .endsWith("likely slip: axes are counted from the front, where the axis of directions stands");
    }

    /** Its argument, copied into a buffer that every call writes. */
    private static final class Copied extends Op {
        private double[] buffer = {};

        @Override
        public String name() {
            return "copied";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return in[0].shape();
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            buffer = buffer.length == in[0].size() ? buffer : new double[in[0].size()];
            System.arraycopy(in[0].toArray(), 0, buffer, 0, buffer.length);
            return Storage.wrap(buffer);
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            return g;
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            return Objects.requireNonNull(t[0]);
        }
    }

    @Test
    void aResultInABufferThatIsUsedAgainIsFound() {
        Copied copied = new Copied();
        Finding finding = only(GradientCheck.of(x -> copied.apply(x.sin())).at(X));
        assertThat(finding.kind()).isEqualTo(Kind.ALIASED);
        assertThat(finding.op()).contains("copied");
        assertThat(finding.text())
                .startsWith("faulty rule: \"copied\", called at GradientCheckTest.java:")
                .endsWith("its result changed when the function was evaluated again: it shares storage with a buffer");
        assertThat(new Copied().apply(X).sameAs(X)).isTrue();
    }

    @Test
    void aDerivativeInABufferThatIsUsedAgainIsFound() {
        Copied copied = new Copied();
        Planted reverse = Planted.unary("mySin", Tensor::sin).backward((g, x, y) -> copied.apply(g.mul(x.cos())));
        Finding finding = only(GradientCheck.of(x -> reverse.apply(x)).at(X));
        assertThat(finding.kind()).isEqualTo(Kind.ALIASED);
        assertThat(finding.op()).contains("mySin");
        assertThat(finding.text())
                .endsWith("its cotangent changed when the rule was called again: it shares storage with a buffer");
    }

    @Test
    void aFunctionThatRefusesPointsNearbyIsChecked() {
        Tensor edge = Tensor.of(0, 0.25);
        GradientCheck.of(x -> {
                    if (x.lt(0).any()) {
                        throw new IllegalArgumentException("negative");
                    }
                    return x.mul(x).add(x);
                })
                .at(edge)
                .assertPasses();
    }
}
