/**
 * Measurements with JMH, each beside hand-written loops over plain arrays that do the same work in the same run.
 *
 * <p>Results are in {@code docs/benchmarks.md}, together with the command that repeats them.
 */
@NullMarked
package org.retrograd.benchmarks;

import org.jspecify.annotations.NullMarked;
