package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Gradient descent, with momentum as in the paper of 1986: {@code Δw(t) = -ε ∂E/∂w(t) + α Δw(t-1)}.
 *
 * <p>Whether it is online, by mini-batches or by full batches depends on the examples in the loss. Note that in this form
 * the rate ε stands before the gradient only, so that a schedule does not reach back to earlier steps; and that weight
 * decay λ takes the share ελ off the weights beside that, and does not enter the momentum: {@code w(t+1) = w(t) + Δw(t) -
 * ελ w(t)}. It decays every parameter of the list, biases too: leave them to a second optimiser if they should not.
 *
 * <p>Source: Rumelhart, Hinton, Williams, Learning representations by back-propagating errors, Nature 323 (1986), eq. 9.
 */
public final class GradientDescent implements Optimiser {
    private final ImmutableList<Parameter> parameters;
    private final double rate;
    private final double momentum;
    private final double weightDecay;
    private final Schedule schedule;

    /** The last Δw of each parameter; empty before the first step and without momentum. */
    private List<Tensor> velocity = List.of();

    private long steps;

    private GradientDescent(
            ImmutableList<Parameter> parameters, double rate, double momentum, double weightDecay, Schedule schedule) {
        this.parameters = parameters;
        this.rate = rate;
        this.momentum = momentum;
        this.weightDecay = weightDecay;
        this.schedule = schedule;
    }

    /** Returns gradient descent on the given parameters, each counted once: rate 0.1, no momentum and no weight decay. */
    public static GradientDescent of(List<Parameter> parameters) {
        return new GradientDescent(Checks.trainable(parameters), 0.1, 0, 0, Schedule.CONSTANT);
    }

    /**
     * Returns the same rule with learning rate ε, before its first step.
     *
     * @throws IllegalArgumentException if the rate is NaN, infinite, or not above 0
     */
    public GradientDescent rate(double newRate) {
        return new GradientDescent(parameters, Checks.rate(newRate), momentum, weightDecay, schedule);
    }

    /**
     * Returns the same rule with momentum α, before its first step.
     *
     * @throws IllegalArgumentException unless it is at least 0 and below 1
     */
    public GradientDescent momentum(double newMomentum) {
        return new GradientDescent(parameters, rate, Checks.fraction("momentum", newMomentum), weightDecay, schedule);
    }

    /**
     * Returns the same rule with weight decay λ, before its first step.
     *
     * @throws IllegalArgumentException if it is NaN, infinite or below 0
     */
    public GradientDescent weightDecay(double newDecay) {
        return new GradientDescent(parameters, rate, momentum, Checks.notNegative("weight decay", newDecay), schedule);
    }

    /** Returns the same rule with a learning rate that changes by a schedule, before its first step. */
    public GradientDescent schedule(Schedule newSchedule) {
        return new GradientDescent(parameters, rate, momentum, weightDecay, newSchedule);
    }

    @Override
    public void step(Gradients gradients) {
        List<Tensor> found = Checks.finite(gradients, parameters);
        double now = Checks.scheduled(rate, schedule, steps);
        List<Tensor> changes = new ArrayList<>(found.size());
        List<Tensor> values = new ArrayList<>(found.size());
        for (int k = 0; k < found.size(); k++) {
            Tensor change = found.get(k).mul(-now);
            if (!velocity.isEmpty()) {
                change = change.add(velocity.get(k).mul(momentum));
            }
            Tensor old = parameters.get(k).get().detach();
            Tensor value = old.add(change);
            values.add(weightDecay == 0 ? value : value.sub(old.mul(now * weightDecay)));
            changes.add(change);
        }
        Checks.setAll(parameters, values);
        velocity = momentum == 0 ? List.of() : changes;
        steps++;
    }

    @Override
    public ImmutableList<Parameter> parameters() {
        return parameters;
    }

    /** Returns the settings. */
    @Override
    public String toString() {
        return "GradientDescent[rate " + rate + ", momentum " + momentum + ", weight decay " + weightDecay + ", "
                + steps + " steps made]";
    }
}
