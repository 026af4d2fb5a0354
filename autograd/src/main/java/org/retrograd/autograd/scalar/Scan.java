package org.retrograd.autograd.scalar;

import com.google.common.base.Preconditions;
import java.util.Arrays;

/**
 * A loop whose body is a program: a state is carried from step to step, each step may have an input of its own, and
 * parameters are the same for all.
 *
 * <p>The body is compiled once, however many steps are taken: nothing is recorded. The reverse sweep goes from stored states,
 * or from every c-th of them, the others being computed again stretch by stretch: then a loop of n steps needs memory for
 * n/c + c states.
 */
public final class Scan {
    private final Compiled body;
    private final Compiled pullback;
    private final int state;
    private final int input;
    private final int parameters;
    private final int every;

    private Scan(Compiled body, Compiled pullback, int state, int input, int parameters, int every) {
        this.body = body;
        this.pullback = pullback;
        this.state = state;
        this.input = input;
        this.parameters = parameters;
        this.every = every;
    }

    /**
     * Returns the loop of a body.
     *
     * @param body from the numbers of the state, of the step's input, and of the parameters, in this order, to the next state
     * @param input how many numbers the input of a step has, 0 if there is none
     * @throws IllegalArgumentException if the body has too few inputs for its outputs, the state
     */
    public static Scan of(Program body, int input) {
        int state = body.outputs();
        int parameters = body.inputs() - state - input;
        Preconditions.checkArgument(
                parameters >= 0,
                "the body of a scan takes its state of %s numbers, the step's input of %s, and parameters, but has %s inputs",
                state,
                input,
                body.inputs());
        return new Scan(body.compile(), body.pullback().compile(), state, input, parameters, 1);
    }

    /** Returns the same loop, whose reverse sweep stores one state in so many and computes the others again. */
    public Scan withCheckpoints(int steps) {
        Preconditions.checkArgument(steps > 0, "checkpoints are at least 1 step apart, not %s", steps);
        return new Scan(body, pullback, state, input, parameters, steps);
    }

    /**
     * The derivatives of a loop.
     *
     * @param last the last state
     * @param byStart by the numbers of the first state
     * @param byInputs by the numbers of each step's input
     * @param byParameters by the parameters
     */
    public record Derivatives(double[] last, double[] byStart, double[][] byInputs, double[] byParameters) {}

    /** Returns the state after the last step; there are as many steps as inputs. */
    public double[] run(double[] start, double[][] inputs, double... theta) {
        check(start, inputs, theta);
        double[] x = point(theta);
        double[] s = start.clone();
        for (double[] u : inputs) {
            step(x, s, u);
        }
        return s;
    }

    private void check(double[] start, double[][] inputs, double[] theta) {
        Preconditions.checkArgument(start.length == state, "the state has %s numbers, not %s", state, start.length);
        Preconditions.checkArgument(
                theta.length == parameters, "the loop has %s parameters, but got %s", parameters, theta.length);
        for (double[] u : inputs) {
            Preconditions.checkArgument(
                    u.length == input, "the input of a step has %s numbers, not %s", input, u.length);
        }
    }

    private double[] point(double[] theta) {
        double[] x = new double[state + input + parameters];
        System.arraycopy(theta, 0, x, state + input, parameters);
        return x;
    }

    private void step(double[] x, double[] s, double[] u) {
        System.arraycopy(s, 0, x, 0, state);
        System.arraycopy(u, 0, x, state, input);
        body.values(x, s);
    }

    /**
     * Returns the last state and the derivatives of {@code Σ seed · last}.
     *
     * @param seed the adjoint of the last state
     */
    public Derivatives pull(double[] start, double[][] inputs, double[] theta, double... seed) {
        check(start, inputs, theta);
        Preconditions.checkArgument(seed.length == state, "the seed has %s numbers, not %s", state, seed.length);
        int steps = inputs.length;
        double[][] kept = new double[(steps + every - 1) / every][];
        double[] x = point(theta);
        double[] s = start.clone();
        for (int i = 0; i < steps; i++) {
            if (i % every == 0) {
                kept[i / every] = s.clone();
            }
            step(x, s, inputs[i]);
        }
        double[] adjoint = seed.clone();
        double[] byParameters = new double[parameters];
        double[][] byInputs = new double[steps][];
        double[] at = Arrays.copyOf(x, x.length + state);
        double[] pulled = new double[x.length];
        double[][] stretch = new double[Math.min(every, steps)][state];
        for (int segment = kept.length - 1; segment >= 0; segment--) {
            int from = segment * every;
            int to = Math.min(steps, from + every);
            double[] running = kept[segment];
            for (int i = from; i < to; i++) {
                System.arraycopy(running, 0, stretch[i - from], 0, state);
                if (i + 1 < to) {
                    step(x, running, inputs[i]);
                }
            }
            for (int i = to - 1; i >= from; i--) {
                System.arraycopy(stretch[i - from], 0, at, 0, state);
                System.arraycopy(inputs[i], 0, at, state, input);
                System.arraycopy(adjoint, 0, at, x.length, state);
                pullback.values(at, pulled);
                System.arraycopy(pulled, 0, adjoint, 0, state);
                byInputs[i] = Arrays.copyOfRange(pulled, state, state + input);
                for (int k = 0; k < parameters; k++) {
                    byParameters[k] += pulled[state + input + k];
                }
            }
        }
        return new Derivatives(s, adjoint, byInputs, byParameters);
    }
}
