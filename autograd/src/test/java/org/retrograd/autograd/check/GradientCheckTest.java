package org.retrograd.autograd.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.tensor.Catalogue;
import org.retrograd.autograd.tensor.Tensor;

class GradientCheckTest {
    private static final Tensor X = Tensor.of(0.3, -0.8, 1.2);

    @Test
    void aRightFunctionPasses() {
        Report report = GradientCheck.of(x -> x.mul(x.sigmoid())).at(X).check();
        assertThat(report.passed()).as(report.toString()).isTrue();
        assertThat(report.verdict("x")).isEqualTo(Verdict.PASS);
    }

    @Test
    void aFactorOfTwoIsFound() {
        Report report = GradientCheck.of(x -> x.sin().scaleGradient(2)).at(X).check();
        assertThat(report.passed()).isFalse();
    }

    @TestFactory
    Stream<DynamicTest> theCatalogueIsRight() {
        return Catalogue.definitions().stream()
                .flatMap(d -> d.examples().stream())
                .map(e -> DynamicTest.dynamicTest(
                        e.call(), () -> GradientCheck.of(e).assertPasses()));
    }
}
