/**
 * Programs that show one idea each, and the command line that runs them.
 *
 * <p>Read {@link org.retrograd.examples.FirstGradient} first, then {@link org.retrograd.examples.TwoTwoTwo}. Where an example
 * compares the library with a computation by hand, the hand's side is {@link org.retrograd.examples.HandBackprop}: plain
 * loops over doubles that know nothing of the library.
 */
@NullMarked
package org.retrograd.examples;

import org.jspecify.annotations.NullMarked;
