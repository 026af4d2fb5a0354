@NullMarked
package org.retrograd.autograd.tensor;

import org.jspecify.annotations.NullMarked;
