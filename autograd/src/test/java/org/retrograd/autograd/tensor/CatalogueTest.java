package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.tensor.Definition.Example;

/**
 * Checks every operation because it exists: a definition is all that a new one needs. The gradient checker judges the
 * derivatives; {@link OpCheck} adds what only the engine knows: fused loops against recorded rules, many directions at once
 * against one at a time.
 */
class CatalogueTest {
    @TestFactory
    Stream<DynamicContainer> everyExampleIsDifferentiatedRightly() {
        return Catalogue.definitions().stream()
                .map(definition -> DynamicContainer.dynamicContainer(
                        definition.name(), definition.examples().stream().map(example -> test(definition, example))));
    }

    private static DynamicTest test(Definition definition, Example example) {
        String name = example.call()
                + example.inputs().stream().map(Definition.Input::shape).toList();
        return DynamicTest.dynamicTest(name, () -> {
            GradientCheck.of(example).assertPasses();
            OpCheck.check(definition.name(), example, 17);
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
