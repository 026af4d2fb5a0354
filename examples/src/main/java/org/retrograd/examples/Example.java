package org.retrograd.examples;

/**
 * A program that shows one idea.
 *
 * <p>Its name and the sentence that describes it stand in its {@code @Command} annotation; options are its annotated fields.
 */
interface Example {
    /**
     * Runs the example.
     *
     * @param out where it writes
     * @param seed the seed of all its random numbers; the same seed gives the same text
     * @return whether everything agreed that it computed in more than one way
     */
    boolean run(Report out, long seed);
}
