/** Checking of derivatives: no tolerance to choose, kinks understood, the faulty rule and its source line named. */
@NullMarked
package org.retrograd.autograd.check;

import org.jspecify.annotations.NullMarked;
