package org.retrograd.autograd.scalar;

import com.google.common.base.Preconditions;
import com.google.common.base.Suppliers;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.scalar.Differentiation.Halves;
import org.retrograd.autograd.scalar.ProgramWriter.Written;

/**
 * A loop whose body is a program: a state is carried from step to step, each step may have an input and an output of its own,
 * and parameters are the same for all.
 *
 * <p>The body is compiled once, however many steps are taken: nothing is recorded. The way forwards stores the states and what
 * else the way backwards needs of each step, so that nothing is computed twice. Or it stores every c-th state only, and all
 * is computed again stretch by stretch: then a loop of n steps needs memory for n/c states and c steps, and results have the
 * same bits. That memory is kept from call to call. Derivatives of a loop are loops again ({@link #pullback},
 * {@link #pushforward}), so that every order follows; {@code Tensor.scan} makes it a node of a tensor graph.
 */
public final class Scan {
    private final Program body;
    private final int state;
    private final int input;
    private final int every;
    private final boolean backwards;
    private final Supplier<Compiled> step;
    private final Supplier<Sweep> sweep;

    /** The memory of the steps of a reverse sweep, while none is under way. */
    private final AtomicReference<double @Nullable [][]> idle = new AtomicReference<>();

    private Scan(Program body, int state, int input, int every, boolean backwards) {
        this.body = body;
        this.state = state;
        this.input = input;
        this.every = every;
        this.backwards = backwards;
        this.step = Suppliers.memoize(body::compile);
        this.sweep = Suppliers.memoize(() -> new Sweep(body));
    }

    /** The code of a step of the reverse sweep, forwards and backwards. */
    private static final class Sweep {
        final Written forward;
        final Written backward;
        final int kept;

        /** For a step in which a comparison goes another way. */
        final Compiled pullback;

        Sweep(Program body) {
            Halves halves = Differentiation.halves(body);
            forward = ProgramWriter.write(halves.forward());
            backward = ProgramWriter.write(halves.backward());
            kept = halves.kept();
            pullback = body.pullback().compile();
        }
    }

    /**
     * Returns the loop of a body whose only outputs are the next state.
     *
     * @param body from the numbers of the state, of the step's input, and of the parameters, in this order, to the next state
     * @param input how many numbers the input of a step has, 0 if there is none
     * @throws IllegalArgumentException if the body has too few inputs for its outputs, the state
     */
    public static Scan of(Program body, int input) {
        return of(body, body.outputs(), input);
    }

    /**
     * Returns the loop of a body whose first outputs are the next state; the others are the output of the step.
     *
     * @param state how many numbers the state has
     * @param input how many numbers the input of a step has, 0 if there is none
     * @throws IllegalArgumentException if the body has too few inputs or outputs
     */
    public static Scan of(Program body, int state, int input) {
        Preconditions.checkArgument(
                state >= 0 && input >= 0 && state + input <= body.inputs(),
                "the body of a scan takes its state of %s numbers, the step's input of %s, and parameters, but has %s inputs",
                state,
                input,
                body.inputs());
        Preconditions.checkArgument(
                state <= body.outputs(),
                "the body of a scan gives the next state of %s numbers, and the output of the step, but has %s outputs",
                state,
                body.outputs());
        return new Scan(body, state, input, Integer.MAX_VALUE, false);
    }

    /** Returns the same loop, whose reverse sweep stores one state in so many and computes all else again. */
    public Scan withCheckpoints(int steps) {
        Preconditions.checkArgument(steps > 0, "checkpoints are at least 1 step apart, not %s", steps);
        return new Scan(body, state, input, steps, backwards);
    }

    /** Returns the same loop in the other direction: it begins with the last input, and the outputs stand beside their inputs. */
    public Scan reversed() {
        return new Scan(body, state, input, every, !backwards);
    }

    /** Whether the loop begins with the last input. */
    public boolean backwards() {
        return backwards;
    }

    /** Returns how many numbers the state has. */
    public int state() {
        return state;
    }

    /** Returns how many numbers the input of a step has. */
    public int input() {
        return input;
    }

    /** Returns how many parameters there are. */
    public int parameters() {
        return body.inputs() - state - input;
    }

    /** Returns how many numbers the output of a step has. */
    public int output() {
        return body.outputs() - state;
    }

    /** Returns the program of one step. */
    public Program body() {
        return body;
    }

    /**
     * What a loop computes.
     *
     * @param last the state after the last step
     * @param outputs the output of each step
     */
    public record Run(double[] last, double[][] outputs) {}

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
        return runAll(start, inputs, theta).last();
    }

    /** Returns the state after the last step and the outputs of all steps, of which there are as many as inputs. */
    public Run runAll(double[] start, double[][] inputs, double... theta) {
        double[] packed = run(start, inputs.length, flat(inputs, input, "input"), theta);
        return new Run(Arrays.copyOf(packed, state), rows(packed, state, inputs.length, output()));
    }

    /**
     * Returns the last state and the derivatives of {@code Σ seed · last}.
     *
     * @param seed the adjoint of the last state
     */
    public Derivatives pull(double[] start, double[][] inputs, double[] theta, double... seed) {
        return pullAll(start, inputs, theta, seed, new double[inputs.length][output()]);
    }

    /**
     * Returns the last state and the derivatives of {@code Σ seed · last + Σ seeds[i] · output[i]}.
     *
     * @param seed the adjoint of the last state
     * @param seeds the adjoints of the outputs of the steps
     */
    public Derivatives pullAll(double[] start, double[][] inputs, double[] theta, double[] seed, double[][] seeds) {
        int steps = inputs.length;
        Preconditions.checkArgument(seed.length == state, "the seed has %s numbers, not %s", state, seed.length);
        Preconditions.checkArgument(seeds.length == steps, "%s steps need as many seeds, not %s", steps, seeds.length);
        double[] packedSeed = Arrays.copyOf(seed, state + steps * output());
        System.arraycopy(flat(seeds, output(), "seed"), 0, packedSeed, state, steps * output());
        double[] last = new double[state];
        double[] packed = pull(start, steps, flat(inputs, input, "input"), theta, packedSeed, last);
        return new Derivatives(
                last,
                Arrays.copyOf(packed, state),
                rows(packed, state + parameters(), steps, input),
                Arrays.copyOfRange(packed, state, state + parameters()));
    }

    private static double[] flat(double[][] rows, int width, String what) {
        double[] flat = new double[Math.multiplyExact(rows.length, width)];
        for (int i = 0; i < rows.length; i++) {
            Preconditions.checkArgument(
                    rows[i].length == width, "the %s of a step has %s numbers, not %s", what, width, rows[i].length);
            System.arraycopy(rows[i], 0, flat, i * width, width);
        }
        return flat;
    }

    private static double[][] rows(double[] packed, int from, int count, int width) {
        double[][] rows = new double[count][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(packed, from + i * width, from + (i + 1) * width));
        return rows;
    }

    private void check(double[] start, int steps, double[] inputs, double[] theta) {
        Preconditions.checkArgument(start.length == state, "the state has %s numbers, not %s", state, start.length);
        Preconditions.checkArgument(
                theta.length == parameters(), "the loop has %s parameters, but got %s", parameters(), theta.length);
        Preconditions.checkArgument(
                inputs.length == steps * input,
                "%s steps have inputs of %s numbers together, not %s",
                steps,
                steps * input,
                inputs.length);
    }

    /** Returns the last state and, behind it, the outputs of the steps one after the other; inputs are given likewise. */
    public double[] run(double[] start, int steps, double[] inputs, double[] theta) {
        check(start, steps, inputs, theta);
        double[] packed = Arrays.copyOf(start, Math.addExact(state, Math.multiplyExact(steps, output())));
        Stepper stepper = new Stepper(inputs, theta);
        for (int i = 0; i < steps; i++) {
            int row = row(i, steps);
            stepper.step(packed, row);
            System.arraycopy(stepper.y, state, packed, state + row * output(), output());
        }
        return packed;
    }

    /** Returns which input step i reads. */
    private int row(int i, int steps) {
        return backwards ? steps - 1 - i : i;
    }

    /** The body with the arrays that it needs, to be run step by step. */
    private final class Stepper {
        private final double[] inputs;
        final double[] x = new double[body.inputs()];
        final double[] y = new double[body.outputs()];

        Stepper(double[] inputs, double[] theta) {
            this.inputs = inputs;
            System.arraycopy(theta, 0, x, state + input, theta.length);
        }

        /** Replaces the state, the first numbers of {@code s}, by the next one. */
        void step(double[] s, int row) {
            System.arraycopy(s, 0, x, 0, state);
            System.arraycopy(inputs, row * input, x, state, input);
            step.get().values(x, y);
            System.arraycopy(y, 0, s, 0, state);
        }
    }

    /**
     * Returns the derivatives of {@code Σ seed · run(..)}: by the first state, by the parameters, and by the inputs of the
     * steps one after the other.
     *
     * @param seed the adjoints of the last state and of the outputs, packed like the result of {@code run}
     * @param last receives the last state
     */
    public double[] pull(double[] start, int steps, double[] inputs, double[] theta, double[] seed, double[] last) {
        check(start, steps, inputs, theta);
        double[][] starts = new double[steps / every + (steps % every == 0 ? 0 : 1)][];
        Stepper stepper = new Stepper(inputs, theta);
        body.checkPoint(stepper.x);
        System.arraycopy(start, 0, last, 0, state);
        for (int i = 0; i < steps; i++) {
            if (i % every == 0) {
                starts[i / every] = last.clone();
            }
            if (i / every < starts.length - 1) {
                stepper.step(last, row(i, steps));
            }
        }
        Pull pull = new Pull(stepper, steps, seed);
        for (int segment = starts.length - 1; segment >= 0; segment--) {
            int from = segment * every;
            int to = (int) Math.min(steps, (long) from + every);
            pull.forwards(starts[segment], from, to);
            if (segment == starts.length - 1) {
                System.arraycopy(pull.rows[to - from - 1], 0, last, 0, state);
            }
            pull.backwards(starts[segment], from, to);
        }
        idle.set(pull.rows);
        return pull.packed;
    }

    /** One reverse sweep, stretch by stretch from the last one to the first one. */
    private final class Pull {
        private final Sweep code = sweep.get();
        private final double[] inputs;
        private final int steps;
        private final double[] seed;

        /** The derivatives: by the state, by the parameters, and by the inputs. */
        private final double[] packed;

        /** By step of the stretch: the next state, the output, and what is kept. */
        private final double[][] rows;

        /** By step of the stretch: whether comparisons went another way, so that nothing is kept. */
        private final boolean[] otherWay;

        private final double[] x;
        private final double[] at;
        private final double[] pulled = new double[body.inputs()];
        private final double[] forwardScratch = new double[code.forward.scratch()];
        private final double[] backwardScratch = new double[code.backward.scratch()];

        Pull(Stepper stepper, int steps, double[] seed) {
            this.inputs = stepper.inputs;
            this.steps = steps;
            this.seed = seed;
            double[] byState = Arrays.copyOf(seed, state);
            this.packed = Arrays.copyOf(byState, Math.addExact(state + parameters(), Math.multiplyExact(steps, input)));
            this.rows = rows(Math.min(every, steps));
            this.otherWay = new boolean[rows.length];
            this.x = stepper.x;
            this.at = Arrays.copyOf(x, body.inputs() + code.kept + body.outputs());
        }

        private double[][] rows(int count) {
            double[][] known = idle.getAndSet(null);
            double[][] enough = known == null ? new double[count][] : known;
            enough = enough.length < count ? Arrays.copyOf(enough, count) : enough;
            for (int i = 0; i < count; i++) {
                enough[i] = enough[i] == null ? new double[body.outputs() + code.kept] : enough[i];
            }
            return enough;
        }

        void forwards(double[] start, int from, int to) {
            for (int i = from; i < to; i++) {
                double[] row = rows[i - from];
                load(x, i == from ? start : rows[i - from - 1], i);
                body.checkFinite(x, state + input);
                boolean other = body.takesAnotherWay();
                if (!other) {
                    code.forward.run(x, row, forwardScratch);
                    other = !body.goesTheSameWay(forwardScratch);
                }
                if (other) {
                    System.arraycopy(body.values(x), 0, row, 0, body.outputs());
                }
                otherWay[i - from] = other;
            }
        }

        void backwards(double[] start, int from, int to) {
            for (int i = to - 1; i >= from; i--) {
                load(at, i == from ? start : rows[i - from - 1], i);
                int kept = otherWay[i - from] ? 0 : code.kept;
                System.arraycopy(rows[i - from], body.outputs(), at, body.inputs(), kept);
                System.arraycopy(packed, 0, at, body.inputs() + kept, state);
                int output = state + row(i, steps) * output();
                System.arraycopy(seed, output, at, body.inputs() + kept + state, output());
                if (otherWay[i - from]) {
                    code.pullback.values(Arrays.copyOf(at, body.inputs() + body.outputs()), pulled);
                } else {
                    code.backward.run(at, pulled, backwardScratch);
                }
                System.arraycopy(pulled, 0, packed, 0, state);
                System.arraycopy(pulled, state, packed, state + parameters() + row(i, steps) * input, input);
                for (int k = 0; k < parameters(); k++) {
                    packed[state + k] += pulled[state + input + k];
                }
            }
        }

        private void load(double[] point, double[] before, int i) {
            System.arraycopy(before, 0, point, 0, state);
            System.arraycopy(inputs, row(i, steps) * input, point, state, input);
        }
    }

    /** Returns the loop over the same states that puts out each step's state, as it was before the step. */
    public Scan states() {
        ProgramBuilder builder = new ProgramBuilder();
        int[] in = builder.inputs(body.inputs());
        int[] out = builder.inline(body, in);
        return derived(
                builder.build(join(Arrays.copyOf(out, state), Arrays.copyOf(in, state))), state, input, backwards);
    }

    /**
     * Returns the reverse sweep as a loop: its state is the adjoint of the state and the sum of the derivatives by the
     * parameters; a step's input is the {@linkplain #states state} before the step, the step's own input, and the adjoint of
     * its output; it puts out the derivatives by the step's input.
     */
    public Scan pullback() {
        ProgramBuilder builder = new ProgramBuilder();
        int parameters = parameters();
        int[] adjoint = builder.inputs(state);
        int[] sum = builder.inputs(parameters);
        int[] before = builder.inputs(state);
        int[] own = builder.inputs(input);
        int[] seed = builder.inputs(output());
        int[] theta = builder.inputs(parameters);
        int[] pulled = builder.inline(body.pullback(), join(before, own, theta, adjoint, seed));
        for (int k = 0; k < parameters; k++) {
            sum[k] = builder.add(sum[k], pulled[state + input + k]);
        }
        return derived(
                builder.build(
                        join(Arrays.copyOf(pulled, state), sum, Arrays.copyOfRange(pulled, state, state + input))),
                state + parameters,
                state + input + output(),
                !backwards);
    }

    /**
     * Returns the forward sweep as a loop: states, inputs and parameters are followed by their tangents; it puts out the
     * tangents of the outputs.
     */
    public Scan pushforward() {
        ProgramBuilder builder = new ProgramBuilder();
        int[] s = builder.inputs(state);
        int[] ds = builder.inputs(state);
        int[] u = builder.inputs(input);
        int[] du = builder.inputs(input);
        int[] theta = builder.inputs(parameters());
        int[] dtheta = builder.inputs(parameters());
        int[] next = builder.inline(body, join(s, u, theta));
        int[] pushed = builder.inline(body.pushforward(), join(s, u, theta, ds, du, dtheta));
        return derived(builder.build(join(Arrays.copyOf(next, state), pushed)), 2 * state, 2 * input, backwards);
    }

    /**
     * Returns the loop that follows what rounding does, inputs and parameters being exact: the state is followed by its
     * {@linkplain Program#runningError errors}; it puts out the errors of the outputs.
     */
    public Scan runningError() {
        ProgramBuilder builder = new ProgramBuilder();
        int[] s = builder.inputs(state);
        int[] errors = builder.inputs(state);
        int[] exact = builder.inputs(input + parameters());
        int[] next = builder.inline(body, join(s, exact));
        int[] none = new int[exact.length];
        Arrays.fill(none, builder.constant(0));
        int[] passed = builder.inline(body.runningError(), join(s, exact, errors, none));
        return derived(builder.build(join(Arrays.copyOf(next, state), passed)), 2 * state, input, backwards);
    }

    private Scan derived(Program program, int states, int inputs, boolean direction) {
        return new Scan(program.onBranch(body.branches()), states, inputs, every, direction);
    }

    private static int[] join(int[]... operands) {
        return Arrays.stream(operands).flatMapToInt(Arrays::stream).toArray();
    }

    /** Returns what is done in a step, and how many numbers go in and out. */
    @Override
    public String toString() {
        return "Scan with a state of " + state + ", inputs of " + input + ", outputs of " + output() + " and "
                + parameters() + " parameters; each step a " + body;
    }
}
