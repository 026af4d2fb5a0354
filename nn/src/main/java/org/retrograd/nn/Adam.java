package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Adam: steps along a running mean of the gradients, divided by the root of a running mean of their squares.
 *
 * <p>Weight decay λ takes the share {@code rate · λ} off the weights beside that (Loshchilov and Hutter 2019, AdamW).
 *
 * <p>Source: Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1, with ε = 1e-8.
 */
public final class Adam implements Optimiser {
    private static final double EPSILON = 1e-8;

    private final ImmutableList<Parameter> parameters;
    private final double rate;
    private final double beta1;
    private final double beta2;
    private final double weightDecay;
    private final Schedule schedule;

    private List<Tensor> means = List.of();
    private List<Tensor> squares = List.of();
    private double power1 = 1;
    private double power2 = 1;
    private long steps;

    private Adam(
            ImmutableList<Parameter> parameters,
            double rate,
            double beta1,
            double beta2,
            double weightDecay,
            Schedule schedule) {
        this.parameters = parameters;
        this.rate = rate;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.weightDecay = weightDecay;
        this.schedule = schedule;
    }

    /** Returns Adam on the given parameters, each counted once: rate 0.001, β₁ = 0.9, β₂ = 0.999, no weight decay. */
    public static Adam of(List<Parameter> parameters) {
        return new Adam(Checks.trainable(parameters), 0.001, 0.9, 0.999, 0, Schedule.CONSTANT);
    }

    /**
     * Returns the same rule with another learning rate, before its first step.
     *
     * @throws IllegalArgumentException if the rate is NaN, infinite, or not above 0
     */
    public Adam rate(double newRate) {
        return new Adam(parameters, Checks.rate(newRate), beta1, beta2, weightDecay, schedule);
    }

    /**
     * Returns the same rule with other shares β₁ and β₂ of the past in the two running means, before its first step.
     *
     * @throws IllegalArgumentException unless both are at least 0 and below 1
     */
    public Adam betas(double newBeta1, double newBeta2) {
        return new Adam(
                parameters,
                rate,
                Checks.fraction("beta1", newBeta1),
                Checks.fraction("beta2", newBeta2),
                weightDecay,
                schedule);
    }

    /**
     * Returns the same rule with weight decay λ, before its first step.
     *
     * @throws IllegalArgumentException if it is NaN, infinite or below 0
     */
    public Adam weightDecay(double newDecay) {
        return new Adam(parameters, rate, beta1, beta2, Checks.notNegative("weight decay", newDecay), schedule);
    }

    /** Returns the same rule with a learning rate that changes by a schedule, before its first step. */
    public Adam schedule(Schedule newSchedule) {
        return new Adam(parameters, rate, beta1, beta2, weightDecay, newSchedule);
    }

    @Override
    public void step(Gradients gradients) {
        List<Tensor> found = Checks.finite(gradients, parameters);
        double now = Checks.scheduled(rate, schedule, steps);
        double nextPower1 = power1 * beta1;
        double nextPower2 = power2 * beta2;
        List<Tensor> nextMeans = new ArrayList<>(found.size());
        List<Tensor> nextSquares = new ArrayList<>(found.size());
        List<Tensor> values = new ArrayList<>(found.size());
        for (int k = 0; k < found.size(); k++) {
            Tensor g = found.get(k);
            Tensor m = average(means, k, beta1, g);
            Tensor v = average(squares, k, beta2, g.square());
            Tensor scale = v.div(1 - nextPower2).sqrt().add(EPSILON);
            Tensor old = parameters.get(k).get().detach();
            Tensor value = old.sub(m.mul(now / (1 - nextPower1)).div(scale));
            nextMeans.add(m);
            nextSquares.add(v);
            values.add(weightDecay == 0 ? value : value.sub(old.mul(now * weightDecay)));
        }
        Checks.setAll(parameters, values);
        means = nextMeans;
        squares = nextSquares;
        power1 = nextPower1;
        power2 = nextPower2;
        steps++;
    }

    /** Returns the running mean, which starts at 0, with one more value in it. */
    private static Tensor average(List<Tensor> before, int k, double beta, Tensor value) {
        Tensor share = value.mul(1 - beta);
        return before.isEmpty() ? share : before.get(k).mul(beta).add(share);
    }

    @Override
    public ImmutableList<Parameter> parameters() {
        return parameters;
    }

    /** Returns the settings. */
    @Override
    public String toString() {
        return "Adam[rate " + rate + ", betas " + beta1 + " and " + beta2 + ", weight decay " + weightDecay + ", "
                + steps + " steps made]";
    }
}
