package org.retrograd.autograd.tensor;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a tensor comes from, for messages and reports: the name a user gave it, the source line that made it, and for a
 * constant the traced value from which it was cut.
 *
 * <p>Lines are looked up only downstream of a value that has one. A checker gives its variables a line and so obtains
 * those of everything computed from them; outside a check nothing is paid and no mode is set.
 */
record Origin(
        @Nullable String name,
        @Nullable String site,
        @Nullable Cut cut) {
    private static final String OWN_PACKAGES = "org.retrograd.autograd.";

    /** The end of a path: the traced value that was made a constant, and the source line that did it. */
    record Cut(Tensor from, String site) {}

    /** Returns the origin of a traced result: its own call site if an input has one, else none. */
    static @Nullable Origin derived(Tensor[] in) {
        for (Tensor x : in) {
            if (x.origin != null && x.origin.site != null) {
                return new Origin(null, callSite(), null);
            }
        }
        return null;
    }

    /** Returns the origin of a constant result: the first cut behind it, if there is one. */
    static @Nullable Origin constant(Tensor[] in) {
        for (Tensor x : in) {
            if (x.origin != null && x.origin.cut != null) {
                return new Origin(null, null, x.origin.cut);
            }
        }
        return null;
    }

    static Origin named(String name, @Nullable Origin before) {
        return before == null ? new Origin(name, null, null) : new Origin(name, before.site, before.cut);
    }

    static Origin sited(@Nullable Origin before) {
        return new Origin(before == null ? null : before.name, callSite(), null);
    }

    /** Returns the origin of a value that the user makes a constant. */
    static @Nullable Origin detached(Tensor from) {
        return from.origin == null || from.origin.site == null
                ? from.origin
                : new Origin(from.origin.name, null, new Cut(from, callSite()));
    }

    /** Returns the origin of a variable that is given another value: its own name, the line of the value. */
    static @Nullable Origin renewed(@Nullable Origin own, @Nullable Origin value) {
        String name = own == null ? null : own.name;
        String site = value == null ? null : value.site;
        return name == null && site == null ? null : new Origin(name, site, null);
    }

    /** Returns the innermost frame outside the engine, as {@code Model.java:31}. */
    private static String callSite() {
        Optional<StackWalker.StackFrame> frame = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.filter(f -> !own(f.getDeclaringClass())).findFirst());
        return frame.map(f -> f.getFileName() + ":" + f.getLineNumber()).orElse("unknown source");
    }

    /** Whether a class belongs to the engine: its tests share the packages, but come from another place. */
    private static boolean own(Class<?> type) {
        return type.getName().startsWith(OWN_PACKAGES)
                && type.getProtectionDomain().getCodeSource()
                        == Origin.class.getProtectionDomain().getCodeSource();
    }
}
