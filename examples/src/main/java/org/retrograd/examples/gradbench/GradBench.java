package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import picocli.CommandLine.Command;

/** The command that speaks GradBench's protocol: requests on the standard input, answers on the standard output. */
@Command(
        name = "gradbench",
        description = "Answers GradBench: one JSON object a line on standard input, one a line on standard output.")
public final class GradBench {
    private final InputStream in;
    private final OutputStream out;

    /** Makes a command that reads and writes the given streams. */
    public GradBench(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Returns the problems that are implemented. */
    public static ImmutableList<Eval> evals() {
        return ImmutableList.of(
                Hello.eval(),
                Gmm.eval(),
                Ba.eval(),
                Ht.eval(),
                Kmeans.eval(),
                Llsq.eval(),
                Lse.eval(),
                Ode.eval(),
                Det.eval(),
                Lstm.eval(),
                Particle.eval(),
                Saddle.eval());
    }

    /** Returns a larger mixture than the one that evaluations are warmed up with: 50 components in 32 dimensions. */
    public static Input largeMixture() {
        return Gmm.synthetic(1000, 32, 50);
    }

    /** Answers until the input ends. */
    public void run() {
        try {
            new Session(evals(), in, out).run();
        } catch (IOException e) {
            throw new UncheckedIOException("the dialogue with the benchmark broke off", e);
        }
    }
}
