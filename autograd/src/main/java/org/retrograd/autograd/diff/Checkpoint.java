package org.retrograd.autograd.diff;

import com.google.common.math.LongMath;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.retrograd.autograd.tensor.Recomputed;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Derivatives that need less memory: a function's intermediate values are not stored, but computed again when a sweep
 * needs them.
 *
 * <p>Values and first derivatives are those of the plain function, to the last bit, in both modes; so is whatever forward
 * mode makes of them, to any order, such as Hessians and their products with vectors. Reverse mode over a derivative agrees
 * up to rounding: a value inside has one cotangent from the derivative and one from the value, of which the plain sweep
 * pulls back the sum, and a checkpoint each by itself, lest it store the first until the second is known.
 *
 * <p>Traced values that the function captures are differentiated like its arguments. Checkpoints nest, in one another and in
 * transforms, to any order, and no order stores the intermediate values.
 *
 * <p>The function must compute the same whenever it is evaluated; if it does not, the sweep says so. Random numbers must
 * therefore come from a generator made inside it, from a seed: {@code new SplittableRandom(seed + i)} in step i of a loop.
 */
public final class Checkpoint {
    private static final String NAME = "checkpoint";

    private Checkpoint() {}

    /**
     * One step of a loop.
     *
     * @param <S> the state: a tensor or any {@link Structure}
     */
    @FunctionalInterface
    public interface Step<S> {
        /**
         * Returns the next state, of the form and shapes of the present one.
         *
         * @param i the number of the step, from 0
         * @param state what the step before returned
         */
        S next(int i, S state);
    }

    /**
     * Returns the value of {@code f} at {@code x}, without memory of intermediate values.
     *
     * @throws IllegalArgumentException if {@code f} returns nothing that holds tensors
     */
    public static <X, Y> Y checkpoint(Function<X, Y> f, X x) {
        Structure<X> in = Structure.of(x);
        List<Structure<Y>> out = new ArrayList<>(1);
        List<Tensor> results = Recomputed.callForSeveral(
                NAME,
                variables -> {
                    Y y = f.apply(in.with(variables));
                    if (out.isEmpty()) {
                        out.add(formOf(y));
                    }
                    return out.get(0).tensors("the value of a checkpoint, evaluated again for its derivative,", y);
                },
                in.tensors("the argument", x));
        return out.get(0).with(results);
    }

    /** Returns the structure of a value; since it keeps its example, that must not keep the graph of the value. */
    private static <Y> Structure<Y> formOf(Y y) {
        Structure<Y> form = Structure.ofReturned("the function of a checkpoint", y);
        return Structure.of(form.with(
                form.tensors("the value", y).stream().map(Tensor::detach).toList()));
    }

    /**
     * Returns the state after so many steps, with memory for about 2√n states and steps where a plain loop of n steps stores
     * them all, at the cost of computing each step twice.
     *
     * @throws IllegalArgumentException if there are fewer than 0 steps, or a step returns another form or other shapes
     */
    public static <S> S loop(Step<S> step, S state, int steps) {
        return loop(step, state, steps, Math.max(2, 2 * root(Math.max(steps, 1), 2)));
    }

    /**
     * Returns the state after so many steps, with bounded memory: the less, the more often steps are computed again.
     *
     * <p>The loop is cut into parts of equal length, of which only the state at the start is stored; each part is cut again,
     * to as many levels as it takes. With k levels and c = n^(1/k), rounded up, the memory is that of (k - 1) c states and of
     * c steps with their intermediate values, and each step is computed k times (Griewank and Walther, Evaluating
     * Derivatives, 2008, section 12.2).
     *
     * @param steps the number n of steps, not negative
     * @param memory the most states and steps to hold at once, at least 2 log₂ n; the fewest levels that keep to it are used
     * @throws IllegalArgumentException if steps or memory are too small, or a step returns another form or other shapes
     */
    public static <S> S loop(Step<S> step, S state, int steps, int memory) {
        if (steps < 0) {
            throw new IllegalArgumentException("a loop cannot have fewer than 0 steps, but got " + steps);
        }
        return new Loop<>(step, Structure.of(state), parts(steps, memory)).run(state, 0, steps);
    }

    /** Returns into how many parts to cut each level. */
    private static int parts(int steps, int memory) {
        int levels = 1;
        int parts = steps;
        while ((long) levels * parts > memory) {
            if (parts <= 2) {
                throw new IllegalArgumentException("a loop of " + steps + " steps needs memory for at least "
                        + levels * parts + " states and steps, but got " + memory);
            }
            levels++;
            parts = root(steps, levels);
        }
        return Math.max(parts, 1);
    }

    /** Returns the smallest whole number whose k-th power is at least {@code n}. */
    private static int root(int n, int k) {
        int root = 1;
        while (LongMath.saturatedPow(root, k) < n) {
            root++;
        }
        return root;
    }

    /** A loop that is cut into {@code parts} parts at each level; the depth of levels is logarithmic. */
    private record Loop<S>(Step<S> step, Structure<S> form, int parts) {
        S run(S start, int from, int to) {
            int length = part(to - from);
            S state = start;
            for (int at = from; at < to; at += length) {
                int end = Math.min(at + length, to);
                state = length == 1 ? next(at, state) : recomputed(state, at, end);
            }
            return state;
        }

        /** Returns the length of each part: the smallest power of the number of parts that leaves no more than those. */
        private int part(int steps) {
            int length = 1;
            while ((long) length * parts < steps) {
                length *= parts;
            }
            return length;
        }

        private S recomputed(S state, int from, int to) {
            return checkpoint(s -> run(s, from, to), state);
        }

        private S next(int i, S state) {
            S next = step.next(i, state);
            return form.with(form.tensorsOfTheShapes("the state after step " + i, next));
        }
    }
}
