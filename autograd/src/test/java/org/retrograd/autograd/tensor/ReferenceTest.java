package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.Primitive.SpecialPoint;

/** The reference page says what the definitions say; {@code -Dreference.write=true} writes it anew. */
class ReferenceTest {
    @Test
    void theReferencePageIsThatOfTheCatalogue() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        Path page = (Files.isDirectory(root.resolve("autograd")) ? root : root.getParent())
                .resolve("docs/reference/ops.md");
        String expected = page();
        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(page, expected);
        }
        assertThat(Files.readString(page))
                .as("docs/reference/ops.md is out of date: run this test with -Dreference.write=true")
                .isEqualTo(expected);
    }

    private static String page() {
        StringBuilder page = new StringBuilder("# Operations\n\n");
        page.append(
                "Generated from the definitions. Inputs are a, b, c, the output is y; a partial derivative is written in\n");
        page.append(
                "them. Samples are the intervals from which tests draw their inputs. What was decided at special points,\n");
        page.append("and why: [special-points.md](special-points.md).\n\n## Functions of each entry\n");
        for (Primitive primitive : Catalogue.primitives()) {
            page.append("\n### ")
                    .append(primitive.name())
                    .append("\n\n")
                    .append(primitive.doc())
                    .append("\n\n");
            String samples = primitive.samples().stream()
                    .map(interval -> "[" + interval.low() + ", " + interval.high() + "]")
                    .collect(Collectors.joining(", "));
            page.append("- samples: ").append(samples).append('\n');
            for (int k = 0; k < primitive.arity(); k++) {
                page.append("- ∂y/∂")
                        .append("abc".charAt(k))
                        .append(" = `")
                        .append(primitive.partial(k))
                        .append("`\n");
            }
            for (SpecialPoint row : primitive.specialPoints()) {
                page.append("- at ").append(row.inputs()).append(": value ").append(row.value());
                page.append(", partials ").append(row.partials()).append('\n');
            }
        }
        page.append("\n## Reductions, shapes, positions and products\n");
        for (Definition definition : Catalogue.definitions()
                .subList(Catalogue.primitives().size(), Catalogue.definitions().size())) {
            page.append("\n### ")
                    .append(definition.name())
                    .append("\n\n")
                    .append(definition.doc())
                    .append("\n\n");
            String calls = definition.examples().stream()
                    .map(e -> "`" + e.call() + "`")
                    .collect(Collectors.joining(", "));
            page.append("- for instance: ").append(calls).append('\n');
        }
        page.append("\n## Stated derivatives\n\n");
        page.append(
                "`detach`, `straightThrough`, `scaleGradient`, `reverseGradient` and `watch` state another derivative than that of\n");
        page.append("their value: [control.md](../howto/control.md).\n");
        return page.toString();
    }
}
