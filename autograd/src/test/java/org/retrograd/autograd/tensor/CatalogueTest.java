package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.check.Report;
import org.retrograd.autograd.check.Verdict;
import org.retrograd.autograd.tensor.Definition.Example;

/**
 * Checks every operation because it exists: a definition is all that a new one needs. The gradient checker judges the
 * derivatives; {@link SweepCheck} adds what only the engine knows: that fused loops give the bits of recorded rules, and many
 * directions at once those of one at a time, to second order.
 */
class CatalogueTest {
    @TestFactory
    Stream<DynamicContainer> everyExampleIsDifferentiatedRightly() {
        return Catalogue.definitions().stream()
                .map(definition -> DynamicContainer.dynamicContainer(
                        definition.name(), definition.examples().stream().map(example -> test(example))));
    }

    private static DynamicTest test(Example example) {
        String name = example.call()
                + example.inputs().stream().map(Definition.Input::shape).toList();
        return DynamicTest.dynamicTest(name, () -> {
            Report report = GradientCheck.of(example).check();
            assertThat(report.passed()).as(report.toString()).isTrue();
            assertThat(report.inputs())
                    .as(report.toString())
                    .isNotEmpty()
                    .allMatch(input -> input.verdict() == Verdict.PASS);
            ExamplePoint at = ExamplePoint.of(example, 17);
            SweepCheck.check(example.call(), at.function(), at.point());
        });
    }

    @Test
    void everyDefinitionHasASentenceAndExamples() {
        for (Definition definition : Catalogue.definitions()) {
            assertThat(definition.name()).isNotBlank();
            assertThat(definition.doc())
                    .as(definition.name() + ": doc")
                    .isNotBlank()
                    .endsWith(".");
            assertThat(definition.examples())
                    .as(definition.name() + ": examples")
                    .isNotEmpty();
        }
        assertThat(Catalogue.definitions().stream().map(Definition::name)).doesNotHaveDuplicates();
    }
}
