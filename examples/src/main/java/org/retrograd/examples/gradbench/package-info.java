/**
 * The tool that answers GradBench: twelve problems by which tools for automatic differentiation are compared.
 *
 * <p>Each problem has a class that states its objective as a user would, takes every derivative from the engine, and stands
 * beside a class {@code Plain…} that computes the same objective in loops over arrays: what the derivative's time is
 * divided by.
 */
@NullMarked
package org.retrograd.examples.gradbench;

import org.jspecify.annotations.NullMarked;
