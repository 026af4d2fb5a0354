package org.retrograd.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableList;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.retrograd.examples.gradbench.GradBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line that runs an example by its name.
 *
 * <p>Exit codes: 0 if it ran and everything agreed, 1 if not, 2 if the command line was not understood.
 */
@Command(
        name = "retrograd",
        description = "Runs an example of Retrograd.",
        synopsisSubcommandLabel = "NAME",
        commandListHeading = "%nExamples:%n",
        sortOptions = false)
public final class Launcher {
    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            scope = ScopeType.INHERIT,
            description = "Seed of all random numbers (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // the parser looks at the option, not at the field
    private boolean help;

    private final PrintStream out;

    private Launcher(PrintStream out) {
        this.out = out;
    }

    /** Returns all examples in the order in which to read them, each time anew since they hold the options of a run. */
    static ImmutableList<Example> examples() {
        return ImmutableList.of(
                new FirstGradient(),
                new OneNeuron(),
                new TwoTwoTwo(),
                new ClassicBug(),
                new DeltaRule(),
                new Xor(),
                new VanishingDelta(),
                new DeltasOfYourOwn(),
                new OwnActivation(),
                new OwnLayer(),
                new Digits(),
                new ConvDigits(),
                new CustomFunctions(),
                new Implicit(),
                new SparseJacobian(),
                new HessianNewton(),
                new OdeFit(),
                new LinearSystem(),
                new FusedActivation());
    }

    /** Runs the example named by the first argument and exits. */
    public static void main(String[] args) {
        System.exit(run(examples(), System.out, System.err, args));
    }

    /** Runs one of the given examples and returns the exit code. */
    static int run(List<Example> examples, PrintStream out, PrintStream err, String... args) {
        CommandLine commandLine = new CommandLine(new Launcher(out));
        for (Example example : examples) {
            commandLine.addSubcommand(CommandSpec.forAnnotatedObject(example));
        }
        commandLine.addSubcommand(new GradBench(System.in, out));
        return commandLine
                .setSubcommandsCaseInsensitive(true)
                .setOut(new PrintWriter(out, true, UTF_8))
                .setErr(new PrintWriter(err, true, UTF_8))
                .setExecutionStrategy(Launcher::execute)
                .setParameterExceptionHandler(Launcher::misunderstood)
                .execute(args);
    }

    private static int execute(ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        Launcher launcher = (Launcher) parsed.commandSpec().userObject();
        if (!parsed.hasSubcommand()) {
            throw new ParameterException(parsed.commandSpec().commandLine(), "Name the example to run.");
        }
        Object command = parsed.subcommand().commandSpec().userObject();
        if (command instanceof GradBench tool) {
            tool.run();
            return ExitCode.OK;
        }
        Example example = (Example) command;
        return example.run(new Report(launcher.out), launcher.seed) ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static int misunderstood(ParameterException exception, String[] args) {
        CommandLine command = exception.getCommandLine();
        boolean noName = command.getParent() == null;
        boolean unknownName = noName
                && exception instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().get(0).startsWith("-");
        command.getErr()
                .println(
                        unknownName
                                ? String.format(
                                        Locale.ROOT,
                                        "There is no example \"%s\"; the names are listed below.",
                                        ((UnmatchedArgumentException) exception)
                                                .getUnmatched()
                                                .get(0))
                                : exception.getMessage());
        command.usage(command.getErr());
        return ExitCode.USAGE;
    }
}
