package org.retrograd.examples;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.PrintStream;
import java.util.Locale;

/** What an example writes: lines of ASCII text with decimal points, the same in every locale. */
final class Report {
    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    /** Writes one line, formatted as by {@link String#format(Locale, String, Object...)}. */
    @FormatMethod
    void line(@FormatString String format, Object... arguments) {
        text(String.format(Locale.ROOT, format, arguments));
    }

    /** Writes a line as it stands, percent signs and all. */
    void text(String line) {
        out.print(line + "\n");
        out.flush();
    }

    /** Writes an empty line. */
    void gap() {
        text("");
    }
}
