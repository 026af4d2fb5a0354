package org.retrograd.autograd.scalar;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.ArrayFunction;

/**
 * An elementary function of one to three numbers: everything that is known about {@code tanh} stands in one such object.
 *
 * <p>Name, value, partial derivatives, where to draw samples, where it is not smooth, the values decided at special points
 * and one sentence of documentation. The tensor op with its loops and both its rules, the row of the reference table, and
 * the tests all follow from it. Definitions are the constants of {@link Arithmetic}, {@link Smooth}, {@link Special} and
 * {@link Piecewise}.
 */
public final class Primitive {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final int index = COUNT.getAndIncrement();
    private final String name;
    private final String doc;
    private final String format;
    private final Value value;
    private final int arity;
    private final @Nullable ArrayFunction overArrays;
    private final Supplier<ImmutableList<Expr>> partials;

    /** The partial derivatives once they have been asked for: tapes ask for them at every operation. */
    private volatile Expr @Nullable [] formulas;

    private final ImmutableList<Interval> samples;
    private final Supplier<ImmutableList<Break>> breaks;
    private final ImmutableList<SpecialPoint> specialPoints;

    private Primitive(Definition definition) {
        this.name = definition.name;
        this.doc = definition.doc;
        this.format = definition.format;
        this.value = definition.value;
        // kept, since asking three kinds of value in turn costs more than anything that is done with the answer
        this.arity = value.arity();
        this.overArrays = definition.overArrays;
        this.partials = Suppliers.memoize(() -> ImmutableList.copyOf(definition.partials.get()));
        this.samples = ImmutableList.copyOf(definition.samples);
        this.breaks = Suppliers.memoize(() -> ImmutableList.copyOf(definition.breaks.get()));
        this.specialPoints = definition.specialPoints.build();
    }

    /** Starts the definition of a primitive of one input. */
    static Definition unary(String name, DoubleUnaryOperator value) {
        return new Definition(name, new Value.Unary(value));
    }

    /** Starts the definition of a primitive of two inputs. */
    static Definition binary(String name, DoubleBinaryOperator value) {
        return new Definition(name, new Value.Binary(value));
    }

    /** Starts the definition of a primitive of three inputs. */
    static Definition ternary(String name, Value.TernaryFunction value) {
        return new Definition(name, new Value.Ternary(value));
    }

    /** Returns the name, which is also that of the tensor method. */
    public String name() {
        return name;
    }

    /** Returns one sentence that says what the function is. */
    public String doc() {
        return doc;
    }

    /** Returns the number of inputs: 1, 2 or 3. */
    public int arity() {
        return arity;
    }

    /** Returns a small number that no other primitive has, for tables indexed by primitive. */
    public int index() {
        return index;
    }

    /** Returns the function itself. */
    public Value function() {
        return value;
    }

    /** Returns the value for one input; NaN if there are more. */
    public double value(double a) {
        return value.of(a, Double.NaN, Double.NaN);
    }

    /** Returns the value for two inputs. */
    public double value(double a, double b) {
        return value.of(a, b, Double.NaN);
    }

    /** Returns the value for three inputs. */
    public double value(double a, double b, double c) {
        return value.of(a, b, c);
    }

    /** Returns the function of many numbers that gives the bits of this one in less time, if there is one. */
    @Nullable
    ArrayFunction overArrays() {
        return overArrays;
    }

    /** Returns the partial derivative by an input, as a formula. */
    public Expr partial(int input) {
        Expr[] known = formulas;
        if (known == null) {
            known = partials.get().toArray(new Expr[0]);
            formulas = known;
        }
        return known[input];
    }

    /** Whether every partial derivative is 0: the function is constant between its jumps. */
    public boolean piecewiseConstant() {
        return partials.get().stream().allMatch(partial -> partial.equals(Expr.constant(0)));
    }

    /** Returns for each input the interval from which samples are drawn: well inside the domain. */
    public ImmutableList<Interval> samples() {
        return samples;
    }

    /** Returns where the function or a derivative of it jumps; empty for smooth functions. */
    public ImmutableList<Break> breaks() {
        return breaks.get();
    }

    /** Returns the points at which value and derivatives were decided rather than computed. */
    public ImmutableList<SpecialPoint> specialPoints() {
        return specialPoints;
    }

    /** Returns the primitive applied to operands written as text. */
    public String text(String... operands) {
        return String.format(Locale.ROOT, format, (Object[]) operands);
    }

    @Override
    public String toString() {
        return name;
    }

    /** An interval of numbers. */
    public record Interval(double low, double high) {}

    /**
     * A set of points at which a derivative jumps.
     *
     * @param order the lowest derivative that jumps: 0 for a jump of the value, 1 for a kink, 2 for a bend
     * @param margin a formula that is 0 at those points and measures the distance to them
     */
    public record Break(int order, Expr margin) {}

    /** A point at which value and partial derivatives were decided, with what was decided. */
    public record SpecialPoint(ImmutableList<Double> inputs, double value, ImmutableList<Double> partials) {}

    /** The pieces of a definition; {@link #build} ends it. */
    static final class Definition {
        private final String name;
        private final Value value;
        private final ImmutableList.Builder<SpecialPoint> specialPoints = ImmutableList.builder();
        private String doc = "";
        private @Nullable ArrayFunction overArrays;
        private String format;
        private Supplier<List<Expr>> partials;
        private Supplier<List<Break>> breaks = ImmutableList::of;
        private List<Interval> samples;

        private Definition(String name, Value value) {
            this.name = name;
            this.value = value;
            int arity = value.arity();
            this.format = name + (arity == 1 ? "(%s)" : arity == 2 ? "(%s, %s)" : "(%s, %s, %s)");
            this.partials = () -> Collections.nCopies(arity, Expr.constant(0));
            this.samples = Collections.nCopies(arity, new Interval(-2, 2));
        }

        /** Says in one sentence what the function is. */
        Definition doc(String sentence) {
            this.doc = sentence;
            return this;
        }

        /** States a function of many numbers that gives the same bits in less time. */
        Definition overArrays(ArrayFunction function) {
            this.overArrays = function;
            return this;
        }

        /** Sets how the function is written in formulas, {@code %s} standing for the inputs. */
        Definition written(String text) {
            this.format = text;
            return this;
        }

        /** States the derivative of a function of one input. */
        Definition partial(Supplier<Expr> derivative) {
            this.partials = () -> List.of(derivative.get());
            return this;
        }

        /** States the partial derivatives; without this they are all 0. */
        Definition partials(Supplier<List<Expr>> derivatives) {
            this.partials = derivatives;
            return this;
        }

        /** States the same sample interval for every input. */
        Definition samples(double low, double high) {
            this.samples = Collections.nCopies(value.arity(), new Interval(low, high));
            return this;
        }

        /** States a sample interval for each input. */
        Definition samples(Interval... intervals) {
            this.samples = List.of(intervals);
            return this;
        }

        /** States where the derivative of the given order jumps: where a margin is 0; may be said for several orders. */
        Definition breaks(int order, Supplier<List<Expr>> margins) {
            Supplier<List<Break>> before = breaks;
            this.breaks = () -> Stream.concat(
                            before.get().stream(), margins.get().stream().map(margin -> new Break(order, margin)))
                    .toList();
            return this;
        }

        /** Records a decision: the inputs, the value, and the partial derivatives, in this order. */
        Definition at(double... inputsValuePartials) {
            int arity = value.arity();
            if (inputsValuePartials.length != 2 * arity + 1) {
                throw new IllegalArgumentException(
                        "a special point of " + name + " is " + arity + " inputs, the value and " + arity
                                + " partials, but got " + inputsValuePartials.length + " numbers");
            }
            List<Double> all = Arrays.stream(inputsValuePartials).boxed().toList();
            specialPoints.add(new SpecialPoint(
                    ImmutableList.copyOf(all.subList(0, arity)),
                    all.get(arity),
                    ImmutableList.copyOf(all.subList(arity + 1, all.size()))));
            return this;
        }

        Primitive build() {
            return new Primitive(this);
        }
    }
}
