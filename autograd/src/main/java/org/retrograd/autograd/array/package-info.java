@NullMarked
package org.retrograd.autograd.array;

import org.jspecify.annotations.NullMarked;
