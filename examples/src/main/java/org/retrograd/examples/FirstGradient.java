package org.retrograd.examples;

import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/** The derivatives of e = (a + b)(b + 1) at a = 2, b = 1, the example of Olah 2015. */
@Command(name = "FirstGradient", description = "The derivative of a small formula, step by step.")
final class FirstGradient implements Example {
    @Override
    public boolean run(Report out, long seed) {
        Tensor a = Tensor.variable(Tensor.scalar(2)).named("a");
        Tensor b = Tensor.variable(Tensor.scalar(1)).named("b");
        Tensor c = a.add(b).named("c");
        Tensor d = b.add(1).named("d");
        Tensor e = c.mul(d).named("e");
        Gradients g = e.backward();

        // The same by hand. Two paths lead from b to e, and their products add up.
        double byC = 1;
        double byD = 1;
        double deByC = d.item();
        double deByD = c.item();
        double deByA = deByC * byC;
        double deByB = deByC * byC + deByD * byD;

        out.text("forward                backward");
        out.line("a             = %s      de/da = de/dc * 1             = %s", text(a), text(g.of(a)));
        out.line("b             = %s      de/db = de/dc * 1 + de/dd * 1 = %s", text(b), text(g.of(b)));
        out.line("c = a + b     = %s      de/dc = d                     = %s", text(c), text(g.of(c)));
        out.line("d = b + 1     = %s      de/dd = c                     = %s", text(d), text(g.of(d)));
        out.line("e = c * d     = %s      de/de                         = %s", text(e), text(g.of(e)));
        out.line("d/da = %s  d/db = %s", text(g.of(a)), text(g.of(b)));
        return g.of(a).item() == deByA
                && g.of(b).item() == deByB
                && g.of(c).item() == deByC
                && g.of(d).item() == deByD;
    }

    private static String text(Tensor value) {
        return Long.toString(Math.round(value.item()));
    }
}
