package org.retrograd.nn;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The generator of the tests, by name, so that a seed means the same numbers on every JDK. */
final class Seeds {
    private Seeds() {}

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
