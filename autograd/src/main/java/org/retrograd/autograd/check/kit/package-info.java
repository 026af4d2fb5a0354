/**
 * What tests of one's own derivatives are made with: gradient tests for JUnit, tensors for jqwik.
 *
 * <p>Both libraries are optional dependencies: who uses this package has them on the test path already.
 */
@NullMarked
package org.retrograd.autograd.check.kit;

import org.jspecify.annotations.NullMarked;
