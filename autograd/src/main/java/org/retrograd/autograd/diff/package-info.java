@NullMarked
package org.retrograd.autograd.diff;

import org.jspecify.annotations.NullMarked;
