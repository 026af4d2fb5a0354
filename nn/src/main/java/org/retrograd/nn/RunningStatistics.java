package org.retrograd.nn;

import org.retrograd.autograd.tensor.Tensor;

/**
 * Mean and variance of each channel over the batches seen so far: beside {@link Parameter} the one thing here that has a state.
 *
 * <p>They start at 0 and 1. The first batches count alike, as in a plain mean; later ones have the weight {@code momentum},
 * so that old batches are forgotten. Nothing but a frozen {@link BatchNorm} reads them, so that no value that is trained
 * depends on them. Like a parameter they are not for several threads at once.
 */
public final class RunningStatistics {
    private final double momentum;
    private Tensor mean;
    private Tensor variance;
    private long batches;

    RunningStatistics(int channels, double momentum) {
        this.mean = Tensor.zeros(channels);
        this.variance = Tensor.ones(channels);
        this.momentum = momentum;
    }

    /** Moves mean and variance towards those of a batch, [channels] each; ones that are not finite are not taken over. */
    void observe(Tensor batchMean, Tensor batchVariance) {
        double weight = Math.max(momentum, 1.0 / (batches + 1));
        Tensor nextMean = mean.add(batchMean.detach().sub(mean).mul(weight));
        Tensor nextVariance = variance.add(batchVariance.detach().sub(variance).mul(weight));
        if (Double.isFinite(nextMean.normInf().item())
                && Double.isFinite(nextVariance.normInf().item())) {
            mean = nextMean;
            variance = nextVariance;
            batches++;
        }
    }

    /** Returns the mean of each channel, a constant. */
    public Tensor mean() {
        return mean;
    }

    /** Returns the variance of each channel, divided by n - 1, a constant. */
    public Tensor variance() {
        return variance;
    }

    /** Returns how many batches have been seen. */
    public long batches() {
        return batches;
    }

    /** Returns how many batches went into them. */
    @Override
    public String toString() {
        return "RunningStatistics of " + batches + (batches == 1 ? " batch" : " batches");
    }
}
