@NullMarked
package org.retrograd.autograd.scalar;

import org.jspecify.annotations.NullMarked;
