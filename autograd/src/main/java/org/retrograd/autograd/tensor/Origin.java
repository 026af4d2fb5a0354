package org.retrograd.autograd.tensor;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a tensor comes from, for messages and reports: the name a user gave it, and the source line that made it.
 *
 * <p>Lines are looked up only downstream of a value that has one. A checker gives its variables a line and so obtains
 * those of everything computed from them; outside a check nothing is paid and no mode is set.
 */
record Origin(@Nullable String name, @Nullable String site) {
    private static final String OWN_PACKAGES = "org.retrograd.autograd.";

    /** Returns the origin of a result: its own call site if an input has one, else none. */
    static @Nullable Origin derived(Tensor[] in) {
        for (Tensor x : in) {
            if (x.origin != null && x.origin.site != null) {
                return new Origin(null, callSite());
            }
        }
        return null;
    }

    static Origin named(String name, @Nullable Origin before) {
        return new Origin(name, before == null ? null : before.site);
    }

    static Origin sited(@Nullable Origin before) {
        return new Origin(before == null ? null : before.name, callSite());
    }

    /** Returns the innermost frame outside the engine, as {@code Model.java:31}. */
    private static String callSite() {
        Optional<StackWalker.StackFrame> frame = StackWalker.getInstance()
                .walk(frames -> frames.filter(f -> !f.getClassName().startsWith(OWN_PACKAGES)
                                || f.getClassName().endsWith("Test"))
                        .findFirst());
        return frame.map(f -> f.getFileName() + ":" + f.getLineNumber()).orElse("unknown source");
    }
}
