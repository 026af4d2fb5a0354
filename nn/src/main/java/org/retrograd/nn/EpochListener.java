package org.retrograd.nn;

/** Who is told how training gets on, in the thread that trains. */
@FunctionalInterface
public interface EpochListener {
    /** Is told of an epoch that has ended. */
    void epoch(Epoch epoch);

    /**
     * Is told of a mini-batch that has been learned.
     *
     * @param epoch the epoch, counted from 1
     * @param batch the batch in the epoch, counted from 1
     * @param batches how many batches the epoch has
     * @param loss the loss of the batch before its step
     */
    default void batch(int epoch, int batch, int batches, double loss) {}
}
