package org.retrograd.examples;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.check.GradientCheck;
import org.retrograd.autograd.check.GradientTable;
import org.retrograd.autograd.check.Slip;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Tensor;
import picocli.CommandLine.Command;

/**
 * Deltas and gradients of a three-layer net written by hand, compared with autograd by name: the right ones, and those with
 * each of the classic mistakes, which are diagnosed.
 *
 * <pre>
 *   z1 = x W1 + b1    h1 = tanh z1
 *   z2 = h1 W2 + b2   h2 = tanh z2
 *   z3 = (h1 + h2) W3 + b3   y = sigmoid z3   E = 1/2 sum (y - t)^2 / examples
 * </pre>
 *
 * <p>The activation h1 has two uses, so that its delta has two terms.
 */
@Command(
        name = "DeltasOfYourOwn",
        description = "Hand-written deltas of three layers against autograd, right and wrong.")
final class DeltasOfYourOwn implements Example {
    /** What people get wrong. */
    private enum Mistake {
        OUTPUT_SLOPE("delta 3", Slip.FORGOTTEN_FACTOR, "f'(z) forgotten in the output delta"),
        SUM("delta 3", Slip.FORGOTTEN_FACTOR, "the sum over the examples in place of the mean"),
        SIGN("delta 3", Slip.SIGN, "t - y in place of y - t"),
        WRONG_INPUT("dW3", Slip.WRONG_OPERAND, "dW3 with h2, not with all that enters layer 3"),
        UNSUMMED("db3", Slip.MISSING_SUM, "db3 not summed over the examples"),
        HIDDEN_SLOPE("delta 2", Slip.FORGOTTEN_FACTOR, "f'(z) forgotten in delta 2"),
        SLOPE_ELSEWHERE("delta 2", Slip.WRONG_OPERAND, "f'(h) in place of f'(z) in delta 2"),
        UPDATED("delta 2", Slip.STALE, "delta 2 through the updated weights of layer 3"),
        TRANSPOSED("delta 1", Slip.TRANSPOSED, "W2 in place of its transpose"),
        OVERWRITTEN(
                "delta 1", Slip.MISSING_TERM, "the two terms of delta 1 not added: the second overwrites the first");

        /** What is wrong first on the way back. */
        private final String where;

        private final Slip slip;
        private final String text;

        Mistake(String where, Slip slip, String text) {
            this.where = where;
            this.slip = slip;
            this.text = text;
        }
    }

    private static final int EXAMPLES = 6;
    private static final int WIDTH = 5;
    private static final double RATE = 0.5;

    /** The net, its parameters as variables, and what it has to learn. */
    private record Net(Tensor x, Tensor t, Tensor w1, Tensor b1, Tensor w2, Tensor b2, Tensor w3, Tensor b3) {
        static Net of(RandomGenerator random) {
            return new Net(
                    Tensor.normal(random, EXAMPLES, 4),
                    Tensor.uniform(random, 0, 1, EXAMPLES, 3),
                    weights("W1", random, 4, WIDTH),
                    weights("b1", random, WIDTH),
                    weights("W2", random, WIDTH, WIDTH),
                    weights("b2", random, WIDTH),
                    weights("W3", random, WIDTH, 3),
                    weights("b3", random, 3));
        }

        /** Returns a variable that makes the calls after it remember their source lines. */
        private static Tensor weights(String name, RandomGenerator random, int... shape) {
            return Recording.variable(name, Tensor.normal(random, shape).mul(0.6));
        }
    }

    /**
     * What autograd is asked for.
     *
     * @param error the loss
     * @param by what each gradient is by, in the order of the forward pass; what follows from a delta stands before it
     */
    private record Forward(Tensor error, ImmutableMap<String, Tensor> by) {
        static Forward of(Net net) {
            Tensor z1 = net.x.matmul(net.w1).add(net.b1);
            Tensor h1 = z1.tanh().named("h1");
            Tensor z2 = h1.matmul(net.w2).add(net.b2);
            Tensor h2 = z2.tanh().named("h2");
            Tensor z3 = h1.add(h2).matmul(net.w3).add(net.b3);
            Tensor y = z3.sigmoid().named("y");
            Tensor error = y.sub(net.t).square().sum().mul(0.5).div(EXAMPLES);
            return new Forward(
                    error,
                    ImmutableMap.<String, Tensor>builder()
                            .put("dW1", net.w1)
                            .put("db1", net.b1)
                            .put("delta 1", z1)
                            .put("dW2", net.w2)
                            .put("db2", net.b2)
                            .put("delta 2", z2)
                            .put("dW3", net.w3)
                            .put("db3", net.b3)
                            .put("delta 3", z3)
                            .buildOrThrow());
        }
    }

    private static Tensor slopeOfTanh(Tensor h) {
        return h.square().neg().add(1);
    }

    /** The same by the rules of backpropagation, with a mistake or without. */
    private static ImmutableMap<String, Tensor> byHand(Net net, @Nullable Mistake mistake) {
        Tensor w2 = net.w2.detach();
        Tensor w3 = net.w3.detach();
        Tensor h1 = net.x.matmul(net.w1.detach()).add(net.b1.detach()).tanh();
        Tensor h2 = h1.matmul(w2).add(net.b2.detach()).tanh();
        Tensor s = h1.add(h2);
        Tensor y = s.matmul(w3).add(net.b3.detach()).sigmoid();

        Tensor error = mistake == Mistake.SIGN ? net.t.sub(y) : y.sub(net.t);
        Tensor mean = mistake == Mistake.SUM ? error : error.div(EXAMPLES);
        Tensor delta3 =
                mistake == Mistake.OUTPUT_SLOPE ? mean : mean.mul(y.mul(y.neg().add(1)));
        Tensor dW3 = (mistake == Mistake.WRONG_INPUT ? h2 : s).transpose().matmul(delta3);

        Tensor above = mistake == Mistake.UPDATED ? w3.sub(dW3.mul(RATE)) : w3;
        Tensor intoS = delta3.matmul(above.transpose());
        Tensor where = mistake == Mistake.SLOPE_ELSEWHERE ? h2.tanh() : h2;
        Tensor delta2 = mistake == Mistake.HIDDEN_SLOPE ? intoS : intoS.mul(slopeOfTanh(where));

        Tensor throughW2 = delta2.matmul(mistake == Mistake.TRANSPOSED ? w2 : w2.transpose());
        Tensor intoH1 = mistake == Mistake.OVERWRITTEN ? throughW2 : throughW2.add(intoS);
        Tensor delta1 = intoH1.mul(slopeOfTanh(h1));
        return ImmutableMap.<String, Tensor>builder()
                .put("delta 3", delta3)
                .put("dW3", dW3)
                .put("db3", mistake == Mistake.UNSUMMED ? delta3 : delta3.sum(0))
                .put("delta 2", delta2)
                .put("dW2", h1.transpose().matmul(delta2))
                .put("db2", delta2.sum(0))
                .put("delta 1", delta1)
                .put("dW1", net.x.transpose().matmul(delta1))
                .put("db1", delta1.sum(0))
                .buildOrThrow();
    }

    @Override
    public boolean run(Report out, long seed) {
        Net net = Net.of(new SplittableRandom(seed));
        Forward forward = Forward.of(net);
        GradientTable right = GradientCheck.compare(byHand(net, null), forward.error, forward.by);
        out.text("Deltas and gradients by hand against autograd:");
        right.toString().lines().forEach(line -> out.text("  " + line));
        int diagnosed = 0;
        for (Mistake mistake : Mistake.values()) {
            GradientTable wrong = GradientCheck.compare(byHand(net, mistake), forward.error, forward.by);
            out.gap();
            out.text("Mistake: " + mistake.text);
            wrong.toString().lines().forEach(line -> out.text("  " + line));
            boolean found = wrong.firstWrong()
                    .filter(row -> row.name().equals(mistake.where))
                    .flatMap(GradientTable.Row::slip)
                    .equals(Optional.of(mistake.slip));
            diagnosed += found ? 1 : 0;
        }
        out.gap();
        out.text("by hand " + (right.agrees() ? "agrees" : "DISAGREES") + " with autograd; " + diagnosed + " of "
                + Mistake.values().length + " mistakes diagnosed");
        return right.agrees() && diagnosed == Mistake.values().length;
    }
}
