package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

class LauncherTest {
    /** Writes the seed and finds that something disagrees. */
    @Command(name = "Wrong", description = "Never agrees.")
    private static final class Wrong implements Example {
        @Override
        public boolean run(Report out, long seed) {
            out.line("seed %d", seed);
            return false;
        }
    }

    /** Fails. */
    @Command(name = "Broken", description = "Never ends well.")
    private static final class Broken implements Example {
        @Override
        public boolean run(Report out, long seed) {
            throw new IllegalStateException("broken on purpose");
        }
    }

    static List<String> names() {
        return Launcher.examples().stream()
                .map(example -> example.getClass().getAnnotation(Command.class).name())
                .toList();
    }

    @Test
    void helpListsEveryExampleWithItsSentence() {
        Run run = Run.of("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("--seed=N");
        for (Example example : Launcher.examples()) {
            Command command = example.getClass().getAnnotation(Command.class);
            assertThat(command.name()).isEqualTo(example.getClass().getSimpleName());
            assertThat(command.description()).hasSize(1).allMatch(sentence -> sentence.endsWith("."));
            assertThat(run.out().replaceAll("\\s+", " ")).contains(command.name() + " " + command.description()[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachExampleHasHelpAndItsOwnOptions(String name) {
        Run run = Run.of(name, "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: retrograd " + name).contains("--seed=N");
    }

    @Test
    void anUnknownNamePrintsTheList() {
        Run run = Run.of("Nonesuch");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("There is no example \"Nonesuch\"; the names are listed below.\n")
                .contains(names());
    }

    @Test
    void noNamePrintsTheList() {
        Run run = Run.of();
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Name the example to run.").contains(names());
    }

    @Test
    void badOptionsAreNamed() {
        Run unknown = Run.of("FirstGradient", "--speed", "3");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err()).contains("--speed").contains("Usage: retrograd FirstGradient");

        Run noNumber = Run.of("FirstGradient", "--seed", "three");
        assertThat(noNumber.exitCode()).isEqualTo(2);
        assertThat(noNumber.err()).contains("'three' is not a long");

        Run unknownBeforeName = Run.of("--speed", "FirstGradient");
        assertThat(unknownBeforeName.exitCode()).isEqualTo(2);
        assertThat(unknownBeforeName.err()).contains("--speed").doesNotContain("There is no example");
    }

    @Test
    void disagreementExitsWithOne() {
        Run run = Run.of(List.of(new Wrong()), "Wrong", "--seed", "7");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEqualTo("seed 7\n");
    }

    @Test
    void theSeedIsOneUnlessGivenAndMayStandBeforeTheName() {
        assertThat(Run.of(List.of(new Wrong()), "Wrong").out()).isEqualTo("seed 1\n");
        assertThat(Run.of(List.of(new Wrong()), "--seed=3", "wrong").out()).isEqualTo("seed 3\n");
    }

    @Test
    void aFailureExitsWithOneAndSaysWhy() {
        Run run = Run.of(List.of(new Broken()), "Broken");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("broken on purpose");
    }

    @ParameterizedTest
    @MethodSource("names")
    void outputIsAscii(String name) {
        Run run = name.equals("Digits") ? Run.of(name, "--epochs", "1") : Run.of(name);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).matches("[\\n\\x20-\\x7e]+");
    }
}
