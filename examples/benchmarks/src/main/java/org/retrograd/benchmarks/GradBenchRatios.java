package org.retrograd.benchmarks;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
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
import org.retrograd.examples.gradbench.Input;

/**
 * Measures the derivative of every GradBench problem against its plain function, all in one run, and prints a table.
 *
 * <p>The plain function is that of the problem's loops in Java or, where a C++ compiler is at hand and it is faster, of the
 * same loops in C++ (-O3). The three are measured in turn; times are processor time of the computing thread, the least of all
 * runs: on a machine with other work that is the steadiest figure. Arguments: the names of the problems, all if there are none.
 */
public final class GradBenchRatios {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double WARM_UP_SECONDS = 2;
    private static final int ROUNDS = 3;
    private static final double SECONDS = 0.5;

    /**
     * A line of the table.
     *
     * @param aim the ratio that is aimed at; for nested problems, where the objective without its inner derivatives is no
     *     measure, milliseconds
     * @param codipack the ratio of CoDiPack, a tape in C++, on a machine of its own; NaN if there is none
     */
    private record Line(String module, String function, String size, boolean large, double aim, double codipack) {
        boolean nested() {
            return module.equals("particle") || module.equals("saddle");
        }
    }

    private static final ImmutableList<Line> LINES = ImmutableList.of(
            new Line("hello", "double", "", false, Double.NaN, Double.NaN),
            new Line("gmm", "jacobian", "d 10, k 25, n 1000", false, 3, 14),
            new Line("gmm", "jacobian", "d 32, k 50, n 1000", true, 4, 61),
            new Line("ba", "jacobian", "p 31,843", false, 8, 20),
            new Line("ht", "jacobian", "10,000 vertices, c 800", false, 10, 79),
            new Line("lstm", "jacobian", "l 4, c 4096", false, 2.6, 2.6),
            new Line("kmeans", "dir", "k 100, n 10,000, d 16", false, 3, 67),
            new Line("det", "gradient", "10", false, 4, 4),
            new Line("llsq", "gradient", "n 8196, m 128", false, 3, 10),
            new Line("lse", "gradient", "n 640,000", false, 1.5, 4.2),
            new Line("ode", "gradient", "n 10,000, s 100", false, 8, 13),
            new Line("particle", "rr", "", false, 20, Double.NaN),
            new Line("particle", "ff", "", false, 20, Double.NaN),
            new Line("particle", "fr", "", false, 20, Double.NaN),
            new Line("particle", "rf", "", false, 20, Double.NaN),
            new Line("saddle", "rr", "", false, 5, Double.NaN),
            new Line("saddle", "ff", "", false, 5, Double.NaN),
            new Line("saddle", "fr", "", false, 5, Double.NaN),
            new Line("saddle", "rf", "", false, 5, Double.NaN));

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
        out.printf(
                "Java %s (%s), %s, %d processors%n%n",
                System.getProperty("java.version"),
                System.getProperty("java.vm.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors());
        out.println("| problem | derivative, ms | plain Java, ms | plain C++, ms | ratio | aim | CoDiPack |");
        out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (Line line : LINES) {
            if (modules.isEmpty() || modules.contains(line.module)) {
                measure(line);
            }
        }
    }

    private void measure(Line line) throws IOException, InterruptedException {
        Eval eval = GradBench.evals().stream()
                .filter(candidate -> candidate.module().equals(line.module))
                .findFirst()
                .orElseThrow();
        Supplier<Input> input = line.large ? GradBench::largeMixture : eval.synthetic();
        Supplier<Object> loops = eval.plain().apply(input.get());
        Supplier<Object> derivative = eval.prepare(line.function, input.get());
        Path text = write(line.module, input.get());
        leastOf(loops, WARM_UP_SECONDS / 2);
        leastOf(derivative, WARM_UP_SECONDS);
        double byJava = Double.POSITIVE_INFINITY;
        double byCpp = Double.POSITIVE_INFINITY;
        double byEngine = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            byJava = Math.min(byJava, leastOf(loops, SECONDS));
            byCpp = Math.min(byCpp, cpp(line.module, text, loops.get()));
            byEngine = Math.min(byEngine, leastOf(derivative, SECONDS));
        }
        out.printf(
                Locale.ROOT,
                "| %s %s%s | %s | %s | %s | %s | %s | %s |%n",
                line.module,
                line.function,
                line.size.isEmpty() ? "" : ": " + line.size,
                milliseconds(byEngine),
                line.nested() ? "" : milliseconds(byJava),
                milliseconds(byCpp),
                line.nested() || Double.isNaN(line.aim)
                        ? ""
                        : String.format(Locale.ROOT, "%.1f", byEngine / Math.min(byJava, byCpp)),
                Double.isNaN(line.aim) ? "" : plainly(line.aim) + (line.nested() ? " ms" : ""),
                Double.isNaN(line.codipack) ? "" : plainly(line.codipack));
    }

    private static String milliseconds(double ms) {
        return Double.isInfinite(ms)
                ? ""
                : String.format(Locale.ROOT, ms < 0.001 ? "%.6f" : ms < 1 ? "%.3f" : "%.2f", ms);
    }

    private static String plainly(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
    }

    /** Writes an input as the program in C++ reads it. */
    private Path write(String module, Input input) throws IOException {
        Path file = folder.resolve(module + ".txt");
        StringBuilder text = new StringBuilder();
        input.numbers().forEach((name, numbers) -> {
            text.append(name).append(' ').append(numbers.length).append('\n');
            Arrays.stream(numbers).forEach(number -> text.append(number).append(' '));
            text.append('\n');
        });
        return Files.writeString(file, text);
    }

    /** Returns the time of the objective in C++, or infinity if there is none. */
    private double cpp(String module, Path input, Object byJava) throws IOException, InterruptedException {
        if (plain == null) {
            return Double.POSITIVE_INFINITY;
        }
        Process run = new ProcessBuilder(plain.toString(), module)
                .redirectInput(input.toFile())
                .start();
        String answer = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (run.waitFor() != 0) {
            return Double.POSITIVE_INFINITY;
        }
        List<String> valueAndTime = Splitter.on(' ').splitToList(answer.trim());
        double value = byJava instanceof double[] values ? Arrays.stream(values).sum() : (Double) byJava;
        Baseline.requireSame(module + " in C++", Double.parseDouble(valueAndTime.get(0)), value);
        return Double.parseDouble(valueAndTime.get(1));
    }

    private static double leastOf(Supplier<Object> computation, double seconds) {
        long least = Long.MAX_VALUE;
        long begin = THREADS.getCurrentThreadCpuTime();
        long end = begin;
        Object result;
        do {
            long start = end;
            result = computation.get();
            end = THREADS.getCurrentThreadCpuTime();
            least = Math.min(least, end - start);
        } while (result != null && end - begin < 1e9 * seconds);
        return least / 1e6;
    }
}
