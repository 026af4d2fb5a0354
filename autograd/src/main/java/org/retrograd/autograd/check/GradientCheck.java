package org.retrograd.autograd.check;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Holder;
import org.retrograd.autograd.tensor.Op;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A check of the derivatives of a function at a point: in both modes, to second order, against differences of values.
 *
 * <pre>{@code
 * GradientCheck.of(x -> x.mul(x.sigmoid())).at(x).assertPasses();
 * GradientCheck.of((x, w) -> x.matmul(w).tanh()).at(x, w).assertPasses();
 * GradientCheck.of(layer::apply).parameters(layer.parameters()).at(x).assertPasses();
 * }</pre>
 *
 * <p>There is no step and no tolerance to choose: the step follows from the function, the tolerance from what rounding can
 * do to it at that step. At a kink the derivative must lie between those of the pieces that meet. When something is wrong,
 * each recorded call is checked alone, so that the {@link Report} names the faulty rule and the line that called it.
 *
 * <p>An object of this class is immutable; every option returns another one.
 */
public final class GradientCheck {
    private final Setup setup;

    private GradientCheck(Setup setup) {
        this.setup = setup;
    }

    /** Returns a check of a function of one tensor. */
    public static GradientCheck of(UnaryOperator<Tensor> f) {
        return of("f", f);
    }

    /** Returns a check of a function of two tensors. */
    public static GradientCheck of(BinaryOperator<Tensor> f) {
        return of("f", f);
    }

    /** Returns a check of a function of one tensor, which the report calls by a name. */
    public static GradientCheck of(String name, UnaryOperator<Tensor> f) {
        return ofSeveral(name, in -> f.apply(only(in)));
    }

    private static Tensor only(List<Tensor> in) {
        Preconditions.checkArgument(
                in.size() == 1, "the function takes 1 tensor, but at(..) was given %s; use ofSeveral", in.size());
        return in.get(0);
    }

    /** Returns a check of a function of two tensors, which the report calls by a name. */
    public static GradientCheck of(String name, BinaryOperator<Tensor> f) {
        return ofSeveral(name, in -> {
            Preconditions.checkArgument(
                    in.size() == 2, "the function takes 2 tensors, but at(..) was given %s", in.size());
            return f.apply(in.get(0), in.get(1));
        });
    }

    /** Returns a check of a function of several tensors. */
    public static GradientCheck ofSeveral(Function<List<Tensor>, Tensor> f) {
        return ofSeveral("f", f);
    }

    /** Returns a check of a function of several tensors, which the report calls by a name. */
    public static GradientCheck ofSeveral(String name, Function<List<Tensor>, Tensor> f) {
        return new GradientCheck(Setup.of(name, f));
    }

    /**
     * Returns a check of a value that is computed from {@link #parameters} alone, as that of a layer whose input is no
     * tensor; it needs no {@link #at}.
     */
    public static GradientCheck of(Supplier<Tensor> f) {
        return ofSeveral(in -> {
            Preconditions.checkArgument(
                    in.isEmpty(), "the function takes no tensor, but at(..) was given %s", in.size());
            return f.get();
        });
    }

    /** Returns a check of an operation, as a function of as many tensors as {@link #at} is given. */
    public static GradientCheck of(Op op) {
        return ofSeveral(op.name(), in -> op.apply(in.toArray(new Tensor[0])));
    }

    /** Returns a check of a custom function, of as many tensors as {@link #at} is given. */
    public static GradientCheck of(CustomFunction f) {
        return ofSeveral(f.name(), in -> f.apply(in.toArray(new Tensor[0])));
    }

    /** Returns a check of an example of the catalogue at a point drawn from its intervals. */
    public static GradientCheck of(Example example) {
        return new GradientCheck(Setup.of(example));
    }

    /** Returns this check at a point: one tensor for each argument of the function. */
    public GradientCheck at(Tensor... point) {
        for (int k = 0; k < point.length; k++) {
            Preconditions.checkArgument(point[k] != null, "at(..) takes tensors, but argument %s is null", k);
        }
        return new GradientCheck(setup.withPoint(ImmutableList.copyOf(point)));
    }

    /** Returns this check with names for the arguments, by which the report calls them. */
    public GradientCheck named(String... names) {
        return new GradientCheck(setup.withNames(ImmutableList.copyOf(names)));
    }

    /**
     * Returns this check with parameters that the function reads besides its arguments: a layer's.
     *
     * <p>They are moved like the arguments, and have their values back afterwards. Variables that the function reads and
     * that are not named here are found in the graph and checked by making the recorded calls again.
     */
    public GradientCheck parameters(Iterable<? extends Holder> parameters) {
        return new GradientCheck(setup.withHolders(ImmutableList.copyOf(parameters)));
    }

    /** Returns this check with another seed of the random directions; the report names the seed. */
    public GradientCheck seed(long seed) {
        return new GradientCheck(setup.withSeed(seed));
    }

    /** Returns this check with so many random directions for each input; 2 if nothing is said. */
    public GradientCheck directions(int count) {
        Preconditions.checkArgument(count >= 1, "a check needs at least 1 direction, but got %s", count);
        return new GradientCheck(setup.withDirections(count));
    }

    /** Returns this check of every single entry, besides the random directions. */
    public GradientCheck exhaustive() {
        return new GradientCheck(setup.withExhaustive());
    }

    /** Returns this check up to the given order of derivatives: 1 or, if nothing is said, 2. */
    public GradientCheck order(int order) {
        Preconditions.checkArgument(order == 1 || order == 2, "the order is 1 or 2, but got %s", order);
        return new GradientCheck(setup.withOrder(order));
    }

    /** Returns what the check finds. */
    public Report check() {
        try (Target target = new Target(setup)) {
            return new Checker(setup, target).run();
        }
    }

    /**
     * Returns gradients or deltas that were worked out by hand beside those of autograd, with the first mistake on the way
     * back and the likely slip.
     *
     * @param manual the gradients by hand, by name
     * @param autograd those of autograd, in the order of the forward pass: a {@code LinkedHashMap} keeps it
     * @throws IllegalArgumentException if there is one by hand that autograd has not
     */
    public static GradientTable compare(Map<String, Tensor> manual, Map<String, Tensor> autograd) {
        return GradientTable.of(manual, autograd);
    }

    /**
     * Returns gradients or deltas of a loss that were worked out by hand beside those of autograd. The first mistake on the
     * way back is looked for in the computation itself: a derivative forgotten or taken at another value, a matrix not
     * transposed, weights that were updated already, a term that is not added, each at the call where it was made.
     *
     * <p>Values are called by the names that {@code named(..)} gave them. Calls have source lines if the variables were
     * made by {@link org.retrograd.autograd.tensor.Recording#variable}.
     *
     * @param manual the gradients by hand, by name
     * @param loss a scalar
     * @param by what each gradient is by, in the order of the forward pass: a {@code LinkedHashMap} keeps it
     * @throws IllegalArgumentException if there is one by hand that is not in {@code by}
     */
    public static GradientTable compare(Map<String, Tensor> manual, Tensor loss, Map<String, Tensor> by) {
        return GradientTable.of(manual, loss, by);
    }

    /** Returns where the first NaN or infinity comes from, forwards or backwards; empty if there is none. */
    public Optional<NonFinite> nonFinite() {
        return asked(NonFinite::in);
    }

    /** Returns which inputs and parameters the gradient reaches, and where the paths to the others end. */
    public Reach reach() {
        return asked(Reach::of);
    }

    /** Returns the rounding bounds of value and gradient, one reverse sweep an entry, and forms that lose digits. */
    public Condition condition() {
        return asked(Condition::of);
    }

    private <R> R asked(Function<Subject, R> question) {
        try (Target target = new Target(setup)) {
            return question.apply(target.subject());
        }
    }

    /**
     * Does nothing if the check finds no fault.
     *
     * @throws AssertionError with the report if it does
     */
    public void assertPasses() {
        Report report = check();
        if (!report.passed()) {
            throw new AssertionError(report.toString());
        }
    }
}
