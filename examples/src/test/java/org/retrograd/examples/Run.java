package org.retrograd.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * What a command line of the launcher did.
 *
 * @param exitCode what it would exit with
 * @param out what it wrote to the standard output
 * @param err what it wrote to the standard error output
 */
record Run(int exitCode, String out, String err) {
    static Run of(String... arguments) {
        return of(Launcher.examples(), arguments);
    }

    static Run of(List<Example> examples, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode =
                Launcher.run(examples, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), arguments);
        return new Run(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    List<String> lines() {
        return out.lines().toList();
    }

    String lastLine() {
        return lines().get(lines().size() - 1);
    }
}
