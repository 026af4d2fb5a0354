package org.retrograd.benchmarks;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.retrograd.examples.gradbench.Eval;
import org.retrograd.examples.gradbench.GradBench;

/**
 * Measures the derivative of every GradBench problem against its plain function, all in one run, and prints the ratios.
 *
 * <p>The plain function is that of the problem's loops in Java or, where a C++ compiler is at hand and it is faster, of the
 * same loops in C++ (-O3). Times are the least of several runs: on a machine with other work that is the steadiest figure.
 * Arguments: the names of the problems, all if there are none.
 */
public final class GradBenchRatios {
    private static final double WARM_UP_SECONDS = 4;
    private static final double SECONDS = 2;

    private final PrintStream out;
    private final Path folder;
    private final @Nullable Path plain;

    private GradBenchRatios(PrintStream out) throws IOException, InterruptedException {
        this.out = out;
        this.folder = Files.createTempDirectory("gradbench");
        this.plain = compile();
    }

    /** Measures the problems that are named, or all. */
    public static void main(String[] modules) throws IOException, InterruptedException {
        new GradBenchRatios(System.out).run(ImmutableList.copyOf(modules));
    }

    private @Nullable Path compile() throws IOException, InterruptedException {
        Path source = folder.resolve("plain.cpp");
        Path program = folder.resolve("plain");
        Files.writeString(
                source,
                Resources.toString(Resources.getResource(GradBenchRatios.class, "plain.cpp"), StandardCharsets.UTF_8));
        try {
            Process compiler = new ProcessBuilder("g++", "-O3", "-o", program.toString(), source.toString())
                    .inheritIO()
                    .start();
            return compiler.waitFor() == 0 ? program : null;
        } catch (IOException e) {
            out.println("no C++ compiler: ratios are to the loops in Java");
            return null;
        }
    }

    private void run(ImmutableList<String> modules) throws IOException, InterruptedException {
        out.println("problem   function      derivative ms   plain Java ms   plain C++ ms   ratio");
        for (Eval eval : GradBench.evals()) {
            if (modules.isEmpty() ? !eval.module().equals("hello") : modules.contains(eval.module())) {
                measure(eval);
            }
        }
    }

    private void measure(Eval eval) throws IOException, InterruptedException {
        Supplier<Object> loops = eval.plain().apply(eval.synthetic().get());
        double byJava = leastMilliseconds(loops);
        double byCpp = cppMilliseconds(eval);
        for (String function : eval.functions().keySet()) {
            double derivative =
                    leastMilliseconds(eval.prepare(function, eval.synthetic().get()));
            byJava = Math.min(byJava, leastOf(loops, 0.5));
            out.printf(
                    Locale.ROOT,
                    "%-9s %-12s %14.3f %15.3f %14.3f %7.2f%n",
                    eval.module(),
                    function,
                    derivative,
                    byJava,
                    byCpp,
                    derivative / (byCpp > 0 ? Math.min(byJava, byCpp) : byJava));
        }
    }

    /** Returns the time of the objective in C++, or NaN if there is none. */
    private double cppMilliseconds(Eval eval) throws IOException, InterruptedException {
        if (plain == null) {
            return Double.NaN;
        }
        Path input = folder.resolve(eval.module() + ".txt");
        StringBuilder text = new StringBuilder();
        eval.synthetic().get().numbers().forEach((name, numbers) -> {
            text.append(name).append(' ').append(numbers.length).append('\n');
            Arrays.stream(numbers).forEach(number -> text.append(number).append(' '));
            text.append('\n');
        });
        Files.writeString(input, text);
        Process run = new ProcessBuilder(plain.toString(), eval.module())
                .redirectInput(input.toFile())
                .start();
        String answer = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (run.waitFor() != 0) {
            return Double.NaN;
        }
        List<String> valueAndTime = Splitter.on(' ').splitToList(answer.trim());
        Object byJava = eval.plain().apply(eval.synthetic().get()).get();
        if (byJava instanceof Double value) {
            Baseline.requireSame(eval.module() + " in C++", Double.parseDouble(valueAndTime.get(0)), value);
        }
        return Double.parseDouble(valueAndTime.get(1));
    }

    private static double leastMilliseconds(Supplier<Object> computation) {
        leastOf(computation, WARM_UP_SECONDS);
        return leastOf(computation, SECONDS);
    }

    private static double leastOf(Supplier<Object> computation, double seconds) {
        long least = Long.MAX_VALUE;
        long begin = System.nanoTime();
        Object result;
        do {
            long start = System.nanoTime();
            result = computation.get();
            least = Math.min(least, System.nanoTime() - start);
        } while (result != null && System.nanoTime() - begin < 1e9 * seconds);
        return least / 1e6;
    }
}
