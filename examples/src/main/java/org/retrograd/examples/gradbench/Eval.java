package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One problem of the benchmark.
 *
 * @param module its name
 * @param functions by name: what makes of an input the computation that is timed. What is done once for an input, such as
 *     recording a program, is done when that computation is made
 * @param plain the objective in loops over arrays, without the engine: what derivatives are measured by
 * @param synthetic an input of the usual kind and a modest size, for warming up and measuring
 * @param others inputs of other sizes for which code is compiled, for warming up
 */
public record Eval(
        String module,
        ImmutableMap<String, Function<Input, Supplier<Object>>> functions,
        Function<Input, Supplier<Object>> plain,
        Supplier<Input> synthetic,
        ImmutableList<Supplier<Input>> others) {

    Eval(
            String module,
            ImmutableMap<String, Function<Input, Supplier<Object>>> functions,
            Function<Input, Supplier<Object>> plain,
            Supplier<Input> synthetic) {
        this(module, functions, plain, synthetic, ImmutableList.of());
    }

    /**
     * Returns a function that reads its problem from the input before it is timed.
     *
     * @param read what is made of an input once: its numbers, converted
     * @param function what is timed
     */
    static <P> Function<Input, Supplier<Object>> timed(Function<Input, P> read, Function<P, Object> function) {
        return input -> {
            P problem = read.apply(input);
            return () -> function.apply(problem);
        };
    }

    /** Returns the computation that a function of this problem makes of an input. */
    public Supplier<Object> prepare(String function, Input input) {
        Function<Input, Supplier<Object>> found = functions.get(function);
        if (found == null) {
            throw new IllegalArgumentException("module \"" + module + "\" has no function \"" + function + "\"; it has "
                    + String.join(", ", functions.keySet()));
        }
        return found.apply(input);
    }

    /** Runs every function on the synthetic inputs for some time, so that none is timed before it has been compiled. */
    void warmUp(double secondsEach) {
        warmUp(synthetic.get(), secondsEach);
        others.forEach(other -> warmUp(other.get(), secondsEach));
    }

    private void warmUp(Input input, double secondsEach) {
        for (Function<Input, Supplier<Object>> function : functions.values()) {
            long end = System.nanoTime() + (long) (1e9 * secondsEach);
            Supplier<Object> computation = function.apply(input);
            Object result;
            do {
                result = computation.get();
            } while (result != null && System.nanoTime() < end);
        }
    }
}
